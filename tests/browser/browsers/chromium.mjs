// Chromium without a screen, driven by Playwright.

import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { family, killAll, processOf } from './processes.mjs';

/** The browser to start (overridable by TUSSOCK_CHROMIUM). */
const CHROMIUM = process.env.TUSSOCK_CHROMIUM ?? '/usr/bin/chromium';

/** Chromium without a screen, without a sandbox (root has none) and without traffic of its own. */
const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export const isInstalled = () => access(CHROMIUM).then(() => true, () => false);

export async function launch({ userDataDir, args = [], viewport, ...more } = {}) {
  const profile = userDataDir ?? (await mkdtemp(join(tmpdir(), 'tussock-chromium-')));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    chromiumSandbox: false,
    args: [...CHROMIUM_FLAGS, ...args],
    viewport: viewport ?? { width: 1280, height: 800 },
    ...more,
  });
  const cleanUp = async () => {
    if (userDataDir === undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const root = await rootOf(profile);
  return {
    /** Playwright's BrowserContext, for all that is not here. */
    context,

    profile,

    root,

    /** Opens a page. `page.problems` collects uncaught errors and console errors. */
    async page(url = 'about:blank') {
      const page = await context.newPage();
      page.problems = [];
      page.process = () => processOf(root, page);
      page.on('pageerror', (error) => page.problems.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error') page.problems.push(message.text());
      });
      await page.goto(url);
      return page;
    },

    /** Ends the browser as a user would. */
    async close() {
      await context.close();
      await cleanUp();
    },

    /** Ends the browser as a crash would: at once, nothing flushed. Only processes of this profile. */
    async kill() {
      const gone = new Promise((done) => context.once('close', done));
      await killAll((await family(root)).map(({ id }) => id));
      await gone;
      await cleanUp();
    },
  };
}

/** The browser's first process. */
async function rootOf(profile) {
  for (const id of await readdir('/proc')) {
    const words = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    if (words.includes(`--user-data-dir=${profile}`) && !words.includes('--type=')) return Number(id);
  }
  throw new Error(`no Chromium has the profile ${profile}`);
}
