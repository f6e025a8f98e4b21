// One peer's sessions: which workloads run in which browser, and one cell of the table for each.
//
// A peer in memory: one browser, W1, W3 to W12. A stored peer: W2 (and, when it answers from
// storage, the reading workloads), the browser closed, a new browser process on the same profile:
// W13, W14, and then the changing workloads.

import { join } from 'node:path';
import { Late, freshProfile, openPage } from './browser.mjs';
import { Truth, difference } from './truth.mjs';
import { WORKLOADS } from './page/workloads.js';

const READS = ['W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W8j', 'W9'];
const CHANGES = ['W10', 'W11', 'W12'];
const UNINTERRUPTED_LIMIT_MS = 240_000;

/** Runs the wanted workloads of one peer once; reports each cell through `report(id, cell)`. */
export async function runPeer(peer, origin, address, { wanted, quick, limitMs, profiles, report }) {
  const session = (options) =>
    new Session(peer, origin, `${address}/${peer.name}/`, { quick, limitMs, profiles, report, options });
  if (peer.memory) {
    const steps = ['W1', ...READS, ...CHANGES].filter((id) => wanted.includes(id));
    if (steps.length) await session(peer.options).inBrowsers([{ load: 'W1', steps }]);
  }
  if (peer.durable) {
    const [first, second] = peer.stored ? [['W2', ...READS], ['W13', 'W14', ...CHANGES]] : [['W2'], ['W13', 'W14']];
    const before = first.filter((id) => wanted.includes(id));
    const after = second.filter((id) => wanted.includes(id));
    const browsers = [{ load: 'W2', steps: before }];
    if (after.length) browsers.push({ steps: after });
    if (before.length || after.length) await session({ ...peer.options, durable: true }).inBrowsers(browsers);
  }
}

class Session {
  constructor(peer, origin, address, { quick, limitMs, profiles, report, options }) {
    Object.assign(this, { peer, address, limitMs, profiles, report, n: origin.n });
    this.truth = new Truth(origin, quick);
    this.context = { seed: origin.seed, n: origin.n, quick, options, name: `orders-${peer.name}` };
  }

  /** One browser process after the other on one profile. */
  async inBrowsers(browsers) {
    const profile = await freshProfile();
    const left = browsers.flatMap(({ steps }) => steps);
    try {
      for (const { load, steps } of browsers) {
        const page = await openPage(profile.folder, this.address);
        try {
          await this.inPage(page, load, steps, left);
        } finally {
          await page.close().catch(() => {});
        }
      }
    } catch (error) {
      const failed = error instanceof Late ? `TIMEOUT (${error.message})` : `ERROR ${error.message}`;
      for (const [k, id] of left.entries()) this.report(id, { failed: k === 0 ? failed : 'not reached' });
    } finally {
      await profile.remove();
    }
  }

  async inPage(page, load, steps, left) {
    const able = await page.call('begin', [this.context]);
    if (steps[0] !== 'W13') await page.call('open');
    if (load && !steps.includes(load)) await this.loadQuietly(page, load);
    for (const id of steps) {
      if (able.includes(id)) {
        await this.cell(page, id).catch((error) => {
          // Without the documents there is nothing to go on with; a late page is still busy.
          if (error instanceof Late || id === load) throw error;
          this.report(id, { failed: `ERROR ${error.message}` });
        });
      }
      left.shift();
    }
    await page.call('close').catch(() => {});
  }

  async loadQuietly(page, load) {
    await page.call('prepare', [load]);
    await page.call('run', [Infinity], UNINTERRUPTED_LIMIT_MS);
    await page.call('answers');
    this.truth.apply(load, 1);
  }

  async cell(page, id) {
    await page.call('prepare', [id]);
    if (this.profiles) await page.startProfile();
    const cpuBefore = await page.cpuMs();
    const { wallMs, done, of, times } = await page.call('run', [this.limitMs], UNINTERRUPTED_LIMIT_MS);
    const cpuMs = (await page.cpuMs()) - cpuBefore;
    if (this.profiles) await page.writeProfile(join(this.profiles, `${this.peer.name}-${id}-${this.n}.cpuprofile`));
    const answers = await page.call('answers', [], UNINTERRUPTED_LIMIT_MS);
    const invalid = await this.check(page, id, answers, done);
    this.report(id, { wallMs, cpuMs, done, of, times, invalid });
  }

  /** Why the answers are wrong, or null. After a change the whole database is compared. */
  async check(page, id, answers, done) {
    if (!WORKLOADS[id].changes) return difference(answers, this.truth.answers(id));
    const wrong = difference(answers, this.truth.apply(id, done));
    if (wrong) return wrong;
    const content = await page.call('content', [], UNINTERRUPTED_LIMIT_MS);
    return content === this.truth.content() ? null : `the database holds ${content} instead of ${this.truth.content()}`;
  }
}
