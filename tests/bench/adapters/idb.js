// IndexedDB itself, through the thin promises of `idb`.

import { openDB } from 'idb';
import { changeOfBucket, changeOne, matchTest, scanTest } from '../page/queries.js';

export function adapter({ durability }) {
  let db;
  const write = () => db.transaction('orders', 'readwrite', { durability });
  const everything = () => db.getAll('orders');

  async function changeBucket(bucket, change) {
    const transaction = write();
    const found = (await transaction.store.getAll()).filter((one) => one.bucket === bucket);
    for (const one of found) change(transaction.store, one);
    await transaction.done;
    return found.length;
  }

  return {
    async open({ name }) {
      db = await openDB(name, 1, {
        upgrade(made) {
          const store = made.createObjectStore('orders', { keyPath: '_id' });
          store.createIndex('customerId', 'customerId');
          store.createIndex('ts', 'ts');
        },
      });
    },
    async load(documents) {
      const transaction = write();
      for (const one of documents) transaction.store.add(one);
      await transaction.done;
    },
    async insert(made) {
      const transaction = write();
      transaction.store.add(made);
      await transaction.done;
    },
    findById: (id) => db.get('orders', id),
    findByCustomer: (customerId) => db.getAllFromIndex('orders', 'customerId', customerId),
    findByTime: (low, high) => db.getAllFromIndex('orders', 'ts', IDBKeyRange.bound(low, high, false, true)),
    scan: async (question) => (await everything()).filter(scanTest(question)),
    all: everything,
    match: async (question) => (await everything()).filter(matchTest(question)),
    page: async (skip, limit) =>
      (await everything()).sort((a, b) => a.score - b.score).slice(skip, skip + limit),
    async updateById(id, change) {
      const transaction = write();
      transaction.store.put(changeOne(await transaction.store.get(id), change));
      await transaction.done;
    },
    updateBucket: (bucket) => changeBucket(bucket, (store, one) => store.put(changeOfBucket(one))),
    deleteBucket: (bucket) => changeBucket(bucket, (store, one) => store.delete(one._id)),
    close: () => db.close(),
    plain: (found) => found,
  };
}
