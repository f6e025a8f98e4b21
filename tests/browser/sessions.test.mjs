// Sessions, time limits and signals where the engine is elsewhere: in another tab, in a worker.

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

/** A page with a client on the database of this name. */
async function tab(url, options = {}) {
  const page = await chromium.page(`${site.url}/blank.html`);
  await page.evaluate(async ([url, options]) => {
    const { MongoClient } = await import('tussock');
    globalThis.client = await MongoClient.connect(url, options);
    globalThis.things = client.db('shop').collection('things');
    globalThis.openCursors = async () => Number((await client.db('admin').command({ serverStatus: 1 })).metrics.cursor.open.total);
  }, [url, options]);
  return page;
}

test('the cursors of a session in another tab\'s engine are closed with its client', async () => {
  const owner = await tab('indexeddb://sessions');
  const other = await tab('indexeddb://sessions');
  await owner.evaluate(async () => things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]));
  const read = await other.evaluate(async () => {
    const session = client.startSession();
    globalThis.cursor = things.find({}, { session, batchSize: 1 });
    return [await cursor.next(), await cursor.next()];
  });
  assert.deepEqual(read, [{ _id: 1 }, { _id: 2 }]);
  assert.equal(await owner.evaluate(() => openCursors()), 1);
  await other.evaluate(() => client.close());
  assert.equal(await owner.evaluate(() => openCursors()), 0);
  await owner.evaluate(() => client.close());
});

test('a worker that is busy is not waited for', async () => {
  const page = await tab('memory://', { worker: true });
  const errors = await page.evaluate(async () => {
    const endless = () => [
      { $documents: [{ a: 0 }] },
      ...[1, 2, 3].flatMap(() => [{ $set: { a: { $range: [0, 1000] } } }, { $unwind: '$a' }]),
      { $count: 'n' },
    ];
    const error = (promise) => promise.then(() => null, ({ name, message }) => ({ name, message }));
    const controller = new AbortController();
    const aborted = error(client.db('shop').aggregate(endless(), { signal: controller.signal, maxTimeMS: 500 }).toArray());
    controller.abort(new Error('stop'));
    const late = error(client.db('shop').aggregate(endless(), { timeoutMS: 100 }).toArray());
    const found = [await aborted, await late];
    await client.close();
    return found.map(({ name, message }) => (name === 'Error' ? message : name));
  });
  assert.deepEqual(errors, ['stop', 'MongoOperationTimeoutError']);
});
