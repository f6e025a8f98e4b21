// What typed code gives, and which calls of the driver it makes.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatValue, shellText } from '../src/shell/format.ts'
import { parse } from '../src/shell/parse.ts'
import { Session, type Outcome } from '../src/shell/session.ts'
import { fakeDriver } from './fake-driver.ts'

async function run(text: string, driver = fakeDriver(), stepsMax = 200_000): Promise<Outcome[]> {
  return new Session(() => driver, 'test').run(text, { stepsMax })
}

function last(outcomes: Outcome[]): Outcome {
  const outcome = outcomes.at(-1)
  assert.ok(outcome, 'no outcome')
  return outcome
}

/** The value of the last statement in the shell's notation; errors as their message. */
async function value(text: string): Promise<string> {
  const outcome = last(await run(text))
  if (outcome.kind === 'value') return shellText(outcome.value)
  if (outcome.kind === 'error') return `! ${String((outcome.error as Error).message)}`
  return outcome.kind === 'text' ? outcome.text : outcome.kind
}

function table(name: string, cases: [string, string][]) {
  describe(name, () => {
    for (const [text, expected] of cases) test(text, async () => assert.equal(await value(text), expected))
  })
}

table('expressions', [
  ['1 + 2 * 3', '7'],
  ['(1 + 2) * 3', '9'],
  ['2 ** 10 % 7', '2'],
  ['7 / 2 | 0', '3'],
  ["'a' + 1", "'a1'"],
  ['`x${1 + 1}y`', "'x2y'"],
  ['!0 && "yes" || "no"', "'yes'"],
  ['null ?? 5', '5'],
  ['1 < 2 ? "a" : "b"', "'a'"],
  ['typeof (() => 1)', "'function'"],
  ['typeof nothing', "'undefined'"],
  ['[1, ...[2, 3]]', '[ 1, 2, 3 ]'],
  ['{ a: 1, ...{ b: 2 } }', '{ a: 1, b: 2 }'],
  ['{}', '{}'],
  ["{ 'a.b': 1, ['c' + 1]: 2, __proto__: 3 }", "{ 'a.b': 1, c1: 2, __proto__: 3 }"],
  ['({ a: { b: [10, 20] } }).a.b[1]', '20'],
  ['({})?.a?.b', 'none'],
  ['({}).a?.b.c', 'none'],
  ['void 0', 'none'],
  ['1, 2', '2'],
  ['"b" in { b: 1 }', 'true'],
  ['/A+/i.test("xaay")', 'true'],
  ['"abc".toUpperCase().split("")', "[ 'A', 'B', 'C' ]"],
  ['"a-b-c".replaceAll("-", (m) => "+" + m)', "'a+-b+-c'"],
  ['(1234.5678).toFixed(1)', "'1234.6'"],
  ['Math.max(1, 5, 3)', '5'],
  ['JSON.stringify({ a: [1] })', `'{"a":[1]}'`],
  ['Object.entries({ a: 1 })', "[ [ 'a', 1 ] ]"],
  ['Object.fromEntries([["a", 1]])', '{ a: 1 }'],
  ['new Set([1, 1, 2]).size', '2'],
  ['[...new Set([1, 1, 2])]', '[ 1, 2 ]'],
  ['await 5', '5']
])

table('statements', [
  ['let a = 1; a += 4; a', '5'],
  ['const { x, y: [z], ...rest } = { x: 1, y: [2], p: 3 }; [x, z, rest]', '[ 1, 2, { p: 3 } ]'],
  ['let n = 0; for (let i = 0; i < 10; i++) { if (i == 3) continue; if (i > 5) break; n += i } n', '12'],
  ['let t = ""; for (const c of "abc") t = c + t; t', "'cba'"],
  ['let k = []; for (const key in { a: 1, b: 2 }) k.push(key); k', "[ 'a', 'b' ]"],
  ['let w = 0; while (w < 5) w++; w', '5'],
  ['let d = 0; do { d++ } while (d < 3); d', '3'],
  ['function fact(n) { return n < 2 ? 1 : n * fact(n - 1) } fact(10)', '3628800'],
  ['const f = ({ a = 2 } = {}, ...more) => a + more.length; f({}, 1, 2)', '4'],
  ['let fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); fs.map((f) => f())', '[ 0, 1, 2 ]'],
  ['try { throw new Error("no") } catch (e) { e.message } finally { }', 'none'],
  ['let m; try { nothing.at.all } catch (e) { m = e.message } m', `'"nothing" is not defined.'`],
  ['switch (2) { case 1: "a"; case 2: var s = "b"; break; default: s = "c" } s', "'b'"],
  ['outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b == 2) continue outer; var q = a } } q', '2'],
  ['x = 5\nx + 1', '6'],
  ['let o = { a: { b: 1 } }; o.a.c = 2; delete o.a.b; o', '{ a: { c: 2 } }'],
  ['[a1, b1] = [1, 2]; b1', '2']
])

