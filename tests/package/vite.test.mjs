// The readme's first example as a fresh Vite app in TypeScript: types, build, run, reload; and an engine in a worker.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, serve } from '../browser/harness.mjs';
import { freshProject, readmeExamples, remove, tool } from './project.mjs';

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    lib: ['ES2022', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  },
  include: ['src'],
};

const PAGE = (script) =>
  `<!doctype html><title>app</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

const WORKER = `import { MongoClient } from 'tussock';
const client = new MongoClient('indexeddb://worker', { worker: true });
const things = client.db('shop').collection<{ size: number }>('things');
await things.insertOne({ size: 1 });
document.title = 'things: ' + (await things.countDocuments({ size: { $gt: 0 } }));
await client.close();
`;

const CONFIG = `export default { build: { target: 'es2022', rollupOptions: { input: ['index.html', 'worker.html'] } } };
`;

let folder;

before(async () => {
  const [driverExample, engineExample] = await readmeExamples();
  folder = await freshProject({
    files: {
      'index.html': PAGE('/src/main.ts'),
      'worker.html': PAGE('/src/in-worker.ts'),
      'vite.config.js': CONFIG,
      'src/main.ts': `${driverExample}\ndocument.title = 'done';\n`,
      'src/engine.ts': engineExample,
      'src/in-worker.ts': WORKER,
      'tsconfig.json': JSON.stringify(TSCONFIG),
    },
    packages: ['bson', 'typescript', 'vite'],
  });
});

after(() => remove(folder));

test('the examples of the readme pass the type checker', async () => {
  await tool(folder, 'tsc', '-p', 'tsconfig.json');
});

test('the type checker finds a wrong field and a wrong option', async () => {
  const { writeFile, rm } = await import('node:fs/promises');
  const wrong = join(folder, 'src', 'wrong.ts');
  await writeFile(
    wrong,
    `import type { Collection } from 'tussock';
declare const movies: Collection<{ title: string; year: number }>;
void movies.insertOne({ title: 1, year: 1979 });
void movies.find({}).limit('five');
`,
  );
  try {
    await assert.rejects(tool(folder, 'tsc', '-p', 'tsconfig.json'), (error) => {
      assert.match(error.message, /wrong\.ts\(3,/);
      assert.match(error.message, /wrong\.ts\(4,/);
      return true;
    });
  } finally {
    await rm(wrong);
  }
});

test('a Vite build runs in the browser, and keeps its data over a reload', async () => {
  await tool(folder, 'vite', 'build', '--logLevel', 'warn');
  const site = await serve({ '/': join(folder, 'dist') });
  const chromium = await launch();
  try {
    const page = await chromium.page();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(site.url);
    await page.waitForFunction(() => document.title === 'done');
    assert.equal(said[0], '[Alien, Stalker]');
    await page.reload();
    await page.waitForFunction(() => document.title === 'done');
    assert.equal(said[2], '[Alien, Alien, Stalker, Stalker]');
    const workers = [];
    page.on('worker', (worker) => workers.push(worker));
    await page.goto(`${site.url}/worker.html`);
    await page.waitForFunction(() => document.title === 'things: 1');
    assert.equal(workers.length, 1);
    await page.reload();
    await page.waitForFunction(() => document.title === 'things: 2');
    assert.deepEqual(page.problems, []);
  } finally {
    await chromium.close();
    await site.close();
  }
});
