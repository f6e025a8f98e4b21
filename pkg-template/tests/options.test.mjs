// Options act on every operation that takes them; an operation that does not take one refuses it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { BSON, BSONRegExp, CursorTimeoutMode, Int32, Long, MongoClient, ReadConcernLevel, ReadPreference, ReadPreferenceMode } from '../build/index.js';
import { collectionOn, cursorReply, fake } from './fake.mjs';
import { OPERATIONS } from './operations.mjs';

const missing = !existsSync(fileURLToPath(new URL('../build/wasm/tussock_bg.wasm', import.meta.url)))
  && 'the engine is not built (cargo xtask build)';

/** What an option adds to the first command; a list: where it is. */
const SENT = {
  comment: { k: 1 },
  maxTimeMS: 77,
  timeoutMS: 5000,
  readConcern: { level: 'majority' },
  writeConcern: { w: 1, j: true },
  collation: { locale: 'simple' },
};

/** Who does not take it: everyone else must send it. */
const CURSORS = ['listIndexes', 'indexExists', 'indexInformation', 'indexes', 'options', 'isCapped', 'listCollections', 'collections',
  'db.indexInformation', 'runCursorCommand'];
const REFUSED = {
  comment: ['runCursorCommand'],
  maxTimeMS: ['runCursorCommand'],
  timeoutMS: [],
  readConcern: ['command', 'runCursorCommand'],
  writeConcern: ['find', 'findOne', 'find, explained', 'find, counted', 'command', ...CURSORS],
  collation: ['createIndexes', 'command', ...CURSORS],
};
/** Nothing is written, so a write concern says nothing. */
const WITHOUT_WRITES = ['delete, explained', 'aggregate, explained'];

