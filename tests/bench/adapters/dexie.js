// Dexie: tables over IndexedDB, with Chromium's default (relaxed) durability.

import { Dexie } from 'dexie';
import { changeOfBucket, changeOne, matchTest, scanTest } from '../page/queries.js';

export function adapter() {
  let db;
  let kept;
  return {
    async open({ name }) {
      db = new Dexie(name);
      db.version(1).stores({ orders: '_id, customerId, ts' });
      await db.open();
      kept = db.orders;
    },
    load: (documents) => kept.bulkAdd(documents),
    insert: (made) => kept.add(made),
    findById: (id) => kept.get(id),
    findByCustomer: (customerId) => kept.where('customerId').equals(customerId).toArray(),
    findByTime: (low, high) => kept.where('ts').between(low, high, true, false).toArray(),
    scan: async (question) => (await kept.toArray()).filter(scanTest(question)),
    all: () => kept.toArray(),
    match: async (question) => (await kept.toArray()).filter(matchTest(question)),
    page: async (skip, limit) =>
      (await kept.toArray()).sort((a, b) => a.score - b.score).slice(skip, skip + limit),
    updateById: (id, change) => kept.where('_id').equals(id).modify((found) => void changeOne(found, change)),
    updateBucket: async (bucket) =>
      db.transaction('rw', kept, async () => {
        const found = (await kept.toArray()).filter((one) => one.bucket === bucket);
        await kept.bulkPut(found.map(changeOfBucket));
        return found.length;
      }),
    deleteBucket: async (bucket) =>
      db.transaction('rw', kept, async () => {
        const found = (await kept.toArray()).filter((one) => one.bucket === bucket);
        await kept.bulkDelete(found.map((one) => one._id));
        return found.length;
      }),
    close: () => db.close(),
    plain: (found) => found,
  };
}
