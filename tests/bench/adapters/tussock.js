// Tussock through its driver: in memory, or in IndexedDB with its default (strict) durability.

import { MongoClient } from 'tussock';
import { UPDATE_OF_BUCKET, groupPipeline, matchFilter, scanFilter, updateOfOne } from '../page/queries.js';

export function adapter({ durable }) {
  let client;
  let kept;
  return {
    async open({ name }) {
      client = await MongoClient.connect(durable ? `indexeddb://${name}` : 'memory://');
      kept = client.db('shop').collection('orders');
    },
    async load(documents) {
      await kept.createIndexes([{ key: { customerId: 1 } }, { key: { ts: 1 } }]);
      await kept.insertMany(documents);
    },
    insert: (made) => kept.insertOne(made),
    findById: (id) => kept.findOne({ _id: id }),
    findByCustomer: (customerId) => kept.find({ customerId }).toArray(),
    findByTime: (low, high) => kept.find({ ts: { $gte: low, $lt: high } }).toArray(),
    scan: (question) => kept.find(scanFilter(question)).toArray(),
    all: () => kept.find({}).toArray(),
    match: (question) => kept.find(matchFilter(question)).toArray(),
    group: (question) => kept.aggregate(groupPipeline(question)).toArray(),
    page: (skip, limit) => kept.find({}).sort({ score: 1 }).skip(skip).limit(limit).toArray(),
    updateById: (id, change) => kept.updateOne({ _id: id }, updateOfOne(change)),
    updateBucket: async (bucket) => (await kept.updateMany({ bucket }, UPDATE_OF_BUCKET)).matchedCount,
    deleteBucket: async (bucket) => (await kept.deleteMany({ bucket })).deletedCount,
    close: () => client.close(),
    plain: (found) => found,
  };
}
