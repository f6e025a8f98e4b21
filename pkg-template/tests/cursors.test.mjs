// Cursors: batches, the end, closing, builders.

import assert from 'node:assert/strict';
import test from 'node:test';
import { BSON, Long, MongoCursorExhaustedError, MongoCursorInUseError } from '../build/index.js';
import { collectionOn, cursorReply, fake } from './fake.mjs';

/** An engine that gives the numbers below `count` in batches, as asked. */
function numbers(count, { first = 101, more = 101 } = {}) {
  let position = 0;
  return fake((command) => {
    if (command.killCursors) return { cursorsKilled: command.cursors, ok: 1 };
    const size = command.getMore ? (command.batchSize ?? more) : (command.batchSize ?? command.cursor?.batchSize ?? first);
    if (!command.getMore) position = 0;
    const end = Math.min(count, command.limit ?? count, position + size);
    const documents = [];
    for (; position < end; position++) documents.push({ _id: position });
    const open = position < Math.min(count, command.limit ?? count);
    return cursorReply(documents, { id: open ? 99 : 0, batch: command.getMore ? 'nextBatch' : 'firstBatch' });
  });
}

const names = (connection) => connection.commands.map((command) => Object.keys(command)[0]);

test('toArray takes all batches', async () => {
  const connection = numbers(7);
  const found = await collectionOn(connection).find({}, { batchSize: 3 }).toArray();
  assert.deepEqual(found.map((d) => d._id), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(names(connection), ['find', 'getMore', 'getMore']);
  const [, more] = connection.commands;
  assert.deepEqual(more, { getMore: 99, collection: 'things', batchSize: 3, $db: 'test' });
});

test('the id of a cursor keeps its 64 bits', async () => {
  const id = Long.fromString('7234567890123456789');
  const connection = fake({ cursor: { firstBatch: [{ _id: 1 }], id, ns: 'test.things' }, ok: 1 }, cursorReply([], { batch: 'nextBatch' }));
  const cursor = collectionOn(connection).find();
  await cursor.next();
  assert.deepEqual(cursor.id, id);
  assert.equal(await cursor.next(), null);
  assert.deepEqual(connection.commands[1].getMore, id);
});

test('next, hasNext, tryNext and the end', async () => {
  const cursor = collectionOn(numbers(3)).find({}, { batchSize: 2 });
  assert.equal(await cursor.hasNext(), true);
  assert.equal(cursor.bufferedCount(), 2);
  assert.deepEqual(await cursor.next(), { _id: 0 });
  assert.deepEqual(await cursor.tryNext(), { _id: 1 });
  assert.deepEqual(await cursor.next(), { _id: 2 });
  assert.equal(cursor.closed, false);
  assert.equal(await cursor.next(), null);
  assert.equal(cursor.closed, true);
  assert.equal(await cursor.hasNext(), false);
  await assert.rejects(cursor.next(), MongoCursorExhaustedError);
  assert.deepEqual(await cursor.toArray(), []);
});

/** An engine with a tailable cursor that has documents for its getMores in turn. */
function growing(...batches) {
  return fake((command) => {
    if (command.killCursors) return { cursorsKilled: command.cursors, ok: 1 };
    if (!command.getMore) return cursorReply([{ _id: 0 }], { id: 99 });
    return cursorReply(batches.shift() ?? [], { id: 99, batch: 'nextBatch' });
  });
}

test('a cursor that awaits data asks until there is some', async () => {
  const connection = growing([], [], [{ _id: 1 }]);
  const cursor = collectionOn(connection).find({}, { tailable: true, awaitData: true });
  assert.deepEqual(await cursor.next(), { _id: 0 });
  assert.deepEqual(await cursor.next(), { _id: 1 });
  assert.deepEqual(names(connection), ['find', 'getMore', 'getMore', 'getMore']);
  assert.equal(cursor.closed, false);
  await cursor.close();
});

test('tryNext of a tailable cursor gives null when nothing came, and the cursor stays open', async () => {
  const cursor = collectionOn(growing()).find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: 5 });
  assert.deepEqual(await cursor.tryNext(), { _id: 0 });
  assert.equal(await cursor.tryNext(), null);
  assert.equal(cursor.closed, false);
  await cursor.close();
});

