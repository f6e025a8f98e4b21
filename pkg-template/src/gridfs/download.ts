/** Reading a file of GridFS. */
import type { Binary } from 'bson';
import type { FindCursor } from '../cursor/find_cursor.js';
import { MongoGridFSChunkError, MongoInvalidArgumentError, MongoRuntimeError } from '../errors.js';
import { refuseUnknown } from '../options.js';
import type { Document, Sort } from '../types/document.js';
import type { GridFSBucket, GridFSFile } from './bucket.js';

/** Options of a file that is read. */
export interface GridFSBucketReadStreamOptions {
  /** Which of several files is meant: the first in this order, */
  sort?: Sort;
  /** after this many. */
  skip?: number;
  /** The first byte. Default 0. */
  start?: number;
  /** The byte after the last. Default the file's length. */
  end?: number;
  /** How long the whole download may take, in milliseconds. */
  timeoutMS?: number;
}

const OPTIONS = ['sort', 'skip', 'start', 'end', 'timeoutMS'];

/** Gives the bytes of a file, chunk by chunk. */
class Download implements UnderlyingDefaultSource<Uint8Array> {
  file: Promise<GridFSFile> | null = null;
  private cursor: FindCursor<{ n: number; data: Binary }> | null = null;
  /** Where the next chunk begins in the file, and how long the file is. */
  private at = 0;
  private length = 0;

  constructor(
    private readonly bucket: GridFSBucket,
    private readonly filter: Document,
    readonly options: GridFSBucketReadStreamOptions,
  ) {}

  /** Finds the file, once. */
  find(): Promise<GridFSFile> {
    return (this.file ??= this.open());
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { chunkSize } = await this.find();
    const { start = 0, end = this.length } = this.options;
    if (this.at >= end) {
      await this.refuseMore();
      controller.close();
      return;
    }
    const n = this.at / chunkSize;
    const chunk = await this.cursor?.next();
    if (chunk == null) throw new MongoGridFSChunkError(`ChunkIsMissing: no chunk ${String(n)}`);
    if (chunk.n !== n) {
      throw new MongoGridFSChunkError(`ChunkIsMissing: Got unexpected n: ${String(chunk.n)}, expected: ${String(n)}`);
    }
    const bytes = chunk.data.value() as Uint8Array;
    const expected = Math.min(chunkSize, this.length - this.at);
    if (bytes.length !== expected) {
      const lengths = `Got unexpected length: ${String(bytes.length)}, expected: ${String(expected)}`;
      throw new MongoGridFSChunkError(`ChunkIsWrongSize: ${lengths}`);
    }
    const part = bytes.subarray(Math.max(0, start - this.at), end - this.at);
    this.at += bytes.length;
    controller.enqueue(part);
  }

  async cancel(): Promise<void> {
    await this.cursor?.close();
  }

  private async open(): Promise<GridFSFile> {
    const { sort, skip, start = 0, timeoutMS } = this.options;
    const limited = timeoutMS === undefined ? {} : { timeoutMS };
    const file = (await this.bucket.files.findOne(this.filter, { ...limited, sort, skip })) as GridFSFile | null;
    if (file === null) {
      const name = String(this.filter['_id'] ?? this.filter['filename']);
      throw Object.assign(new MongoRuntimeError(`FileNotFound: file ${name} was not found`), { code: 'ENOENT' });
    }
    const { end = file.length } = this.options;
    if (!(start >= 0 && start <= end && end <= file.length)) {
      throw new MongoInvalidArgumentError(`Cannot read bytes ${String(start)} to ${String(end)} of ${String(file.length)}`);
    }
    this.length = file.length;
    const first = Math.floor(start / file.chunkSize);
    this.at = first * file.chunkSize;
    const wanted = { files_id: file._id, n: { $gte: first } };
    this.cursor = this.bucket.chunks.find(wanted, { ...limited, sort: { n: 1 } });
    return file;
  }

  /** What lies behind the last byte of a file is none of its. */
  private async refuseMore(): Promise<void> {
    const { start = 0, end = this.length } = this.options;
    if (end === this.length && start < end && (await this.cursor?.next()) != null) {
      throw new MongoGridFSChunkError('ExtraChunk: there are more chunks than the length of the file says');
    }
    await this.cursor?.close();
  }
}

/** A stream of the bytes of a file. */
export class GridFSBucketReadStream extends ReadableStream<Uint8Array> {
  private readonly download: Download;

  /** @internal */
  constructor(bucket: GridFSBucket, filter: Document, options: GridFSBucketReadStreamOptions = {}) {
    refuseUnknown('openDownloadStream', options, OPTIONS);
    const download = new Download(bucket, filter, { ...options });
    super(download, { highWaterMark: 0 });
    this.download = download;
  }

  /** What is stored of the file besides its content. */
  file(): Promise<GridFSFile> {
    return this.download.find();
  }

  /** The first byte to read; to be said before reading begins. */
  start(start = 0): this {
    return this.choose({ start });
  }

  /** The byte after the last to read; to be said before reading begins. */
  end(end: number): this {
    return this.choose({ end });
  }

  /** Gives the stream up. */
  async abort(): Promise<void> {
    await this.cancel();
  }

  private choose(range: { start?: number; end?: number }): this {
    if (this.download.file !== null) throw new MongoRuntimeError('Options cannot be changed after the stream is initialized');
    Object.assign(this.download.options, range);
    return this;
  }
}