function everywhere(value, name) {
  if (value === null || typeof value !== 'object') return undefined;
  if (name in value) return value[name];
  for (const inner of Object.values(value)) {
    const found = everywhere(inner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

for (const [option, value] of Object.entries(SENT)) {
  test(`${option} goes with every command, or is refused`, async () => {
    for (const [name, [answer, call]] of Object.entries(OPERATIONS)) {
      const connection = fake(answer);
      const run = async () => call(collectionOn(connection), { [option]: value });
      if (REFUSED[option].includes(name)) {
        await assert.rejects(run, { name: 'MongoInvalidArgumentError', message: /does not support the option/ }, `${name} takes ${option}`);
        continue;
      }
      await run();
      const found = everywhere(connection.commands[0], option === 'timeoutMS' ? 'maxTimeMS' : option);
      if (option === 'timeoutMS') assert.ok(found > 0 && found <= value, `${name}: ${found}`);
      else if (option === 'writeConcern' && WITHOUT_WRITES.includes(name)) assert.equal(found, undefined);
      else assert.deepEqual(found, value, name);
    }
  });
}

test('an unknown option and an unknown read preference are refused everywhere', async () => {
  for (const [name, [answer, call]] of Object.entries(OPERATIONS)) {
    const connection = fake(answer);
    const things = collectionOn(connection);
    await assert.rejects(async () => call(things, { nope: 1 }), { message: /does not support the option "nope"/ }, name);
    await assert.rejects(async () => call(things, { readPreference: 'nope' }), { name: 'MongoInvalidArgumentError' }, name);
    assert.equal(connection.commands.length, 0, name);
    await call(things, { nope: undefined, readPreference: 'nearest' });
  }
  assert.equal(ReadPreference.nearest.mode, ReadPreference.NEAREST);
  assert.ok(ReadPreference.isValid('secondary') && !ReadPreference.isValid('nope') && !ReadPreference.isValid('toString'));
  assert.deepEqual({ ...ReadPreferenceMode }, Object.fromEntries(Object.keys(ReadPreferenceMode).map((name) => [name, name])));
  assert.deepEqual(Object.keys(ReadConcernLevel).sort(), ['available', 'linearizable', 'local', 'majority', 'snapshot']);
  assert.throws(() => ReadPreference.fromOptions({ mode: 'nearest', tags: [{ a: 'b' }] }), /does not support the option "tags"/);
});

const ABORTABLE = ['findOne', 'find', 'find, explained', 'find, counted', 'aggregate', 'aggregate, explained', 'count', 'countDocuments',
  'db.aggregate', 'command', ...CURSORS];

test('a signal ends reads, and is refused by the rest', async () => {
  for (const [name, [answer, call]] of Object.entries(OPERATIONS)) {
    const connection = fake(answer);
    const things = collectionOn(connection);
    const signal = AbortSignal.abort(new Error('stop'));
    const reason = ABORTABLE.includes(name) ? { message: 'stop' } : { message: /does not support the option "signal"/ };
    await assert.rejects(async () => call(things, { signal }), reason, name);
    assert.equal(connection.commands.length, 0, name);
  }
  await assert.rejects(collectionOn(fake({ ok: 1 })).findOne({}, { signal: {} }), { name: 'MongoInvalidArgumentError' });
});

/** A connection that answers when it is told to. */
function slow(answer) {
  const inner = fake(answer);
  const waiting = [];
  const runCommand = (bytes) => {
    const reply = inner.runCommand(bytes);
    return new Promise((resolve) => waiting.push(() => resolve(reply)));
  };
  return { ...inner, waiting, runCommand };
}

const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
};

test('a signal ends an operation that is under way', async () => {
  const connection = slow(cursorReply([{ _id: 1 }]));
  const things = collectionOn(connection);
  const controller = new AbortController();
  const found = things.findOne({}, { signal: controller.signal });
  await turns();
  assert.equal(connection.waiting.length, 1);
  controller.abort(new Error('stop'));
  await assert.rejects(found, { message: 'stop' });
  const other = things.findOne({}, { signal: new AbortController().signal });
  await turns();
  connection.waiting[1]();
  assert.deepEqual(await other, { _id: 1 });
});

test('a cursor whose signal is aborted gives no more and is closed', async () => {
  const connection = fake(cursorReply([{ _id: 1 }, { _id: 2 }], { id: 7 }), { ok: 1 });
  const controller = new AbortController();
  const cursor = collectionOn(connection).find({}, { signal: controller.signal });
  assert.deepEqual(await cursor.next(), { _id: 1 });
  controller.abort(new Error('stop'));
  await assert.rejects(cursor.next(), { message: 'stop' });
  assert.deepEqual(Object.keys(connection.commands[1])[0], 'killCursors');
  assert.ok(cursor.killed);
});

test('an engine whose time is over', async () => {
  const expired = { ok: 0, code: 50, codeName: 'MaxTimeMSExpired', errmsg: 'operation exceeded time limit' };
  const things = collectionOn(fake(expired), { timeoutMS: 1000 });
  await assert.rejects(things.findOne(), (error) => {
    assert.equal(error.name, 'MongoOperationTimeoutError');
    assert.equal(error.cause.code, 50);
    return true;
  });
  await assert.rejects(things.insertMany([{}]), { name: 'MongoOperationTimeoutError' });
  await assert.rejects(things.find().toArray(), { name: 'MongoOperationTimeoutError' });
  await assert.rejects(collectionOn(fake(expired)).findOne({}, { maxTimeMS: 5 }), { name: 'MongoServerError', code: 50 });
});

test('an engine that does not answer in time', async () => {
  const connection = slow(cursorReply([]));
  await assert.rejects(collectionOn(connection).findOne({}, { timeoutMS: 1 }), { name: 'MongoOperationTimeoutError' });
});

test('timeoutMS is inherited, and 0 is no limit', async () => {
  const connection = fake(cursorReply([]));
  const client = new MongoClient('memory://', { connection, timeoutMS: 100_000 });
  assert.equal(client.timeoutMS, 100_000);
  const db = client.db('a', { timeoutMS: 200_000 });
  const things = db.collection('b');
  assert.equal(things.timeoutMS, 200_000);
  await things.findOne();
  await things.find({}, { maxTimeMS: 5 }).toArray();
  await things.findOne({}, { timeoutMS: 0, maxTimeMS: 7 });
  await db.collection('c', { timeoutMS: 0 }).findOne();
  const [one, two, three, four] = connection.commands.map(({ maxTimeMS }) => maxTimeMS);
  assert.ok(one > 100_000 && two > 100_000, 'timeoutMS takes the place of maxTimeMS');
  assert.deepEqual([three, four], [7, undefined]);
  for (const timeoutMS of [-1, 1.5, NaN, '5', 2 ** 31]) {
    await assert.rejects(things.findOne({}, { timeoutMS }), { name: 'MongoInvalidArgumentError' });
    assert.throws(() => new MongoClient('memory://', { timeoutMS }), { name: 'MongoInvalidArgumentError' });
  }
});

test('timeoutMode says what a cursor\'s limit is the limit of', async () => {
  assert.deepEqual({ ...CursorTimeoutMode }, { ITERATION: 'iteration', LIFETIME: 'cursorLifetime' });
  const things = () => collectionOn(fake((command) => cursorReply([{ _id: 1 }], { id: 7, batch: command.find ? 'firstBatch' : 'nextBatch' })));
  const limit = { timeoutMS: 1_000_000, batchSize: 1 };
  const now = performance.now.bind(performance);
  for (const [options, lasts] of [[{}, false], [{ timeoutMode: 'cursorLifetime' }, false], [{ timeoutMode: 'iteration' }, true]]) {
    const cursor = things().find({}, { ...limit, ...options });
    await cursor.next();
    performance.now = () => now() + limit.timeoutMS;
    if (lasts) assert.deepEqual(await cursor.next(), { _id: 1 });
    else await assert.rejects(cursor.next(), { name: 'MongoOperationTimeoutError' });
    performance.now = now;
    await cursor.close();
  }
  assert.throws(() => things().find({}, { timeoutMode: 'nope' }), { name: 'MongoInvalidArgumentError' });
});

test('explain as an option gives the explanation as the only document', async () => {
  const plan = { queryPlanner: { namespace: 'test.things' }, ok: 1 };
  const connection = fake(plan);
  const things = collectionOn(connection);
  assert.deepEqual(await things.find({ a: 1 }, { explain: 'queryPlanner', comment: 'x' }).toArray(), [plan]);
  assert.deepEqual(await things.findOne({ a: 1 }, { explain: 'queryPlanner' }), plan);
  assert.deepEqual(await things.aggregate([{ $match: {} }], { explain: true }).next(), plan);
  assert.deepEqual(await things.find().addQueryModifier('$explain', true).toArray(), [plan]);
  const [find, , aggregate] = connection.commands;
  assert.deepEqual(find, { explain: { find: 'things', filter: { a: 1 }, comment: 'x' }, verbosity: 'queryPlanner', $db: 'test' });
  assert.equal(aggregate.verbosity, 'allPlansExecution');
  await assert.rejects(things.countDocuments({}, { explain: true }), /does not support the option "explain"/);
});

test('serverApi goes with every command', async () => {
  const connection = fake(cursorReply([]));
  const serverApi = { version: '1', strict: true, deprecationErrors: false };
  const client = new MongoClient('memory://', { connection, serverApi });
  await client.db('a').collection('b').findOne();
  await client.db('a').command({ ping: 1 });
  for (const { apiVersion, apiStrict, apiDeprecationErrors } of connection.commands) {
    assert.deepEqual([apiVersion, apiStrict, apiDeprecationErrors], ['1', true, false]);
  }
  assert.deepEqual(client.serverApi, serverApi);
  assert.deepEqual(new MongoClient('memory://', { serverApi: '1' }).serverApi, { version: '1' });
  assert.equal(new MongoClient('memory://').serverApi, undefined);
  assert.throws(() => new MongoClient('memory://', { serverApi: '2' }), { name: 'MongoParseError' });
});

test('options of an index are not taken for all of a list', async () => {
  const things = collectionOn(fake({ ok: 1 }));
  await assert.rejects(things.createIndexes([{ key: { a: 1 } }], { unique: true }), /does not support the option "unique"/);
  await assert.rejects(things.createIndexes([{ key: { a: 1 }, comment: 'x' }]), /does not support the option "comment"/);
});

test('profiling levels', async () => {
  const things = collectionOn(fake({ was: 1, ok: 1 }));
  assert.equal(await things.db.profilingLevel(), 'slow_only');
  assert.equal(await things.db.setProfilingLevel('all'), 'all');
  await assert.rejects(things.db.setProfilingLevel('loud'), { name: 'MongoInvalidArgumentError' });
});

// ---- how values are written and read

test('every operation understands its answer, however values are read', async () => {
  const ways = [{ promoteValues: false }, { promoteLongs: false }, { useBigInt64: true }, { bsonRegExp: true }, { promoteBuffers: true },
    { enableUtf8Validation: false }, { raw: true }, { fieldsAsRaw: { a: true } }];
  const read = (value) => {
    if (value instanceof Uint8Array) return BSON.deserialize(value);
    if (!(value?.deleteResults instanceof Map)) return value;
    const { insertResults: _, updateResults: __, deleteResults, ...counts } = value;
    return { ...counts, deleteResults: Object.fromEntries(deleteResults) };
  };
  const plain = (value) => BSON.EJSON.stringify(Array.isArray(value) ? value.map(read) : read(value), { relaxed: true });
  for (const [name, [answer, call]] of Object.entries(OPERATIONS)) {
    const expected = plain(await call(collectionOn(fake(answer)), {}));
    for (const way of ways) {
      const got = await call(collectionOn(fake(answer)), way);
      assert.equal(plain(got), expected, `${name} with ${JSON.stringify(way)}`);
    }
  }
});

test('what comes back in a reply is read as the options say', async () => {
  const pattern = { pattern: '(?<=a)b(?i)', options: 'x' };
  const document = { _id: 1, long: Long.fromNumber(5), re: new BSONRegExp(pattern.pattern, pattern.options) };
  const things = collectionOn(fake({ value: document, values: [document.long], upserted: [{ index: 0, _id: document.long }], n: 1, ok: 1 }));
  const update = [{ _id: 1 }, { $set: { a: 1 } }];
  assert.equal((await things.findOneAndUpdate(...update, { useBigInt64: true, bsonRegExp: true })).long, 5n);
  assert.deepEqual((await things.findOneAndUpdate(...update, { promoteLongs: false, bsonRegExp: true })).long, Long.fromNumber(5));
  assert.deepEqual((await things.findOneAndUpdate(...update, { promoteValues: false, bsonRegExp: true }))._id, new Int32(1));
  assert.deepEqual((await things.findOneAndDelete({}, { bsonRegExp: true })).re, document.re);
  assert.ok((await things.findOneAndDelete({}, { bsonRegExp: true, raw: true })) instanceof Uint8Array);
  const plain = collectionOn(fake({ values: [Long.fromNumber(5)], upserted: [{ index: 0, _id: Long.fromNumber(5) }], n: 1, ok: 1 }));
  assert.deepEqual(await plain.distinct('a', {}, { useBigInt64: true }), [5n]);
  assert.equal((await plain.updateOne(...update, { useBigInt64: true })).upsertedId, 5n);
  assert.equal((await plain.db.command({ x: 1 }, { useBigInt64: true })).values[0], 5n);
  assert.equal((await plain.bulkWrite([{ updateOne: { filter: {}, update: { $set: { a: 1 } } } }], { useBigInt64: true })).upsertedIds[0], 5n);
});

test('checkKeys refuses keys in documents that are inserted', async () => {
  const connection = fake({ n: 1, ok: 1 });
  const things = collectionOn(connection);
  for (const document of [{ 'a.b': 1 }, { $a: 1 }, { a: { $b: 1 } }]) {
    await assert.rejects(things.insertOne({ ...document }, { checkKeys: true }), { name: 'BSONError' });
    await assert.rejects(things.insertMany([{ ...document }], { checkKeys: true }), { name: 'BSONError' });
    await assert.rejects(collectionOn(connection, { checkKeys: true }).insertOne({ ...document }), { name: 'BSONError' });
  }
  assert.equal(connection.commands.length, 0);
  await things.insertOne({ _id: 1, a: { b: 1 } }, { checkKeys: true });
  assert.deepEqual(connection.commands[0].documents, [{ _id: 1, a: { b: 1 } }]);
});

test('ignoreUndefined and serializeFunctions act on everything that is sent', async () => {
  const filter = () => ({ a: undefined, b: () => 1 });
  for (const [name, call] of Object.entries({
    findOne: (c, options) => c.findOne(filter(), options),
    find: (c, options) => c.find(filter(), options).toArray(),
    aggregate: (c, options) => c.aggregate([{ $match: filter() }], options).toArray(),
    deleteOne: (c, options) => c.deleteOne(filter(), options),
    insertOne: (c, options) => c.insertOne(filter(), options),
    insertMany: (c, options) => c.insertMany([filter()], options),
    command: (c, options) => c.db.command({ find: 'x', filter: filter() }, options),
  })) {
    const connection = fake((command) => (command.find || command.aggregate ? cursorReply([]) : { n: 1, ok: 1 }));
    await call(collectionOn(connection), { ignoreUndefined: true, serializeFunctions: true });
    await call(collectionOn(connection), {});
    const [chosen, plain] = connection.commands.map((command) => everywhere(command, 'b') ?? everywhere(command, 'a'));
    assert.equal(chosen?._bsontype, 'Code', name);
    assert.equal(plain, null, name);
  }
});

test('against the engine', { skip: missing }, async () => {
  const client = await MongoClient.connect('memory://');
  const things = client.db('test').collection('things');
  await things.insertMany([{ _id: 1, a: Long.fromNumber(1) }, { _id: 2, a: Long.fromNumber(2) }], { timeoutMS: 60_000 });
  const [plan] = await things.find({ a: 1 }, { explain: 'queryPlanner' }).toArray();
  assert.equal(plan.queryPlanner.namespace, 'test.things');
  assert.equal((await things.aggregate([{ $match: { a: 1 } }], { explain: true }).toArray()).length, 1);
  assert.deepEqual(await things.distinct('a', {}, { useBigInt64: true }), [1n, 2n]);
  await assert.rejects(things.insertOne({ _id: 3 }, { readConcern: { level: 'majority' } }), { code: 72 });
  await assert.rejects(things.countDocuments({}, { readConcern: { level: 'snapshot' } }), { code: 123 });
  const strict = await MongoClient.connect('memory://', { serverApi: { version: '1', strict: true } });
  await assert.rejects(strict.db('a').command({ dbStats: 1 }), { code: 323 });
  assert.equal(await strict.db('a').collection('b').countDocuments(), 0);
  await assert.rejects(things.aggregate([
    { $set: { a: { $range: [0, 2000] } } }, { $unwind: '$a' }, { $set: { b: { $range: [0, 2000] } } }, { $unwind: '$b' }, { $count: 'n' },
  ], { timeoutMS: 5 }).toArray(), { name: 'MongoOperationTimeoutError' });
  await strict.close();
  await client.close();
});
