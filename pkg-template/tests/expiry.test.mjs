// Documents of TTL indexes go away by themselves: on a timer, and when a page is shown again.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient } from '../build/index.js';
import { openMemory } from '../build/engine.js';
import { expiring } from '../build/expiry.js';
import { fake } from './fake.mjs';

const missing = !existsSync(fileURLToPath(new URL('../build/wasm/tussock_bg.wasm', import.meta.url)))
  && 'the engine is not built (cargo xtask build)';
const NEVER_MS = 2 ** 31 - 1;

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Waits for what is to come; that it never comes is for the test runner's time limit to find. */
async function until(happened) {
  while (!(await happened())) await turn();
}

test('the engine is asked again while there is more', async () => {
  const answers = [{ more: true, ok: 1 }, { more: true, ok: 1 }, { more: false, ok: 1 }];
  const connection = expiring(fake(...answers), 1);
  await until(() => connection.commands.length >= 4);
  await connection.close();
  const { length } = connection.commands;
  assert.ok(connection.commands.every((command) => command.tussockExpire === 1 && command.$db === 'admin'));
  assert.ok(connection.closed);
  for (let i = 0; i < 10; i++) await turn();
  assert.equal(connection.commands.length, length, 'nothing is asked of a closed connection');
});

test('a failure is no one\'s, and is tried again', async () => {
  const connection = fake(() => {
    throw new Error('the disk is gone');
  });
  expiring(connection, 1);
  await until(() => connection.commands.length >= 2);
  await connection.close();
});

test('a round waits for the one before, and closing waits for it', async () => {
  let running = 0;
  let rounds = 0;
  const connection = fake();
  connection.runCommand = async (bytes) => {
    assert.equal(running++, 0);
    await turn();
    await turn();
    running--;
    rounds++;
    return fake({ more: false, ok: 1 }).runCommand(bytes);
  };
  expiring(connection, 1);
  await until(() => rounds >= 2);
  await connection.close();
  assert.equal(running, 0);
});

test('a page that is shown again', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  globalThis.document = page;
  try {
    const connection = expiring(fake({ more: false, ok: 1 }), NEVER_MS);
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(connection.commands.length, 0);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(connection.commands.length, 1);
    await connection.close();
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(connection.commands.length, 1);
  } finally {
    delete globalThis.document;
  }
});

test('what is over goes, what is not stays', { skip: missing }, async () => {
  const client = new MongoClient('memory://', { connection: async () => expiring(await openMemory(), 1) });
  const things = client.db('test').collection('things');
  await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
  await things.insertMany([
    { _id: 'old', at: new Date(0) },
    { _id: 'one of many is old', at: [new Date(8e15), new Date(0)] },
    { _id: 'to come', at: new Date(8e15) },
    { _id: 'no date', at: 5 },
    { _id: 'none' },
  ]);
  const ids = async () => (await things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  await until(async () => (await ids()).length <= 3);
  assert.deepEqual(await ids(), ['no date', 'none', 'to come']);
  await client.close();
});
