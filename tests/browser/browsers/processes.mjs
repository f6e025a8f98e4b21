// Which processes belong to a browser that a test started, and which of them runs a page.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** All processes, with their parents and the processor time they had, in hundredths of a second. */
async function all() {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length > 20) found.push({ id: Number(name), state: fields[0], parent: Number(fields[1]), time: Number(fields[11]) + Number(fields[12]) });
  }
  return found;
}

/** A process and all that it started, in turn, first itself. */
export async function family(root) {
  const processes = await all();
  const found = processes.filter(({ id }) => id === root);
  for (let at = 0; at < found.length; at += 1) {
    found.push(...processes.filter(({ parent }) => parent === found[at].id));
  }
  return found;
}

/** Ends processes at once, as a crash would, and waits until they are gone. */
export async function killAll(ids) {
  for (const id of ids) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It was gone already.
    }
  }
  const gone = async () => (await all()).every(({ id, state }) => !ids.includes(id) || state === 'Z');
  while (!(await gone())) await sleep(10);
}

/** The process that runs a page: the one that is busy when the page is, twice. All other pages should be idle. */
export async function processOf(root, page) {
  let last = 0;
  for (let ms = 300; ms < 30_000; ms *= 1.4) {
    const busy = await busiest(root, page, ms);
    if (busy !== 0 && busy === last) return busy;
    last = busy;
  }
  throw new Error('no process of the browser is as busy as the page');
}

/** The process that is by far the busiest while the page is busy for so long, or 0. */
async function busiest(root, page, ms) {
  const before = new Map((await family(root)).map(({ id, time }) => [id, time]));
  // On a machine that is busy itself, the page gets little of this time.
  await page.evaluate((ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }, ms);
  const [first, second] = (await family(root))
    .filter(({ id }) => id !== root && before.has(id))
    .map(({ id, time }) => ({ id, time: time - before.get(id) }))
    .sort((one, two) => two.time - one.time);
  return first !== undefined && first.time >= 12 && first.time > 2 * (second?.time ?? 0) ? first.id : 0;
}
