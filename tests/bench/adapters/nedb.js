// @seald-io/nedb: documents in memory, the file (one localforage value) is an append-only log.

// Its browser build is a script that sets a global.
import '@seald-io/nedb/browser-version/out/nedb.min.js';
import { UPDATE_OF_BUCKET, matchFilter, scanFilter, updateOfOne } from '../page/queries.js';

export function adapter({ durable }) {
  let db;
  return {
    async open({ name }) {
      db = new globalThis.Nedb(durable ? { filename: name } : { inMemoryOnly: true });
      if (durable) await db.loadDatabaseAsync();
      await db.ensureIndexAsync({ fieldName: 'customerId' });
      await db.ensureIndexAsync({ fieldName: 'ts' });
    },
    load: (documents) => db.insertAsync(documents),
    insert: (made) => db.insertAsync(made),
    findById: (id) => db.findOneAsync({ _id: id }),
    findByCustomer: (customerId) => db.findAsync({ customerId }),
    findByTime: (low, high) => db.findAsync({ ts: { $gte: low, $lt: high } }),
    scan: (question) => db.findAsync(scanFilter(question)),
    all: () => db.findAsync({}),
    match: (question) => db.findAsync(matchFilter(question)),
    page: (skip, limit) => db.findAsync({}).sort({ score: 1 }).skip(skip).limit(limit),
    updateById: (id, change) => db.updateAsync({ _id: id }, updateOfOne(change), {}),
    updateBucket: async (bucket) =>
      (await db.updateAsync({ bucket }, UPDATE_OF_BUCKET, { multi: true })).numAffected,
    deleteBucket: (bucket) => db.removeAsync({ bucket }, { multi: true }),
    plain: (found) => found,
  };
}
