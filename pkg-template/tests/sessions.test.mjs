// Sessions: which commands carry their id, how they end, and what refuses them.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { ClientSession, Engine, Long, MongoClient, Timestamp, UUID } from '../build/index.js';
import { cursorReply, fake } from './fake.mjs';
import { OPERATIONS } from './operations.mjs';

const missing = !existsSync(fileURLToPath(new URL('../build/wasm/tussock_bg.wasm', import.meta.url)))
  && 'the engine is not built (cargo xtask build)';

function connected(...answers) {
  const connection = fake(...answers);
  const client = new MongoClient('memory://', { connection });
  return { connection, client, things: client.db('test').collection('things') };
}

const written = { n: 1, nModified: 1, ok: 1 };
const hex = (command) => command.lsid?.id.toString('hex');
for (const [name, [answer, call]] of Object.entries(OPERATIONS)) {
  test(`${name} in a session`, async () => {
    const { client, connection, things } = connected(answer);
    const session = client.startSession();
    await call(things, { session });
    assert.deepEqual(connection.commands.map(hex), connection.commands.map(() => session.id.id.toString('hex')));
    await session.endSession();
    await assert.rejects(async () => call(things, { session }), { name: 'MongoExpiredSessionError' });
    const stranger = new MongoClient('memory://').startSession();
    await assert.rejects(async () => call(things, { session: stranger }), { name: 'MongoInvalidArgumentError', message: /same MongoClient/ });
    await assert.rejects(async () => call(things, { session: {} }), { name: 'MongoInvalidArgumentError' });
    assert.equal(connection.commands.length, 1);
  });
}

test('a cursor stays in its session to the end, also when that has ended', async () => {
  const open = (batch) => cursorReply([{ _id: 1 }], { id: 7, batch });
  const { client, connection, things } = connected(open('firstBatch'), open('nextBatch'), { ok: 1 });
  const session = client.startSession();
  const cursor = things.find({}, { session, batchSize: 1 });
  await cursor.next();
  await cursor.next();
  await session.endSession();
  await assert.rejects(cursor.next(), { name: 'MongoExpiredSessionError' });
  assert.deepEqual(connection.commands.map((command) => Object.keys(command)[0]), ['find', 'getMore', 'killCursors']);
  assert.equal(new Set(connection.commands.map(hex)).size, 1);
  assert.notEqual(hex(connection.commands[0]), undefined);
});

test('the results of a client bulk write are read in its session', async () => {
  const first = { ...cursorReply([{ ok: 1, idx: 0, n: 1 }], { id: 5, ns: 'admin.$cmd.bulkWrite' }), nDeleted: 2 };
  const rest = cursorReply([{ ok: 1, idx: 1, n: 1 }], { ns: 'admin.$cmd.bulkWrite', batch: 'nextBatch' });
  const { client, connection } = connected(first, rest);
  const model = { name: 'deleteOne', namespace: 'a.b', filter: {} };
  await client.bulkWrite([model, model], { session: client.startSession(), verboseResults: true });
  assert.deepEqual(connection.commands.map((command) => Object.keys(command)[0]), ['bulkWrite', 'getMore']);
  assert.equal(hex(connection.commands[0]), hex(connection.commands[1]));
});

test('what a session is', async () => {
  const { client } = connected({ ok: 1 });
  const session = client.startSession({ defaultTimeoutMS: 9, defaultTransactionOptions: { maxCommitTimeMS: 5 } });
  assert.ok(session instanceof ClientSession);
  assert.equal(session.id.id.sub_type, 4);
  assert.equal(session.hasEnded, false);
  assert.equal(session.explicit, true);
  assert.equal(session.clientOptions, client.options);
  assert.deepEqual(session.supports, { causalConsistency: true });
  assert.deepEqual(session.defaultTransactionOptions, { maxCommitTimeMS: 5 });
  assert.equal(session.timeoutMS, 9);
  assert.equal(session.inTransaction(), false);
  assert.equal(session.snapshotEnabled, false);
  assert.equal(client.startSession({ causalConsistency: false }).supports.causalConsistency, false);
  assert.ok(session.equals(session));
  assert.equal(session.equals(client.startSession()), false);
  assert.throws(() => session.toBSON(), { name: 'MongoRuntimeError' });
  assert.throws(() => client.startSession({ nope: 1 }), /does not support the option "nope"/);
  assert.throws(() => client.startSession({ snapshot: true, causalConsistency: true }), /mutually exclusive/);
});

test('times only go forward', () => {
  const session = connected({ ok: 1 }).client.startSession();
  const [early, late] = [new Timestamp({ t: 1, i: 0 }), new Timestamp({ t: 2, i: 0 })];
  session.advanceOperationTime(late);
  session.advanceOperationTime(early);
  assert.deepEqual(session.operationTime, late);
  session.advanceClusterTime({ clusterTime: early });
  session.advanceClusterTime({ clusterTime: late });
  session.advanceClusterTime({ clusterTime: early });
  assert.deepEqual(session.clusterTime, { clusterTime: late });
  assert.throws(() => session.advanceClusterTime({ clusterTime: 5 }), { name: 'MongoInvalidArgumentError' });
});

