/** GridFS: files of any size, cut into chunks, as the official driver stores them. */
import { ObjectId } from 'bson';
import type { Collection } from '../collection.js';
import type { FindCursor, FindOptions } from '../cursor/find_cursor.js';
import type { Db } from '../db.js';
import { MongoRuntimeError } from '../errors.js';
import { TypedEventEmitter } from '../events.js';
import { refuseUnknown, type SettingsOptions } from '../options.js';
import type { Document } from '../types/document.js';
import type { Filter } from '../types/filter.js';
import { GridFSBucketReadStream, type GridFSBucketReadStreamOptions } from './download.js';
import { GridFSBucketWriteStream, type GridFSBucketWriteStreamOptions } from './upload.js';

/** What is stored of a file besides its content. */
export interface GridFSFile {
  /** The id. */
  _id: any;
  /** The size in bytes. */
  length: number;
  /** The size of a chunk in bytes. */
  chunkSize: number;
  /** The name; several files may have the same. */
  filename: string;
  /** When it was written. */
  uploadDate: Date;
  /** What else is stored with it. */
  metadata?: Document;
}

/** A piece of a file. */
export interface GridFSChunk {
  /** The id. */
  _id: ObjectId;
  /** The id of the file. */
  files_id: any;
  /** Its place in the file. */
  n: number;
  /** The bytes. */
  data: any;
}

/** Options of a bucket. */
export interface GridFSBucketOptions extends Pick<SettingsOptions, 'writeConcern' | 'readPreference' | 'timeoutMS'> {
  /** The collections are `NAME.files` and `NAME.chunks`. Default `fs`. */
  bucketName?: string;
  /** The size of a chunk in bytes. Default 255 KiB. */
  chunkSizeBytes?: number;
}

/** The events of a bucket: its indexes are there. */
export type GridFSBucketEvents = { index(): void };

const CHUNK_BYTES = 255 * 1024;
/** Chunks and descriptions are read as this file expects them, whatever the database's options. */
const READ = { raw: false, promoteValues: true, promoteLongs: true, promoteBuffers: false, useBigInt64: false };

/** Files in a database. */
export class GridFSBucket extends TypedEventEmitter<GridFSBucketEvents> {
  /** The event that the indexes are there, before the first file is written. */
  static readonly INDEX = 'index' as const;

  /** @internal */
  readonly files: Collection<GridFSFile>;
  /** @internal */
  readonly chunks: Collection<GridFSChunk>;
  /** @internal */
  readonly chunkSizeBytes: number;
  private indexes: Promise<void> | null = null;

  constructor(db: Db, options: GridFSBucketOptions = {}) {
    super();
    const { bucketName = 'fs', chunkSizeBytes = CHUNK_BYTES, ...settings } = options;
    refuseUnknown('GridFSBucket', settings, ['writeConcern', 'readPreference', 'timeoutMS']);
    this.files = db.collection(`${bucketName}.files`, { ...settings, ...READ });
    this.chunks = db.collection(`${bucketName}.chunks`, { ...settings, ...READ });
    this.chunkSizeBytes = chunkSizeBytes;
  }

  /** A stream that makes a file of what is written to it. */
  openUploadStream(filename: string, options?: GridFSBucketWriteStreamOptions): GridFSBucketWriteStream {
    return new GridFSBucketWriteStream(this, filename, options);
  }

  /** As {@link openUploadStream}, with an id of the caller's. */
  openUploadStreamWithId(id: any, filename: string, options?: GridFSBucketWriteStreamOptions): GridFSBucketWriteStream {
    return new GridFSBucketWriteStream(this, filename, { ...options, id });
  }

  /** The content of a file. */
  openDownloadStream(id: any, options?: GridFSBucketReadStreamOptions): GridFSBucketReadStream {
    return new GridFSBucketReadStream(this, { _id: id }, options);
  }

  /** The content of the newest file of this name, or of another `revision` of it. */
  openDownloadStreamByName(
    filename: string,
    options: GridFSBucketReadStreamOptions & { revision?: number } = {},
  ): GridFSBucketReadStream {
    const { revision = -1, ...rest } = options;
    const uploadDate = revision >= 0 ? 1 : -1;
    const skip = revision >= 0 ? revision : -revision - 1;
    return new GridFSBucketReadStream(this, { filename }, { sort: { uploadDate }, skip, ...rest });
  }

  /** The descriptions of files. */
  find(filter: Filter<GridFSFile> = {}, options?: FindOptions): FindCursor<GridFSFile> {
    return this.files.find(filter, options) as unknown as FindCursor<GridFSFile>;
  }

  /** Removes a file. */
  async delete(id: any, options?: { timeoutMS?: number }): Promise<void> {
    const { deletedCount } = await this.files.deleteOne({ _id: id }, options);
    await this.chunks.deleteMany({ files_id: id }, options);
    if (deletedCount === 0) throw new MongoRuntimeError(`File not found for id ${String(id)}`);
  }

  /** Gives a file another name. */
  async rename(id: any, filename: string, options?: { timeoutMS?: number }): Promise<void> {
    const { matchedCount } = await this.files.updateOne({ _id: id }, { $set: { filename } }, options);
    if (matchedCount === 0) throw new MongoRuntimeError(`File with id ${String(id)} not found`);
  }

  /** Removes all files and both collections. */
  async drop(options?: { timeoutMS?: number }): Promise<void> {
    await this.files.drop(options);
    await this.chunks.drop(options);
  }

  /** Makes the indexes if there is no file yet; once. @internal */
  ensureIndexes(): Promise<void> {
    return (this.indexes ??= this.makeIndexes());
  }

  private async makeIndexes(): Promise<void> {
    try {
      if ((await this.files.findOne({}, { projection: { _id: 1 } })) === null) {
        await this.files.createIndex({ filename: 1, uploadDate: 1 });
        await this.chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
      }
    } catch (error) {
      this.indexes = null;
      throw error;
    }
    this.emit('index');
  }
}
