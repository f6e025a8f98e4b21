// The BSON corpus and the binary vectors: what is inserted comes back byte for byte, what is damaged is refused.

import assert from 'node:assert/strict';
import { BSON, Engine } from '../../build/index.js';
import { decodeDocument } from '../../build/codec/decode.js';
import { encodeDocument } from '../../build/codec/encode.js';

const KEEP = { promoteValues: false, bsonRegExp: true };
const PLAIN = { ignoreUndefined: false, serializeFunctions: false };

function bytesOf(hex) {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function hexOf(bytes) {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

/** A document: `fields` in front, then one element that is already BSON. */
function withElement(fields, key, type, payload) {
  const front = BSON.serialize(fields);
  const name = new TextEncoder().encode(key);
  const bytes = new Uint8Array(front.length + name.length + 2 + payload.length);
  bytes.set(front.subarray(0, -1));
  let at = front.length - 1;
  bytes[at++] = type;
  bytes.set(name, at);
  at += name.length + 1;
  bytes.set(payload, at);
  new DataView(bytes.buffer).setInt32(0, bytes.length, true);
  return bytes;
}

/** Elements of a document as an array of one document would hold it. */
function arrayOf(document) {
  return withElement({}, '0', 3, document);
}

/** Stores a document by a raw command and reads it back raw. */
class Store {
  constructor(engine) {
    this.engine = engine;
    this.next = 0;
  }

  run(bytes) {
    return this.engine.runCommand(bytes);
  }

  /** Inserts `{_id, d: <document>}`, gives the bytes of `d` as find has them. */
  roundTrip(document) {
    const _id = ++this.next;
    const stored = withElement({ _id }, 'd', 3, document);
    const insert = withElement({ insert: 'corpus', $db: 'test' }, 'documents', 4, arrayOf(stored));
    const inserted = decodeDocument(this.run(insert));
    assert.equal(inserted.ok, 1, `insert: ${inserted.errmsg}`);
    assert.equal(inserted.writeErrors, undefined, inserted.writeErrors?.[0]?.errmsg);
    const reply = this.run(BSON.serialize({ find: 'corpus', filter: { _id }, projection: { _id: 0, d: 1 }, $db: 'test' }));
    return cut(reply, ['cursor', 'firstBatch', '0', 'd']);
  }

  /** Whether an insert of the bytes is refused. */
  refuses(document) {
    const insert = withElement({ insert: 'corpus', $db: 'test' }, 'documents', 4, arrayOf(withElement({ _id: ++this.next }, 'd', 3, document)));
    const reply = decodeDocument(this.run(insert));
    return reply.ok === 0 || reply.writeErrors !== undefined;
  }
}

/** The bytes of the document or array at a path. */
function cut(bytes, path) {
  let document = bytes;
  for (const key of path) {
    const element = BSON.onDemand.parseToElements(document).find(([, nameOffset, nameLength]) =>
      new TextDecoder().decode(document.subarray(nameOffset, nameOffset + nameLength)) === key);
    assert.ok(element, `the reply has no ${path.join('.')}`);
    const [, , , offset, length] = element;
    document = document.slice(offset, offset + length);
  }
  return document;
}

function verdict(name, check) {
  try {
    check();
    return { name, verdict: 'pass' };
  } catch (error) {
    return { name, verdict: 'fail', why: error.message.split('\n')[0] };
  }
}

export async function openStore() {
  return new Store(await Engine.memory({ seed: 1n }));
}

/** The verdicts on a file of `bson-corpus`. */
export function runCorpus(text, store) {
  const file = JSON.parse(text);
  const verdicts = [];
  for (const { description, canonical_bson: hex } of file.valid ?? []) {
    const bytes = bytesOf(hex);
    verdicts.push(verdict(`${description}: stored and found`, () => assert.equal(hexOf(store.roundTrip(bytes)), hex.toUpperCase())));
    if (file.deprecated || file.bson_type === '0x0C') continue; // these have no class that keeps them
    verdicts.push(verdict(`${description}: decoded and encoded`, () => {
      assert.equal(hexOf(encodeDocument(decodeDocument(bytes, KEEP), PLAIN)), hex.toUpperCase());
    }));
  }
  for (const { description, bson: hex } of file.decodeErrors ?? []) {
    verdicts.push(verdict(`${description}: refused by the engine`, () => assert.ok(store.refuses(bytesOf(hex)), 'it was stored')));
    verdicts.push(verdict(`${description}: refused by the decoder`, () => assert.throws(() => decodeDocument(bytesOf(hex)))));
  }
  return verdicts;
}

/** The verdicts on a file of `bson-binary-vector`. */
export function runVectors(text, store) {
  const file = JSON.parse(text);
  return file.tests.map(({ description, valid, canonical_bson: hex }) => verdict(description, () => {
    if (hex === undefined) return;
    const bytes = bytesOf(hex);
    if (valid) {
      assert.equal(hexOf(store.roundTrip(bytes)), hex.toUpperCase());
      assert.equal(hexOf(encodeDocument(decodeDocument(bytes), PLAIN)), hex.toUpperCase());
    } else {
      // The engine stores any Binary, as MongoDB does; writing it from JavaScript is refused.
      assert.throws(() => encodeDocument(decodeDocument(bytes), PLAIN));
    }
  }));
}