table('arrays with functions', [
  ['[3, 1, 2].sort()', '[ 1, 2, 3 ]'],
  ['[3, 10, 2].sort((a, b) => a - b)', '[ 2, 3, 10 ]'],
  ['[1, 2, 3, 4].filter((x) => x % 2).map((x) => x * x)', '[ 1, 9 ]'],
  ['[1, 2, 3].reduce((a, b) => a + b, 10)', '16'],
  ['[[1], [2]].flatMap((x) => x)', '[ 1, 2 ]'],
  ['[5, 6].find((x) => x > 5)', '6'],
  ['[5, 6].some((x) => x > 5)', 'true'],
  ['[5, 6].every((x) => x > 5)', 'false'],
  ['Array.from({ length: 3 }, (_, i) => i * 2)', '[ 0, 2, 4 ]']
])

table('BSON values', [
  ["ObjectId('5a9427648b0beebeb69537a5')", "ObjectId('5a9427648b0beebeb69537a5')"],
  ["new ObjectId('5a9427648b0beebeb69537a5').getTimestamp()", "ISODate('2018-02-26T15:27:32.000Z')"],
  ["ISODate('2018-01-31')", "ISODate('2018-01-31T00:00:00.000Z')"],
  ["ISODate('20180131T10:20:30+02:00').getTime()", '1517386830000'],
  ["new Date('2018-01-31').getUTCFullYear()", '2018'],
  ['NumberInt(5.7)', 'Int32(5)'],
  ["NumberLong('9007199254740993')", "Long('9007199254740993')"],
  ["NumberLong('5') + 1", '6'],
  ["NumberDecimal('1.50')", "Decimal128('1.50')"],
  ["UUID('00112233-4455-6677-8899-aabbccddeeff')", "UUID('00112233-4455-6677-8899-aabbccddeeff')"],
  ["ObjectId('5a9427648b0beebeb69537a5') instanceof ObjectId", 'true'],
  ['new Date(0) instanceof Date', 'true'],
  ['MinKey()', 'MinKey()'],
  ["BinData(0, 'aGk=')", "Binary.createFromBase64('aGk=', 0)"],
  ['Timestamp({ t: 1, i: 2 })', 'Timestamp({ t: 1, i: 2 })']
])

table('refusals', [
  ["ObjectId('xyz')", '! ObjectId wants 24 hexadecimal digits.'],
  ["ISODate('2018-13-45')", '! "2018-13-45" is not a date of the calendar.'],
  ['window', '! "window" is not defined.'],
  ['globalThis', '! "globalThis" is not defined.'],
  ['(() => 1).constructor', 'none'],
  ['"".constructor', 'none'],
  ['[].constructor', 'none'],
  ['({}).constructor', 'none'],
  ['({}).__proto__', 'none'],
  ['Math.constructor', 'none'],
  ['[].map.constructor', 'none'],
  ['new Date().constructor', 'none'],
  ['ObjectId.prototype', 'none'],
  ['class A {}', '! Class declaration is not available in this shell.'],
  ['function* g() {}', '! Generator functions are not available in this shell.'],
  ['while (true) {}', '! Stopped after 200,000 steps.'],
  ['const f = () => f(); f()', '! Functions call one another too deeply.'],
  ['const c = 1; c = 2', '! Assignment to constant "c".'],
  ['null.x', '! Cannot read "x" of null.'],
  ["db.collection('x')", '! The shell has no db.collection().'],
  ['db.x.save({})', '! x.save() is not available here.'],
  ['db.x.fnd({})', '! db.x.fnd is not a function.'],
  ["db.x.find('a')", "! The filter must be a document, such as { name: 'value' }."],
  ['db.x.replaceOne({}, { $set: { a: 1 } })', '! A replacement has no update operators.'],
  ["db.x.createIndex('a')", "! An index wants a key, such as { state: 1, 'cost.total': -1 }."],
  ['show things', '! show things: not known.'],
  ['use a/b', '! "a/b" is not a name for a database.']
])

