// What is acknowledged is there after a reload, a full quota, an aborted transaction, a damaged page; and a database
// that is open elsewhere, or that the browser dropped, is told of. Crashes: kills.test.mjs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launch, ONLY_CHROMIUM, serveTussock, spoilManifests, tamper } from './harness.mjs';

let site;
let chromium;

before(async () => {
  const limited = new URL('../../pkg-template/tests/limited.mjs', import.meta.url);
  site = await serveTussock({ '/limited.mjs': { js: await readFile(limited, 'utf8') } });
  chromium = await launch();
});

after(async () => {
  await chromium.close();
  await site.close();
});

/** A fresh page of the site. */
const open = (browser = chromium) => browser.page(`${site.url}/blank.html`);

/** Runs `act(client, db, argument)` in a page, with a client on the database of this name. */
function withClient(page, name, act, argument) {
  return page.evaluate(
    async ([name, act, argument]) => {
      const { MongoClient } = await import('tussock');
      const client = await MongoClient.connect(`indexeddb://${name}`);
      try {
        return await new Function('client', 'db', 'argument', `return (${act})(client, db, argument)`)(
          client,
          client.db('shop'),
          argument,
        );
      } finally {
        await client.close();
      }
    },
    [name, String(act), argument],
  );
}

/** The error of a promise in the page, as plain data. */
const FAILURE = `
  globalThis.failureOf = (promise) => promise.then(
    () => null,
    (error) => ({ name: error.name, code: error.code, codeName: error.codeName, message: error.message }),
  );
`;

test('documents and indexes are there after a reload, from the journal and from pages', async () => {
  const page = await open();
  await withClient(page, 'reload', async (_client, db) => {
    const things = db.collection('things');
    await things.createIndex({ group: 1 });
    // Enough for a checkpoint, then some that only the journal has.
    const text = 'x'.repeat(300);
    for (let batch = 0; batch < 10; batch += 1) {
      const documents = Array.from({ length: 5000 }, (_, at) => ({ _id: batch * 5000 + at, group: at % 100, text }));
      await things.insertMany(documents);
    }
    await things.updateMany({ group: 7 }, { $set: { text: 'changed' } });
    await things.deleteMany({ group: 8 });
    await things.insertOne({ _id: 'last', group: 7 });
  });
  await page.reload();
  const seen = await withClient(page, 'reload', async (client, db) => {
    const things = db.collection('things');
    const plan = await things.find({ group: 7 }).explain('executionStats');
    return {
      all: await things.countDocuments({}),
      seven: await things.countDocuments({ group: 7 }),
      changed: await things.countDocuments({ text: 'changed' }),
      eight: await things.countDocuments({ group: 8 }),
      last: await things.findOne({ _id: 'last' }),
      stage: plan.queryPlanner.winningPlan.inputStage.stage,
      examined: plan.executionStats.totalKeysExamined,
      lost: client.dataLoss === null,
    };
  });
  assert.deepEqual(seen, {
    all: 49_501,
    seven: 501,
    changed: 500,
    eight: 0,
    last: { _id: 'last', group: 7 },
    stage: 'IXSCAN',
    examined: 501,
    lost: true,
  });
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('a tab that goes away without closing lets the next one in', async () => {
  const first = await open();
  await first.evaluate(async () => {
    const { MongoClient } = await import('tussock');
    const client = await MongoClient.connect('indexeddb://gone');
    await client.db('shop').collection('things').insertOne({ _id: 1 });
  });
  await first.close();
  const second = await open();
  const found = await withClient(second, 'gone', (_client, db) => db.collection('things').findOne({}));
  assert.deepEqual(found, { _id: 1 });
  await second.close();
});

test('at a full quota it is read, made smaller and opened, and an insert is a typed error', ONLY_CHROMIUM, async () => {
  // A browser of its own: what other tests left is compacted at some time, which makes room.
  const browser = await launch();
  let page = await open(browser);
  const limit = async (quotaSize) => {
    const session = await browser.context.newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize });
  };
  await page.evaluate(FAILURE);
  await limit(3_000_000);
  const filled = await withClient(page, 'quota', async (_client, db) => {
    const things = db.collection('things');
    // Random, as Chromium counts what is left after compression.
    const random = () => String.fromCharCode(33 + Math.floor(Math.random() * 90));
    let acknowledged = 0;
    let failure = null;
    for (const length of [50_000, 500, 1]) {
      do {
        const text = Array.from({ length }, random).join('');
        failure = await globalThis.failureOf(things.insertOne({ _id: acknowledged, text }));
        if (failure === null) acknowledged += 1;
      } while (failure === null && acknowledged < 20_000);
    }
    return { acknowledged, failure, left: await things.countDocuments({}) };
  });
  assert.equal(filled.failure?.code, 14031, `after ${filled.acknowledged} documents`);
  assert.equal(filled.failure.name, 'TussockQuotaError');
  assert.equal(filled.failure.codeName, 'OutOfDiskSpace');
  assert.equal(filled.left, filled.acknowledged);
  for (let round = 0; round < 3; round += 1) {
    const seen = await withClient(page, 'quota', async (client, db, round) => {
      const things = db.collection('things');
      const before = await things.countDocuments({});
      const deleted = await things.deleteOne({ _id: round });
      const removed = await things.findOneAndDelete({ _id: 10 + round });
      return {
        before,
        deleted: deleted.deletedCount,
        removed: removed._id,
        failure: await globalThis.failureOf(things.insertOne({ _id: 'more' })),
        after: await things.countDocuments({}),
        state: client.durability.state,
      };
    }, round);
    const before = filled.acknowledged - 2 * round;
    assert.equal(seen.failure?.code, 14031);
    assert.deepEqual({ ...seen, failure: 0 }, { before, deleted: 1, removed: 10 + round, failure: 0, after: before - 2, state: 'durable' });
    // Opened again, by the next page.
    await page.close();
    page = await open(browser);
    await page.evaluate(FAILURE);
    await limit(3_000_000);
  }
  await withClient(page, 'quota', (_client, db) => db.dropDatabase());
  await page.reload();
  await page.evaluate(FAILURE);
  const left = await withClient(page, 'quota', (_client, db) => db.collection('things').countDocuments({}));
  assert.equal(left, 0);
  await browser.close();
});

