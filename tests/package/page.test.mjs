// The package unbundled, in a plain page: <script type="module"> and an import map.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blankPage, importMap, launch, serveTussock } from '../browser/harness.mjs';

let site;
let chromium;

before(async () => {
  const script = `<script type="module">
    import { MongoClient } from 'tussock';
    const client = await MongoClient.connect('indexeddb://plain');
    const visits = client.db('page').collection('visits');
    await visits.insertOne({ at: new Date() });
    document.title = 'visits: ' + (await visits.countDocuments());
    await client.close();
  </script>`;
  site = await serveTussock({ '/plain.html': { html: blankPage(await importMap()) + script } });
  chromium = await launch();
});

after(async () => {
  await chromium?.close();
  await site?.close();
});

test('a plain page writes, and finds everything after a reload', async () => {
  const page = await chromium.page(`${site.url}/plain.html`);
  await page.waitForFunction(() => document.title === 'visits: 1');
  await page.reload();
  await page.waitForFunction(() => document.title === 'visits: 2');
  assert.deepEqual(page.problems, []);
});
