// GridFS: what is written comes back, in chunks of the driver's form; damage is told.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Binary, GridFSBucket, GridFSBucketReadStream, GridFSBucketWriteStream, MongoClient, ObjectId } from '../build/index.js';

const missing = !existsSync(fileURLToPath(new URL('../build/wasm/tussock_bg.wasm', import.meta.url)))
  && 'the engine is not built (cargo xtask build)';

async function bucketOf(options, clientOptions) {
  const client = await MongoClient.connect('memory://', clientOptions);
  const db = client.db('test');
  return { client, db, bucket: new GridFSBucket(db, options) };
}

async function write(stream, ...parts) {
  const writer = stream.getWriter();
  for (const part of parts) await writer.write(part);
  await writer.close();
  return stream;
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(...part);
  return Uint8Array.from(parts);
}

const bytes = (count, from = 0) => Uint8Array.from({ length: count }, (_, i) => (i + from) % 251);

test('a file comes back as it was written, whatever its size', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf({ chunkSizeBytes: 10 });
  for (const size of [0, 1, 9, 10, 11, 20, 35]) {
    const stream = bucket.openUploadStream(`of ${size}`, { metadata: { size } });
    assert.ok(stream instanceof GridFSBucketWriteStream && stream instanceof WritableStream);
    assert.equal(stream.gridFSFile, null);
    await write(stream, bytes(size).subarray(0, 7), bytes(size).subarray(7));
    assert.equal(stream.length, size);
    const { _id, uploadDate, ...file } = await bucket.find({ filename: `of ${size}` }).next();
    assert.deepEqual(file, { length: size, chunkSize: 10, filename: `of ${size}`, metadata: { size } });
    assert.ok(uploadDate instanceof Date);
    assert.deepEqual(_id, stream.id);
    assert.deepEqual(stream.gridFSFile, { _id, uploadDate, ...file });
    const chunks = await db.collection('fs.chunks').find({ files_id: _id }).sort({ n: 1 }).toArray();
    assert.deepEqual(chunks.map(({ n, data }) => [n, data.length()]),
      Array.from({ length: Math.ceil(size / 10) }, (_, n) => [n, Math.min(10, size - n * 10)]));
    const down = bucket.openDownloadStream(_id);
    assert.ok(down instanceof GridFSBucketReadStream && down instanceof ReadableStream);
    assert.equal((await down.file()).length, size);
    assert.deepEqual(await read(down), bytes(size));
  }
  await client.close();
});

test('text, blobs and ids of one\'s own', { skip: missing }, async () => {
  const { client, bucket } = await bucketOf();
  await write(bucket.openUploadStreamWithId('mine', 'text'), 'grün', ' und blau');
  assert.equal(new TextDecoder().decode(await read(bucket.openDownloadStream('mine'))), 'grün und blau');
  const stream = bucket.openUploadStream('blob');
  assert.ok(stream.id instanceof ObjectId);
  assert.equal(stream.chunkSizeBytes, 255 * 1024);
  await new Blob([bytes(600_000)]).stream().pipeTo(stream);
  assert.deepEqual(await new Response(bucket.openDownloadStream(stream.id)).bytes?.() ?? await read(bucket.openDownloadStream(stream.id)),
    bytes(600_000));
  await assert.rejects(write(bucket.openUploadStream('wrong'), 5), { name: 'MongoInvalidArgumentError' });
  await client.close();
});

test('parts of a file', { skip: missing }, async () => {
  const { client, bucket } = await bucketOf({ chunkSizeBytes: 4 });
  const { id } = await write(bucket.openUploadStream('a'), bytes(18));
  for (let start = 0; start <= 18; start++) {
    for (const end of [start, Math.min(start + 1, 18), Math.min(start + 5, 18), 18]) {
      assert.deepEqual(await read(bucket.openDownloadStream(id, { start, end })), bytes(18).subarray(start, end), `${start} to ${end}`);
    }
  }
  assert.deepEqual(await read(bucket.openDownloadStream(id).start(3).end(6)), bytes(18).subarray(3, 6));
  for (const range of [{ start: -1 }, { start: 19 }, { end: 19 }, { start: 5, end: 4 }]) {
    await assert.rejects(read(bucket.openDownloadStream(id, range)), { name: 'MongoInvalidArgumentError' });
  }
  const begun = bucket.openDownloadStream(id);
  const reader = begun.getReader();
  await reader.read();
  assert.throws(() => begun.start(5), { name: 'MongoRuntimeError' });
  reader.releaseLock();
  await begun.abort();
  await client.close();
});

