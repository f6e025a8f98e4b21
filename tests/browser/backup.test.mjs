// Backups: one moment while writes go on, as mongodump writes it; salvage; lines of Extended JSON; a full quota.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, ONLY_CHROMIUM, serveTussock, spoilManifests, tamper } from './harness.mjs';

let site;
let chromium;

before(async () => {
  site = await serveTussock();
  chromium = await launch();
});

after(async () => {
  await chromium.close();
  await site.close();
});

async function open(browser = chromium) {
  const page = await browser.page(`${site.url}/blank.html`);
  await page.evaluate(() => {
    globalThis.connect = async (url, options) => {
      const { MongoClient } = await import('tussock');
      return MongoClient.connect(url, options);
    };
    globalThis.blobOf = (stream) => new Response(stream).blob();
    globalThis.failureOf = (promise) => promise.then(() => null, ({ name, code, message, usage, quota }) => ({ name, code, message, usage, quota }));
  });
  return page;
}

test('a backup is one moment of all collections, and comes back whole', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const { Decimal128, Int32, Long } = await import('bson');
    const result = [];
    // The owner of a database, a second client that it serves, a worker, and memory.
    const owner = await connect('indexeddb://backup');
    const clients = [owner, await connect('indexeddb://backup'), await connect('indexeddb://backup-worker', { worker: true }), await connect('memory://')];
    for (const [at, client] of clients.entries()) {
      const db = client.db(`shop${at}`);
      await db.createCollection('log', { capped: true, size: 8192, max: 3 });
      await db.createCollection('cheap', { viewOn: 'things', pipeline: [{ $match: { n: { $lt: 5 } } }] });
      await db.collection('log').insertMany([1, 2, 3, 4].map((_id) => ({ _id })));
      const things = db.collection('things');
      await things.createIndex({ n: -1 }, { unique: true, name: 'by n' });
      const text = 'x'.repeat(1000);
      await things.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ _id: n, n, text })));
      await db.collection('values').insertOne({ _id: 1, long: Long.fromString('9007199254740993'), int: new Int32(3), decimal: Decimal128.fromString('1.10'), at: new Date(5), none: null });
      const progress = [];
      const stream = await client.backup({ databases: [`shop${at}`], onProgress: (one) => progress.push(one) });
      // All of this is after the moment.
      await things.deleteMany({ n: { $gte: 100 } });
      await db.collection('later').insertOne({ _id: 1 });
      const blob = await blobOf(stream);
      const target = await connect('memory://');
      const restored = await target.restore(blob, { drop: true });
      const copy = target.db(`shop${at}`);
      const values = await copy.collection('values').findOne({}, { promoteValues: false });
      const indexes = await copy.collection('things').indexes();
      result.push({
        inserted: restored.insertedCount,
        failed: restored.failedCount,
        skipped: restored.skipped,
        things: await copy.collection('things').countDocuments(),
        cheap: await copy.collection('cheap').countDocuments(),
        log: (await copy.collection('log').find().toArray()).map(({ _id }) => _id),
        capped: (await copy.collection('log').options()).max,
        names: (await copy.listCollections().toArray()).map(({ name }) => name).filter((name) => !name.startsWith('system.')).sort(),
        indexes: indexes.map(({ name, unique }) => [name, unique ?? false]),
        long: values.long.toString(),
        decimal: values.decimal.toString(),
        done: progress.filter(({ done }) => done).map(({ namespace, documents }) => [namespace.split('.')[1], documents]).sort(),
        unique: (await failureOf(copy.collection('things').insertOne({ _id: 'x', n: 5 })))?.code,
      });
      // What is there already is not written over.
      const again = await target.restore(blob);
      result.at(-1).again = [again.insertedCount > 3, again.failedCount];
      await target.close();
    }
    for (const client of clients) await client.close();
    return result;
  });
  const expected = {
    inserted: 20_004, failed: 0, skipped: [], things: 20_000, cheap: 5, log: [2, 3, 4], capped: 3,
    names: ['cheap', 'log', 'things', 'values'],
    indexes: [['_id_', false], ['by n', true]],
    long: '9007199254740993', decimal: '1.10',
    done: [['log', 3], ['things', 20_000], ['values', 1]], unique: 11000, again: [false, 20_004],
  };
  for (const one of seen) assert.deepEqual(one, expected);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test('an archive is laid out as mongodump does it, and one that was damaged or cut is refused', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const { BSON } = await import('bson');
    const client = await connect('memory://');
    await client.db('a').collection('b').insertOne({ _id: 1 });
    const bytes = new Uint8Array(await new Response(await client.backup()).arrayBuffer());
    const view = new DataView(bytes.buffer);
    const parts = [];
    for (let at = 4; at < bytes.length; ) {
      const length = view.getInt32(at, true);
      parts.push(length === -1 ? null : BSON.deserialize(bytes.subarray(at, at + length), { useBigInt64: true }));
      at += length === -1 ? 4 : length;
    }
    const metadata = JSON.parse(parts[1].metadata);
    const refusals = [];
    for (const spoil of [(copy) => copy.subarray(0, copy.length - 10), (copy) => ((copy[copy.length - 90] ^= 1), copy), (copy) => copy.fill(1, 0, 4)]) {
      const target = await connect('memory://');
      const failure = await failureOf(target.restore(spoil(bytes.slice())));
      refusals.push(failure !== null);
      await target.close();
    }
    // The same for a damaged document: its checksum is wrong.
    const at = bytes.length - BSON.serialize({ db: 'a', collection: 'b', EOF: true, CRC: 0n }).length - 4 - 4 - 5;
    const copy = bytes.slice();
    copy[at] ^= 1;
    const target = await connect('memory://');
    const damaged = await failureOf(target.restore(copy));
    await client.close();
    return {
      magic: view.getUint32(0, true),
      kinds: parts.map((part) => (part === null ? 'end' : Object.keys(part).join())),
      index: metadata.indexes[0].key._id,
      crc: String(parts.at(-2).CRC),
      refusals,
      damaged: damaged?.message ?? null,
    };
  });
  assert.equal(seen.magic, 0x8199e26d);
  assert.deepEqual(seen.kinds, [
    'concurrent_collections,version,server_version,tool_version', 'db,collection,metadata,size,type', 'end',
    'db,collection,EOF,CRC', '_id', 'end', 'db,collection,EOF,CRC', 'end',
  ]);
  assert.deepEqual(seen.index, { $numberInt: '1' });
  // CRC-64/XZ of 0e000000 10 5f696400 01000000 00, computed elsewhere.
  assert.equal(seen.crc, '-870776635769202178');
  assert.deepEqual(seen.refusals, [true, true, true]);
  assert.match(seen.damaged ?? '', /checksum/);
  await page.close();
});

