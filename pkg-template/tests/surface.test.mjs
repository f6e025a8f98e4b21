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
};

/** Members that come with sessions, change streams and GridFS, or that make no sense in a page. */
const LATER = new Set([
  'MongoClient.appendMetadata',
]);
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
