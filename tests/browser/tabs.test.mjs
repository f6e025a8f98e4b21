// Any number of tabs share one database: nothing is corrupted, nobody waits for a tab that sleeps, and a write whose
// owner went away is done once.

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

/** A tab with a client on the database of this name. */
async function open(name) {
  const page = await chromium.page(`${site.url}/blank.html`);
  await page.evaluate(async (name) => {
    const { MongoClient } = await import('tussock');
    globalThis.client = await MongoClient.connect(`indexeddb://${name}`);
    globalThis.things = client.db('shop').collection('things');
    globalThis.failureOf = (promise) => promise.then(
      () => null,
      (error) => ({ name: error.name, code: error.code, message: error.message }),
    );
  }, name);
  return page;
}

const closed = (pages) => Promise.all(pages.map((page) => page.close()));

test('five tabs write at once, and each sees what all wrote', async () => {
  const pages = [];
  for (let at = 0; at < 5; at += 1) pages.push(await open('five'));
  await pages[3].evaluate(() => things.createIndex({ tab: 1 }));
  await Promise.all(pages.map((page, tab) => page.evaluate(async (tab) => {
    for (let at = 0; at < 40; at += 1) {
      await things.insertOne({ _id: `${tab}-${at}`, tab });
      await things.updateOne({ _id: 'all' }, { $inc: { count: 1 } }, { upsert: true });
    }
    await Promise.all(Array.from({ length: 20 }, (_, at) => things.insertOne({ _id: `${tab}+${at}`, tab })));
  }, tab)));
  for (const [tab, page] of pages.entries()) {
    const seen = await page.evaluate(async (tab) => ({
      all: await things.countDocuments(),
      mine: await things.countDocuments({ tab }),
      counted: (await things.findOne({ _id: 'all' })).count,
      batches: (await things.find({ tab: { $gte: 0 } }).batchSize(7).toArray()).length,
      valid: (await client.db('shop').command({ validate: 'things' })).valid,
    }), tab);
    assert.deepEqual(seen, { all: 301, mine: 60, counted: 200, batches: 300, valid: true });
  }
  await closed(pages);
  const page = await open('five');
  assert.equal(await page.evaluate(() => things.countDocuments()), 301);
  await page.close();
});

test('when the owner goes away the next tab takes over, and no write is lost or done twice', async () => {
  const pages = [await open('owner'), await open('owner'), await open('owner')];
  const writing = pages.slice(1).map((page, tab) => page.evaluate(async (tab) => {
    let acknowledged = 0;
    for (let at = 0; at < 400; at += 1) {
      await Promise.all([
        things.insertOne({ _id: `${tab}-${at}` }),
        things.updateOne({ _id: 'count' }, { $inc: { n: 1 } }, { upsert: true }),
      ]);
      acknowledged += 1;
    }
    return acknowledged;
  }, tab));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await pages[0].close();
  assert.deepEqual(await Promise.all(writing), [400, 400]);
  const seen = await pages[2].evaluate(async () => ({
    all: await things.countDocuments(),
    n: (await things.findOne({ _id: 'count' })).n,
  }));
  assert.deepEqual(seen, { all: 801, n: 800 });
  await closed(pages.slice(1));
});

test('a cursor whose owner went away fails by name, and does not go on with something else', async () => {
  const [first, second] = [await open('cursor'), await open('cursor')];
  const failure = first.evaluate(() => undefined).then(() => second.evaluate(async () => {
    await things.insertMany(Array.from({ length: 50 }, (_, _id) => ({ _id })));
    globalThis.cursor = things.find().batchSize(5);
    await cursor.next();
  }));
  await failure;
  await first.close();
  const seen = await second.evaluate(async () => ({
    failure: await failureOf(globalThis.cursor.toArray()),
    count: await things.countDocuments(),
  }));
  assert.deepEqual([seen.failure.code, seen.count], [43, 50]);
  await second.close();
});

test('an owner that says nothing is replaced, and what it does afterwards is not stored', async () => {
  const [first, second] = [await open('frozen'), await open('frozen')];
  await first.evaluate(() => things.insertOne({ _id: 'first' }));
  // The tab is busy for longer than the others' patience; then its own write comes too late.
  const late = first.evaluate(async () => {
    const end = performance.now() + 9000;
    while (performance.now() < end);
    const inserted = await failureOf(things.insertOne({ _id: 'late' }));
    return { inserted, ids: await things.distinct('_id') };
  });
  await second.evaluate(() => things.insertOne({ _id: 'second' }));
  const seen = await late;
  // It was refused, or forwarded to the new owner: never taken for stored and lost.
  assert.ok(seen.inserted === null || seen.inserted.code === 189, JSON.stringify(seen.inserted));
  const isStored = seen.inserted === null;
  assert.deepEqual(seen.ids.filter((id) => id !== 'second'), isStored ? ['first', 'late'] : ['first']);
  const ids = await second.evaluate(() => things.distinct('_id'));
  assert.deepEqual(ids, isStored ? ['first', 'late', 'second'] : ['first', 'second']);
  await closed([first, second]);
});

