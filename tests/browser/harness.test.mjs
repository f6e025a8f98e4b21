// The harness itself: it serves what it says, and the browser it starts can do what tests need.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blankPage, launch, serve } from './harness.mjs';

let site;

before(async () => {
  site = await serve({
    '/blank.html': { html: blankPage({}) },
    '/module.js': { js: 'export const answer = 42;' },
    '/files/': import.meta.dirname,
  });
});

after(() => site.close());

test('folders are served with their types, and nothing outside them', async () => {
  const file = await fetch(`${site.url}/files/harness.mjs`);
  assert.equal(file.headers.get('content-type'), 'text/javascript; charset=utf-8');
  const outside = await fetch(`${site.url}/files/..%2f..%2fCargo.toml`);
  assert.equal(outside.status, 404);
});

test('a page is a secure context with IndexedDB and Web Locks', async () => {
  const chromium = await launch();
  try {
    const page = await chromium.page(`${site.url}/blank.html`);
    const seen = await page.evaluate(async () => ({
      secure: isSecureContext,
      locks: 'locks' in navigator,
      database: await new Promise((done, failed) => {
        const request = indexedDB.open('probe', 1);
        request.onsuccess = () => done(request.result.name);
        request.onerror = () => failed(request.error);
      }),
      answer: (await import('/module.js')).answer,
    }));
    assert.deepEqual(seen, { secure: true, locks: true, database: 'probe', answer: 42 });
    assert.deepEqual(page.problems, []);
  } finally {
    await chromium.close();
  }
});

// What IndexedDB holds after a kill is not asserted here: Chromium now and then drops all of
// it, which is what the persistence tests are about.
test('a killed browser starts again on the same profile', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'tussock-profile-'));
  try {
    for (const end of ['kill', 'close']) {
      const chromium = await launch({ userDataDir: profile });
      const page = await chromium.page(`${site.url}/blank.html`);
      assert.equal(await page.title(), 'blank');
      await chromium[end]();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
