// The package unbundled: in a plain page (<script type="module"> and an import map), in a module worker.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blankPage, importMap, launch, serveTussock, TUSSOCK_DIST } from '../browser/harness.mjs';

let site;
let chromium;
let copy;

/** A copy of the package whose imports of bson are paths, and a worker that uses it. */
async function bundled() {
  copy = await mkdtemp(join(tmpdir(), 'tussock-worker-'));
  await cp(TUSSOCK_DIST, copy, { recursive: true });
  for (const name of await readdir(copy, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const text = await readFile(join(copy, name), 'utf8');
    await writeFile(join(copy, name), text.replaceAll("from 'bson'", "from '/bson/lib/bson.mjs'"));
  }
  const js = `import { MongoClient } from '/copy/index.js';
    const client = await MongoClient.connect('indexeddb://worker');
    const visits = client.db('page').collection('visits');
    await visits.insertOne({ at: new Date() });
    postMessage('visits: ' + (await visits.countDocuments()));
    await client.close();`;
  return { '/copy/': copy, '/worker.js': { js } };
}

before(async () => {
  const script = `<script type="module">
    import { MongoClient } from 'tussock';
    const client = await MongoClient.connect('indexeddb://plain');
    const visits = client.db('page').collection('visits');
    await visits.insertOne({ at: new Date() });
    document.title = 'visits: ' + (await visits.countDocuments());
    await client.close();
  </script>`;
  // Workers have no import maps: the package's one dependency is named by a path there.
  const bundle = await bundled();
  const workerPage = `<script type="module">
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => { document.title = data; };
  </script>`;
  site = await serveTussock({
    '/plain.html': { html: blankPage(await importMap()) + script },
    '/worker.html': { html: blankPage(await importMap()) + workerPage },
    ...bundle,
  });
  chromium = await launch();
});

after(async () => {
  await chromium?.close();
  await site?.close();
  if (copy) await rm(copy, { recursive: true, force: true });
});

test('a plain page writes, and finds everything after a reload', async () => {
  const page = await chromium.page(`${site.url}/plain.html`);
  await page.waitForFunction(() => document.title === 'visits: 1');
  await page.reload();
  await page.waitForFunction(() => document.title === 'visits: 2');
  assert.deepEqual(page.problems, []);
});

test('a module worker writes, and finds everything after a reload', async () => {
  const page = await chromium.page(`${site.url}/worker.html`);
  await page.waitForFunction(() => document.title === 'visits: 1');
  await page.reload();
  await page.waitForFunction(() => document.title === 'visits: 2');
  assert.deepEqual(page.problems, []);
});
