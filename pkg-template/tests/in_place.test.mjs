// Connections without copies: what the driver keeps must survive that buffers are used again.

import assert from 'node:assert/strict';
import test from 'node:test';
import { deserialize, Long, serialize } from 'bson';
import { MongoClient } from '../build/index.js';
import { collectionOn, cursorReply } from './fake.mjs';

/**
 * Replies lie in one buffer, which every call overwrites; commands are read at once and then spoilt. `placed`: replies
 * are told by their place in a memory, which is another one from call to call, as it is when it grows.
 */
function inPlace(answer, placed) {
  let memory = new Uint8Array(1 << 18);
  const commands = [];
  const run = (bytes) => {
    const command = deserialize(bytes);
    commands.push(command);
    bytes.fill(0xff);
    memory.fill(0xee);
    if (commands.length % 3 === 0) memory = new Uint8Array(memory.length + 1);
    const reply = serialize(answer(command, commands.length));
    memory.set(reply, 100);
    return reply.length;
  };
  const not = () => assert.fail('the connection can do without copies');
  const close = async () => undefined;
  const view = (bytes) => {
    const length = run(bytes);
    return memory.subarray(100, 100 + length);
  };
  if (!placed) return { commands, runCommand: not, runCommandInPlace: view, close };
  return { commands, runCommand: not, runCommandInPlace: not, runCommandAt: (bytes) => (run(bytes), 100), memory: () => memory, close };
}

const documents = (from, count) =>
  Array.from({ length: count }, (_, i) => ({ _id: from + i, text: `text of ${from + i}, longer than a few letters`, list: ['a', 'é', { x: from + i }] }));

let nextFrom = 0;

/** Three batches of four documents. */
function batches(command) {
  if (command.find !== undefined && command.limit === 1) return cursorReply(documents(100, 1));
  if (command.find !== undefined) {
    nextFrom = 4;
    return cursorReply(documents(0, 4), { id: 9 });
  }
  if (command.getMore === undefined) return { ok: 1 };
  const from = nextFrom;
  nextFrom += 4;
  return cursorReply(documents(from, 4), { id: from >= 8 ? 0 : 9, batch: 'nextBatch' });
}

for (const [kind, placed] of [['views', false], ['places', true]]) {
  test(`${kind}: cursors keep what was not asked for yet`, async () => {
    const take = {
      toArray: (cursor) => cursor.toArray(),
      iteration: async (cursor) => {
        const found = [];
        for await (const document of cursor) {
          await things.findOne({ other: 'command' });
          found.push(document);
        }
        return found;
      },
      'next, then toArray': async (cursor) => {
        const first = await cursor.next();
        await things.insertOne({ other: 'command' });
        return [first, ...(await cursor.toArray())];
      },
    };
    const connection = inPlace(batches, placed);
    const things = collectionOn(connection);
    for (const [name, all] of Object.entries(take)) {
      assert.deepEqual(await all(things.find()), documents(0, 12), name);
    }
  });

  test(`${kind}: several commands at once`, async () => {
    const things = collectionOn(inPlace((command) => cursorReply([{ _id: command.filter._id, text: `text of ${command.filter._id}` }]), placed));
    const found = await Promise.all(Array.from({ length: 50 }, (_, i) => things.findOne({ _id: i })));
    assert.deepEqual(found, Array.from({ length: 50 }, (_, i) => ({ _id: i, text: `text of ${i}` })));
  });

  test(`${kind}: who listens gets documents of his own, and may run commands meanwhile`, async () => {
    const connection = inPlace((command) => cursorReply([{ _id: command.filter._id, inner: { n: 1 } }]), placed);
    const client = new MongoClient('memory://', { connection, monitorCommands: true });
    const things = client.db('test').collection('things');
    const seen = [];
    let nested = null;
    client.on('commandStarted', ({ command }) => {
      if (command.filter._id === 1) nested = things.findOne({ _id: 2 });
    });
    client.on('commandSucceeded', ({ reply }) => {
      const [document] = reply.cursor.firstBatch;
      seen.push(document._id);
      document.inner.n = 'changed';
    });
    assert.deepEqual(await things.findOne({ _id: 1 }), { _id: 1, inner: { n: 1 } });
    assert.deepEqual(await nested, { _id: 2, inner: { n: 1 } });
    assert.deepEqual(seen.sort(), [1, 2]);
    assert.deepEqual(connection.commands.map(({ filter }) => filter._id), [2, 1]);
  });

  test(`${kind}: findOne of every kind of reply`, async () => {
    const replies = [
      cursorReply([{ _id: 1, text: 'é' }]),
      cursorReply([]),
      { ok: 0, errmsg: 'no', code: 2, codeName: 'BadValue' },
      { ok: 1, cursor: { id: Long.ZERO, ns: 'test.things', firstBatch: [{ _id: 2 }] } },
      cursorReply([{ _id: 3, text: 'x'.repeat(5000) }]),
    ];
    const connection = inPlace((_command, number) => replies[number - 1], placed);
    const things = collectionOn(connection);
    assert.deepEqual(await things.findOne({ a: 1 }), { _id: 1, text: 'é' });
    assert.equal(await things.findOne({ a: 2 }), null);
    await assert.rejects(things.findOne({ a: 3 }), { code: 2 });
    assert.deepEqual(await things.findOne(), { _id: 2 });
    assert.deepEqual(await things.findOne({ a: { $gt: 1 } }), { _id: 3, text: 'x'.repeat(5000) });
    const sent = connection.commands.map(({ filter, ...others }) => [filter, others]);
    const others = { find: 'things', limit: 1, singleBatch: true, $db: 'test' };
    assert.deepEqual(sent, [{ a: 1 }, { a: 2 }, { a: 3 }, {}, { a: { $gt: 1 } }].map((filter) => [filter, others]));
  });
}

test('a document that cannot be decoded stops a cursor where it stands', async () => {
  const bad = () => serialize({ cursor: { firstBatch: [{ _id: 1 }, { _id: 2, text: 'abc' }], id: new Long(7), ns: 'test.things' }, ok: 1 });
  for (const whole of [true, false]) {
    const killed = [];
    const things = collectionOn({
      runCommand(bytes) {
        const command = deserialize(bytes);
        if (command.killCursors !== undefined) killed.push(Number(command.cursors[0]));
        if (command.find === undefined) return serialize({ ok: 1 });
        const reply = Uint8Array.from(bad());
        reply[Buffer.from(reply).indexOf('abc')] = 0xff;
        return reply;
      },
      close: async () => undefined,
    });
    const cursor = things.find();
    if (!whole) assert.deepEqual(await cursor.next(), { _id: 1 });
    await assert.rejects(whole ? cursor.toArray() : cursor.next(), { name: 'BSONError' });
    await cursor.close();
    assert.deepEqual(killed, [7]);
  }
});

test('a connection that keeps commands gets its own bytes', async () => {
  const kept = [];
  const things = collectionOn({
    runCommand: async (bytes) => {
      kept.push(bytes);
      return serialize({ n: 1, ok: 1 });
    },
    close: async () => undefined,
  });
  for (let i = 0; i < 20; i++) await things.insertOne({ _id: i, text: 'x'.repeat(i * 100) });
  await things.insertMany(documents(20, 30));
  kept.slice(0, 20).forEach((bytes, i) => assert.deepEqual(deserialize(bytes).documents, [{ _id: i, text: 'x'.repeat(i * 100) }]));
  assert.deepEqual(deserialize(kept[20]).documents, documents(20, 30));
  assert.equal(new Set(kept.map(({ buffer }) => buffer)).size, 21);
});
