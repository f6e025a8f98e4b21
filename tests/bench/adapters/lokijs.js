// LokiJS: live objects in memory; saved by its incremental IndexedDB adapter.

import Loki from 'lokijs';
import IncrementalIndexedDBAdapter from 'lokijs/src/incremental-indexeddb-adapter.js';
import { changeOfBucket, changeOne } from '../page/queries.js';
import { groupByHand } from '../page/workloads.js';

export function adapter({ durable }) {
  let db;
  let kept;

  const save = () =>
    new Promise((resolve, reject) => db.saveDatabase((error) => (error ? reject(error) : resolve())));

  const matched = (question) => ({ status: { $in: question.statuses }, total: { $gte: question.totalMin } });

  return {
    async open({ name }) {
      db = new Loki(name, durable ? { adapter: new IncrementalIndexedDBAdapter() } : {});
      if (durable) {
        await new Promise((resolve, reject) =>
          db.loadDatabase({}, (error) => (error ? reject(error) : resolve())),
        );
      }
      kept =
        db.getCollection('orders') ??
        db.addCollection('orders', { unique: ['_id'], indices: ['customerId', 'ts'] });
    },
    async load(documents) {
      kept.insert(documents);
      if (durable) await save();
    },
    async insert(made) {
      kept.insert(made);
      await save();
    },
    findById: (id) => kept.by('_id', id),
    findByCustomer: (customerId) => kept.find({ customerId }),
    findByTime: (low, high) => kept.find({ ts: { $between: [low, high - 1] } }),
    scan: (question) =>
      kept.find({
        $and: [
          { 'customer.address.country': { $in: question.countries } },
          { items: { $elemMatch: { category: question.category, qty: { $gte: question.qtyMin } } } },
          { 'customer.email': { $regex: new RegExp(question.emailPattern) } },
          { $or: [{ total: { $gt: question.totalOver } }, { tags: { $contains: question.tag } }] },
        ],
      }),
    all: () => kept.find(),
    group: (question) =>
      kept.chain().find({ $and: Object.entries(matched(question)).map(([field, test]) => ({ [field]: test })) })
        .mapReduce((found) => found, groupByHand),
    page: (skip, limit) => kept.chain().simplesort('score').offset(skip).limit(limit).data(),
    updateById(id, change) {
      kept.update(changeOne(kept.by('_id', id), change));
    },
    updateBucket(bucket) {
      let count = 0;
      kept.chain().find({ bucket }).update((found) => {
        count += 1;
        changeOfBucket(found);
      });
      return count;
    },
    deleteBucket(bucket) {
      const before = kept.count();
      kept.chain().find({ bucket }).remove();
      return before - kept.count();
    },
    close: () => new Promise((resolve) => db.close(resolve)),
    plain({ $loki, meta, ...found }) {
      return found;
    },
  };
}