test('ending', async () => {
  const { client, connection } = connected({ ok: 1 });
  const ended = [];
  const session = client.startSession();
  session.on('ended', (which) => ended.push(which));
  await session.endSession();
  await session.endSession({ force: true });
  assert.deepEqual(ended, [session]);
  assert.equal(session.hasEnded, true);
  // The id is used again, so that the engine need not know of many.
  const next = client.startSession();
  assert.deepEqual(next.id, session.id);
  const other = client.startSession();
  assert.notDeepEqual(other.id, next.id);
  await client.db('a').command({ ping: 1 });
  await client.close();
  assert.ok(next.hasEnded && other.hasEnded);
  const { endSessions, lsid } = connection.commands.at(-1);
  assert.deepEqual(new Set(endSessions.map(({ id }) => id.toString('hex'))), new Set([next, other].map(({ id }) => id.id.toString('hex'))));
  assert.equal(lsid, undefined);
});

test('nothing ends where nothing was begun', async () => {
  const { client, connection } = connected({ ok: 1 });
  await client.db('a').command({ ping: 1 });
  await client.close();
  assert.deepEqual(connection.commands.map((command) => Object.keys(command)[0]), ['ping']);
});

test('withSession', async () => {
  const { client } = connected({ ok: 1 });
  let seen;
  assert.equal(await client.withSession(async (session) => {
    seen = session;
    assert.equal(session.hasEnded, false);
    return 5;
  }), 5);
  assert.equal(seen.hasEnded, true);
  await assert.rejects(client.withSession({ causalConsistency: false }, async (session) => {
    seen = session;
    throw new Error('mine');
  }), { message: 'mine' });
  assert.equal(seen.hasEnded, true);
  assert.equal(seen.supports.causalConsistency, false);
  await assert.rejects(client.withSession(), { name: 'MongoInvalidArgumentError' });
  await assert.rejects(client.withSession({}), { name: 'MongoInvalidArgumentError' });
});

test('transactions are refused', async () => {
  const session = connected({ ok: 1 }).client.startSession();
  const refused = { name: 'MongoCompatibilityError', code: 20, codeName: 'IllegalOperation', message: /Transactions are not supported/ };
  assert.throws(() => session.startTransaction(), refused);
  await assert.rejects(session.withTransaction(async () => assert.fail('ran')), refused);
  await assert.rejects(session.commitTransaction(), { name: 'MongoTransactionError', message: 'No transaction started' });
  await assert.rejects(session.abortTransaction(), { name: 'MongoTransactionError', message: 'No transaction started' });
});

test('an unacknowledged write takes no session', async () => {
  const { client, things } = connected(written);
  const session = client.startSession();
  const writeConcern = { w: 0 };
  await assert.rejects(things.insertOne({}, { session, writeConcern }), { name: 'MongoAPIError', message: /unacknowledged/ });
  await assert.rejects(things.insertMany([{}], { session, writeConcern }), { name: 'MongoAPIError' });
});

test('who watches sees a session with every command', async () => {
  const connection = fake((command) => (command.find ? cursorReply([], { id: 5 }) : written));
  const client = new MongoClient('memory://', { connection, monitorCommands: true });
  const things = client.db('test').collection('things');
  await things.insertOne({ _id: 1 });
  await things.find().tryNext();
  await things.insertOne({ _id: 2 }, { writeConcern: { w: 0 } });
  const lsid = { id: new UUID() };
  await client.db('a').command({ ping: 1, lsid });
  const [insert, find, unacknowledged, ping] = connection.commands.map(hex);
  assert.equal(insert, find);
  assert.notEqual(insert, undefined);
  assert.equal(unacknowledged, undefined);
  assert.equal(ping, lsid.id.toString('hex'));
  const session = client.startSession();
  await things.insertOne({ _id: 3 }, { session });
  assert.equal(hex(connection.commands.at(-1)), session.id.id.toString('hex'));
});

test('the engine binds cursors to their session', { skip: missing }, async () => {
  const engine = await Engine.memory({ seed: 1n });
  const connection = { runCommand: (bytes) => engine.runCommand(bytes), close: async () => undefined };
  const client = new MongoClient('memory://', { connection });
  const things = client.db('test').collection('things');
  await things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
  const session = client.startSession();
  const cursor = things.find({}, { session, batchSize: 1 });
  await cursor.next();
  const getMore = { getMore: cursor.id, collection: 'things' };
  await assert.rejects(client.db('test').command(getMore), { code: 50738 });
  await assert.rejects(client.db('test').command({ getMore: Long.fromNumber(1), collection: 'things' }), { code: 43 });
  assert.deepEqual(await cursor.toArray(), [{ _id: 2 }, { _id: 3 }]);
  const [local] = await client.db('admin').aggregate([{ $listLocalSessions: {} }], { session }).toArray();
  assert.equal(local._id.id.toString('hex'), session.id.id.toString('hex'));
  await assert.rejects(things.findOne({}, { session: client.startSession({ snapshot: true }) }), { code: 123 });
  await client.close();
  engine.close();
});

test('closing the client closes the cursors of its sessions in an engine that lives on', { skip: missing }, async () => {
  const engine = await Engine.memory({ seed: 1n });
  const connection = { runCommand: (bytes) => engine.runCommand(bytes), close: async () => undefined };
  const [one, other] = [new MongoClient('memory://', { connection }), new MongoClient('memory://', { connection })];
  await one.db('test').collection('things').insertMany([{ _id: 1 }, { _id: 2 }]);
  await one.db('test').collection('things').find({}, { session: one.startSession(), batchSize: 1 }).next();
  const open = async () => (await other.db('admin').command({ serverStatus: 1 })).metrics.cursor.open.total;
  assert.equal(Number(await open()), 1);
  await one.close();
  assert.equal(Number(await open()), 0);
  engine.close();
});
