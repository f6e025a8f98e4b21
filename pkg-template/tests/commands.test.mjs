// Which command each method sends, and what it makes of the reply.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Long, MongoClient, MongoServerError, ObjectId } from '../build/index.js';
import { collectionOn, cursorReply, fake } from './fake.mjs';

const id = new ObjectId('65a1b2c3d4e5f60718293a4b');

/** Runs `call` on a collection whose engine gives `reply`, and checks the command that was sent. */
function sends(name, call, command, reply, result) {
  test(name, async () => {
    const connection = fake(reply ?? { ok: 1 });
    const got = await call(collectionOn(connection));
    assert.deepEqual(connection.commands[0], { ...command, $db: command.$db ?? 'test' });
    assert.deepEqual(Object.keys(connection.commands[0])[0], Object.keys(command)[0]);
    if (result !== undefined) assert.deepEqual(got, result);
  });
}

sends('insertOne', (c) => c.insertOne({ _id: id, a: 1 }), { insert: 'things', documents: [{ _id: id, a: 1 }], ordered: true },
  { n: 1, ok: 1 }, { acknowledged: true, insertedId: id });
sends('insertMany', (c) => c.insertMany([{ _id: 1 }, { _id: 2 }], { ordered: false, comment: 'x' }),
  { insert: 'things', documents: [{ _id: 1 }, { _id: 2 }], ordered: false, comment: 'x' },
  { n: 2, ok: 1 }, { acknowledged: true, insertedCount: 2, insertedIds: { 0: 1, 1: 2 } });
sends('updateOne', (c) => c.updateOne({ a: 1 }, { $set: { b: 2 } }),
  { update: 'things', updates: [{ q: { a: 1 }, u: { $set: { b: 2 } } }], ordered: true },
  { n: 1, nModified: 1, ok: 1 },
  { acknowledged: true, matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null });
sends('updateMany with upsert', (c) => c.updateMany({ a: 1 }, [{ $set: { b: 2 } }], { upsert: true, collation: { locale: 'de' }, hint: 'a_1' }),
  { update: 'things', updates: [{ q: { a: 1 }, u: [{ $set: { b: 2 } }], multi: true, upsert: true, collation: { locale: 'de' }, hint: 'a_1' }], ordered: true },
  { n: 1, nModified: 0, upserted: [{ index: 0, _id: id }], ok: 1 },
  { acknowledged: true, matchedCount: 0, modifiedCount: 0, upsertedCount: 1, upsertedId: id });
sends('replaceOne', (c) => c.replaceOne({ a: 1 }, { b: 2 }, { sort: { a: -1 }, let: { x: 1 } }),
  { update: 'things', updates: [{ q: { a: 1 }, u: { b: 2 }, sort: { a: -1 } }], ordered: true, let: { x: 1 } }, { n: 0, nModified: 0, ok: 1 });
sends('deleteMany', (c) => c.deleteMany({ a: 1 }), { delete: 'things', deletes: [{ q: { a: 1 }, limit: 0 }], ordered: true },
  { n: 3, ok: 1 }, { acknowledged: true, deletedCount: 3 });
sends('deleteOne, unacknowledged', (c) => c.deleteOne({ a: 1 }, { writeConcern: { w: 0 } }),
  { delete: 'things', deletes: [{ q: { a: 1 }, limit: 1 }], ordered: true, writeConcern: { w: 0 } },
  { n: 1, ok: 1 }, { acknowledged: false, deletedCount: 1 });
sends('findOne', (c) => c.findOne({ _id: id }, { projection: { a: 1 }, sort: ['a', 'desc'] }),
  { find: 'things', filter: { _id: id }, sort: { a: -1 }, projection: { a: 1 }, limit: 1, singleBatch: true },
  cursorReply([{ _id: id, a: 1 }]), { _id: id, a: 1 });
sends('findOne of nothing', (c) => c.findOne(), { find: 'things', filter: {}, limit: 1, singleBatch: true }, cursorReply([]), null);
sends('findOneAndUpdate', (c) => c.findOneAndUpdate({ a: 1 }, { $inc: { a: 1 } }, { returnDocument: 'after', sort: { a: 1 }, projection: { a: 1 } }),
  { findAndModify: 'things', query: { a: 1 }, update: { $inc: { a: 1 } }, new: true, upsert: false, sort: { a: 1 }, fields: { a: 1 } },
  { value: { a: 2 }, lastErrorObject: { n: 1 }, ok: 1 }, { a: 2 });
