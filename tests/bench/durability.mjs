// What durability, tabs and the worker cost, in headless Chromium, as ratios of one run:
//
//   node durability.mjs [--rounds N] [--accept]     --accept writes RESULTS-DURABILITY.md
//
// Durable inserts a second beside raw IndexedDB with strict durability, each write a transaction of its own; a tab that
// is not the owner beside the owner; how long it takes until the next tab serves when the owner is gone; the longest
// task of the page's thread while a page or its worker imports and aggregates.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { killAll } from '../browser/browsers/processes.mjs';
import { launch, serveTussock } from '../browser/harness.mjs';

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const ROUNDS = argument('--rounds', 3);
const TAKEOVERS = argument('--takeovers', 20);
const DOCUMENTS = argument('--documents', 100_000);

const site = await serveTussock();
const chromium = await launch();

async function open() {
  const page = await chromium.page(`${site.url}/blank.html`);
  await page.evaluate(() => {
    globalThis.connect = async (url, options) => {
      const { MongoClient } = await import('tussock');
      globalThis.client = await MongoClient.connect(url, options);
      globalThis.things = client.db('shop').collection('things');
    };
    /** Runs `act(n)` for n from 0, so many at a time; gives how many a second. */
    globalThis.rate = async (act, total, atOnce) => {
      let next = 0;
      const worker = async () => {
        while (next < total) await act(next++);
      };
      const start = performance.now();
      await Promise.all(Array.from({ length: atOnce }, worker));
      return (1000 * total) / (performance.now() - start);
    };
    globalThis.document_ = (n) => ({ _id: crypto.randomUUID(), n, text: 'x'.repeat(500) });
  });
  return page;
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
const quantile = (numbers, q) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(q * numbers.length))];

/** Durable inserts a second, of Tussock and of raw IndexedDB in turns. */
async function inserts() {
  const page = await open();
  const rows = [];
  for (const [atOnce, total] of [[1, 300], [16, 1600], [128, 6400]]) {
    const rates = { tussock: [], raw: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.tussock.push(await page.evaluate(async ([round, atOnce, total]) => {
        await connect(`indexeddb://inserts-${atOnce}-${round}`);
        const result = await rate((n) => things.insertOne(document_(n)), total, atOnce);
        await client.close();
        return result;
      }, [round, atOnce, total]));
      rates.raw.push(await page.evaluate(async ([round, atOnce, total]) => {
        const request = indexedDB.open(`raw-${atOnce}-${round}`, 1);
        request.onupgradeneeded = () => request.result.createObjectStore('things', { keyPath: '_id' });
        const database = await new Promise((done) => (request.onsuccess = () => done(request.result)));
        const result = await rate((n) => new Promise((done, failed) => {
          const transaction = database.transaction('things', 'readwrite', { durability: 'strict' });
          transaction.objectStore('things').put(document_(n));
          transaction.oncomplete = done;
          transaction.onabort = () => failed(transaction.error);
        }), total, atOnce);
        database.close();
        return result;
      }, [round, atOnce, total]));
    }
    rows.push({ atOnce, tussock: median(rates.tussock), raw: median(rates.raw) });
  }
  await page.close();
  return rows;
}

/** Operations a second by the owner and by another tab, in turns. */
async function tabs() {
  const [owner, other] = [await open(), await open()];
  for (const page of [owner, other]) await page.evaluate(() => connect('indexeddb://tabs-cost'));
  const work = {
    'findOne by _id': async (page) => page.evaluate(async () => {
      const { _id } = (await things.findOne()) ?? document_(0);
      return rate(() => things.findOne({ _id }), 1000, 1);
    }),
    'insertOne, strict': (page) => page.evaluate(() => rate((n) => things.insertOne(document_(n)), 200, 1)),
    'insertOne, strict, 16 at once': (page) => page.evaluate(() => rate((n) => things.insertOne(document_(n)), 1600, 16)),
  };
  await owner.evaluate(() => things.insertOne(document_(0)));
  const rows = [];
  for (const [name, run] of Object.entries(work)) {
    const rates = { owner: [], other: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.owner.push(await run(owner));
      rates.other.push(await run(other));
    }
    rows.push({ name, owner: median(rates.owner), other: median(rates.other) });
  }
  await Promise.all([owner.close(), other.close()]);
  return rows;
}

