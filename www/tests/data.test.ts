// Import, export, sharing, flattening, plans.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CsvSplitter, guessSeparator, guessType, rowDocument } from '../src/data/csv.ts'
import { toCsv, toFile } from '../src/data/export.ts'
import { columnsOf, flatten } from '../src/data/flatten.ts'
import { collectionNameOf, formatOf, importFile, previewFile } from '../src/data/import.ts'
import { JsonSplitter } from '../src/data/json-stream.ts'
import { isPlan, readPlan, suggestIndex } from '../src/data/plan.ts'
import { rowReader } from '../src/data/samples.ts'
import { fromFragment, toFragment } from '../src/data/share.ts'
import { collectionExpression, typeName } from '../src/data/catalog.ts'
import { shellText } from '../src/shell/format.ts'
import { fakeDriver } from './fake-driver.ts'

/** Feeds the text in pieces of `size`. */
function pieces<T>(text: string, size: number, push: (piece: string) => Iterable<T>): T[] {
  const result: T[] = []
  for (let at = 0; at < text.length; at += size) result.push(...push(text.slice(at, at + size)))
  return result
}

describe('JSON splitter', () => {
  const cases: [string, string[]][] = [
    ['[{"a":1},{"b":[1,{"c":"}"}]}]', ['{"a":1}', '{"b":[1,{"c":"}"}]}']],
    ['{"a":1}\n\n{"b":"\\"{"}\r\n', ['{"a":1}', '{"b":"\\"{"}']],
    ['\uFEFF[\n]', []],
    ['', []],
    ['{"text":"line\\nline"}', ['{"text":"line\\nline"}']]
  ]
  for (const [text, expected] of cases) {
    for (const size of [1, 3, 1000]) {
      test(`${JSON.stringify(text)} by ${size}`, () => {
        const splitter = new JsonSplitter()
        assert.deepEqual(pieces(text, size, (piece) => splitter.push(piece)).map((each) => each.text), expected)
        splitter.end()
      })
    }
  }
  test('text between documents is refused, with its line', () => {
    assert.throws(() => [...new JsonSplitter().push('{"a":1}\n\nx')], /Line 3: a document was expected, not "x"/)
  })
  test('a document that does not end is refused', () => {
    const splitter = new JsonSplitter()
    assert.deepEqual([...splitter.push('\n{"a":1')], [])
    assert.throws(() => splitter.end(), /Line 2/)
  })
})