test('a cursor that waits ends when it is closed', async () => {
  const cursor = collectionOn(growing()).find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: 60000 });
  await cursor.next();
  const waiting = cursor.next();
  await cursor.close();
  assert.equal(await waiting, null);
});

test('a loop that is left early kills the cursor', async () => {
  const connection = numbers(10);
  const cursor = collectionOn(connection).find({}, { batchSize: 2 });
  const seen = [];
  for await (const { _id } of cursor) {
    seen.push(_id);
    if (_id === 3) break;
  }
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.deepEqual(names(connection), ['find', 'getMore', 'killCursors']);
  assert.deepEqual(connection.commands[2].cursors, [99]);
  assert.ok(cursor.closed && cursor.killed);
});

test('a loop to the end closes without killing', async () => {
  const connection = numbers(5);
  let closes = 0;
  const cursor = collectionOn(connection).find({}, { batchSize: 2 }).on('close', () => closes++);
  for await (const _ of cursor);
  assert.ok(!names(connection).includes('killCursors'));
  assert.equal(closes, 1);
  await cursor.close();
  assert.equal(closes, 1);
});

test('builders make the command', async () => {
  const connection = fake(cursorReply([]));
  const cursor = collectionOn(connection).find()
    .filter({ a: 1 }).sort({ a: 1, b: -1 }).limit(5).skip(2).project({ a: 1 }).batchSize(2).hint('a_1').min({ a: 0 }).max({ a: 9 })
    .returnKey(true).showRecordId(false).collation({ locale: 'sv' }).comment('why').maxTimeMS(50).allowDiskUse().withReadConcern('local');
  await cursor.toArray();
  assert.deepEqual(connection.commands[0], {
    find: 'things', filter: { a: 1 }, sort: { a: 1, b: -1 }, limit: 5, skip: 2, projection: { a: 1 }, batchSize: 2, hint: 'a_1', min: { a: 0 }, max: { a: 9 },
    returnKey: true, showRecordId: false, collation: { locale: 'sv' }, comment: 'why', maxTimeMS: 50, allowDiskUse: true, readConcern: { level: 'local' }, $db: 'test',
  });
  assert.deepEqual(Object.keys(connection.commands[0].sort), ['a', 'b']);
});

for (const [name, sort, expected] of [
  ['a name', 'a', { a: 1 }], ['names', ['a', 'b'], { a: 1, b: 1 }], ['a pair', ['a', -1], { a: -1 }], ['pairs', [['a', 'desc'], ['b', 'ascending']], { a: -1, b: 1 }],
  ['a map', new Map([['2', 1], ['1', -1]]), { 2: 1, 1: -1 }], ['a meta sort', { score: { $meta: 'textScore' } }, { score: { $meta: 'textScore' } }],
]) {
  test(`sort by ${name}`, async () => {
    const connection = fake(cursorReply([]));
    await collectionOn(connection).find().sort(sort).toArray();
    assert.deepEqual(connection.commands[0].sort, expected);
  });
}

test('limits: negative, equal to the batch size, across batches', async () => {
  const connection = numbers(50);
  const things = collectionOn(connection);
  assert.equal((await things.find().limit(-3).toArray()).length, 3);
  assert.equal(connection.commands[0].singleBatch, true);
  assert.equal(connection.commands[0].limit, 3);
  assert.equal((await things.find().limit(4).batchSize(4).toArray()).length, 4);
  assert.equal(connection.commands[1].batchSize, 5);
  assert.equal((await things.find().limit(5).batchSize(3).toArray()).length, 5);
  assert.equal(connection.commands[3].batchSize, 2);
});

