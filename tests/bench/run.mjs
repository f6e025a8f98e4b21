// Measures Tussock beside other in-browser databases in headless Chromium: `node run.mjs --help`.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAnalytic } from './analytic/run.mjs';
import { chromiumVersion } from './browser.mjs';
import { bundlePeer, installTussock, versionOf, weigh } from './bundle.mjs';
import { USAGE, readOptions } from './options.mjs';
import { LEGEND, complaints, milliseconds, onTheThread, sizeTable, table, targetTable } from './report.mjs';
import { serve } from './server.mjs';
import { runPeer } from './session.mjs';
import { Origin } from './truth.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, 'out');

/** The workloads still worth measuring for a peer: slow and failed cells are not repeated. */
function stillWanted(options, rows) {
  return options.wanted.filter((id) => {
    const last = rows[id]?.at(-1);
    return !last || (!last.failed && last.wallMs < options.longMs);
  });
}

/** All repeats at one n, the peers in turn, so that noise meets them alike. */
async function measure(options, n, address, profiles) {
  const origin = new Origin(options.seed, n);
  const cells = Object.fromEntries(options.peers.map((peer) => [peer.name, {}]));
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const peer of options.peers) {
      const rows = cells[peer.name];
      const report = (id, cell) => {
        (rows[id] ??= []).push(cell);
        const said = cell.failed ?? `${milliseconds(cell.wallMs)} wall, ${milliseconds(cell.cpuMs)} main thread, ${cell.done}/${cell.of}`;
        console.error(`n ${n} repeat ${repeat + 1} ${peer.name} ${id}: ${said}${cell.invalid ? ` INVALID ${cell.invalid}` : ''}`);
      };
      const wanted = stillWanted(options, rows);
      await runPeer(peer, origin, address, { ...options, wanted, profiles, report });
    }
  }
  return cells;
}

async function conditions(options, browserVersion) {
  const versions = [];
  for (const name of new Set(options.peers.map((peer) => peer.package))) versions.push(`${name} ${await versionOf(name)}`);
  const [{ model }] = cpus();
  return `${browserVersion}, node ${process.versions.node}, ${cpus().length} x ${model.trim()}, load average ${loadavg()[0].toFixed(1)} at the end, ${options.repeats} repeats, ${options.limitMs / 1000} s limit per cell, seed ${options.seed}${options.quick ? ', a tenth of the steps of each workload' : ''}.\n${versions.join(', ')}.`;
}

function sections(options, n, cells) {
  return [
    `## n = ${n.toLocaleString('en-US')}: targets\n\n${targetTable(options.peers, cells)}`,
    `## n = ${n.toLocaleString('en-US')}: wall time\n\n${table(options.peers, options.wanted, cells, 'wallMs')}`,
    `## n = ${n.toLocaleString('en-US')}: CPU time of the page's main thread\n\n${table(onTheThread(options.peers), options.wanted, cells, 'cpuMs')}`,
    ...[complaints(cells)].filter((lines) => lines.length).map((lines) => `Failures:\n\n${lines.map((line) => `- ${line}`).join('\n')}`),
  ];
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  if (options.analytic) return runAnalytic(options);
  await rm(OUT, { recursive: true, force: true });
  const profiles = options.profile ? join(OUT, 'profiles') : null;
  await mkdir(profiles ?? OUT, { recursive: true });
  if (options.peers.some((peer) => peer.ours)) {
    await installTussock(options.packageFolder ? resolve(options.packageFolder) : join(HERE, '../../dist/tussock'));
  }
  const pages = join(OUT, 'pages');
  const weights = {};
  for (const peer of options.peers) {
    await bundlePeer(peer, pages);
    if (options.wanted.includes('W16')) weights[peer.name] = await weigh(peer);
  }
  const server = await serve(pages);
  const parts = [];
  const everything = {};
  try {
    for (const n of options.wanted.some((id) => id !== 'W16') ? options.sizes : []) {
      everything[n] = await measure(options, n, server.address, profiles);
      parts.push(...sections(options, n, everything[n]));
    }
  } finally {
    server.close();
  }
  if (options.wanted.includes('W16')) parts.push(`## What ships\n\n${sizeTable(options.peers, weights)}`);
  const report = [
    '# Tussock beside other in-browser databases',
    `Documents are orders of about 600 bytes of JSON; the workloads are described in [README.md](README.md). Absolute times belong to this run alone; compare ratios.`,
    await conditions(options, await chromiumVersion()),
    LEGEND,
    ...parts,
  ].join('\n\n');
  await writeFile(join(OUT, 'results.json'), JSON.stringify({ cells: everything, weights }, null, 1));
  await writeFile(join(options.accept ? HERE : OUT, 'RESULTS.md'), `${report}\n`);
  console.log(report);
}

await main();