test('lines of Extended JSON keep the types, both ways', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const { Decimal128, Double, Long, ObjectId } = await import('bson');
    const client = await connect('memory://');
    const from = client.db('a').collection('from');
    const to = client.db('a').collection('to');
    const values = [new Double(1), Long.fromNumber(1), 1, 1.5, 'ä\n"', new Date(0), new ObjectId('0123456789abcdef01234567'), Decimal128.fromString('1E5'), null, [{ a: {} }], /a/i];
    await from.insertMany(values.map((value, _id) => ({ _id, value })));
    const text = await new Response(await from.exportNDJSON()).text();
    const result = await to.importNDJSON(new Blob([text]), { batchSize: 2 });
    const types = async (collection) => collection.aggregate([{ $sort: { _id: 1 } }, { $project: { type: { $type: '$value' } } }]).toArray();
    const same = JSON.stringify(await types(from)) === JSON.stringify(await types(to)) && text === (await new Response(await to.exportNDJSON()).text());
    const relaxed = await new Response(await from.exportNDJSON({ filter: { _id: { $in: [3, 5] } }, sort: { _id: -1 }, relaxed: true })).text();
    const again = await to.importNDJSON(new Blob([text.slice(0, text.indexOf('\n'))]));
    const failure = await failureOf(to.importNDJSON(new Blob(['{"a": 1}\n{oops}\n'])));
    await client.close();
    return { result, same, relaxed, again, failure: failure.message };
  });
  assert.deepEqual([seen.result.insertedCount, seen.result.failedCount], [11, 0]);
  assert.ok(seen.same);
  assert.equal(seen.relaxed, '{"_id":5,"value":{"$date":"1970-01-01T00:00:00Z"}}\n{"_id":3,"value":1.5}\n');
  assert.equal(seen.again.failedCount, 1);
  assert.match(seen.again.firstFailure, /E11000/);
  assert.match(seen.failure, /^Line 2 /);
  await page.close();
});

test('what damage leaves is salvaged, and what it took is said', async () => {
  const page = await open();
  await page.evaluate(async () => {
    const client = await connect('indexeddb://salvage');
    const text = 'z'.repeat(1000);
    for (const name of ['first', 'second']) {
      await client.db('shop').collection(name).insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, text })));
    }
    await client.close();
  });
  await tamper(page, 'salvage', 'pages', async (objects, [key], done) => {
    const bytes = await done(objects.get(key));
    bytes[40] ^= 1;
    await done(objects.put(bytes, key));
  });
  const seen = await page.evaluate(async () => {
    const client = await connect('indexeddb://salvage');
    const failures = [];
    for (const name of ['first', 'second']) failures.push(await failureOf(client.db('shop').collection(name).find().toArray()));
    const { stream, lost } = await client.salvage();
    const target = await connect('memory://');
    const restored = await target.restore(stream);
    const refused = await failureOf((async () => blobOf(await client.backup()))());
    await client.close();
    return { failures: failures.filter((failure) => failure !== null), lost: await lost, restored: restored.insertedCount, refused: refused !== null };
  });
  assert.equal(seen.failures.length, 1);
  assert.equal(seen.failures[0].code, 301);
  assert.match(seen.failures[0].message, /shop\.(first|second)/);
  assert.equal(seen.lost.length, 1);
  assert.ok(seen.failures[0].message.includes(seen.lost[0].namespace));
  assert.equal(seen.restored + seen.lost[0].documents, 1000);
  assert.ok(seen.restored > 900);
  assert.ok(seen.refused, 'a backup must not leave anything out');
  await page.close();
});

