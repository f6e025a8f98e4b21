// A headless Chromium on one profile, with the main thread's CPU time and CPU profiles.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.TUSSOCK_CHROMIUM ?? '/usr/bin/chromium';

/** The browser's own name and version. */
export async function chromiumVersion() {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: ['--no-sandbox'] });
  const version = browser.version();
  await browser.close();
  return `Chromium ${version}`;
}

/** A new, empty profile folder; `remove` deletes it. */
export async function freshProfile() {
  const folder = await mkdtemp(join(tmpdir(), 'tussock-bench-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/** Starts a browser process on the profile and opens the page. */
export async function openPage(profileFolder, address) {
  const context = await chromium.launchPersistentContext(profileFolder, {
    executablePath: EXECUTABLE,
    headless: true,
    args: ['--no-sandbox', '--js-flags=--expose-gc', '--disable-features=Translate'],
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('crash', () => errors.push('the page crashed'));
    await page.goto(address);
    await page.waitForFunction(() => globalThis.bench !== undefined, undefined, { timeout: 20000 }).catch((error) => {
      throw new Error(errors[0] ?? error.message);
    });
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Page(context, page, devtools, errors);
  } catch (error) {
    await context.close().catch(() => {});
    throw error;
  }
}

class Page {
  constructor(context, page, devtools, errors) {
    Object.assign(this, { context, page, devtools, errors });
  }

  /** Calls `bench[method](...given)` in the page; gives up after `limitMs`. */
  async call(method, given = [], limitMs = 120000) {
    let timer;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Late(`no answer in ${limitMs / 1000} s`)), limitMs);
    });
    try {
      return await Promise.race([
        this.page.evaluate(([name, list]) => globalThis.bench[name](...list), [method, given]),
        late,
      ]);
    } catch (error) {
      if (error instanceof Late) throw error;
      throw new Error(this.errors[0] ?? String(error.message).split('\n')[0]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** CPU time of the page's main thread so far, in milliseconds. */
  async cpuMs() {
    const { metrics } = await this.devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  }

  async startProfile() {
    await this.devtools.send('Profiler.enable');
    await this.devtools.send('Profiler.setSamplingInterval', { interval: 200 });
    await this.devtools.send('Profiler.start');
  }

  async writeProfile(file) {
    const { profile } = await this.devtools.send('Profiler.stop');
    await writeFile(file, JSON.stringify(profile));
  }

  close() {
    return this.context.close();
  }
}

/** A call that did not come back in time. */
export class Late extends Error {}
