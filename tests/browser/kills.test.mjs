// Browsers and their processes are killed in the middle of writes: no acknowledged write is missing, none is done by
// half or twice, and storage that the browser dropped as a whole is told of.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { family, killAll } from './browsers/processes.mjs';
import { BROWSER, launch, serveTussock } from './harness.mjs';

/** Kills of each loop; the environment may ask for more, whose figures are printed. */
const KILLS = Number(process.env.TUSSOCK_KILLS ?? 3);
/** Documents that one command inserts. */
const BATCH = 4;

let site;

before(async () => {
  site = await serveTussock();
});

after(() => site.close());

/** A page with a client on the database of this name. */
async function open(browser, name, options = {}) {
  const page = await browser.page(`${site.url}/blank.html`);
  await page.evaluate(async ([name, options]) => {
    const { MongoClient } = await import('tussock');
    globalThis.client = await MongoClient.connect(`indexeddb://${name}`, options);
    globalThis.things = client.db('shop').collection('things');
    globalThis.counts = client.db('shop').collection('counts');
  }, [name, options]);
  return page;
}

/**
 * Writes without end, each time a batch of documents and a counter, and tells what was acknowledged. The counter is
 * increased by what is not the same when it is done twice.
 */
async function write(page, writer, first, acknowledge, last = Infinity) {
  await page.exposeFunction('acknowledge', (step) => acknowledge(step));
  const writing = page.evaluate(async ([writer, first, batch, last]) => {
    for (let step = first; step < (last ?? Infinity); step += 1) {
      const documents = Array.from({ length: batch }, (_, at) => ({ _id: `${writer}-${step}-${at}`, writer, step, text: 'w'.repeat(600) }));
      await Promise.all([
        things.insertMany(documents),
        counts.updateOne({ _id: writer }, { $inc: { n: 1 } }, { upsert: true }),
      ]);
      await globalThis.acknowledge(step);
    }
  }, [writer, first, BATCH, last]);
  // Writers that never end do so with their page.
  writing.catch(() => undefined);
  return { writing };
}

/** What is there, by a scan and by an index. */
function look(page) {
  return page.evaluate(async () => ({
    loss: client.dataLoss !== null,
    batches: await things.aggregate([
      { $group: { _id: { writer: '$writer', step: '$step' }, count: { $sum: 1 } } },
      { $sort: { '_id.writer': 1, '_id.step': 1 } },
    ]).toArray(),
    indexed: (await things.find({ writer: { $gte: 0 } }, { hint: { writer: 1, step: 1 } }).toArray()).length,
    counted: await counts.find().sort({ _id: 1 }).toArray(),
    valid: (await client.db('shop').command({ validate: 'things', full: true })).valid,
  }));
}

/** How many steps each writer has done, all of them whole. */
function stepsOf({ batches, indexed, counted, valid }, writers) {
  assert.equal(valid, true, 'corrupt');
  assert.deepEqual(batches.filter(({ count }) => count !== BATCH), [], 'done by half');
  assert.equal(indexed, BATCH * batches.length, 'the index has other documents than the collection');
  return writers.map((writer) => {
    const steps = batches.filter(({ _id }) => _id.writer === writer).map(({ _id }) => _id.step);
    assert.deepEqual(steps, steps.map((_, at) => at), 'not a prefix of what was written');
    const n = counted.find(({ _id }) => _id === writer)?.n ?? 0;
    assert.ok(Math.abs(n - steps.length) <= 1, `${steps.length} inserts beside ${n} increments`);
    return Math.min(n, steps.length);
  });
}