describe('CSV', () => {
  const cases: [string, string[][]][] = [
    ['a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
    ['a,b\r\n"x, ""y""","line\nbreak"', [['a', 'b'], ['x, "y"', 'line\nbreak']]],
    ['a\n""\n\nz', [['a'], [''], ['z']]],
    ['a,b\n,\n', [['a', 'b'], ['', '']]]
  ]
  for (const [text, expected] of cases) {
    for (const size of [1, 4, 1000]) {
      test(`${JSON.stringify(text)} by ${size}`, () => {
        const splitter = new CsvSplitter()
        assert.deepEqual([...pieces(text, size, (piece) => splitter.push(piece)), ...splitter.end()], expected)
      })
    }
  }
  const types: [string[], string][] = [
    [['1', '-20', ''], 'int'],
    [['1', '2.5', '1e6'], 'double'],
    [['12345678901'], 'double'],
    [['007'], 'string'],
    [['true', 'FALSE'], 'boolean'],
    [['2018-01-31', '2018-01-31T10:00:00Z'], 'date'],
    [['5a9427648b0beebeb69537a5'], 'objectId'],
    [['a', '1'], 'string'],
    [['', ''], 'string']
  ]
  for (const [values, type] of types) test(`type of ${values.join(' ')}`, () => assert.equal(guessType(values), type))
  test('a row nests, converts, and leaves empty cells out', () => {
    const columns = [{ name: 'a.b', type: 'int' as const }, { name: 'd', type: 'date' as const }, { name: 'e', type: 'string' as const }, { name: 'f', type: 'boolean' as const }]
    assert.deepEqual(rowDocument(columns, ['5', '2018-01-31 10:00', '', 'true'], { objectId: String }), { a: { b: 5 }, d: new Date('2018-01-31T10:00:00Z'), f: true })
  })
  test('separator', () => assert.deepEqual(['a;b;c', 'a\tb', 'a,b', 'a'].map(guessSeparator), [';', '\t', ',', ',']))
})

describe('import', () => {
  const file = (name: string, text: string) => new File([text], name)
  test('format and name', () => {
    assert.deepEqual([formatOf('x.csv', '{'), formatOf('x.ndjson', 'a'), formatOf('x.txt', ' [{'), formatOf('x.txt', 'a,b')], ['csv', 'json', 'json', 'csv'])
    assert.deepEqual([collectionNameOf('my data (2).json'), collectionNameOf('2018.csv')], ['my_data_2_', 'imported'])
  })
  test('Extended JSON keeps its types, in batches', async () => {
    const driver = fakeDriver()
    const lines = Array.from({ length: 2500 }, (_, i) => `{"_id":${i},"at":{"$date":"2018-01-31T00:00:00Z"},"n":{"$numberLong":"5"}}`)
    const upload = file('x.ndjson', lines.join('\n'))
    const preview = await previewFile(upload)
    assert.equal(preview.documents.length, 4)
    const target = { driver, database: 'd', collection: 'c', replace: true }
    const seen: number[] = []
    const count = await importFile(upload, preview, target, new AbortController().signal, ({ documents }) => seen.push(documents))
    assert.equal(count, 2500)
    assert.deepEqual(seen, [1000, 2000, 2500])
    assert.deepEqual(driver.calls.map(([, method]) => method), ['drop', 'insertMany', 'insertMany', 'insertMany'])
    const [first] = driver.calls[1]?.[2] as [{ at: Date; n: unknown }]
    assert.equal(shellText(first), "{ _id: Int32(0), at: ISODate('2018-01-31T00:00:00.000Z'), n: Long('5') }")
  })
  test('CSV with a header', async () => {
    const driver = fakeDriver()
    const upload = file('x.csv', 'name,price.usd,on\nA,1.5,2018-01-31\nB,2,\n')
    await importFile(upload, await previewFile(upload), { driver, database: 'd', collection: 'c', replace: false }, new AbortController().signal, () => {})
    assert.deepEqual(driver.calls[0]?.[2], [{ name: 'A', price: { usd: 1.5 }, on: new Date('2018-01-31') }, { name: 'B', price: { usd: 2 } }])
  })
  test('a fault names its line, and what came before is inserted', async () => {
    const driver = fakeDriver()
    const good = file('x.ndjson', '{"a":1}\n{"a":2}\n')
    const preview = await previewFile(good)
    const bad = file('x.ndjson', `${'{"a":1}\n'.repeat(1000)}{"a":}\n`)
    const target = { driver, database: 'd', collection: 'c', replace: false }
    await assert.rejects(importFile(bad, preview, target, new AbortController().signal, () => {}), /Line 1001/)
    assert.equal(driver.calls.length, 1)
  })
  test('cancel stops between batches', async () => {
    const driver = fakeDriver()
    const stop = new AbortController()
    const upload = file('x.ndjson', '{"a":1}\n'.repeat(5000))
    const target = { driver, database: 'd', collection: 'c', replace: false }
    const count = await importFile(upload, await previewFile(upload), target, stop.signal, () => stop.abort())
    assert.equal(count, 1000)
  })
})

test('sample rows nest, and their dates are dates', () => {
  const read = rowReader({ fields: ['_id', 'a.b', 'a.c', 'at'], dates: ['at'] })
  assert.deepEqual(read('[1,2,null,"2018-01-31T00:00:00.000Z"]'), { _id: 1, a: { b: 2 }, at: new Date('2018-01-31') })
  assert.deepEqual(read('[1]'), { _id: 1 })
})

describe('export', () => {
  const documents = [{ _id: 1, a: { b: 'x,"y"' }, at: new Date(0) }, { _id: 2, list: [1, 'z'] }]
  test('CSV', () => {
    assert.equal(toCsv(documents), '_id,list,a.b,at\r\n1,,"x,""y""",1970-01-01T00:00:00.000Z\r\n2,"[1,""z""]",,\r\n'.replace('_id,list,a.b,at', columnsOf(documents.map((d) => flatten(d))).join(',')))
  })
  test('NDJSON', () => assert.match(toFile(documents, 'ndjson', 'canonical').text, /^\{"_id":\{"\$numberInt":"1"\},"a".*\n.*\n$/))
})

test('columns keep their neighbours', () => {
  const rows = [{ _id: 1, c: 3 }, { _id: 1, b: 2, c: 3 }, { z: {} }].map((each) => flatten(each))
  assert.deepEqual(columnsOf(rows), ['_id', 'b', 'c', 'z'])
})

test('a query goes into a link and comes back', async () => {
  for (const query of ['db.a.find()', `// ü € 😀\n${'db.movies.find({ a: 1 })\n'.repeat(50)}`]) {
    const fragment = await toFragment(query, 'my db')
    assert.deepEqual(await fromFragment(fragment), { query, database: 'my db' })
    assert.ok(fragment.length < query.length * 2 + 40)
  }
  for (const bad of ['', '#x', '#q=', '#q=zAAAA', '#q=p%%%']) assert.equal(await fromFragment(bad), null)
})

describe('plans', () => {
  const find = {
    queryPlanner: { winningPlan: { stage: 'FETCH', inputStage: { stage: 'IXSCAN', indexName: 'a_1' } } },
    executionStats: {
      nReturned: 3, executionTimeMillis: 1, totalKeysExamined: 4, totalDocsExamined: 3,
      executionStages: { stage: 'FETCH', nReturned: 3, docsExamined: 3, inputStage: { stage: 'IXSCAN', indexName: 'a_1', keyPattern: { a: 1 }, keysExamined: 4, nReturned: 3 } }
    },
    ok: 1
  }
  test('of a find', () => {
    const plan = readPlan(find)
    assert.deepEqual([plan.indexes, plan.scansCollection, plan.keysExamined, plan.docsExamined, plan.returned], [['a_1'], false, 4, 3, 3])
    assert.equal(plan.root?.inputs[0]?.keys, 4)
    assert.ok(isPlan(find))
  })
  test('of a pipeline', () => {
    const plan = readPlan({ stages: [{ $cursor: find }, { $group: { _id: '$a' }, nReturned: 2 }], ok: 1 })
    assert.deepEqual([plan.root?.name, plan.root?.inputs[0]?.name, plan.indexes, plan.returned], ['$group', 'FETCH', ['a_1'], 2])
  })
  test('only planned', () => {
    const plan = readPlan({ queryPlanner: { winningPlan: { stage: 'COLLSCAN' } }, ok: 1 })
    assert.deepEqual([plan.scansCollection, plan.docsExamined], [true, null])
  })
  test('proposed keys: equality, sort, range', () => {
    assert.deepEqual(suggestIndex({ b: { $gt: 1 }, a: 5, _id: 1 }, { c: -1 }), { a: 1, c: -1, b: 1 })
    assert.deepEqual(suggestIndex({ $and: [{ a: 1 }, { b: /x/ }] }, {}), { a: 1, b: 1 })
    assert.equal(suggestIndex({ $or: [{ a: 1 }] }, {}), null)
  })
})

test('names of types, and of collections', () => {
  assert.deepEqual([1, 1.5, 2 ** 40, 'a', null, [], {}, new Date()].map(typeName), ['int', 'double', 'double', 'string', 'null', 'array', 'object', 'date'])
  assert.deepEqual(['a', 'a.b', 'a-b', "it's", 'stats'].map((name) => collectionExpression(name, ['stats'])), ['db.a', 'db.a.b', "db.getCollection('a-b')", "db.getCollection('it\\'s')", "db.getCollection('stats')"])
})
