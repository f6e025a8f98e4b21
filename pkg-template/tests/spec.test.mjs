// The drivers' published specification tests, through this driver on the engine in memory.
//
// They lie outside the project (TUSSOCK_SHARED, default ../shared beside it) and are skipped visibly without it.
// tests/spec/expected-failures.txt is a ratchet in both directions: what passes must not be listed, what is listed
// must fail. TUSSOCK_SPEC=<text> runs the tests whose name contains the text, TUSSOCK_SPEC_LIST=1 says why each fails,
// TUSSOCK_SPEC_ACCEPT=1 writes the list anew (reasons written by hand stay; look at what it says of the new ones).

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore, runCorpus, runVectors } from './spec/corpus.mjs';
import { openShared, runFile } from './spec/unified.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const shared = process.env.TUSSOCK_SHARED ?? resolve(here, '../../../shared');
const folder = join(shared, 'spec-tests');
const listPath = join(here, 'spec', 'expected-failures.txt');
const only = process.env.TUSSOCK_SPEC;
const missing = !existsSync(folder)
  ? `no specification tests in ${folder}`
  : !existsSync(join(here, '../build/wasm/tussock_bg.wasm')) && 'the engine is not built (cargo xtask build)';

const SUITES = {
  crud: 'unified',
  'collection-management': 'unified',
  'index-management': 'unified',
  'run-command': 'unified',
  'bson-corpus': 'corpus',
  'bson-binary-vector': 'vectors',
};

/** `suite/file: test` -> reason. */
function expectedFailures() {
  const expected = new Map();
  for (const line of readFileSync(listPath, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name, reason] = line.split('\t');
    assert.ok(reason, `expected-failures.txt: no reason for ${name}`);
    expected.set(name, reason);
  }
  return expected;
}

async function run(suite, kind) {
  const results = [];
  const store = kind === 'unified' ? null : await openStore();
  for (const file of readdirSync(join(folder, suite)).filter((name) => name.endsWith('.json')).sort()) {
    const text = readFileSync(join(folder, suite, file), 'utf8');
    let verdicts;
    if (kind === 'unified') {
      const engine = await openShared();
      verdicts = await runFile(text, engine);
      engine.close();
    } else {
      verdicts = kind === 'corpus' ? runCorpus(text, store) : runVectors(text, store);
    }
    for (const found of verdicts) results.push({ ...found, name: `${suite}/${file.replace('.json', '')}: ${found.name}` });
  }
  return results;
}

const table = [];
const accepted = [];

/** What the engine answers where a feature is missing, in words that a reader of the list understands. */
const REASONS = [
  [/no such command: '(\w+)'/, (name) => `the command ${name} comes later`],
  [/'([\w.]+)' is not supported/, (name) => `${name} comes later`],
  [/Unrecognized pipeline stage name: '(\$\w+)'/, (name) => `the stage ${name} comes later`],
  [/Unrecognized expression '(\$\w+)'/, (name) => `the expression ${name} comes later`],
  [/Sessions and transactions/, () => 'sessions come later'],
  [/command: lsid: nothing/, () => 'sessions come later: no implicit lsid is sent'],
];

function reasonFor(why) {
  for (const [pattern, reason] of REASONS) {
    const found = pattern.exec(why);
    if (found !== null) return reason(found[1]);
  }
  return why.replaceAll(/\s+/g, ' ').slice(0, 160);
}

function writeList() {
  const header = readFileSync(listPath, 'utf8').split('\n').filter((line) => line.startsWith('#'));
  const old = expectedFailures();
  const written = (name) => (old.get(name)?.endsWith('comes later') ? undefined : old.get(name));
  const lines = accepted.map(({ name, why }) => `${name}\t${written(name) ?? reasonFor(why)}`);
  writeFileSync(listPath, `${[...header, ...lines].join('\n')}\n`);
}

for (const [suite, kind] of Object.entries(SUITES)) {
  test(`specification tests: ${suite}`, { skip: missing }, async () => {
    const expected = expectedFailures();
    const results = (await run(suite, kind)).filter(({ name }) => only === undefined || name.includes(only));
    const count = (verdict) => results.filter((result) => result.verdict === verdict).length;
    table.push([suite, results.length, count('pass'), count('fail'), count('skip')]);
    if (process.env.TUSSOCK_SPEC_LIST) for (const { name, verdict, why } of results) if (verdict === 'fail') console.log(`${name}\t${why}`);
    if (process.env.TUSSOCK_SPEC_ACCEPT) {
      accepted.push(...results.filter(({ verdict }) => verdict === 'fail'));
      return;
    }
    const broken = results.filter(({ name, verdict }) => verdict === 'fail' && !expected.has(name));
    const mended = results.filter(({ name, verdict }) => verdict === 'pass' && expected.has(name));
    const names = new Set(results.map(({ name }) => name));
    const gone = only ? [] : [...expected.keys()].filter((name) => name.startsWith(`${suite}/`) && !names.has(name));
    const lines = [
      ...broken.map(({ name, why }) => `FAILS  ${name}\n       ${why}`),
      ...mended.map(({ name }) => `PASSES, so take it off the list: ${name}`),
      ...gone.map((name) => `NO SUCH TEST, so take it off the list: ${name}`),
    ];
    assert.ok(lines.length === 0, `${lines.length} differences from tests/spec/expected-failures.txt\n${lines.slice(0, 60).join('\n')}`);
  });
}

test.after(() => {
  if (process.env.TUSSOCK_SPEC_ACCEPT && table.length === Object.keys(SUITES).length && only === undefined) writeList();
  if (table.length === 0) return;
  console.log(`\n${'suite'.padEnd(24)}${['tests', 'pass', 'fail', 'skip'].map((name) => name.padStart(7)).join('')}`);
  for (const [suite, ...counts] of table) console.log(suite.padEnd(24) + counts.map((n) => String(n).padStart(7)).join(''));
});
