// Pipelines in typed text, and what each stage gives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MongoClient } from 'tussock'
import { findPipeline, preview, readPipeline } from '../src/data/pipeline.ts'
import type { Driver } from '../src/shell/driver.ts'
import { Session } from '../src/shell/session.ts'

const cases: [string, [string, string] | null][] = [
  ['db.a.aggregate([{ $count: "n" }])|', ['db.a', '[{ $count: "n" }]']],
  ['db.a.aggregate([])\ndb.b.aggreg|ate([{ $limit: 1 }]).toArray()', ['db.b', '[{ $limit: 1 }]']],
  ['|db.a.aggregate([])\ndb.b.aggregate([1])', ['db.a', '[]']],
  ["const p = []; for (const x of db.getCollection('a').aggregate(p)) print(x)|", ["db.getCollection('a')", 'p']],
  ['db.aggregate([{ $documents: [] }])|', ['db', '[{ $documents: [] }]']],
  ['db.a.aggregate()|', null],
  ['db.a.aggregate([{|', null],
  ['db.a.find({ aggregate: 1 })|', null]
]

for (const [marked, wanted] of cases) {
  test(marked, () => {
    const found = findPipeline(marked.replace('|', ''), marked.indexOf('|'))
    assert.deepEqual(found && [found.target, found.pipeline], wanted)
  })
}

test('each prefix gives its documents and their count', async () => {
  const client = await MongoClient.connect('memory://')
  const driver = client as unknown as Driver
  const session = new Session(() => driver, 'test')
  const text = `const least = 3; db.a.insertMany([1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ _id: n })))
    db.a.aggregate([{ $match: { _id: { $gte: least } } }, { $group: { _id: null, n: { $sum: 1 } } }, { $nothing: 1 }])`
  await session.run(text)
  const call = findPipeline(text, text.length)
  assert.ok(call)
  const pipeline = await readPipeline(session, call)
  assert.deepEqual([pipeline.database, pipeline.collection, pipeline.stages.length], ['test', 'a', 3])
  const counts = []
  for (const length of [0, 1, 2]) {
    const { documents, count } = await preview(driver, pipeline, pipeline.stages.slice(0, length))
    counts.push([documents.length, count])
  }
  assert.deepEqual(counts, [[5, 8], [5, 6], [1, 1]])
  await assert.rejects(preview(driver, pipeline, pipeline.stages), { code: 40324 })
  await client.close()
})
