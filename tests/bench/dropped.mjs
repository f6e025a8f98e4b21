// How often a browser starts with the whole storage of a site gone after it was killed, and what prevents it:
//
//   node dropped.mjs [--profiles N] [--kills N] [WAY...]
//
// Raw IndexedDB, no Tussock: each round writes small transactions of strict durability for 0.3 to 3 seconds, kills all
// processes of the browser, starts it again and looks. Ways: plain; persist (`navigator.storage.persist()`, granted);
// clean (the profile's first exit is an orderly one); bucket (a persisted storage bucket of strict durability);
// settled (nothing is killed in the first 15 seconds of a profile). A marker in localStorage is looked after as well.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BROWSER, launch, serve } from '../browser/harness.mjs';

const words = process.argv.slice(2);
const argument = (name, otherwise) => {
  const at = words.indexOf(name);
  return at < 0 ? otherwise : Number(words.splice(at, 2)[1]);
};
const PROFILES = argument('--profiles', 8);
const KILLS = argument('--kills', 6);
const WAYS = words.length > 0 ? words : ['plain', 'persist', 'clean', 'bucket'];
const ALIVE_MS = [300, 3000, 800, 1500, 500, 2000];

const site = await serve({ '/blank.html': { html: '<!doctype html><title>blank</title><link rel="icon" href="data:,">' } });

/** A page with `rows`, how many there are, and `write()`, which goes on until it is killed. */
async function open(browser, way) {
  const page = await browser.page(`${site.url}/blank.html`);
  if (way === 'persist') await grantPersistence(browser, page);
  const seen = await page.evaluate(async (way) => {
    const granted = way === 'persist' ? await navigator.storage.persist() : null;
    const factory = way === 'bucket'
      ? (await navigator.storageBuckets.open('kept', { persisted: true, durability: 'strict' })).indexedDB
      : indexedDB;
    const request = factory.open('probe', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('rows', { autoIncrement: true });
    const database = await new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const count = database.transaction('rows').objectStore('rows').count();
    const rows = await new Promise((done) => (count.onsuccess = () => done(count.result)));
    globalThis.put = () => new Promise((done, failed) => {
      const transaction = database.transaction('rows', 'readwrite', { durability: 'strict' });
      transaction.objectStore('rows').add('x'.repeat(600));
      transaction.oncomplete = done;
      transaction.onabort = () => failed(transaction.error);
    });
    const marker = localStorage.getItem('marker');
    localStorage.setItem('marker', String(Number(marker) + 1));
    return { granted, rows, marker };
  }, way);
  return { page, ...seen };
}

/** Chromium grants it by its own judgement of a site, or by this. */
async function grantPersistence(browser, page) {
  const session = await browser.context.newCDPSession(page);
  await session.send('Browser.grantPermissions', { permissions: ['durableStorage'], origin: site.url });
}

for (const way of WAYS) {
  const found = { restarts: 0, dropped: [], missing: 0, markerLost: 0, granted: null };
  for (let at = 0; at < PROFILES; at += 1) {
    const profile = await mkdtemp(join(tmpdir(), 'tussock-dropped-'));
    let [acknowledged, alive] = [0, 0];
    if (way === 'clean' || way === 'settled') {
      const browser = await launch({ userDataDir: profile });
      const { page } = await open(browser, way);
      await page.evaluate(() => put());
      acknowledged = 1;
      if (way === 'settled') await sleep(15_000);
      await browser[way === 'clean' ? 'close' : 'kill']();
    }
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const browser = await launch({ userDataDir: profile });
      const { page, granted, rows, marker } = await open(browser, way);
      found.granted = granted;
      if (acknowledged > 0) {
        found.restarts += 1;
        if (rows === 0) found.dropped.push({ kill, alive, marker: marker !== null });
        else if (rows < acknowledged) found.missing += 1;
        if (marker === null) found.markerLost += 1;
      }
      acknowledged = rows;
      if (kill === KILLS) {
        await browser.close();
        break;
      }
      await page.exposeFunction('acknowledge', () => (acknowledged += 1));
      page.evaluate(async () => {
        for (;;) {
          await put();
          await globalThis.acknowledge();
        }
      }).catch(() => undefined);
      alive = ALIVE_MS[(at + kill) % ALIVE_MS.length];
      await sleep(alive);
      await browser.kill();
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  const drops = found.dropped.map(({ kill, alive, marker }) => `kill ${kill} after ${alive} ms${marker ? '' : ', marker too'}`);
  console.log(`${BROWSER}, ${way}: ${found.restarts} restarts, dropped ${drops.length}, single writes missing ${found.missing}, marker lost ${found.markerLost}${found.granted === null ? '' : `, persist() ${found.granted}`}${drops.length ? ` (${drops.join('; ')})` : ''}`);
}
await site.close();
