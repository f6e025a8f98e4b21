// The engine in a worker: the same answers, the page's thread free, the same promises about what is stored.

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

async function open() {
  const page = await chromium.page(`${site.url}/blank.html`);
  await page.evaluate(() => {
    globalThis.connect = async (url, options) => {
      const { MongoClient } = await import('tussock');
      return MongoClient.connect(url, options);
    };
  });
  return page;
}

test('a worker answers as the page does, in memory and over IndexedDB', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const result = [];
    for (const url of ['memory://', 'indexeddb://worker']) {
      const client = await connect(url, { worker: true });
      const things = client.db('shop').collection('things');
      await things.createIndex({ n: 1 }, { unique: true });
      await things.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: n, n, at: new Date(n) })));
      const failure = await things.insertOne({ n: 5 }).then(() => null, ({ name, code }) => ({ name, code }));
      const found = await things.find({ n: { $gte: 990 } }).batchSize(3).toArray();
      const [{ sum }] = await things.aggregate([{ $group: { _id: null, sum: { $sum: '$n' } } }]).toArray();
      result.push({ failure, count: found.length, date: found[0].at instanceof Date, sum, state: client.durability.state });
      await client.close();
    }
    return result;
  });
  const expected = {
    failure: { name: 'MongoServerError', code: 11000 }, count: 10, date: true, sum: 499_500, state: 'durable',
  };
  assert.deepEqual(seen, [expected, expected]);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('what a worker stored is there for a page and for another worker, together', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const first = await connect('indexeddb://worker-and-page', { worker: true });
    await first.db('shop').collection('things').insertOne({ _id: 1 });
    const second = await connect('indexeddb://worker-and-page');
    await second.db('shop').collection('things').insertOne({ _id: 2 });
    const third = await connect('indexeddb://worker-and-page', { worker: true });
    const before = await third.db('shop').collection('things').countDocuments();
    await first.close();
    await second.db('shop').collection('things').insertOne({ _id: 3 });
    const after = await third.db('shop').collection('things').countDocuments();
    await second.close();
    await third.close();
    return { before, after, marker: Number(localStorage.getItem('tussock:worker-and-page')) > 0 };
  });
  assert.deepEqual(seen, { before: 2, after: 3, marker: true });
  await page.close();
});

test('a worker that cannot open says why, and storage that was dropped is told of', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const failed = await connect('indexeddb://x', { worker: () => new Worker('data:text/javascript,throw 1') }).then(
      () => null,
      ({ name, message }) => `${name}: ${message}`,
    );
    localStorage.setItem('tussock:worker-dropped', '41');
    const client = await connect('indexeddb://worker-dropped', { worker: true });
    const loss = client.dataLoss?.lastCommit;
    await client.close();
    return { failed, loss };
  });
  assert.match(seen.failed, /MongoServerSelectionError: the worker stopped/);
  assert.equal(seen.loss, 41);
  await page.close();
});

test('the page goes on painting while a worker works', async () => {
  const page = await open();
  const ticks = await page.evaluate(async () => {
    const client = await connect('memory://', { worker: true });
    const things = client.db('shop').collection('things');
    await things.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n, text: `text ${n % 1000}` })));
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await things.aggregate([
      { $group: { _id: '$text', all: { $push: '$n' } } },
      { $sort: { _id: 1 } },
      { $limit: 1 },
    ]).toArray();
    clearInterval(timer);
    await client.close();
    return ticks;
  });
  assert.ok(ticks > 0, 'no timer of the page ran during the aggregation');
  await page.close();
});