test('without any space at all it is opened to be read', ONLY_CHROMIUM, async () => {
  const browser = await launch();
  const page = await open(browser);
  await page.evaluate(FAILURE);
  // Little enough that nothing is kept back.
  await withClient(page, 'tiny', (_client, db) => db.collection('things').insertMany([{ _id: 1 }, { _id: 2 }]));
  const session = await browser.context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 300_000 });
  // Another database takes all there is.
  await page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('other');
      request.onupgradeneeded = () => request.result.createObjectStore('rows');
      request.onsuccess = () => resolve(request.result);
    });
    let key = 0;
    for (const length of [20_000, 500, 1]) {
      for (let isStored = true; isStored; ) {
        const transaction = database.transaction('rows', 'readwrite');
        transaction.objectStore('rows').put(crypto.getRandomValues(new Uint8Array(length)), (key += 1));
        isStored = await new Promise((resolve) => {
          transaction.oncomplete = () => resolve(true);
          transaction.onabort = () => resolve(false);
        });
      }
    }
    database.close();
  });
  const seen = await withClient(page, 'tiny', async (client, db) => {
    const things = db.collection('things');
    return {
      count: await things.countDocuments({}),
      state: client.durability.state,
      inserted: await globalThis.failureOf(things.insertOne({})),
      deleted: await globalThis.failureOf(things.deleteOne({ _id: 1 })),
      after: await things.find().toArray(),
    };
  });
  const failure = [seen.inserted?.name, seen.deleted?.name, seen.inserted?.code];
  assert.deepEqual(failure, ['TussockQuotaError', 'TussockQuotaError', 14031]);
  assert.deepEqual([seen.count, seen.state, seen.after], [2, 'readOnly', [{ _id: 1 }, { _id: 2 }]]);
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.url });
  const again = await withClient(page, 'tiny', (_client, db) => db.collection('things').deleteOne({ _id: 1 }));
  assert.equal(again.deletedCount, 1);
  await browser.close();
});

test('transactions that are aborted again and again are reported, undone, and the next write goes on', async () => {
  const page = await open();
  await page.evaluate(FAILURE);
  const seen = await withClient(page, 'aborted', async (_client, db) => {
    const things = db.collection('things');
    await things.insertOne({ _id: 1, n: 0 });
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (names, mode, options) {
      const made = transaction.call(this, names, mode, options);
      const abort = () => made.abort();
      // By the client's own commit, or before the browser's.
      made.commit = abort;
      if (mode === 'readwrite') Promise.resolve().then(abort).catch(() => undefined);
      return made;
    };
    const failures = await Promise.all([
      globalThis.failureOf(things.insertOne({ _id: 2 })),
      globalThis.failureOf(things.updateOne({ _id: 1 }, { $inc: { n: 1 } })),
    ]);
    IDBDatabase.prototype.transaction = transaction;
    const after = await things.find().toArray();
    await things.insertOne({ _id: 3 });
    return { failures, after };
  });
  assert.ok(seen.failures.every((failure) => failure?.code === 89), JSON.stringify(seen.failures));
  assert.deepEqual(seen.after, [{ _id: 1, n: 0 }]);
  await page.reload();
  const ids = await withClient(page, 'aborted', (_client, db) => db.collection('things').distinct('_id'));
  assert.deepEqual(ids, [1, 3]);
  await page.close();
});

