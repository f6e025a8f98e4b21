// The codec against the package bson: the same bytes out, the same values in.

import assert from 'node:assert/strict';
import test from 'node:test';
import { deserialize, Long, ObjectId, serialize } from 'bson';
import { decodeDocument, decodeReply } from '../build/codec/decode.js';
import { DocumentRun, encodeCommand, encodeDocument } from '../build/codec/encode.js';
import { generator, randomDocument } from './random.mjs';

const SEED = Number(process.env.TUSSOCK_SEED ?? 20261123);
const ROUNDS = Number(process.env.TUSSOCK_ROUNDS ?? 4000);

function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}

/** The value, or the name of the error. */
function outcome(f) {
  try {
    return f();
  } catch (error) {
    return `threw ${error.name}`;
  }
}

for (const options of [
  { ignoreUndefined: false, serializeFunctions: false },
  { ignoreUndefined: true, serializeFunctions: true },
  { ignoreUndefined: true, serializeFunctions: false, checkKeys: true },
]) {
  test(`encodes as bson does: ${JSON.stringify(options)}`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = SEED + round;
      // Twice from the same seed: a toBSON that picks at random must pick the same for both.
      const theirs = outcome(() => hex(serialize(randomDocument(generator(seed)), options)));
      const ours = outcome(() => hex(encodeDocument(randomDocument(generator(seed)), options)));
      assert.ok(ours === theirs, `TUSSOCK_SEED=${seed}\n${ours}\n${theirs}`);
    }
  });
}

test('decodes as bson does', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const bytes = serialize(randomDocument(generator(seed)), { ignoreUndefined: false });
    assert.deepStrictEqual(decodeDocument(bytes), deserialize(bytes), `TUSSOCK_SEED=${seed}`);
    for (const choice of [{ promoteValues: false }, { useBigInt64: true }, { bsonRegExp: true }, { promoteBuffers: true }]) {
      if (round % 16 === 0) assert.deepStrictEqual(decodeDocument(bytes, choice), deserialize(bytes, choice));
    }
  }
});

test('decodes batches on demand', () => {
  for (let round = 0; round < 300; round++) {
    const random = generator(SEED + round);
    const documents = Array.from({ length: 30 }, () => randomDocument(random));
    const bytes = serialize({ cursor: { firstBatch: documents, id: new Long(7, 1), ns: 'a.b' }, ok: 1 }, { ignoreUndefined: false });
    const expected = deserialize(bytes).cursor.firstBatch;
    const { body, batch } = decodeReply({ bytes, start: 0 }, {}, 'a.b');
    assert.deepEqual(body, { cursor: { id: new Long(7, 1), ns: 'a.b' }, ok: 1 });
    assert.equal(batch.length, 30);
    assert.deepStrictEqual(batch.peek(), expected);
    const taken = [];
    // Another decode between two documents must not disturb the batch.
    for (let next = batch.shift(); next !== null; next = batch.shift()) {
      taken.push(next);
      decodeDocument(serialize({ between: 'and' }));
    }
    assert.deepStrictEqual(taken, expected);
  }
});

test('damaged bytes give errors, never anything else', () => {
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const random = generator(SEED + round);
    const bytes = Uint8Array.from(serialize(randomDocument(random)));
    for (let i = 0; i < 3; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    try {
      decodeDocument(random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
    } catch (error) {
      refused++;
      assert.ok(error.name.startsWith('BSON') || error instanceof RangeError || error instanceof SyntaxError, `${error.stack} TUSSOCK_SEED=${SEED + round}`);
    }
  }
  assert.ok(refused > ROUNDS / 4);
});

test('circles and depths', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  const circle = { a: {} };
  circle.a.b = circle;
  assert.throws(() => encodeDocument(circle, options), /circular/);
  const list = [];
  list.push(list);
  assert.throws(() => encodeDocument({ list }, options), /circular/);
  let deep = { end: 1 };
  for (let i = 0; i < 400; i++) deep = { deep };
  assert.throws(() => encodeDocument(deep, options), /nested deeper/);
  const shared = { s: 1 };
  assert.deepEqual(decodeDocument(encodeDocument({ a: shared, b: [shared] }, options)), { a: shared, b: [shared] });
  let nested = { end: 1 };
  for (let i = 0; i < 200; i++) nested = { nested };
  assert.deepEqual(decodeDocument(encodeDocument(nested, options)), nested);
});

test('an encoding inside a toBSON', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  const inner = { toBSON: () => decodeDocument(encodeDocument({ x: 'inner' }, options)) };
  assert.deepEqual(decodeDocument(encodeDocument({ before: 'b', inner, after: 'a' }, options)), { before: 'b', inner: { x: 'inner' }, after: 'a' });
});

test('what is no document is refused', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  for (const wrong of [null, undefined, 1, 'a', [], new Date(), /a/, new Uint8Array(2), new ObjectId()]) {
    assert.throws(() => encodeDocument(wrong, options), { name: 'BSONError' });
  }
});

test('runs of documents keep to their limits', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  const documents = Array.from({ length: 2500 }, (_, i) => ({ i, text: 'x'.repeat(i % 90) }));
  let taken = 0;
  while (taken < documents.length) {
    const run = new DocumentRun(documents, taken, { bytesMax: 20_000, countMax: 700 }, false);
    const bytes = encodeDocument({ before: 1, run, after: 2 }, options);
    const { count } = run;
    assert.ok(count > 0 && count <= 700 && bytes.length <= 20_100);
    const part = documents.slice(taken, taken + count);
    assert.equal(hex(bytes), hex(serialize({ before: 1, run: part, after: 2 })));
    assert.deepEqual(run.taken(), part);
    taken += count;
  }
  const large = new DocumentRun([{ text: 'x'.repeat(9000) }], 0, { bytesMax: 100, countMax: 10 }, false);
  encodeDocument({ large }, options);
  assert.equal(large.count, 1);
});

test('the keys of a run are checked, those of its command are not', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  const limits = { bytesMax: 1000, countMax: 10 };
  const command = (checkKeys) => ({ 'a.b': 1, run: new DocumentRun([{ $x: 1 }], 0, limits, checkKeys), $y: 2 });
  assert.throws(() => encodeDocument(command(true), options), { name: 'BSONError' });
  assert.deepEqual(deserialize(encodeDocument(command(false), options)), { 'a.b': 1, run: [{ $x: 1 }], $y: 2 });
});

test('a command keeps its bytes until it is released', () => {
  const options = { ignoreUndefined: false, serializeFunctions: false };
  const first = encodeCommand({ first: 'x'.repeat(50) }, options);
  const second = encodeCommand({ second: 'y'.repeat(50_000) }, options);
  assert.deepEqual(deserialize(first.view()), { first: 'x'.repeat(50) });
  const own = second.copy();
  first.release();
  second.release();
  encodeDocument({ third: 'z'.repeat(80_000) }, options);
  assert.deepEqual(deserialize(own), { second: 'y'.repeat(50_000) });
  for (const length of [9e6, 100, 12e6, 5e6, 100]) {
    assert.deepEqual(deserialize(encodeDocument({ text: 'l'.repeat(length) }, options)), { text: 'l'.repeat(length) });
  }
});

test('keys that are data do not fill the memory', () => {
  for (let i = 0; i < 3000; i++) {
    const document = Object.fromEntries(Array.from({ length: 60 }, (_, k) => [`k${i}_${k}`, k]));
    assert.deepEqual(decodeDocument(serialize(document)), document);
  }
});