test('a killed browser loses no acknowledged write, of two tabs', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'tussock-kill-'));
  const writers = [0, 1];
  let acknowledged = [0, 0];
  let [dropped, checked] = [0, 0];
  let browser = null;
  try {
    for (let round = 0; round <= KILLS; round += 1) {
      browser = await launch({ userDataDir: profile });
      const pages = [await open(browser, 'killed')];
      if (round > 0) {
        const found = await pages[0].evaluate(async () => (await client.db('shop').listCollections().toArray()).length);
        if (found === 0 && acknowledged[0] > 0) {
          // Chromium drops a killed origin's storage now and then; the client must have said so.
          assert.ok(await pages[0].evaluate(() => client.dataLoss !== null), 'an empty database was presented in silence');
          dropped += 1;
          acknowledged = [0, 0];
        }
      }
      await pages[0].evaluate(() => things.createIndex({ writer: 1, step: 1 }));
      const seen = await look(pages[0]);
      const steps = stepsOf(seen, writers);
      for (const writer of writers) {
        assert.ok(steps[writer] >= acknowledged[writer], `writer ${writer}: ${steps[writer]} of ${acknowledged[writer]} acknowledged`);
      }
      checked = Math.max(checked, 2 * (acknowledged[0] + acknowledged[1]));
      if (round === KILLS) break;
      pages.push(await open(browser, 'killed'));
      let before = 0;
      for (const writer of writers) {
        // Of the last two commands only one may be there: the next number is that of the inserts.
        const first = seen.batches.filter(({ _id }) => _id.writer === writer).length;
        await pages[writer].evaluate(([_id, n]) => counts.updateOne({ _id }, { $set: { n } }, { upsert: true }), [writer, first]);
        acknowledged[writer] = first;
        before += first;
        await write(pages[writer], writer, first, (step) => {
          acknowledged[writer] = Math.max(acknowledged[writer], step + 1);
        });
      }
      // Not before something was written, however slow the machine is.
      for (let wait = 0; wait < 3000 && acknowledged[0] + acknowledged[1] === before; wait += 1) await sleep(10);
      await sleep(200 + 300 * (round % 4));
      await browser.kill();
      browser = null;
      assert.ok(acknowledged[0] + acknowledged[1] > before, 'nothing was written before the kill');
    }
    console.log(`# ${BROWSER}: ${KILLS} kills, ${checked} acknowledged writes checked, 0 lost, storage dropped ${dropped} times`);
  } finally {
    await browser?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

for (const durability of ['relaxed', 'buffered']) {
  test(`a killed browser loses of what is ${durability} the end at most`, async () => {
    const profile = await mkdtemp(join(tmpdir(), 'tussock-kill-'));
    let [checked, lost, dropped, window] = [0, 0, 0, 0];
    let browser = null;
    try {
      for (let round = 0; round < KILLS; round += 1) {
        browser = await launch({ userDataDir: profile });
        const name = `${durability}-${round}`;
        const page = await open(browser, name, { durability });
        const told = [];
        await page.exposeFunction('acknowledge', () => told.push(performance.now()));
        page.evaluate(async () => {
          for (let _id = 0; ; _id += 1) {
            await things.insertOne({ _id, text: 'w'.repeat(600) });
            await globalThis.acknowledge();
          }
        }).catch(() => undefined);
        while (told.length === 0) await sleep(5);
        await sleep(300 + 400 * (round % 4));
        await browser.kill();
        browser = await launch({ userDataDir: profile });
        const again = await open(browser, name);
        const stored = await again.evaluate(async () => ({
          ids: await things.find().map(({ _id }) => _id).toArray(),
          loss: client.dataLoss !== null,
        }));
        assert.deepEqual(stored.ids, stored.ids.map((_, at) => at), 'not a prefix of what was written');
        if (stored.loss) dropped += 1;
        else if (stored.ids.length < told.length) {
          lost += told.length - stored.ids.length;
          window = Math.max(window, told.at(-1) - told[stored.ids.length]);
        }
        if (durability === 'relaxed' && !stored.loss) assert.ok(stored.ids.length >= told.length, 'relaxed is safe from this');
        checked += told.length;
        await browser.kill();
        browser = null;
      }
      const worst = `the oldest ${window.toFixed(0)} ms old`;
      console.log(`# ${BROWSER}: ${durability}, ${KILLS} kills, ${checked} acknowledged writes, ${lost} lost, ${worst}; storage dropped ${dropped} times`);
    } finally {
      await browser?.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

/** Waits until the last writer has done so many steps more. */
async function progress(acknowledged, steps) {
  const before = acknowledged.at(-1);
  while (acknowledged.at(-1) < before + steps) await sleep(5);
}

test('when the process of the owner is killed, the writes of the others are done once', async () => {
  const browser = await launch();
  try {
    let checked = 0;
    for (let round = 0; round < Math.ceil(KILLS / 3); round += 1) {
      const name = `process-${round}`;
      const pages = [];
      for (let at = 0; at < 4; at += 1) pages.push(await open(browser, name));
      await pages[0].evaluate(() => things.createIndex({ writer: 1, step: 1 }));
      // The next in the line for the lock is the next owner.
      const processes = [await pages[0].process(), await pages[1].process()];
      assert.equal(new Set(processes).size, 2);
      const acknowledged = [0, 0, 0, 0];
      const writers = await Promise.all(pages.map((page, writer) => write(page, writer, 0, (step) => {
        acknowledged[writer] = Math.max(acknowledged[writer], step + 1);
      }, writer < 2 ? null : 120)));
      for (const [owner, process] of processes.entries()) {
        await progress(acknowledged, 20);
        await killAll([process]);
        // What it had told before may still be on its way.
        await sleep(100);
        const told = acknowledged[owner];
        await progress(acknowledged, 20);
        assert.equal(acknowledged[owner], told, 'another process than the owner\'s was killed');
      }
      await Promise.all([writers[2].writing, writers[3].writing]);
      const steps = stepsOf(await look(pages[2]), [0, 1, 2, 3]);
      assert.deepEqual(steps.slice(2), [120, 120]);
      for (const writer of [0, 1]) {
        assert.ok(steps[writer] === acknowledged[writer] || steps[writer] === acknowledged[writer] + 1, `writer ${writer}: ${steps[writer]}, acknowledged ${acknowledged[writer]}`);
      }
      checked += 2 * steps.reduce((sum, count) => sum + count);
      await Promise.all(pages.slice(2).map((page) => page.close()));
    }
    console.log(`# ${BROWSER}: ${2 * Math.ceil(KILLS / 3)} processes of owners killed, ${checked} writes, each done once`);
  } finally {
    await browser.close();
  }
});

/** Kills the process that keeps WebKit's databases. */
async function killNetwork(browser) {
  for (const { id } of await family(browser.root)) {
    if ((await readFile(`/proc/${id}/comm`, 'utf8')).startsWith('WebKitNetwork')) await killAll([id]);
  }
}

test('when the process that keeps IndexedDB is killed, its connections are made anew and nothing is lost', {
  skip: BROWSER !== 'webkit' && `${BROWSER} has no such process`,
  timeout: 180_000,
}, async () => {
  const browser = await launch();
  try {
    const pages = [await open(browser, 'network'), await open(browser, 'network')];
    await pages[0].evaluate(() => things.createIndex({ writer: 1, step: 1 }));
    const writers = await Promise.all(pages.map((page, writer) => write(page, writer, 0, () => undefined, 200)));
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(200);
      await killNetwork(browser);
    }
    await Promise.all(writers.map(({ writing }) => writing));
    const steps = stepsOf(await look(pages[1]), [0, 1]);
    assert.deepEqual(steps, [200, 200]);
  } finally {
    await browser.close();
  }
});

test('an engine in a worker finds another way to IndexedDB when the process that keeps it is killed', {
  skip: BROWSER !== 'webkit' && `${BROWSER} has no such process`,
  timeout: 180_000,
}, async () => {
  const browser = await launch();
  try {
    const page = await open(browser, 'network-worker', { worker: true });
    const other = await open(browser, 'network-worker', { worker: true });
    await page.evaluate(() => things.createIndex({ n: 1 }));
    const stored = [];
    for (let kill = 0; kill < 2; kill += 1) {
      await page.evaluate((n) => things.insertOne({ _id: n, n }), kill).then(() => stored.push(kill));
      await killNetwork(browser);
      // Writes are refused at first, reads are not.
      const seen = await page.evaluate(async ([n, acknowledged]) => {
        let refused = 0;
        for (const end = Date.now() + 60_000; Date.now() < end; ) {
          const count = await things.countDocuments({ n: { $gte: 0 } });
          if (count < acknowledged) return { count };
          try {
            await things.insertOne({ _id: n, n });
            return { refused };
          } catch (error) {
            if (error.code === 11000) return { refused };
            refused += 1;
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }
        return { refused, state: client.durability.state };
      }, [10 + kill, stored.length]);
      assert.equal(seen.state, undefined, JSON.stringify(seen));
      assert.equal(seen.count, undefined, JSON.stringify(seen));
      stored.push(10 + kill);
    }
    // The other tab's worker asks the one that took over.
    await other.evaluate(() => things.insertOne({ _id: 99, n: 99 }));
    stored.push(99);
    stored.sort((a, b) => a - b);
    for (const each of [page, other]) assert.deepEqual(await each.evaluate(() => things.distinct('_id')), stored);
    // And it finds another way itself, when it is the owner.
    await page.evaluate(() => client.close());
    await other.evaluate(async () => {
      for (let id = 100; id < 700; id += 1) {
        if (await things.insertOne({ _id: id }).then(() => true, () => false)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    await other.evaluate(() => client.close());
    const next = await open(browser, 'network-worker');
    const found = await next.evaluate(() => things.distinct('_id'));
    assert.deepEqual(found.filter((id) => id < 100), stored);
    assert.equal(found.filter((id) => id >= 100).length, 1);
  } finally {
    await browser.close();
  }
});