test('map, clone, rewind', async () => {
  const connection = numbers(4);
  const cursor = collectionOn(connection).find({}, { batchSize: 3 }).map((d) => d._id + 1).map((n) => n * 10);
  assert.deepEqual(await cursor.toArray(), [10, 20, 30, 40]);
  cursor.rewind();
  assert.equal(await cursor.next(), 10);
  assert.deepEqual(cursor.readBufferedDocuments(), [20, 30]);
  assert.deepEqual(await cursor.clone().toArray(), [{ _id: 0 }, { _id: 1 }, { _id: 2 }, { _id: 3 }]);
  await assert.rejects(collectionOn(numbers(1)).find().map(() => null).next(), /not exhausted/);
});

test('a cursor in use cannot be changed', async () => {
  const cursor = collectionOn(numbers(9)).find({}, { batchSize: 2 });
  await cursor.next();
  assert.throws(() => cursor.sort({ a: 1 }), MongoCursorInUseError);
  assert.throws(() => cursor.limit(1), MongoCursorInUseError);
  await cursor.close();
  await assert.rejects(cursor.next(), MongoCursorExhaustedError);
});

test('an error closes the cursor', async () => {
  const connection = fake(cursorReply([{ _id: 1 }], { id: 5 }), { ok: 0, code: 43, errmsg: 'cursor not found' }, { ok: 1 });
  const cursor = collectionOn(connection).find();
  await cursor.next();
  await assert.rejects(cursor.next(), { code: 43 });
  assert.ok(cursor.closed);
});

test('forEach and stream', async () => {
  const seen = [];
  await collectionOn(numbers(5)).find().forEach(({ _id }) => { seen.push(_id); return _id < 2; });
  assert.deepEqual(seen, [0, 1, 2]);
  const streamed = [];
  for await (const { _id } of collectionOn(numbers(5)).find({}, { batchSize: 2 }).stream()) streamed.push(_id);
  assert.deepEqual(streamed, [0, 1, 2, 3, 4]);
});

test('aggregation: stages, batch size, explain', async () => {
  const connection = fake(cursorReply([]));
  const things = collectionOn(connection);
  const cursor = things.aggregate([{ $match: { a: 1 } }], { batchSize: 7, allowDiskUse: true, let: { x: 1 }, comment: 'c' })
    .sort({ a: 'desc' }).skip(1).limit(2).unwind('$b').project({ a: 1 }).group({ _id: '$a' });
  await cursor.toArray();
  assert.deepEqual(connection.commands[0], {
    aggregate: 'things',
    pipeline: [{ $match: { a: 1 } }, { $sort: { a: -1 } }, { $skip: 1 }, { $limit: 2 }, { $unwind: '$b' }, { $project: { a: 1 } }, { $group: { _id: '$a' } }],
    allowDiskUse: true, let: { x: 1 }, cursor: { batchSize: 7 }, comment: 'c', $db: 'test',
  });
  await things.aggregate([{ $out: 'other' }], { batchSize: 7 }).toArray();
  assert.deepEqual(connection.commands[1].cursor, {});
  await things.aggregate([{ $match: {} }]).explain('queryPlanner');
  assert.deepEqual(connection.commands[2], { explain: { aggregate: 'things', pipeline: [{ $match: {} }], cursor: {} }, verbosity: 'queryPlanner', $db: 'test' });
});

test('runCursorCommand sends the command as it is', async () => {
  const connection = fake(cursorReply([{ a: 1 }], { id: 3, ns: 'test.$cmd.x' }), cursorReply([], { batch: 'nextBatch', ns: 'test.$cmd.x' }));
  const cursor = collectionOn(connection).db.runCursorCommand({ checkMetadata: 1, x: 2 }).setBatchSize(4).setComment('m').setMaxTimeMS(8);
  assert.deepEqual(await cursor.toArray(), [{ a: 1 }]);
  assert.deepEqual(connection.commands[0], { checkMetadata: 1, x: 2, $db: 'test' });
  assert.deepEqual(connection.commands[1], { getMore: 3, collection: '$cmd.x', batchSize: 4, comment: 'm', maxTimeMS: 8, $db: 'test' });
});

test('raw documents', async () => {
  const [bytes] = await collectionOn(numbers(1)).find({}, { raw: true }).toArray();
  assert.deepEqual(BSON.deserialize(bytes), { _id: 0 });
});
