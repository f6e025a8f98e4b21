// When the module gets no more memory the command says so, and so does every later one.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient } from '../build/index.js';
import { limited } from './limited.mjs';

const wasm = fileURLToPath(new URL('../build/wasm/tussock_bg.wasm', import.meta.url));
const missing = !existsSync(wasm) && 'the engine is not built (cargo xtask build)';

test('a module without more memory stops with a clear error', { skip: missing }, async () => {
  const client = await MongoClient.connect('memory://', { wasm: limited(readFileSync(wasm), 400) });
  const things = client.db('shop').collection('things');
  const text = 'x'.repeat(1_000_000);
  let stored = 0;
  const error = await (async () => {
    for (;;) {
      await things.insertOne({ _id: stored, text });
      stored += 1;
    }
  })().catch((failure) => failure);
  assert.ok(stored > 3 && stored < 25, String(stored));
  const expected = { name: 'MongoSystemError', message: /the engine stopped: it gets no more memory/ };
  assert.throws(() => { throw error; }, expected);
  await assert.rejects(things.findOne({ _id: 0 }), expected);
  await assert.rejects(MongoClient.connect('memory://'), /it gets no more memory/);
});
