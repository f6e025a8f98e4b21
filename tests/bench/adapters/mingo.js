// mingo: MongoDB's query language over a plain array. No ids, no indexes, no storage.

import { Query, aggregate, updateMany, updateOne } from 'mingo';
import { UPDATE_OF_BUCKET, groupPipeline, scanFilter, updateOfOne } from '../page/queries.js';

export function adapter() {
  let kept;
  const find = (filter) => new Query(filter).find(kept);
  return {
    open() {
      kept = [];
    },
    load(documents) {
      for (const one of documents) kept.push(one);
    },
    findById: (id) => find({ _id: id }).next(),
    findByCustomer: (customerId) => find({ customerId }).all(),
    findByTime: (low, high) => find({ ts: { $gte: low, $lt: high } }).all(),
    scan: (question) => find(scanFilter(question)).all(),
    all: () => find({}).all(),
    group: (question) => aggregate(kept, groupPipeline(question)),
    page: (skip, limit) => find({}).sort({ score: 1 }).skip(skip).limit(limit).all(),
    updateById: (id, change) => updateOne(kept, { _id: id }, updateOfOne(change)),
    updateBucket: (bucket) => updateMany(kept, { bucket }, UPDATE_OF_BUCKET).matchedCount,
    deleteBucket(bucket) {
      const before = kept.length;
      const query = new Query({ bucket });
      kept = kept.filter((one) => !query.test(one));
      return before - kept.length;
    },
    plain: (found) => found,
  };
}