describe('calls of the driver', () => {
  const cases: [string, unknown[]][] = [
    ['db.m.find()', ['test.m', 'find', {}, {}]],
    [
      'db.m.find({ a: { $gt: 1 } }, { a: 1 }).sort({ a: -1 }).skip(5).limit(10).hint("a_1")',
      ['test.m', 'find', { a: { $gt: 1 } }, { projection: { a: 1 }, sort: { a: -1 }, skip: 5, limit: 10, hint: 'a_1' }]
    ],
    ['db.getCollection("a-b").findOne({ _id: 1 })', ['test.a-b', 'findOne', { _id: 1 }, {}]],
    ['db["a"].b.findOne()', ['test.a.b', 'findOne', {}, {}]],
    ['db.getSiblingDB("other").m.findOne()', ['other.m', 'findOne', {}, {}]],
    ['db.m.aggregate([{ $match: { a: 1 } }], { allowDiskUse: true })', ['test.m', 'aggregate', [{ $match: { a: 1 } }], { allowDiskUse: true }]],
    ['db.m.aggregate({ $match: { a: 1 } }, { $limit: 1 })', ['test.m', 'aggregate', [{ $match: { a: 1 } }, { $limit: 1 }], {}]],
    ['db.m.find({ a: 1 }).explain("executionStats")', ['test.m', 'find.explain', { a: 1 }, {}, 'executionStats']],
    ['db.m.explain("executionStats").find({ a: 1 }).sort({ b: 1 })', ['test.m', 'find.explain', { a: 1 }, { sort: { b: 1 } }, 'executionStats']],
    [
      'db.m.explain().updateMany({ a: 1 }, { $set: { b: 1 } })',
      ['test', 'command', { explain: { update: 'm', updates: [{ q: { a: 1 }, u: { $set: { b: 1 } }, multi: true }] }, verbosity: 'queryPlanner' }]
    ],
    ['db.m.find({ a: 1 }).limit(3).count()', ['test', 'command', { count: 'm', query: { a: 1 }, limit: 3 }]],
    ['db.m.countDocuments({ a: 1 })', ['test.m', 'countDocuments', { a: 1 }, {}]],
    ['db.m.distinct("a", { b: 1 })', ['test.m', 'distinct', 'a', { b: 1 }, {}]],
    ['db.m.insertOne({ a: 1 })', ['test.m', 'insertOne', { a: 1 }, {}]],
    ['db.m.insertMany([{ a: 1 }], { ordered: false })', ['test.m', 'insertMany', [{ a: 1 }], { ordered: false }]],
    ['db.m.updateMany({}, [{ $set: { a: 1 } }])', ['test.m', 'updateMany', {}, [{ $set: { a: 1 } }], {}]],
    ['db.m.findOneAndUpdate({}, { $inc: { a: 1 } }, { returnNewDocument: true })', ['test.m', 'findOneAndUpdate', {}, { $inc: { a: 1 } }, { returnDocument: 'after' }]],
    ['db.m.deleteOne({ a: 1 })', ['test.m', 'deleteOne', { a: 1 }, {}]],
    ['db.m.insert({ a: 1 })', ['test.m', 'insertMany', [{ a: 1 }], {}]],
    ['db.m.update({}, { $set: { a: 1 } }, { multi: true, upsert: true })', ['test.m', 'updateMany', {}, { $set: { a: 1 } }, { upsert: true }]],
    ['db.m.update({}, { a: 1 }, true)', ['test.m', 'replaceOne', {}, { a: 1 }, { upsert: true }]],
    ['db.m.remove({ a: 1 }, true)', ['test.m', 'deleteOne', { a: 1 }, {}]],
    ['db.m.remove({ a: 1 })', ['test.m', 'deleteMany', { a: 1 }, {}]],
    ['db.m.findAndModify({ query: { a: 1 }, update: { $set: { b: 1 } }, new: true })', ['test.m', 'findOneAndUpdate', { a: 1 }, { $set: { b: 1 } }, { returnDocument: 'after' }]],
    ['db.m.ensureIndex({ a: 1 }, { unique: true })', ['test.m', 'createIndex', { a: 1 }, { unique: true }]],
    ['db.m.dropIndex("a_1")', ['test', 'command', { dropIndexes: 'm', index: 'a_1' }]],
    ['db.m.renameCollection("n", true)', ['test.m', 'rename', 'n', { dropTarget: true }]],
    ['db.m.drop()', ['test.m', 'drop']],
    ['db.m.stats()', ['test', 'command', { collStats: 'm' }]],
    ['db.createCollection("n", { capped: true })', ['test', 'createCollection', 'n', { capped: true }]],
    ['db.dropDatabase()', ['test', 'dropDatabase']],
    ['db.runCommand("ping")', ['test', 'command', { ping: 1 }]],
    ['db.adminCommand({ ping: 1 })', ['admin', 'command', { ping: 1 }]],
    ['use shop\ndb.m.drop()', ['shop.m', 'drop']],
    ['for (const i of [1]) db.m.insertOne({ i })', ['test.m', 'insertOne', { i: 1 }, {}]],
    ['[7].forEach((i) => db.m.insertOne({ i }))', ['test.m', 'insertOne', { i: 7 }, {}]]
  ]
  for (const [text, expected] of cases) {
    test(text, async () => {
      const driver = fakeDriver()
      const outcome = last(await run(text, driver))
      assert.notEqual(outcome.kind, 'error', outcome.kind === 'error' ? String(outcome.error) : '')
      assert.deepEqual(driver.calls.at(-1), expected)
    })
  }
})

