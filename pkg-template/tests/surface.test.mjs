// Every member of the official driver that this package should have is there. The list lies outside the project
// (TUSSOCK_SHARED, default ../shared beside it); without it this part is skipped visibly.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as tussock from '../build/index.js';
import { fake } from './fake.mjs';

const shared = process.env.TUSSOCK_SHARED ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared');
const path = join(shared, 'mongodb-surface.json');
const missing = !existsSync(path) && `no list in ${shared}`;

const client = new tussock.MongoClient('memory://', { connection: fake({ ok: 1 }) });
const db = client.db('a');
const collection = db.collection('b');
const bucket = new tussock.GridFSBucket(db);
const bulk = collection.initializeOrderedBulkOp().insert({ _id: 1 });

const OBJECTS = {
  MongoClient: client,
  Db: db,
  Admin: db.admin(),
  Collection: collection,
  FindCursor: collection.find(),
  AggregationCursor: collection.aggregate([]),
  ListCollectionsCursor: db.listCollections(),
  ListIndexesCursor: collection.listIndexes(),
  RunCommandCursor: db.runCursorCommand({ x: 1 }),
  OrderedBulkOperation: bulk,
  UnorderedBulkOperation: collection.initializeUnorderedBulkOp(),
  FindOperators: bulk.find({}),
  ClientSession: client.startSession(),
  GridFSBucket: bucket,
  GridFSBucketWriteStream: bucket.openUploadStream('a'),
  GridFSBucketReadStream: bucket.openDownloadStream(1),
  BulkWriteResult: await collection.bulkWrite([{ insertOne: { document: { _id: 1 } } }]),
};

/** Members that say nothing here: there is no handshake to tell names in, and no server's session behind a session. */
const LATER = new Set(['MongoClient.appendMetadata', 'ClientSession.serverSession', 'ClientSession.incrementTransactionNumber',
  // The streams of GridFS are those of the web, which have no events, and their state is their own.
  ...['chunks', 'files', 'done', 'bufToStore', 'n', 'pos', 'state'].map((name) => `GridFSBucketWriteStream.${name}`),
  'GridFSBucketReadStream.FILE']);
/** Classes that come with change streams. */
const LATER_CLASSES = new Set(['ChangeStream']);
const LATER_ERRORS = new Set(['PoolClosedError', 'PoolClearedError', 'PoolClearedOnNetworkError', 'WaitQueueTimeoutError']);

test('members', { skip: missing }, () => {
  const { node_driver_api: api } = JSON.parse(readFileSync(path, 'utf8'));
  const absent = [];
  for (const [name, object] of Object.entries(OBJECTS)) {
    for (const member of api[name]) {
      if (member.fit === 'out' || LATER.has(`${name}.${member.name}`)) continue;
      const symbol = /^\[Symbol\.(\w+)\]$/.exec(member.name)?.[1];
      const holder = member.static ? object.constructor : object;
      if (!((symbol ? Symbol[symbol] : member.name) in holder)) absent.push(`${name}.${member.name}`);
    }
  }
  assert.deepEqual(absent, []);
});

test('classes', { skip: missing }, () => {
  const { node_driver_api: api } = JSON.parse(readFileSync(path, 'utf8'));
  const classes = Object.keys(api).filter((name) => /^[A-Z]/.test(name));
  assert.deepEqual(classes.filter((name) => !(name in tussock) && !LATER_CLASSES.has(name)), []);
  assert.deepEqual(classes.filter((name) => !(name in OBJECTS) && !LATER_CLASSES.has(name)), []);
});

const TAKES = {
  FindOptions: (options) => collection.find({}, options),
  AggregateOptions: (options) => collection.aggregate([], options),
  AbstractCursorOptions: (options) => collection.find({}, options),
  InsertOneOptions: (options) => collection.insertOne({}, options),
  BulkWriteOptions: (options) => collection.bulkWrite([{ insertOne: { document: {} } }], options),
  UpdateOptions: (options) => collection.updateOne({}, { $set: { a: 1 } }, options),
  ReplaceOptions: (options) => collection.replaceOne({}, { a: 1 }, options),
  DeleteOptions: (options) => collection.deleteOne({}, options),
  FindOneAndUpdateOptions: (options) => collection.findOneAndUpdate({}, { $set: { a: 1 } }, options),
  FindOneAndReplaceOptions: (options) => collection.findOneAndReplace({}, { a: 1 }, options),
  FindOneAndDeleteOptions: (options) => collection.findOneAndDelete({}, options),
  CreateIndexesOptions: (options) => collection.createIndex({ a: 1 }, options),
  IndexDescription: (options) => collection.createIndexes([{ key: { a: 1 }, ...options }]),
  CreateCollectionOptions: (options) => db.createCollection('c', options),
  CountOptions: (options) => collection.count({}, options),
  CountDocumentsOptions: (options) => collection.countDocuments({}, options),
  EstimatedDocumentCountOptions: (options) => collection.estimatedDocumentCount(options),
  ClientBulkWriteOptions: (options) => client.bulkWrite([{ name: 'deleteOne', namespace: 'a.b', filter: {} }], options),
  CommandOperationOptions: (options) => collection.distinct('a', {}, options),
  ListCollectionsOptions: (options) => db.listCollections({}, options),
  ClientSessionOptions: (options) => client.startSession(options),
  GridFSBucketOptions: (options) => new tussock.GridFSBucket(db, options),
  GridFSBucketWriteStreamOptions: (options) => bucket.openUploadStream('a', options),
  GridFSBucketReadStreamOptions: (options) => bucket.openDownloadStream(1, options),
};
/** Options that only the driver itself gives, that its own documentation calls without effect, or that need encryption. */
const REFUSED = new Set(['timeout', 'timeoutContext', 'dbName', 'authdb', 'encryptedFields', 'owner', 'explicit', 'initialClusterTime']);

test('options', { skip: missing }, async () => {
  const { node_driver_api: api } = JSON.parse(readFileSync(path, 'utf8'));
  const wrong = [];
  for (const [kind, call] of Object.entries(TAKES)) {
    for (const name of api.option_fields[kind]) {
      const error = await (async () => call({ [name]: 1 }))().then(() => null, (thrown) => thrown);
      const isRefused = / does not support the option /.test(error?.message ?? '');
      if (isRefused !== REFUSED.has(name)) wrong.push(`${kind}.${name} is ${isRefused ? 'refused' : 'taken'}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('errors and their hierarchy', { skip: missing }, () => {
  const { node_driver_api: api } = JSON.parse(readFileSync(path, 'utf8'));
  const wrong = [];
  for (const error of api.errors) {
    if (error.reason !== undefined || LATER_ERRORS.has(error.name)) continue;
    const found = tussock[error.name];
    if (typeof found !== 'function') wrong.push(`${error.name} is not there`);
    else if (error.extends && Object.getPrototypeOf(found).name !== error.extends) wrong.push(`${error.name} does not extend ${error.extends}`);
  }
  assert.deepEqual(wrong, []);
});

test('BSON classes', { skip: missing }, () => {
  const { node_driver_api: api } = JSON.parse(readFileSync(path, 'utf8'));
  for (const entry of api.bson_exports) {
    const name = (entry.name ?? entry).split(' ')[0];
    assert.ok(name in tussock, name);
  }
});
