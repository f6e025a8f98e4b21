// Runs the five analytic questions over each engine in turn, and writes their table.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumVersion, freshProfile, openPage } from '../browser.mjs';
import { bundlePeer, installTussock, versionOf } from '../bundle.mjs';
import { median, milliseconds } from '../report.mjs';
import { serve } from '../server.mjs';
import { difference } from '../truth.mjs';
import { QUESTIONS, TITLES, answers } from './questions.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, '..', 'out');
const PART = 10_000;
const LOAD_LIMIT_MS = 120_000;
const QUESTION_LIMIT_MS = 240_000;

const PEERS = [
  { name: 'tussock', package: 'tussock', ours: true },
  { name: 'mingo', package: 'mingo' },
  { name: 'sqlite', package: '@sqlite.org/sqlite-wasm', assets: ['dist/sqlite3.wasm'] },
  {
    name: 'pglite',
    package: '@electric-sql/pglite',
    assets: ['dist/pglite.wasm', 'dist/pglite.data', 'dist/initdb.wasm'],
  },
  {
    name: 'duckdb',
    package: '@duckdb/duckdb-wasm',
    columns: true,
    assets: ['dist/duckdb-eh.wasm', 'dist/duckdb-browser-eh.worker.js'],
  },
].map((peer) => ({ assets: [], adapter: peer.name, folder: 'analytic', page: 'analytic/page.js', ...peer }));

function chosen(names) {
  const found = names ? PEERS.filter((peer) => names.includes(peer.name)) : PEERS;
  if (names && found.length !== names.length) throw new Error(`the peers are ${PEERS.map((peer) => peer.name).join(', ')}`);
  return found;
}

/** One peer at one n: question -> samples in milliseconds, or what went wrong. */
async function measure(peer, n, address, truth, options) {
  const cells = {};
  const profile = await freshProfile();
  try {
    const page = await openPage(profile.folder, `${address}/${peer.name}/`);
    try {
      const able = await page.call('open');
      await page.call('loadCustomers', [options.seed, n], LOAD_LIMIT_MS);
      for (let from = 0; from < n; from += PART) {
        await page.call('load', [options.seed, n, from, Math.min(n, from + PART)], LOAD_LIMIT_MS);
      }
      await page.call('loaded', [], LOAD_LIMIT_MS);
      for (const id of QUESTIONS) {
        cells[id] = able[id]
          ? await cell(page, peer, id, truth[id], options).catch((error) => ({ text: `ERROR ${error.message}` }))
          : { text: 'cannot say it' };
        console.error(`n ${n} ${peer.name} ${id}: ${cells[id].text ?? cells[id].samples.map(milliseconds).join(', ')}`);
      }
    } finally {
      await page.close().catch(() => {});
    }
  } catch (error) {
    for (const id of QUESTIONS) cells[id] ??= { text: `ERROR ${error.message}` };
    console.error(`n ${n} ${peer.name}: ${error.message}`);
  } finally {
    await profile.remove();
  }
  return cells;
}

async function cell(page, peer, id, wanted, options) {
  const samples = [];
  if (options.profile) await page.startProfile();
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    const { wallMs, answer } = await page.call('ask', [id], QUESTION_LIMIT_MS);
    const wrong = difference([answer], [wanted]);
    if (wrong) return { text: `INVALID ${wrong}`, wrongMs: wallMs };
    samples.push(wallMs);
    if (wallMs > options.longMs) break;
  }
  if (options.profile) await page.writeProfile(join(OUT, `${peer.name}-${id}.cpuprofile`));
  return { samples, ms: median(samples) };
}

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(peers, cells) {
  const lines = [row(['question', ...peers.map(({ name }) => name)]), row(['---', ...peers.map(() => '---:')])];
  for (const id of QUESTIONS) {
    const ours = cells.tussock?.[id]?.ms;
    const figures = peers.map(({ name }) => {
      const { ms = cells[name][id].wrongMs, text = '', samples = [ms] } = cells[name][id];
      if (ms === undefined) return text;
      const note = text.startsWith('INVALID') ? 'INVALID, in ' : '';
      const ratio = ours === undefined || name === 'tussock' ? '' : ` (${(ms / ours).toFixed(ms / ours < 10 ? 2 : 0)}x)`;
      return `${note}${milliseconds(ms)}${samples.length === 1 ? '¹' : ''}${ratio}`;
    });
    lines.push(row([`${id} ${TITLES[id]}`, ...figures]));
  }
  return lines.join('\n');
}

/** Ahead of every row store, and ten times ahead of mingo. */
function verdicts(peers, cells) {
  return QUESTIONS.flatMap((id) => {
    const ours = cells.tussock?.[id]?.ms;
    if (ours === undefined) return [`- ${id}: no figure of Tussock`];
    return peers
      .filter(({ name, columns }) => name !== 'tussock' && !columns && cells[name][id].ms !== undefined)
      .filter(({ name }) => cells[name][id].ms < ours * (name === 'mingo' ? 10 : 1))
      .map(({ name }) => `- ${id}: ${(cells[name][id].ms / ours).toFixed(2)}x of ${name}, wanted ${name === 'mingo' ? 10 : 1}x`);
  });
}

export async function runAnalytic(options) {
  const peers = chosen(options.peers);
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  if (peers.some((peer) => peer.ours)) {
    await installTussock(options.packageFolder ? resolve(options.packageFolder) : join(HERE, '../../../dist/tussock'));
  }
  const versions = [];
  for (const peer of peers) {
    await bundlePeer(peer, join(OUT, 'pages'));
    versions.push(`${peer.package} ${await versionOf(peer.package)}`);
  }
  const server = await serve(join(OUT, 'pages'));
  const [{ model }] = cpus();
  const parts = [
    '# Five analytic questions',
    'Orders of about 600 bytes of JSON, over three years, and their customers; the questions are in [analytic/questions.js](analytic/questions.js). Each engine is loaded once and asked each question several times; medians, and in brackets how many times as long as Tussock. Every answer was compared with plain JavaScript. Absolute times belong to this run alone.',
    `Tussock, mingo, SQLite (JSON text) and PGlite (jsonb) keep documents as rows; DuckDB has the orders as columns, and works in a thread of its own. ¹ asked once, as it took long. Targets: ahead of every engine with rows, and ten times ahead of mingo.`,
  ];
  try {
    for (const n of options.sizes) {
      const truth = answers(options.seed, n);
      const cells = {};
      for (const peer of peers) cells[peer.name] = await measure(peer, n, server.address, truth, options);
      parts.push(`## n = ${n.toLocaleString('en-US')}`, table(peers, cells));
      const short = verdicts(peers, cells);
      parts.push(short.length ? `Short of the targets:\n\n${short.join('\n')}` : 'All targets are met.');
      const failures = peers.flatMap(({ name }) => QUESTIONS.filter((id) => /^(INVALID|ERROR)/.test(cells[name][id].text ?? '')).map((id) => `- ${name} ${id}: ${cells[name][id].text}`));
      if (failures.length) parts.push(`Failures:\n\n${failures.join('\n')}`);
    }
  } finally {
    server.close();
  }
  parts.push(`${await chromiumVersion()}, node ${process.versions.node}, ${cpus().length} x ${model.trim()}, load average ${loadavg()[0].toFixed(1)} at the end, ${options.repeats} repeats, seed ${options.seed}.\n${versions.join(', ')}.`);
  const report = `${parts.join('\n\n')}\n`;
  await writeFile(join(options.accept ? join(HERE, '..') : OUT, 'RESULTS-ANALYTIC.md'), report);
  console.log(report);
}