sends('findOneAndDelete with metadata', (c) => c.findOneAndDelete({ a: 1 }, { includeResultMetadata: true }),
  { findAndModify: 'things', query: { a: 1 }, remove: true },
  { value: null, lastErrorObject: { n: 0 }, ok: 1 }, { value: null, lastErrorObject: { n: 0 }, ok: 1 });
sends('countDocuments', (c) => c.countDocuments({ a: 1 }, { skip: 1, limit: 5 }),
  { aggregate: 'things', pipeline: [{ $match: { a: 1 } }, { $skip: 1 }, { $limit: 5 }, { $group: { _id: 1, n: { $sum: 1 } } }], cursor: {} },
  cursorReply([{ _id: 1, n: 4 }]), 4);
sends('countDocuments of nothing', (c) => c.countDocuments(),
  { aggregate: 'things', pipeline: [{ $match: {} }, { $group: { _id: 1, n: { $sum: 1 } } }], cursor: {} }, cursorReply([]), 0);
sends('estimatedDocumentCount', (c) => c.estimatedDocumentCount({ maxTimeMS: 9 }), { count: 'things', maxTimeMS: 9 }, { n: 7, ok: 1 }, 7);
sends('distinct', (c) => c.distinct('a', { b: 1 }), { distinct: 'things', key: 'a', query: { b: 1 } }, { values: [1, 2], ok: 1 }, [1, 2]);
sends('createIndex', (c) => c.createIndex({ a: 1, b: -1 }, { unique: true }),
  { createIndexes: 'things', indexes: [{ key: { a: 1, b: -1 }, name: 'a_1_b_-1', unique: true }] }, { ok: 1 }, 'a_1_b_-1');
