// RxDB over its memory storage: shared, cached documents; dates can only be stored as strings.

import { createRxDatabase } from 'rxdb';
import { addRxPlugin } from 'rxdb/plugins/core';
import { RxDBUpdatePlugin } from 'rxdb/plugins/update';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { changeOfBucket, changeOne, matchFilter, scanFilter } from '../page/queries.js';

addRxPlugin(RxDBUpdatePlugin);

const text = { type: 'string' };
const SCHEMA = {
  version: 0,
  primaryKey: '_id',
  type: 'object',
  properties: {
    _id: { type: 'string', maxLength: 24 },
    orderNo: text,
    status: text,
    customerId: { type: 'string', maxLength: 16 },
    customer: { type: 'object' },
    items: { type: 'array', items: { type: 'object' } },
    tags: { type: 'array', items: text },
    total: { type: 'number' },
    score: { type: 'number' },
    bucket: { type: 'number' },
    rev: { type: 'number' },
    flag: { type: 'boolean' },
    ts: { type: 'number', minimum: 0, maximum: 4294967296, multipleOf: 1 },
    createdAt: text,
    note: { type: ['string', 'null'] },
  },
  indexes: ['customerId', 'ts'],
  required: ['_id', 'customerId', 'ts'],
};

export function adapter() {
  let db;
  let kept;
  const find = (selector) => kept.find({ selector }).exec();
  const withEmailText = (question) => ({
    ...scanFilter(question),
    'customer.email': { $regex: question.emailPattern },
  });
  return {
    async open({ name }) {
      db = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false });
      ({ orders: kept } = await db.addCollections({ orders: { schema: SCHEMA } }));
    },
    async load(documents) {
      for (const one of documents) one.createdAt = one.createdAt.toISOString();
      const { error } = await kept.bulkInsert(documents);
      if (error.length) throw new Error(`${error.length} documents were not inserted`);
    },
    findById: (id) => kept.findOne(id).exec(),
    findByCustomer: (customerId) => find({ customerId }),
    findByTime: (low, high) => find({ ts: { $gte: low, $lt: high } }),
    scan: (question) => find(withEmailText(question)),
    all: () => find({}),
    match: (question) => find(matchFilter(question)),
    page: (skip, limit) => kept.find({ selector: {}, sort: [{ score: 'asc' }], skip, limit }).exec(),
    updateById: async (id, change) =>
      (await kept.findOne(id).exec()).incrementalModify((found) => changeOne(structuredClone(found), change)),
    updateBucket: async (bucket) =>
      (await kept.find({ selector: { bucket } }).modify((found) => changeOfBucket(found))).length,
    deleteBucket: async (bucket) => (await kept.find({ selector: { bucket } }).remove()).length,
    close: () => db.close(),
    plain: (found) => found.toJSON(),
  };
}