test('revisions of a name', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf();
  for (const [n, text] of ['old', 'middle', 'new'].entries()) {
    const { id } = await write(bucket.openUploadStream('page'), text);
    await db.collection('fs.files').updateOne({ _id: id }, { $set: { uploadDate: new Date(n) } });
  }
  const revision = async (options) => new TextDecoder().decode(await read(bucket.openDownloadStreamByName('page', options)));
  assert.equal(await revision(), 'new');
  assert.deepEqual(await Promise.all([0, 1, 2, -1, -2, -3].map((n) => revision({ revision: n }))),
    ['old', 'middle', 'new', 'new', 'middle', 'old']);
  await assert.rejects(revision({ revision: 3 }), { name: 'MongoRuntimeError', code: 'ENOENT', message: /FileNotFound/ });
  await client.close();
});

test('renaming, deleting, dropping', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf({ bucketName: 'pictures', chunkSizeBytes: 4 });
  const { id } = await write(bucket.openUploadStream('a'), bytes(9));
  await bucket.rename(id, 'b');
  assert.equal((await bucket.find().next()).filename, 'b');
  await bucket.delete(id);
  assert.equal(await db.collection('pictures.chunks').countDocuments(), 0);
  await assert.rejects(bucket.delete(id), { name: 'MongoRuntimeError', message: /File not found/ });
  await assert.rejects(bucket.rename(id, 'c'), { name: 'MongoRuntimeError', message: /not found/ });
  await assert.rejects(read(bucket.openDownloadStream(id)), { code: 'ENOENT' });
  await bucket.drop();
  assert.deepEqual((await db.listCollections().toArray()).map(({ name }) => name), []);
  await client.close();
});

test('an upload that is aborted leaves nothing', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf({ chunkSizeBytes: 4 });
  const stream = bucket.openUploadStream('a');
  const writer = stream.getWriter();
  await writer.write(bytes(9));
  assert.equal(await db.collection('fs.chunks').countDocuments(), 2);
  await writer.abort();
  assert.equal(await db.collection('fs.chunks').countDocuments(), 0);
  assert.equal(await bucket.find().next(), null);
  await client.close();
});

test('the indexes are made before the first file', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf();
  let told = 0;
  bucket.on(GridFSBucket.INDEX, () => told++);
  await Promise.all([write(bucket.openUploadStream('a'), 'x'), write(bucket.openUploadStream('b'), 'y')]);
  assert.equal(told, 1);
  assert.ok(await db.collection('fs.files').indexExists('filename_1_uploadDate_1'));
  const [, chunks] = await db.collection('fs.chunks').indexes();
  assert.deepEqual([chunks.key, chunks.unique], [{ files_id: 1, n: 1 }, true]);
  await db.collection('fs.chunks').dropIndexes();
  await write(new GridFSBucket(db).openUploadStream('c'), 'z');
  assert.equal((await db.collection('fs.chunks').indexes()).length, 1, 'not where there are files');
  await client.close();
});

test('damaged files', { skip: missing }, async () => {
  const { client, db, bucket } = await bucketOf({ chunkSizeBytes: 4 });
  const chunks = db.collection('fs.chunks');
  const damaged = async (damage, message) => {
    const { id } = await write(bucket.openUploadStream('a'), bytes(10));
    await damage(id);
    await assert.rejects(read(bucket.openDownloadStream(id)), { name: 'MongoGridFSChunkError', message });
  };
  await damaged((files_id) => chunks.deleteOne({ files_id, n: 1 }), /ChunkIsMissing/);
  await damaged((files_id) => chunks.deleteOne({ files_id, n: 2 }), /ChunkIsMissing/);
  await damaged((files_id) => chunks.updateOne({ files_id, n: 1 }, { $set: { data: new Binary(bytes(3)) } }), /ChunkIsWrongSize/);
  await damaged((files_id) => chunks.insertOne({ files_id, n: 3, data: new Binary(bytes(1)) }), /ExtraChunk/);
  await client.close();
});

test('options', { skip: missing }, async () => {
  // How values are read elsewhere does not matter.
  const { client, db } = await bucketOf({}, { promoteValues: false, promoteBuffers: true, raw: true });
  const bucket = new GridFSBucket(db, { writeConcern: { w: 1 }, chunkSizeBytes: 4 });
  const { id } = await write(bucket.openUploadStream('a', { timeoutMS: 60_000 }), bytes(9));
  assert.deepEqual(await read(bucket.openDownloadStream(id, { timeoutMS: 60_000 })), bytes(9));
  assert.throws(() => new GridFSBucket(db, { nope: 1 }), /does not support the option "nope"/);
  assert.throws(() => bucket.openUploadStream('a', { nope: 1 }), /does not support the option "nope"/);
  assert.throws(() => bucket.openDownloadStream(id, { nope: 1 }), /does not support the option "nope"/);
  assert.throws(() => bucket.openUploadStream('a', { chunkSizeBytes: 0 }), { name: 'MongoInvalidArgumentError' });
  assert.deepEqual(bucket.openUploadStream('b').writeConcern.w, 1);
  assert.deepEqual(bucket.openUploadStream('b', { writeConcern: { w: 'majority' } }).writeConcern.w, 'majority');
  await client.close();
});