test('of several tabs that find the owner silent at once one replaces it, and all go on', async () => {
  const pages = [];
  for (let at = 0; at < 4; at += 1) pages.push(await open('impatient'));
  await pages[0].evaluate(() => things.insertOne({ _id: 0 }));
  const busy = pages[0].evaluate(() => {
    const end = performance.now() + 9000;
    while (performance.now() < end);
  });
  const insert = (page, _id) => page.evaluate((_id) => failureOf(things.insertOne({ _id })), _id);
  const failures = await Promise.all(pages.slice(1).map((page, at) => insert(page, at + 1)));
  await busy;
  // Its own write may come before it hears that it was replaced: then it is refused.
  const late = await insert(pages[0], 4);
  assert.ok(late === null || late.code === 189, JSON.stringify(late));
  if (late !== null) failures.push(await insert(pages[0], 4));
  for (const [at, page] of pages.slice(1).entries()) failures.push(await insert(page, at + 5));
  assert.deepEqual(failures, failures.map(() => null));
  assert.deepEqual(await pages[3].evaluate(() => things.distinct('_id')), [0, 1, 2, 3, 4, 5, 6, 7]);
  await closed(pages);
});

test('a question or a reply that is lost on the way is made up for, and nothing is done twice', async () => {
  const pages = [await open('lossy'), await open('lossy')];
  await pages[1].evaluate(() => things.insertMany(Array.from({ length: 30 }, (_, _id) => ({ _id, n: 0 }))));
  // The process that carries messages between tabs may be killed with some of them.
  const lose = (kind, count) => {
    const { postMessage } = BroadcastChannel.prototype;
    let left = count;
    globalThis.lost ??= [];
    BroadcastChannel.prototype.postMessage = function (message) {
      if (message.kind === kind && (left -= 1) >= 0) return void lost.push(kind);
      postMessage.call(this, message);
    };
  };
  const losing = (page, kind, count) => page.evaluate(`(${lose})(${JSON.stringify(kind)}, ${count})`);
  await losing(pages[0], 'reply', 1);
  await pages[1].evaluate(() => things.updateOne({ _id: 0 }, { $inc: { n: 1 } }));
  await losing(pages[1], 'run', 1);
  await pages[1].evaluate(() => things.updateOne({ _id: 1 }, { $inc: { n: 1 } }));
  // The second batch of a cursor.
  await pages[1].evaluate(async () => {
    globalThis.cursor = things.find().sort({ _id: 1 }).batchSize(10);
    globalThis.read = [await cursor.next()];
  });
  await losing(pages[0], 'reply', 1);
  const seen = await pages[1].evaluate(async () => {
    for await (const document of cursor) read.push(document);
    return { ids: read.map(({ _id }) => _id), counts: read.slice(0, 3).map(({ n }) => n) };
  });
  assert.deepEqual(seen, { ids: Array.from({ length: 30 }, (_, at) => at), counts: [1, 1, 0] });
  assert.deepEqual([await pages[0].evaluate(() => lost), await pages[1].evaluate(() => lost)], [['reply', 'reply'], ['run']]);
  // It was the first owner all the time.
  assert.equal(await pages[0].evaluate(() => client.durability.state), 'durable');
  await closed(pages);
});

test('a transaction of an owner that was replaced stores nothing', async () => {
  const page = await open('fenced');
  const failure = await page.evaluate(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    /** Adds what the next owner adds first, its row and a chunk of the journal, or takes it away. */
    globalThis.claim = async (isAdded) => {
      const database = await done(indexedDB.open('fenced'));
      const transaction = database.transaction(['meta', 'journal'], 'readwrite');
      for (const name of ['meta', 'journal']) {
        const store = transaction.objectStore(name);
        const last = (await done(store.getAllKeys())).at(-1);
        await (isAdded ? done(store.add(await done(store.get(last)), last + 1)) : done(store.delete(last)));
      }
      database.close();
    };
    await things.insertOne({ _id: 1 });
    await claim(true);
    return failureOf(Promise.all([things.insertOne({ _id: 2 }), things.insertOne({ _id: 3 })]));
  });
  assert.equal(failure?.code, 189);
  await page.evaluate(() => claim(false));
  await page.close();
  const next = await open('fenced');
  assert.deepEqual(await next.evaluate(() => things.distinct('_id')), [1]);
  await next.close();
});

test('two clients of one page share a database too', async () => {
  const page = await open('same-page');
  const seen = await page.evaluate(async () => {
    const { MongoClient } = await import('tussock');
    const other = await MongoClient.connect('indexeddb://same-page');
    const theirs = other.db('shop').collection('things');
    await things.insertOne({ _id: 1 });
    await theirs.insertOne({ _id: 2 });
    const counts = [await things.countDocuments(), await theirs.countDocuments()];
    await client.close();
    await theirs.insertOne({ _id: 3 });
    counts.push(await theirs.countDocuments());
    const status = other.durability;
    await other.close();
    return { counts, status };
  });
  assert.deepEqual(seen, { counts: [2, 2, 3], status: { state: 'durable', commits: 0, bytes: 0, ageMS: 0 } });
  await page.close();
});

test('a tab with another version of the package is refused by name', async () => {
  const [first, second] = [await open('versions'), await chromium.page(`${site.url}/blank.html`)];
  // An owner of a later version, as this one sees it.
  await first.evaluate(async () => {
    await client.close();
    navigator.locks.request('tussock:versions', () => new Promise(() => undefined));
    const control = new BroadcastChannel('tussock:versions');
    control.onmessage = () => control.postMessage({ kind: 'owner', owner: 'x', protocol: 999 });
  });
  const failure = await second.evaluate(async () => {
    const { MongoClient } = await import('tussock');
    return MongoClient.connect('indexeddb://versions').then(() => null, ({ code, message }) => ({ code, message }));
  });
  assert.equal(failure.code, 46);
  assert.match(failure.message, /another version of this package/);
  await closed([first, second]);
});