sends('createIndexes', (c) => c.createIndexes([{ key: { a: 1 } }, { key: { b: 'text' }, name: 'words' }]),
  { createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a_1' }, { key: { b: 'text' }, name: 'words' }] }, { ok: 1 }, ['a_1', 'words']);
sends('dropIndexes', (c) => c.dropIndexes(), { dropIndexes: 'things', index: '*' }, { ok: 1 }, true);
sends('indexes', (c) => c.indexes(), { listIndexes: 'things', cursor: {} }, cursorReply([{ v: 2, key: { _id: 1 }, name: '_id_' }]),
  [{ v: 2, key: { _id: 1 }, name: '_id_' }]);
sends('indexInformation', (c) => c.indexInformation(), { listIndexes: 'things', cursor: {} },
  cursorReply([{ v: 2, key: { a: 1, b: -1 }, name: 'ab' }]), { ab: [['a', 1], ['b', -1]] });
sends('drop', (c) => c.drop(), { drop: 'things' }, { ok: 1 }, true);
sends('rename', (c) => c.rename('others', { dropTarget: true }),
  { renameCollection: 'test.things', to: 'test.others', dropTarget: true, $db: 'admin' });
sends('explain of a delete', (c) => c.deleteOne({ a: 1 }, { explain: 'queryPlanner' }),
  { explain: { delete: 'things', deletes: [{ q: { a: 1 }, limit: 1 }], ordered: true }, verbosity: 'queryPlanner' },
  { queryPlanner: {}, ok: 1 }, { queryPlanner: {}, ok: 1 });
sends('explain of a find', (c) => c.find({ a: 1 }).sort({ a: 1 }).explain('executionStats'),
  { explain: { find: 'things', filter: { a: 1 }, sort: { a: 1 } }, verbosity: 'executionStats' });
sends('createCollection', (c) => c.db.createCollection('logs', { capped: true, size: 9 }).then((made) => made.namespace),
  { create: 'logs', capped: true, size: 9 }, { ok: 1 }, 'test.logs');
sends('listCollections', (c) => c.db.listCollections({ name: 'a' }, { nameOnly: true }).toArray(),
  { listCollections: 1, filter: { name: 'a' }, cursor: {}, nameOnly: true }, cursorReply([{ name: 'a', type: 'collection' }]),
  [{ name: 'a', type: 'collection' }]);
sends('db.command', (c) => c.db.command({ ping: 1 }), { ping: 1 }, { ok: 1 }, { ok: 1 });
sends('db.aggregate', (c) => c.db.aggregate([{ $documents: [{ a: 1 }] }]).toArray(),
  { aggregate: 1, pipeline: [{ $documents: [{ a: 1 }] }], cursor: {} }, cursorReply([{ a: 1 }]), [{ a: 1 }]);
sends('db.stats', (c) => c.db.stats({ scale: 1024 }), { dbStats: 1, scale: 1024 });
sends('admin.listDatabases', (c) => c.db.admin().listDatabases({ nameOnly: true }), { listDatabases: 1, nameOnly: true, $db: 'admin' });
sends('a hint as keys', (c) => c.find({}, { hint: { a: 1 } }).toArray(), { find: 'things', filter: {}, hint: { a: 1 } }, cursorReply([]), []);
sends('client bulk write', (c) => c.db.client.bulkWrite([
  { name: 'insertOne', namespace: 'a.b', document: { _id: 1 } },
  { name: 'updateOne', namespace: 'a.c', filter: { _id: 2 }, update: { $set: { x: 1 } }, upsert: true },
  { name: 'deleteMany', namespace: 'a.b', filter: {} },
], { verboseResults: true }),
{
  bulkWrite: 1, errorsOnly: false, ordered: true, $db: 'admin',
  ops: [{ insert: 0, document: { _id: 1 } }, { update: 1, filter: { _id: 2 }, updateMods: { $set: { x: 1 } }, multi: false, upsert: true }, { delete: 0, filter: {}, multi: true }],
  nsInfo: [{ ns: 'a.b' }, { ns: 'a.c' }],
},
{
  ...cursorReply([{ ok: 1, idx: 0, n: 1 }, { ok: 1, idx: 1, n: 1, nModified: 0, upserted: { _id: 2 } }, { ok: 1, idx: 2, n: 1 }]),
  nErrors: 0, nInserted: 1, nMatched: 0, nModified: 0, nUpserted: 1, nDeleted: 1,
},
{
  acknowledged: true, insertedCount: 1, upsertedCount: 1, matchedCount: 0, modifiedCount: 0, deletedCount: 1,
  insertResults: new Map([[0, { insertedId: 1 }]]),
  updateResults: new Map([[1, { matchedCount: 1, modifiedCount: 0, didUpsert: true, upsertedId: 2 }]]),
  deleteResults: new Map([[2, { deletedCount: 1 }]]),
});

test('an insert gives the document its _id in place', async () => {
  const connection = fake({ n: 1, ok: 1 });
  const document = { a: 1 };
  const { insertedId } = await collectionOn(connection).insertOne(document);
  assert.ok(insertedId instanceof ObjectId);
  assert.equal(document._id, insertedId);
  await collectionOn(connection).insertOne({ a: 2 }, { forceServerObjectId: true });
  assert.deepEqual(connection.commands[1].documents, [{ a: 2 }]);
});

test('a bulk keeps its order, or puts the same kinds together', async () => {
  const operations = () => [
    { insertOne: { document: { _id: 1 } } },
    { insertOne: { document: { _id: 2 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } }, upsert: true } },
    { insertOne: { document: { _id: 3 } } },
    { deleteMany: { filter: { a: 9 } } },
  ];
  const answer = (command) => ({ n: command.insert ? command.documents.length : 1, nModified: 1, ok: 1 });
  const ordered = fake(answer);
  const result = await collectionOn(ordered).bulkWrite(operations());
  assert.deepEqual(ordered.commands.map((c) => Object.keys(c)[0]), ['insert', 'update', 'insert', 'delete']);
  assert.equal(result.insertedCount, 3);
  assert.deepEqual(result.insertedIds, { 0: 1, 1: 2, 3: 3 });
  assert.equal(result.deletedCount, 1);
  const unordered = fake(answer);
  await collectionOn(unordered).bulkWrite(operations(), { ordered: false });
  assert.deepEqual(unordered.commands.map((c) => Object.keys(c)[0]), ['insert', 'update', 'delete']);
});

test('a bulk that outgrows one command is sent in several', async () => {
  const connection = fake((command) => ({ n: command.documents.length, ok: 1 }));
  const text = 'x'.repeat(6 << 20);
  const documents = [1, 2, 3, 4, 5].map((_id) => ({ _id, text }));
  const result = await collectionOn(connection).insertMany(documents);
  assert.deepEqual(connection.commands.map((c) => c.documents.length), [2, 2, 1]);
  assert.equal(result.insertedCount, 5);
  assert.deepEqual(connection.commands[1].documents.map((d) => d._id), [3, 4]);
});

test('write errors', async () => {
  const duplicate = { index: 1, code: 11000, errmsg: 'E11000 duplicate key', keyPattern: { _id: 1 }, keyValue: { _id: 1 } };
  const connection = fake({ n: 1, writeErrors: [duplicate], ok: 1 });
  const documents = [{ _id: 2 }, { _id: 1 }, { _id: 3 }];
  await assert.rejects(collectionOn(connection).insertMany(documents), (error) => {
    assert.equal(error.name, 'MongoBulkWriteError');
    assert.equal(error.code, 11000);
    assert.equal(error.message, 'E11000 duplicate key');
    assert.equal(error.insertedCount, 1);
    assert.deepEqual(error.insertedIds, { 0: 2 });
    assert.equal(error.writeErrors[0].index, 1);
    assert.deepEqual(error.writeErrors[0].getOperation(), { _id: 1 });
    return true;
  });
  await assert.rejects(collectionOn(connection).insertOne({ _id: 1 }), (error) => {
    assert.ok(error instanceof MongoServerError);
    assert.equal(error.code, 11000);
    assert.deepEqual(error.keyValue, { _id: 1 });
    return true;
  });
});

test('an error reply', async () => {
  const reply = { ok: 0, errmsg: 'no such command', code: 59, codeName: 'CommandNotFound', errorLabels: ['A'] };
  await assert.rejects(collectionOn(fake(reply)).db.command({ nope: 1 }), (error) => {
    assert.equal(error.name, 'MongoServerError');
    assert.equal(error.message, 'no such command');
    assert.equal(error.code, 59);
    assert.equal(error.codeName, 'CommandNotFound');
    assert.deepEqual(error.errorLabels, ['A']);
    assert.ok(error.hasErrorLabel('A'));
    assert.deepEqual(error.errorResponse, reply);
    return true;
  });
});

test('a connection that throws is not asked again', async () => {
  let calls = 0;
  const connection = { runCommand() { calls++; throw new Error('unreachable executed'); }, async close() {} };
  const things = collectionOn(connection);
  await assert.rejects(things.findOne(), /engine broke down.*unreachable executed/);
  await assert.rejects(things.findOne(), { name: 'MongoSystemError' });
  assert.equal(calls, 1);
});

test('monitoring', async () => {
  const events = [];
  const client = new MongoClient('memory://', { connection: fake({ n: 2, ok: 1 }, { ok: 0, errmsg: 'no', code: 2 }), monitorCommands: true });
  for (const name of ['commandStarted', 'commandSucceeded', 'commandFailed']) client.on(name, (event) => events.push(event));
  const things = client.db('test').collection('things');
  await things.insertMany([{ _id: 1 }, { _id: 2 }]);
  await assert.rejects(things.findOne());
  assert.deepEqual(events.map((event) => event.name), ['commandStarted', 'commandSucceeded', 'commandStarted', 'commandFailed']);
  const { lsid, ...command } = events[0].command;
  assert.deepEqual(command, { insert: 'things', documents: [{ _id: 1 }, { _id: 2 }], ordered: true, $db: 'test' });
  assert.equal(lsid.id.sub_type, 4);
  assert.equal(events[0].commandName, 'insert');
  assert.equal(events[1].reply.n, 2);
  assert.equal(events[3].failure.code, 2);
});

test('closing', async () => {
  const connection = fake({ ok: 1 });
  const client = await MongoClient.connect('memory://', { connection });
  let closed = 0;
  client.on('close', () => closed++);
  await client.close();
  assert.equal(closed, 1);
  assert.ok(connection.closed);
  await assert.rejects(client.db().command({ ping: 1 }), { name: 'MongoNotConnectedError' });
  await client.connect();
  assert.deepEqual(await client.db().command({ ping: 1 }), { ok: 1 });
});

test('what is unknown or wrong is refused', async () => {
  const things = collectionOn(fake({ ok: 1 }));
  const refused = (promise, pattern, name = 'MongoInvalidArgumentError') => assert.rejects(promise, (error) => {
    assert.equal(error.name, name);
    assert.match(error.message, pattern);
    return true;
  });
  await refused(things.insertOne({}, { sort: 1 }), /insertOne does not support the option "sort"/);
  await refused(things.findOne({}, { session: {} }), /ClientSession must be/);
  await refused(things.updateOne({}, { a: 1 }), /atomic operators/);
  await refused(things.replaceOne({}, { $set: { a: 1 } }), /must not contain atomic operators/);
  await refused(things.insertMany([]), /cannot be empty/);
  await refused(things.bulkWrite([{ nope: {} }]), /bulkWrite only supports/);
  assert.throws(() => things.find({}, { nope: 1 }), /does not support the option "nope"/);
  assert.throws(() => things.db.collection('a..b'), { name: 'MongoInvalidArgumentError' });
  assert.throws(() => new MongoClient('mongodb://localhost'), { name: 'MongoParseError' });
  assert.throws(() => new MongoClient('memory://shop'), /takes no name/);
  assert.throws(() => new MongoClient('indexeddb://'), /needs a name/);
  assert.throws(() => new MongoClient('memory://', { durability: 'strict' }), /makes no sense/);
  assert.throws(() => new MongoClient('indexeddb://a', { durability: 'none' }), /must be "strict", "relaxed" or "buffered"/);
  assert.throws(() => new MongoClient('indexeddb://a?nope=1'), /unknown option "nope"/);
  assert.throws(() => new MongoClient('memory://', { maxPoolSize: 5 }), /does not support the option "maxPoolSize"/);
});

test('URLs', () => {
  assert.equal(new MongoClient('memory://').db().databaseName, 'test');
  assert.equal(new MongoClient('memory:///shop').db().databaseName, 'shop');
  assert.equal(new MongoClient('indexeddb://a/shop?durability=relaxed').db().databaseName, 'shop');
  assert.equal(new MongoClient('indexeddb://a?durability=relaxed').options.durability, 'relaxed');
});

test('numbers and options of BSON', async () => {
  const reply = cursorReply([{ _id: 1, big: Long.fromString('9007199254740995'), small: Long.fromNumber(5) }]);
  const things = collectionOn(fake(reply));
  assert.deepEqual(await things.findOne(), { _id: 1, big: Long.fromString('9007199254740995'), small: 5 });
  assert.deepEqual(await things.findOne({}, { promoteLongs: false }), { _id: 1, big: Long.fromString('9007199254740995'), small: Long.fromNumber(5) });
  assert.deepEqual(await things.findOne({}, { useBigInt64: true }), { _id: 1, big: 9007199254740995n, small: 5n });
  assert.ok((await things.findOne({}, { raw: true })) instanceof Uint8Array);
  assert.equal((await things.find({}, { useBigInt64: true }).toArray())[0].small, 5n);
  await assert.rejects(things.findOne({}, { useBigInt64: true, promoteLongs: false }), /either bigint or Long/);
});

test('undefined is stored as null unless it is ignored', async () => {
  const connection = fake({ n: 1, ok: 1 });
  await collectionOn(connection).insertOne({ _id: 1, a: undefined });
  await collectionOn(connection, { ignoreUndefined: true }).insertOne({ _id: 1, a: undefined });
  assert.deepEqual(connection.commands[0].documents, [{ _id: 1, a: null }]);
  assert.deepEqual(connection.commands[1].documents, [{ _id: 1 }]);
});

test('what the browser dropped, and what is not yet durable', async () => {
  const connection = Object.assign(fake({ ok: 1 }), { lost: 41, pending: 3, flushed: 0, async flush() { this.flushed++; } });
  const client = new MongoClient('indexeddb://shop', { connection });
  const told = [];
  client.on('dataLoss', (error) => told.push(error));
  assert.equal(client.dataLoss, null);
  await client.connect();
  assert.equal(told.length, 1);
  assert.equal(told[0].name, 'TussockDataLossError');
  assert.equal(client.dataLoss.lastCommit, 41);
  assert.equal(client.pendingWrites, 3);
  await client.flush();
  assert.equal(connection.flushed, 1);
});

test('documents that cannot be encoded stop a bulk after what was sent', async () => {
  const connection = fake((command) => ({ n: command.documents.length, ok: 1 }));
  const text = 'x'.repeat(10 << 20);
  const circle = { _id: 3 };
  circle.self = circle;
  await assert.rejects(collectionOn(connection).insertMany([{ _id: 1, text }, { _id: 2, text }, circle]), { name: 'BSONError' });
  assert.deepEqual(connection.commands.map((c) => c.documents.map((d) => d._id)), [[1]]);
});
