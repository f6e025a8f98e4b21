// Runs the tests of this folder in one browser after the other: those that TUSSOCK_BROWSERS names ("chromium,firefox"),
// or every one that is there. Arguments are files, or whatever `node --test` takes; without any, all run in Chromium
// and those that depend on the browser in the others.

import { spawnSync } from 'node:child_process';
import { isInstalled } from './harness.mjs';

/** What is about storage, tabs and processes: where browsers are not alike. */
const EVERYWHERE = ['harness', 'persistence', 'durability', 'kills', 'tabs', 'worker'].map((name) => `${name}.test.mjs`);

const files = process.argv.slice(2);
const named = process.env.TUSSOCK_BROWSERS?.split(',').filter(Boolean);
let failed = 0;
for (const browser of named ?? ['chromium', 'firefox', 'webkit']) {
  if (named === undefined && !(await isInstalled(browser))) {
    console.log(`# not tested: ${browser} is not installed`);
    continue;
  }
  console.log(`# in ${browser}`);
  const chosen = files.length > 0 || browser === 'chromium' ? files : EVERYWHERE;
  const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...chosen], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    // A page that says nothing any more must not keep a test machine for ever.
    timeout: 20 * 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, TUSSOCK_BROWSER: browser },
  });
  if (status !== 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
