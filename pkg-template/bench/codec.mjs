// Decoding and encoding side by side with the package bson: µs per document. Run: node bench/codec.mjs
import { deserialize, serialize, ObjectId, Long } from 'bson';
import { decodeReply, decodeDocument } from '../build/codec/decode.js';
import { DocumentRun, encodeCommand, encodeDocument } from '../build/codec/encode.js';

const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'harbor'];
function sample(i) {
  return {
    _id: new ObjectId(), name: `user ${i} ${words[i % 8]}`, email: `user${i}@mail.example`, age: i % 90, score: i * 1.37,
    active: i % 3 === 0, created: new Date(1.7e12 + i * 1000), tags: [words[i % 8], words[(i + 3) % 8], words[(i + 5) % 8]],
    address: { street: `${i} Long Street Name`, city: words[i % 7], zip: String(10000 + i), geo: { lat: i / 100, lng: -i / 77 } },
    status: 'active', visits: Long.fromNumber(i * 1e6), notes: 'The quick brown fox jumps over the lazy dog near the river bank ' + i,
    group: words[i % 5], level: i % 10, ref: new ObjectId(), bio: 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod',
  };
}
const docs = Array.from({ length: 100 }, (_, i) => sample(i));
const batch = serialize({ cursor: { firstBatch: docs, id: Long.ZERO, ns: 'a.b' }, ok: 1 });
const one = serialize({ cursor: { firstBatch: docs.slice(0, 1), id: Long.ZERO, ns: 'a.b' }, ok: 1 });
const options = { ignoreUndefined: false, serializeFunctions: false };
console.log('bytes per document', serialize(docs[0]).length);
function time(name, n, perCall, f) {
  for (let i = 0; i < n / 4; i++) f();
  let best = Infinity;
  for (let r = 0; r < 5; r++) {
    const t = performance.now();
    for (let i = 0; i < n; i++) f();
    best = Math.min(best, (performance.now() - t) * 1000 / n / perCall);
  }
  console.log(name.padEnd(34), best.toFixed(2), 'µs per document');
}
function ours(b) {
  const r = decodeReply({ bytes: b, start: 0 }, {}, 'a.b');
  const out = [];
  for (let d; (d = r.batch.shift()) !== null;) out.push(d);
  return out;
}
time('bson   decode 100', 300, 100, () => deserialize(batch));
time('tussock decode 100', 300, 100, () => ours(batch));
time('bson   decode 1', 20000, 1, () => deserialize(one));
time('tussock decode 1', 20000, 1, () => ours(one));
time('JSON.parse 100', 300, 100, (s => () => JSON.parse(s))(JSON.stringify(docs)));
time('bson   encode 100', 300, 100, () => serialize({ insert: 'x', documents: docs }));
time('tussock encode 100', 300, 100, () => encodeDocument({ insert: 'x', documents: docs }, options));
time('tussock encode a run of 100', 300, 100, () => encodeCommand({ insert: 'x', documents: new DocumentRun(docs, 0, { bytesMax: 1e9, countMax: 1e5 }, false) }, options).release());
time('bson   encode 1', 20000, 1, () => serialize(docs[3]));
time('tussock encode 1', 20000, 1, () => encodeDocument(docs[3], options));