test('a database that is refused as damaged is salvaged, and repaired', async () => {
  const page = await open();
  await page.evaluate(async () => {
    const client = await connect('indexeddb://repair');
    const things = client.db('shop').collection('things');
    await things.createIndex({ group: 1 });
    await things.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, group: _id % 7, text: 'z'.repeat(500) })));
    await client.close();
  });
  // Names and options are gone, the pages are there.
  await tamper(page, 'repair', 'meta', spoilManifests);
  const seen = await page.evaluate(async () => {
    const url = 'indexeddb://repair';
    const refused = await failureOf(connect(url));
    const { MongoClient } = await import('tussock');
    let client = new MongoClient(url);
    const { stream, lost } = await client.salvage();
    const target = await connect('memory://');
    const salvaged = await target.restore(stream);
    const missing = await client.repair();
    client = await connect(url);
    const found = await client.db('salvaged').collections();
    const documents = await Promise.all(found.map((collection) => collection.find({ group: 3 }).toArray()));
    const sound = await Promise.all(found.map(({ collectionName }) => client.db('salvaged').command({ validate: collectionName })));
    await found[0].insertOne({ _id: 'new' });
    await client.close();
    client = await connect(url);
    const kept = await client.db('salvaged').collection(found[0].collectionName).countDocuments();
    await client.close();
    return {
      refused: refused?.code,
      salvaged: salvaged.insertedCount,
      catalog: [(await lost).some(({ catalog }) => catalog === true), missing.some(({ catalog }) => catalog === true)],
      documents: documents.flat().length,
      sound: sound.map(({ valid }) => valid),
      kept,
    };
  });
  assert.equal(seen.refused, 301);
  assert.equal(seen.salvaged, 500);
  assert.deepEqual(seen.catalog, [true, true]);
  assert.equal(seen.documents, 71);
  assert.deepEqual(seen.sound, [true]);
  assert.equal(seen.kept, 501);
  await page.close();
});

test('at a full quota the error has figures, and reads go on', ONLY_CHROMIUM, async () => {
  const browser = await launch();
  const page = await open(browser);
  const session = await browser.context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 3_000_000 });
  const seen = await page.evaluate(async () => {
    const client = await connect('indexeddb://full');
    const things = client.db('shop').collection('things');
    const random = () => String.fromCharCode(33 + Math.floor(Math.random() * 90));
    let failure = null;
    let count = 0;
    // To the brim: ever smaller documents.
    for (let size = 50_000; size >= 50; ) {
      failure = await failureOf(things.insertOne({ _id: count, text: Array.from({ length: size }, random).join('') }));
      if (failure === null) count += 1;
      else size = Math.floor(size / 4);
    }
    const read = await things.countDocuments();
    const { state } = client.durability;
    return { failure, same: read === count, state };
  });
  assert.equal(seen.failure.name, 'TussockQuotaError');
  assert.equal(seen.failure.code, 14031);
  // The estimate knows nothing of a quota that a test has set.
  assert.ok(seen.failure.quota > 0);
  assert.ok(seen.failure.usage > 1_000_000);
  assert.ok(seen.same);
  assert.equal(seen.state, 'durable');
  await browser.close();
});

test('a time series comes back as measurements', async () => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const client = await connect('memory://');
    const options = { timeseries: { timeField: 't', metaField: 'm', granularity: 'minutes' }, expireAfterSeconds: 1e8 };
    const series = await client.db('x').createCollection('s', options);
    const now = Date.now();
    await series.insertMany([0, 1, 2, 3].map((v) => ({ _id: 1, t: new Date(now + v), m: v % 2, v })));
    const target = await connect('memory://');
    const restored = await target.restore(await blobOf(await client.backup()));
    const copy = target.db('x');
    const [info] = await copy.listCollections({ name: 's' }).toArray();
    const found = await copy.collection('s').find({ t: { $gt: new Date(now) } }).sort({ t: -1 }).map(({ v }) => v).toArray();
    const failure = await failureOf(copy.collection('s').insertOne({ t: 1 }));
    return { restored, type: info.type, options: info.options, found, code: failure.code, indexes: await copy.collection('s').indexes() };
  });
  assert.deepEqual(seen, {
    restored: { insertedCount: 4, failedCount: 0, firstFailure: undefined, skipped: [] },
    type: 'timeseries',
    options: { expireAfterSeconds: 1e8, timeseries: { timeField: 't', metaField: 'm', granularity: 'minutes', bucketMaxSpanSeconds: 86400 } },
    found: [3, 2, 1],
    code: 2,
    indexes: [{ v: 2, key: { m: 1, t: 1 }, name: 'm_1_t_1' }],
  });
});
