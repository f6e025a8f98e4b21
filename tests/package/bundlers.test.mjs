// The tarball through webpack 5 (which finds the module by itself) and esbuild (which has to be told: a file loader).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, serve } from '../browser/harness.mjs';
import { freshProject, inProject, remove, tool } from './project.mjs';

const page = (script) => `<!doctype html><title>app</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const app = (imports, options) => `${imports}
const client = new MongoClient('indexeddb://bundled', ${options});
(async () => {
  const things = client.db().collection('things');
  await things.insertOne({ size: 1 });
  document.title = 'things: ' + (await things.find({ size: { $gt: 0 } }).toArray()).length;
  await client.close();
})();
`;
const WEBPACK = `import webpack from 'webpack';
webpack({
  mode: 'production',
  entry: { main: './app.js', worker: './worker.js' },
  output: { path: process.cwd() + '/webpacked' },
  performance: false,
}, (error, stats) => {
  if (error || stats.hasErrors() || stats.hasWarnings()) {
    console.error(error ?? stats.toString());
    process.exit(1);
  }
});
`;

let folder;
let site;
let chromium;

before(async () => {
  folder = await freshProject({
    files: {
      'app.js': app("import { MongoClient } from 'tussock';", '{}'),
      'worker.js': app("import { MongoClient } from 'tussock';", '{ worker: true }'),
      'told.js': app("import { MongoClient } from 'tussock';\nimport wasm from 'tussock/tussock_bg.wasm';", '{ wasm }'),
      'webpack.mjs': WEBPACK,
      'webpacked/index.html': page('main.js'),
      'webpacked/worker.html': page('worker.js'),
      'esbuilt/index.html': page('told.js'),
    },
    packages: ['esbuild', 'webpack'],
  });
  site = await serve({ '/webpacked/': join(folder, 'webpacked'), '/esbuilt/': join(folder, 'esbuilt') });
  chromium = await launch();
});

after(async () => {
  await chromium?.close();
  await site?.close();
  if (folder) await remove(folder);
});

async function runsAndReloads(path) {
  const page = await chromium.page(`${site.url}/${path}`);
  await page.waitForFunction(() => document.title === 'things: 1');
  await page.reload();
  await page.waitForFunction(() => document.title === 'things: 2');
  assert.deepEqual(page.problems, []);
  await page.evaluate(() => indexedDB.databases().then((all) => Promise.all(all.map(({ name }) => new Promise((done) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = done;
  })))));
  await page.evaluate(() => localStorage.clear());
  await page.close();
}

test('webpack 5, in the page and in a worker', async () => {
  await inProject(folder, 'node', 'webpack.mjs');
  await runsAndReloads('webpacked/index.html');
  await runsAndReloads('webpacked/worker.html');
});

test('esbuild with a file loader', async () => {
  await tool(folder, 'esbuild', 'told.js', '--bundle', '--format=esm', '--loader:.wasm=file', '--outdir=esbuilt', '--log-level=warning');
  await runsAndReloads('esbuilt/index.html');
});
