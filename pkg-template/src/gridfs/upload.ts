/** Writing a file of GridFS. */
import { Binary, ObjectId } from 'bson';
import { Limits } from '../abort.js';
import { MongoInvalidArgumentError } from '../errors.js';
import { refuseUnknown, WriteConcern, type WriteConcernSettings } from '../options.js';
import type { Document } from '../types/document.js';
import type { GridFSBucket, GridFSFile } from './bucket.js';

/** Options of a file that is written. */
export interface GridFSBucketWriteStreamOptions {
  /** The size of a chunk in bytes, if not that of the bucket. */
  chunkSizeBytes?: number;
  /** The file's id. Default a new ObjectId. */
  id?: any;
  /** What else is to be stored with the file. */
  metadata?: Document;
  /** When writes are acknowledged, unless an operation says otherwise. */
  writeConcern?: WriteConcernSettings | WriteConcern;
  /** How long the whole upload may take, in milliseconds. */
  timeoutMS?: number;
}

const OPTIONS = ['chunkSizeBytes', 'id', 'metadata', 'writeConcern', 'timeoutMS'];

/** Takes bytes, and cuts them into chunks. */
class Upload implements UnderlyingSink<Uint8Array | string> {
  length = 0;
  file: GridFSFile | null = null;
  private readonly buffer: Uint8Array;
  private filled = 0;
  private n = 0;
  private readonly limits: Limits | null;

  constructor(
    private readonly bucket: GridFSBucket,
    readonly filename: string,
    readonly id: any,
    readonly options: GridFSBucketWriteStreamOptions,
  ) {
    const size = options.chunkSizeBytes ?? bucket.chunkSizeBytes;
    if (!Number.isInteger(size) || size <= 0) throw new MongoInvalidArgumentError('"chunkSizeBytes" must be a positive integer');
    this.buffer = new Uint8Array(size);
    this.limits = Limits.of(options, bucket.files.timeoutMS);
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) throw new MongoInvalidArgumentError('A file takes bytes or text');
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.buffer.length - this.filled);
      this.buffer.set(part, this.filled);
      this.filled += part.length;
      this.length += part.length;
      at += part.length;
      if (this.filled === this.buffer.length) await this.flush();
    }
  }

  async close(): Promise<void> {
    await this.flush();
    await this.bucket.ensureIndexes();
    const { id, length, filename } = this;
    const { metadata } = this.options;
    const file: GridFSFile = { _id: id, length, chunkSize: this.buffer.length, uploadDate: new Date(), filename };
    if (metadata !== undefined) file.metadata = metadata;
    await this.bucket.files.insertOne(file as never, this.operation());
    this.file = file;
  }

  /** Removes what was written of the file. */
  async abort(): Promise<void> {
    await this.bucket.chunks.deleteMany({ files_id: this.id });
  }

  private async flush(): Promise<void> {
    if (this.filled === 0) return;
    await this.bucket.ensureIndexes();
    const data = new Binary(this.buffer.slice(0, this.filled));
    const chunk = { _id: new ObjectId(), files_id: this.id, n: this.n++, data };
    this.filled = 0;
    await this.bucket.chunks.insertOne(chunk, this.operation());
  }

  private operation(): { writeConcern?: WriteConcernSettings; timeoutMS?: number } {
    const { writeConcern } = this.options;
    return { ...(writeConcern && { writeConcern }), ...(this.limits && { timeoutMS: Math.ceil(this.limits.left()) }) };
  }
}

/** A stream for the bytes (or the text, as UTF-8) of a file. The file is there when the stream is closed. */
export class GridFSBucketWriteStream extends WritableStream<Uint8Array | string> {
  /** The file's id. */
  readonly id: any;
  /** The file's name. */
  readonly filename: string;
  /** The bucket. */
  readonly bucket: GridFSBucket;
  /** The options it was made with. */
  readonly options: GridFSBucketWriteStreamOptions;
  /** The size of a chunk in bytes. */
  readonly chunkSizeBytes: number;
  private readonly upload: Upload;

  /** @internal */
  constructor(bucket: GridFSBucket, filename: string, options: GridFSBucketWriteStreamOptions = {}) {
    refuseUnknown('openUploadStream', options, OPTIONS);
    const upload = new Upload(bucket, filename, options.id ?? new ObjectId(), options);
    super(upload);
    this.upload = upload;
    this.bucket = bucket;
    this.filename = filename;
    this.options = options;
    this.id = upload.id;
    this.chunkSizeBytes = options.chunkSizeBytes ?? bucket.chunkSizeBytes;
  }

  /** How many bytes were written. */
  get length(): number {
    return this.upload.length;
  }

  /** What is stored of the file; null until the stream is closed. */
  get gridFSFile(): GridFSFile | null {
    return this.upload.file;
  }

  /** When writes are acknowledged, unless an operation says otherwise. */
  get writeConcern(): WriteConcern | undefined {
    return WriteConcern.fromOptions(this.options.writeConcern) ?? this.bucket.files.writeConcern;
  }
}
