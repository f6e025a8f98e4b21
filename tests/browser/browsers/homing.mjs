// A browser that is started as any user would start it, and whose pages call home.

import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHome } from './home.mjs';
import { family, killAll, processOf } from './processes.mjs';

/** How long a browser whose pages were closed may take to end by itself. */
const GOODBYE_MS = 10_000;

/** Starts a browser with `command(url)`, which gives a program, its arguments and its environment. */
export async function launchHoming({ command, profile, isKept }) {
  let child = null;
  const home = await openHome((page) => processOf(child.pid, page));
  const { program, parameters, environment } = await command(home.url);
  child = spawn(program, parameters, { env: { ...process.env, ...environment }, stdio: process.env.TUSSOCK_BROWSER_OUTPUT ? 'inherit' : 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  const failed = new Promise((_, reject) => child.once('error', reject));
  const leave = () => child.kill('SIGKILL');
  process.on('exit', leave);
  await Promise.race([home.started, failed]);

  const cleanUp = async () => {
    process.off('exit', leave);
    home.close();
    if (!isKept) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const members = async () => (await family(child.pid)).map(({ id }) => id);
  return {
    profile,

    /** The browser's first process. */
    root: child.pid,

    page: (url) => home.page(url),

    async close() {
      const ids = await members();
      home.closePages();
      await Promise.race([ended, sleep(GOODBYE_MS, undefined, { ref: false })]);
      await killAll(ids);
      await cleanUp();
    },

    async kill() {
      await killAll(await members());
      await cleanUp();
    },
  };
}
