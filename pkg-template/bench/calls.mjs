// What the driver itself costs per call, on a connection that answers at once with a ready-made reply.
// Run: node bench/calls.mjs

import { Long, MongoClient, ObjectId, BSON } from '../build/index.js';

const _id = new ObjectId();
const document = { _id, name: 'user 17 amber', email: 'user17@mail.example', age: 17, score: 23.29, active: true, created: new Date(1.7e12), tags: ['amber', 'delta', 'fjord'],
  address: { street: '17 Long Street Name', city: 'delta', zip: '10017' }, status: 'active', notes: 'The quick brown fox jumps over the lazy dog near the river bank 17', level: 7 };
const reply = (documents) => BSON.serialize({ cursor: { firstBatch: documents, id: Long.ZERO, ns: 'a.b' }, ok: 1 });

async function time(name, n, answer, f) {
  const connection = { runCommand: () => answer, close: async () => undefined };
  const things = (await MongoClient.connect('memory://', { connection })).db('a').collection('b');
  for (let i = 0; i < n / 2; i++) await f(things);
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < n; i++) await f(things);
    best = Math.min(best, ((performance.now() - start) * 1000) / n);
  }
  console.log(name.padEnd(34), best.toFixed(2), 'µs per call');
}

await time('findOne', 20000, reply([document]), (c) => c.findOne({ _id }));
await time('find of one', 20000, reply([document]), (c) => c.find({ _id }).toArray());
await time('find of 100', 1000, reply(Array(100).fill(document)), (c) => c.find({}).toArray());
await time('for await over 100', 1000, reply(Array(100).fill(document)), async (c) => { for await (const _ of c.find({})); });
await time('insertOne', 20000, BSON.serialize({ n: 1, ok: 1 }), (c) => c.insertOne({ ...document }));
await time('updateOne', 20000, BSON.serialize({ n: 1, nModified: 1, ok: 1 }), (c) => c.updateOne({ _id }, { $set: { a: 1 } }));
const many = Array.from({ length: 10000 }, () => ({ ...document }));
await time('insertMany of 10000', 10, BSON.serialize({ n: 10000, ok: 1 }), (c) => c.insertMany(many));
