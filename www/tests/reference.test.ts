// The reference tells the truth: everything that is here is described, and every example does what it is an example of.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MongoClient } from 'tussock'
import { readReference } from '../src/language/reference.ts'
import type { Driver } from '../src/shell/driver.ts'
import { Session } from '../src/shell/session.ts'
import { readLanguage } from './language.ts'

const language = readLanguage()

test('the page is read: names, states, codes', () => {
  const page = '# Head\n\n## Query operators\n\nHere (2): `$eq`, `$in`\n\nRefused (2): `$where` (2), `a, b (c)` (27)\n\n## Limits\n\nNot told by a command (1): size of a thing, 1\n'
  const short = readReference(page).map(({ heading, entries }) => [heading, entries.map(({ name, state, code }) => [name, state, code])])
  assert.deepEqual(short[0], ['Query operators', [['$eq', 'here', null], ['$in', 'here', null], ['$where', 'refused', 2], ['a, b (c)', 'refused', 27]]])
})

/** What stands in no argument of its own. */
const SYNTAX = /^\$(\[.*\])?$/
const DESCRIBED = ['Commands', 'Query operators', 'Update operators', 'Update modifiers', 'Aggregation stages', 'Expression operators', 'Accumulators', 'Window operators', 'System variables']

for (const heading of DESCRIBED) {
  test(`${heading}: each is described`, () => {
    const silent = language.offered(heading).filter(({ name, doc }) => doc === '' && !SYNTAX.test(name))
    assert.deepEqual(silent.map(({ name }) => name), [])
    assert.ok(language.entries(heading).length > 3)
  })
}

const ITEMS = `db.items.insertMany([
  { _id: 1, name: 'Oak desk', price: 120.5, qty: 4, tags: ['wood', 'desk'], sizes: [3, 1, 2], at: ISODate('2024-03-05T10:30:00Z'), active: true, nested: { a: 1, b: 2 }, points: [{ x: 1, y: 2 }], state: 'open' },
  { _id: 2, name: 'Chair', price: 30.25, qty: 6, tags: ['wood'], sizes: [2], at: ISODate('2024-04-01T00:00:00Z'), active: false, nested: { a: 3 }, points: [], state: 'closed', parent: 1 }
])`

/** Examples that need more than a document of the collection. */
const ADMIN = "db.getSiblingDB('admin')"
const SESSIONS = "db.getSiblingDB('config').getCollection('system.sessions')"
const NEEDS_MORE: Record<string, string> = { $documents: 'db', $currentOp: ADMIN, $listClusterCatalog: 'db', $listLocalSessions: 'db', $listSessions: SESSIONS, $querySettings: 'db', $queryStats: ADMIN }

function statement(heading: string, name: string, example: string): string {
  switch (heading) {
    case 'Aggregation stages':
      return `${NEEDS_MORE[name] ?? 'db.items'}.aggregate([${example}]).toArray()`
    case 'Expression operators':
      return `db.items.aggregate([{ $match: { _id: 1 } }, { $project: { x: ${example} } }]).toArray()`
    case 'Accumulators':
      return `db.items.aggregate([{ $group: { _id: null, x: ${example} } }]).toArray()`
    case 'Window operators':
      return `db.items.aggregate([{ $setWindowFields: { sortBy: { qty: 1 }, output: { x: ${example} } } }]).toArray()`
    case 'Query operators':
      return name === '$natural' ? `db.items.find().sort(${example}).toArray()` : `db.items.find(${example}).toArray()`
    default:
      return `db.items.updateMany({}, ${example})`
  }
}

for (const heading of DESCRIBED.filter((each) => each !== 'System variables' && each !== 'Commands')) {
  describe(`examples of ${heading}`, () => {
    let client: MongoClient
    before(async () => void (client = await MongoClient.connect('memory://')))
    after(() => client.close())
    for (const { name, example } of language.offered(heading).filter(({ example }) => example !== '')) {
      test(`${name}: ${example}`, async () => {
        assert.ok(example.includes(name), 'the example uses the name')
        const session = new Session(() => client as unknown as Driver, 'test')
        const outcomes = await session.run(`db.items.drop()\n${ITEMS}\n${statement(heading, name, example)}`)
        const last = outcomes.at(-1)
        assert.ok(last && last.kind !== 'error', last?.kind === 'error' ? String(last.error) : 'nothing ran')
      })
    }
  })
}

describe('examples of commands', () => {
  let client: MongoClient
  before(async () => void (client = await MongoClient.connect('memory://')))
  after(() => client.close())
  const commands = language.offered('Commands').filter(({ example }) => example !== '')
  for (const { name, doc, example } of commands) {
    test(`${name}: ${example}`, async () => {
      const session = new Session(() => client as unknown as Driver, 'test')
      const target = doc.endsWith('on admin.') ? "db.getSiblingDB('admin')" : 'db'
      const outcomes = await session.run(`db.dropDatabase()\n${ITEMS}\ndb.items.createIndex({ price: 1 })\n${target}.runCommand(${example})`)
      const last = outcomes.at(-1)
      // The cursor of the example for getMore is nobody's.
      if (name === 'getMore') return assert.ok(last?.kind === 'error' && /43|cursor/i.test(String(last.error)))
      assert.ok(last && last.kind !== 'error', last?.kind === 'error' ? String(last.error) : 'nothing ran')
    })
  }
})
