// Documents of TTL indexes go away by themselves, in a page and in a worker, in memory and in IndexedDB.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, serveTussock } from './harness.mjs';

let site;
let chromium;

before(async () => {
  site = await serveTussock({
    // A worker whose minutes are short.
    '/minutes.js': { js: 'const later = setInterval; globalThis.setInterval = (run) => later(run, 5);' },
    '/hasty.js': { js: "import './minutes.js'; import '/tussock/worker.js';" },
  });
  chromium = await launch();
});

after(async () => {
  await chromium.close();
  await site.close();
});

/** Fills a collection, waits until what is over is gone, and tells what is left. */
async function expired(url, { worker }) {
  const page = await chromium.page(`${site.url}/blank.html`);
  return page.evaluate(async ([url, worker]) => {
    const { MongoClient } = await import('tussock');
    const hasty = () => new Worker('/hasty.js', { type: 'module' });
    const client = await MongoClient.connect(url, worker ? { worker: hasty } : {});
    const things = client.db('shop').collection('things');
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
    await things.insertMany([{ _id: 1, at: new Date(0) }, { _id: 2, at: new Date(8e15) }, { _id: 3 }]);
    const ids = async () => (await things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    while ((await ids()).length === 3) {
      // As when the page is shown again.
      if (!worker) document.dispatchEvent(new Event('visibilitychange'));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const left = await ids();
    await client.close();
    return left;
  }, [url, worker]);
}

for (const url of ['memory://', 'indexeddb://expiry']) {
  for (const worker of [false, true]) {
    test(`${url}${worker ? ' in a worker' : ''}`, async () => {
      assert.deepEqual(await expired(`${url}${worker && url !== 'memory://' ? '-worker' : ''}`, { worker }), [2, 3]);
    });
  }
}
