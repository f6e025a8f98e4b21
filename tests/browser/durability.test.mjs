// The modes of durability, connections that break, and what the client shows of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, serveTussock } from './harness.mjs';

let site;
let chromium;

before(async () => {
  site = await serveTussock();
  chromium = await launch();
});

after(async () => {
  await chromium.close();
  await site.close();
});

/** A page that keeps the connections to IndexedDB, and can spoil its transactions. */
async function open() {
  const page = await chromium.page(`${site.url}/blank.html`);
  await page.evaluate(() => {
    globalThis.connections = [];
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...parameters) {
      const request = open.apply(this, parameters);
      request.addEventListener('success', () => globalThis.connections.push(request.result));
      return request;
    };
    const { transaction } = IDBDatabase.prototype;
    /** Returns true for a transaction that is to be spoilt: `spoil(mode, options)`. */
    globalThis.spoil = () => false;
    globalThis.asked = [];
    IDBDatabase.prototype.transaction = function (names, mode, options) {
      if (mode === 'readwrite') globalThis.asked.push(options.durability);
      const made = transaction.call(this, names, mode, options);
      const how = globalThis.spoil(mode);
      if (how === 'abort') queueMicrotask(() => made.abort());
      if (how === 'throw') {
        made.abort();
        throw new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError');
      }
      return made;
    };
    globalThis.failureOf = (promise) => promise.then(
      () => null,
      (error) => ({ name: error.name, code: error.code, message: error.message, labels: error.errorLabels }),
    );
    globalThis.connect = async (name, options) => {
      const { MongoClient } = await import('tussock');
      globalThis.client = await MongoClient.connect(`indexeddb://${name}`, options);
      globalThis.states = [];
      client.on('durabilityChanged', ({ state }) => globalThis.states.push(state));
      globalThis.things = client.db('shop').collection('things');
    };
  });
  return page;
}

/** The ids that a new page finds. */
async function stored(name) {
  const page = await open();
  const found = await page.evaluate(async (name) => {
    await connect(name);
    const ids = await things.find().sort({ _id: 1 }).map(({ _id }) => _id).toArray();
    await client.close();
    return ids;
  }, name);
  await page.close();
  return found;
}

test('a connection that is closed, aborted or lost under the database is made anew', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    await connect('lost');
    await things.insertOne({ _id: 0 });
    // Closed while nothing is under way.
    connections.at(-1).close();
    await things.insertOne({ _id: 1 });
    for (const [at, how] of ['abort', 'throw', 'throw'].entries()) {
      let times = 2;
      globalThis.spoil = (mode) => mode === 'readwrite' && times-- > 0 && how;
      await things.insertOne({ _id: 2 + at });
    }
    globalThis.spoil = () => false;
    // Writes that wait for the same broken connection are all kept.
    connections.at(-1).close();
    await Promise.all(Array.from({ length: 20 }, (_, at) => things.insertOne({ _id: 100 + at })));
    const result = { states: [...new Set(states)].sort(), connections: connections.length, durability: client.durability };
    await client.close();
    return result;
  });
  assert.deepEqual(seen.states, ['durable', 'retrying', 'saving']);
  assert.ok(seen.connections >= 5, `${seen.connections} connections`);
  assert.deepEqual(seen.durability, { state: 'durable', commits: 0, bytes: 0, ageMS: 0 });
  await page.close();
  assert.deepEqual(await stored('lost'), [0, 1, 2, 3, 4, ...Array.from({ length: 20 }, (_, at) => 100 + at)]);
});

test('a store that stays away refuses writes by name, and is found again', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    await connect('away');
    await things.insertOne({ _id: 0 });
    globalThis.spoil = () => 'throw';
    const failures = await Promise.all([1, 2].map((_id) => failureOf(things.insertOne({ _id }))));
    const status = client.durability;
    const read = await things.countDocuments();
    globalThis.spoil = () => false;
    await new Promise((resolve) => client.once('durabilityChanged', resolve));
    await things.insertOne({ _id: 3 });
    await client.close();
    return { failures, state: status.state, commits: status.commits, error: status.error?.message, read, states };
  });
  for (const failure of seen.failures) {
    assert.equal(failure.code, 89);
    assert.deepEqual(failure.labels, ['RetryableWriteError']);
    assert.match(failure.message, /not acknowledged.*server lost/);
  }
  assert.deepEqual([seen.state, seen.commits, seen.read], ['failing', 0, 1]);
  assert.match(seen.error, /server lost/);
  assert.deepEqual(seen.states.slice(0, 6), ['saving', 'durable', 'saving', 'retrying', 'failing', 'durable']);
  await page.close();
  assert.deepEqual(await stored('away'), [0, 3]);
});

test('a database that is deleted under its client is not presented as an empty one', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    await connect('deleted');
    await things.insertOne({ _id: 0 });
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('deleted');
      request.onsuccess = resolve;
      request.onerror = reject;
    });
    const failure = await failureOf(things.insertOne({ _id: 1 }));
    return { failure, read: await things.countDocuments(), state: client.durability.state };
  });
  assert.equal(seen.failure.code, 301);
  assert.match(seen.failure.message, /deleted while it was open/);
  assert.deepEqual([seen.read, seen.state], [1, 'readOnly']);
  await page.close();
});

test('writes wait for what their mode of durability says', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const result = {};
    for (const durability of ['strict', 'relaxed', 'buffered']) {
      await connect(`mode-${durability}`, durability === 'buffered' ? { durability, bufferMS: 200 } : { durability });
      asked.length = 0;
      await things.insertOne({ _id: 0 });
      const pending = client.durability.commits;
      await things.insertOne({ _id: 1 }, { writeConcern: { j: true } });
      const journaled = client.durability.commits;
      await things.insertOne({ _id: 2 });
      await client.sync();
      result[durability] = { pending, journaled, synced: client.durability.commits, asked: [...asked] };
      await client.close();
    }
    return result;
  });
  assert.deepEqual(seen, {
    strict: { pending: 0, journaled: 0, synced: 0, asked: ['strict', 'strict', 'strict'] },
    relaxed: { pending: 0, journaled: 0, synced: 0, asked: ['relaxed', 'strict', 'relaxed', 'strict'] },
    buffered: { pending: 1, journaled: 0, synced: 0, asked: ['strict', 'strict'] },
  });
  await page.close();
  assert.deepEqual(await stored('mode-buffered'), [0, 1, 2]);
});

test('buffered writes are stored after their time, and when the page is hidden', async () => {
  const page = await open();
  const states = await page.evaluate(async () => {
    await connect('buffered', { durability: 'buffered', bufferMS: 50 });
    await things.insertOne({ _id: 0 });
    const before = client.durability;
    await new Promise((resolve) => client.on('durabilityChanged', ({ state }) => state === 'durable' && resolve()));
    globalThis.timed = { commits: before.commits, hasBytes: before.bytes > 0 };
    await client.close();
    // So long that only the end of the page can be what stored it.
    await connect('buffered', { durability: 'buffered', bufferMS: 60_000 });
    await things.insertOne({ _id: 1 });
    globalThis.dispatchEvent(new Event('pagehide'));
    await new Promise((resolve) => client.on('durabilityChanged', ({ state }) => state === 'durable' && resolve()));
    return globalThis.timed;
  });
  assert.deepEqual(states, { commits: 1, hasBytes: true });
  await page.close();
  assert.deepEqual(await stored('buffered'), [0, 1]);
});