test('a damaged page fails the collection that it belongs to, and no other', async () => {
  const page = await open();
  await page.evaluate(FAILURE);
  await withClient(page, 'damaged', async (_client, db) => {
    const text = 'z'.repeat(1000);
    await db.collection('first').insertMany(Array.from({ length: 200 }, (_, _id) => ({ _id, text })));
    await db.collection('second').insertMany(Array.from({ length: 200 }, (_, _id) => ({ _id, text })));
  });
  await tamper(page, 'damaged', 'pages', async (objects, keys, done) => {
    const bytes = await done(objects.get(keys[0]));
    bytes[40] ^= 1;
    await done(objects.put(bytes, keys[0]));
  });
  await page.reload();
  await page.evaluate(FAILURE);
  const seen = await withClient(page, 'damaged', async (_client, db) => {
    const read = (name) => globalThis.failureOf(db.collection(name).find().toArray());
    return [await read('first'), await read('second')];
  });
  const codes = seen.map((failure) => failure?.code ?? 0).sort((one, two) => one - two);
  assert.deepEqual(codes, [0, 301]);
  await page.close();
});

test('one of the two manifests may be damaged; without both the database is refused, not taken for an empty one', async () => {
  const page = await open();
  await page.evaluate(FAILURE);
  const spoil = {
    one: async (objects, keys, done) => {
      const bytes = await done(objects.get(keys[0]));
      bytes[bytes.length - 1] ^= 1;
      await done(objects.put(bytes, keys[0]));
    },
    both: spoilManifests,
  };
  const seen = [];
  for (const name of ['one', 'both']) {
    await withClient(page, name, (_client, db) => db.collection('things').insertOne({ _id: 1 }));
    await tamper(page, name, 'meta', spoil[name]);
    seen.push(
      await page.evaluate(async (name) => {
        const { MongoClient } = await import('tussock');
        const client = new MongoClient(`indexeddb://${name}`);
        const found = client.db('shop').collection('things').find().toArray();
        const failure = await globalThis.failureOf(found);
        await client.close();
        return failure?.code ?? (await found).length;
      }, name),
    );
  }
  assert.deepEqual(seen, [1, 301]);
  await page.close();
});

test('storage that the browser dropped is told of, not presented as an empty database', async () => {
  const page = await open();
  await withClient(page, 'dropped', (_client, db) => db.collection('things').insertOne({ _id: 1 }));
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase('dropped');
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
      }),
  );
  const seen = await withClient(page, 'dropped', async (client, db) => ({
    loss: client.dataLoss?.name ?? null,
    count: await db.collection('things').countDocuments({}),
  }));
  assert.deepEqual(seen, { loss: 'TussockDataLossError', count: 0 });
  await page.close();
});

for (const worker of [false, true]) {
  test(`a command for which there is no memory fails, ${worker ? 'in a worker' : 'in the page'}, and everything acknowledged is stored`, async () => {
    const page = await open();
    await page.evaluate(FAILURE);
    const name = `memory-${worker}`;
    const seen = await page.evaluate(async ([name, worker]) => {
      const [{ MongoClient }, { limited }] = [await import('tussock'), await import('/limited.mjs')];
      const module = new Uint8Array(await (await fetch('/tussock/wasm/tussock_bg.wasm')).arrayBuffer());
      const client = await MongoClient.connect(`indexeddb://${name}`, { worker, wasm: limited(module, 500) });
      const things = client.db('shop').collection('things');
      const text = 'x'.repeat(500_000);
      let acknowledged = 0;
      for (;;) {
        const writes = [acknowledged, acknowledged + 1].map((_id) => things.insertOne({ _id, text }));
        const failures = await Promise.all(writes.map((write) => globalThis.failureOf(write)));
        acknowledged += failures.filter((failure) => failure === null).length;
        if (failures.includes(null)) continue;
        return { acknowledged, failures, later: await globalThis.failureOf(things.findOne({ _id: 0 })) };
      }
    }, [name, worker]);
    assert.ok(seen.acknowledged > 5, String(seen.acknowledged));
    for (const failure of [...seen.failures, seen.later]) {
      assert.equal(failure?.name, 'MongoSystemError');
      assert.match(failure.message, /it gets no more memory/);
    }
    await page.reload();
    const ids = await withClient(page, name, (_client, db) => db.collection('things').distinct('_id'));
    assert.deepEqual(ids.slice(0, seen.acknowledged), Array.from({ length: seen.acknowledged }, (_, _id) => _id));
    await page.close();
  });
}