/** Milliseconds from the owner's end (its tab is closed, or its process killed) to the next answer in another tab. */
async function takeovers(how) {
  const times = [];
  let owner = await open();
  const url = `indexeddb://takeover-${how}`;
  await owner.evaluate(async (url) => {
    await connect(url);
    await things.insertMany(Array.from({ length: 20_000 }, (_, n) => document_(n)));
  }, url);
  for (let round = 0; round < TAKEOVERS; round += 1) {
    const process_ = how === 'killed' ? await owner.process() : null;
    const next = await open();
    await next.evaluate((url) => connect(url), url);
    await next.evaluate(() => {
      globalThis.longest = 0;
      globalThis.asking = (async () => {
        // The longest time between two answers is the takeover.
        for (let last = performance.now(); !globalThis.isOver; last = performance.now()) {
          // An owner answers at once, and would never let go of the thread.
          await new Promise((done) => setTimeout(done, 0));
          await things.findOne({ n: 5 });
          globalThis.longest = Math.max(globalThis.longest, performance.now() - last);
        }
      })();
    });
    await new Promise((done) => setTimeout(done, 100));
    if (how === 'killed') await killAll([process_]).then(() => owner.close());
    else await owner.close();
    await new Promise((done) => setTimeout(done, 600));
    times.push(await next.evaluate(async () => {
      globalThis.isOver = true;
      await globalThis.asking;
      return globalThis.longest;
    }));
    owner = next;
  }
  await owner.close();
  return times;
}

/** The longest time that the page's thread did nothing else, and how long the work took; and what small work costs. */
async function blocking() {
  const rows = [];
  for (const worker of [false, true]) {
    const page = await open();
    rows.push(await page.evaluate(async ([worker, documents]) => {
      await connect(`indexeddb://blocking-${worker}`, { worker });
      const measure = async (act) => {
        let [longest, running, last] = [0, true, performance.now()];
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (running) channel.port2.postMessage(0);
        };
        channel.port2.postMessage(0);
        const start = performance.now();
        await act();
        const took = performance.now() - start;
        await new Promise((done) => setTimeout(done, 0));
        running = false;
        return { longest, took };
      };
      const orders = Array.from({ length: documents }, (_, n) => ({ _id: n, n: n % 997, text: `order ${n}`, tags: ['a', 'b', n % 7] }));
      const load = await measure(async () => {
        for (let at = 0; at < orders.length; at += 1000) await things.insertMany(orders.slice(at, at + 1000));
      });
      const aggregate = await measure(() => things.aggregate([
        { $unwind: '$tags' },
        { $group: { _id: { n: '$n', tag: '$tags' }, count: { $sum: 1 }, last: { $max: '$text' } } },
        { $sort: { count: -1, _id: 1 } },
        { $limit: 10 },
      ]).toArray());
      const finds = await rate((n) => things.findOne({ _id: n }), 2000, 1);
      await client.close();
      return { worker, load, aggregate, finds };
    }, [worker, DOCUMENTS]));
    await page.close();
  }
  return rows;
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const perSecond = (value) => value.toFixed(0);
const text = [`# What durability, tabs and the worker cost

A run of \`node tests/bench/durability.mjs\` in headless Chromium ${chromium.context.browser()?.version() ?? ''}. Absolute figures belong to this run alone; medians of ${ROUNDS} rounds.
`];
const print = (line = '') => {
  console.log(line);
  text.push(line);
};

print('## Durable inserts a second, beside raw IndexedDB (strict durability, a transaction each)\n');
print('| at once | Tussock | raw IndexedDB | ratio |');
print('| ---: | ---: | ---: | ---: |');
for (const { atOnce, tussock, raw } of await inserts()) {
  print(`| ${atOnce} | ${perSecond(tussock)} | ${perSecond(raw)} | ${(tussock / raw).toFixed(2)}x |`);
}
print('\n## Operations a second in the tab that owns the database, and in another\n');
print('| operation | owner | other tab | ratio |');
print('| --- | ---: | ---: | ---: |');
for (const { name, owner, other } of await tabs()) {
  print(`| ${name} | ${perSecond(owner)} | ${perSecond(other)} | ${(other / owner).toFixed(2)}x |`);
}
print('\n## Takeover: from the end of the owner to the next answer in another tab (20,000 documents)\n');
print('| owner | takeovers | median | 95th percentile |');
print('| --- | ---: | ---: | ---: |');
for (const [how, name] of [['closed', 'its tab closed'], ['killed', 'its process killed']]) {
  const times = await takeovers(how);
  print(`| ${name} | ${times.length} | ${ms(median(times))} | ${ms(quantile(times, 0.95))} |`);
}
print(`\n## The page's thread during an import of ${DOCUMENTS.toLocaleString('en')} documents and an aggregation\n`);
print('| engine | longest task, import | import took | longest task, aggregation | aggregation took | findOne by _id, a second |');
print('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const { worker, load, aggregate, finds } of await blocking()) {
  const name = worker ? 'in a worker' : 'in the page';
  print(`| ${name} | ${ms(load.longest)} | ${ms(load.took)} | ${ms(aggregate.longest)} | ${ms(aggregate.took)} | ${perSecond(finds)} |`);
}
await chromium.close();
await site.close();
if (process.argv.includes('--accept')) {
  await writeFile(fileURLToPath(new URL('RESULTS-DURABILITY.md', import.meta.url)), `${text.join('\n')}\n`);
}