describe('cursors', () => {
  const documents = Array.from({ length: 45 }, (_, i) => ({ _id: i, a: i % 3 }))

  test('twenty at a time, then it, until there are no more', async () => {
    const session = new Session(() => fakeDriver(documents), 'test')
    const sizes: unknown[] = []
    for (const text of ['db.m.find()', 'it', 'it', 'it']) {
      const outcome = last(await session.run(text))
      sizes.push(outcome.kind === 'page' ? [outcome.documents.length, outcome.hasMore] : outcome.kind)
    }
    assert.deepEqual(sizes, [[20, true], [20, true], [5, false], 'text'])
  })

  test('map, forEach, toArray, next, for of', async () => {
    const driver = fakeDriver(documents)
    const session = new Session(() => driver, 'test')
    const got = async (text: string) => {
      const outcome = last(await session.run(text))
      return outcome.kind === 'value' ? outcome.value : outcome
    }
    assert.deepEqual(await got('db.m.find().map((d) => d.a).toArray().slice(0, 3)'), [0, 1, 2])
    assert.equal(await got('let n = 0; db.m.find().forEach((d) => { n += d._id }); n'), 990)
    assert.deepEqual(await got('db.m.find().next()'), { _id: 0, a: 0 })
    assert.equal(await got('let k = 0; for (const d of db.m.find()) k++; k'), 45)
    assert.equal(await got('db.m.find().itcount()'), 45)
  })

  test('variables live on between runs', async () => {
    const session = new Session(() => fakeDriver(documents), 'test')
    await session.run('const id = 5; function twice(x) { return 2 * x }')
    const outcome = last(await session.run('twice(id)'))
    assert.equal(outcome.kind === 'value' && outcome.value, 10)
    await session.run('const id = 6')
    assert.deepEqual(session.variables().sort(), ['id', 'twice'])
  })
})

test('print and console.log are kept beside the result', async () => {
  const outcome = last(await run('print("a", 1); console.log({ b: 2 })'))
  assert.deepEqual(outcome.printed, ['{ b: 2 }'])
})

test('a run stops at the first error, and tells where it is', async () => {
  const outcomes = await run('1\ndb.x.find().srt()\n3')
  assert.deepEqual(outcomes.map(({ kind }) => kind), ['value', 'error'])
  const error = outcomes[1]?.kind === 'error' ? (outcomes[1].error as { position: number }) : null
  assert.equal(error?.position, 14)
})

test('a syntax error runs nothing', async () => {
  const driver = fakeDriver()
  const outcomes = await run('db.m.drop()\ndb.m.find({', driver)
  assert.equal(outcomes.length, 1)
  assert.equal(outcomes[0]?.kind, 'error')
  assert.deepEqual(driver.calls, [])
})

test('Stop ends a loop', async () => {
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 30)
  const outcomes = await new Session(() => fakeDriver(), 'test').run('while (true) {}', { signal: stop.signal, stepsMax: 1e9 })
  assert.equal(outcomes[0]?.kind === 'error' && (outcomes[0].error as Error).name, 'Stopped')
})

test('lines of the shell and statements are told apart', () => {
  const kinds = (text: string) => parse(text).map((p) => (p.kind === 'command' ? `${p.name} ${p.argument}`.trim() : p.node.type))
  assert.deepEqual(kinds('show dbs; use shop\ndb.x\n  .find()\nit // more'), ['show dbs', 'use shop', 'ExpressionStatement', 'ExpressionStatement'])
  assert.deepEqual(kinds('use = 5; show.x; it.next()'), Array(3).fill('ExpressionStatement'))
  assert.deepEqual(kinds('// only a comment\n'), [])
  assert.deepEqual(kinds('help\nit'), ['help', 'it'])
})

test('long documents break into lines; Extended JSON has two forms', () => {
  const document = { name: "it's", list: Array.from({ length: 30 }, (_, i) => i), at: new Date(0) }
  assert.match(shellText(document), /^\{\n {2}name: 'it\\'s',\n {2}list: \[\n {4}0,/)
  assert.equal(formatValue({ a: 1, d: new Date(0) }, 'relaxed'), '{\n  "a": 1,\n  "d": {\n    "$date": "1970-01-01T00:00:00Z"\n  }\n}')
  assert.match(formatValue({ a: 1 }, 'canonical'), /"\$numberInt": "1"/)
})
