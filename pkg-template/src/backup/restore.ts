/** Reads an archive of {@link MongoClient.backup} or of `mongodump --archive`. */
import { BSON, EJSON } from 'bson';
import type { MongoClient } from '../client.js';
import { MongoInvalidArgumentError, MongoRuntimeError, MongoServerError } from '../errors.js';
import type { Document } from '../types/document.js';
import { ByteReader, type ByteSource, Crc64, openSource } from './bytes.js';
import { isOfServer, MAGIC } from './dump.js';
import { Inserts } from './inserts.js';
import type { ProgressOptions } from './progress.js';
import { type Send, sender } from './raw.js';

/** Options of `client.restore`. */
export interface RestoreOptions extends ProgressOptions {
  /** Drop each collection of the backup before it is restored. Without it documents are added to what is there. */
  drop?: boolean;
  /** Only these databases. */
  databases?: readonly string[];
}

/** What a restore did. */
export interface RestoreResult {
  /** How many documents were inserted. */
  readonly insertedCount: number;
  /** Documents that could not be inserted: mostly because one with their `_id` was there. */
  readonly failedCount: number;
  /** What was said of the first of them. */
  readonly firstFailure?: string;
  /** What belongs to a server and was left out. */
  readonly skipped: string[];
}

/** A collection of the backup. */
interface Described {
  readonly db: string;
  readonly collection: string;
  readonly metadata: Document;
  readonly size: number;
  readonly isView: boolean;
  readonly sum: Crc64;
  documents: number;
  isWhole: boolean;
}

export async function restore(client: MongoClient, source: ByteSource, options: RestoreOptions): Promise<RestoreResult> {
  const send = await sender(client);
  const reader = new ByteReader(openSource(source));
  try {
    return await new Restore(send, reader, options).run();
  } finally {
    await reader.cancel();
  }
}

class Restore {
  private readonly described = new Map<string, Described>();
  private readonly skipped = new Set<string>();
  private readonly inserts: Inserts;

  constructor(
    private readonly send: Send,
    private readonly reader: ByteReader,
    private readonly options: RestoreOptions,
  ) {
    this.inserts = new Inserts(send);
  }

  async run(): Promise<RestoreResult> {
    await this.readPrelude();
    for (const one of this.described.values()) await this.create(one);
    while (await this.readBlock());
    await this.inserts.flush();
    for (const one of this.described.values()) {
      if (!one.isWhole) throw new MongoRuntimeError(`The backup ends before the end of ${one.db}.${one.collection}`);
      await this.index(one);
    }
    const { insertedCount, failedCount, firstFailure } = this.inserts;
    return { insertedCount, failedCount, firstFailure, skipped: [...this.skipped] };
  }

  private async readPrelude(): Promise<void> {
    const magic = await this.reader.take(4);
    if (magic === null || new DataView(magic.buffer, magic.byteOffset).getUint32(0, true) !== MAGIC) {
      throw new MongoInvalidArgumentError('This is no backup: it does not begin as an archive of mongodump does');
    }
    const header = await this.next();
    if (header?.['version'] !== '0.1') throw new MongoInvalidArgumentError('The archive has a version that is not known');
    for (let one = await this.next(); one !== null; one = await this.next()) {
      const { db, collection } = one as { db: string; collection: string };
      const text = one['metadata'] as string;
      const metadata = text === '' ? {} : (EJSON.parse(text, { relaxed: false }) as Document);
      const namespace = `${db}.${collection}`;
      if (!(this.options.databases?.includes(db) ?? true)) continue;
      if (db === '' || db === 'config' || isOfServer(collection)) {
        this.skipped.add(namespace);
        continue;
      }
      const isView = one['type'] === 'view';
      const size = Number(one['size']);
      this.described.set(namespace, { db, collection, metadata, size, isView, sum: new Crc64(), documents: 0, isWhole: isView });
    }
  }

  private async next(): Promise<Document | null> {
    const bytes = await this.reader.document();
    return bytes === null ? null : BSON.deserialize(bytes);
  }

  private async create({ db, collection, metadata }: Described): Promise<void> {
    if (this.options.drop === true) await this.send(db, { drop: collection }).catch(unless(26));
    const options = (metadata['options'] ?? {}) as Document;
    await this.send(db, { create: collection, ...options }).catch(unless(48));
  }

  /** False at the end. */
  private async readBlock(): Promise<boolean> {
    const head = await this.reader.documentOrEnd();
    if (head === undefined) return false;
    if (head === null) throw new MongoRuntimeError('The backup is damaged: a block has no header');
    const { db, collection, EOF, CRC } = BSON.deserialize(head, { useBigInt64: true });
    const namespace = `${String(db)}.${String(collection)}`;
    const one = this.described.get(namespace);
    if (this.described.has(namespace.replace('.system.buckets.', '.')) && one === undefined) {
      throw new MongoRuntimeError(`${namespace} holds a time-series collection in buckets, which cannot be read`);
    }
    for (let document = await this.reader.document(); document !== null; document = await this.reader.document()) {
      if (one === undefined) continue;
      one.sum.add(document);
      one.documents += 1;
      if (await this.inserts.add(one.db, one.collection, document)) this.tell(one, false);
    }
    if (EOF !== true || one === undefined) return true;
    if (BigInt(CRC) !== one.sum.value) throw new MongoRuntimeError(`The backup is damaged: the checksum of ${namespace} is wrong`);
    await this.inserts.flush();
    one.isWhole = true;
    this.tell(one, true);
    return true;
  }

  private tell({ db, collection, documents, size }: Described, done: boolean): void {
    const total = size > 0 ? size : undefined;
    this.options.onProgress?.({ namespace: `${db}.${collection}`, documents, total, bytes: this.reader.read, done });
  }

  private async index({ db, collection, metadata, isView }: Described): Promise<void> {
    const all = (metadata['indexes'] ?? []) as Document[];
    const indexes = all.filter(({ key, clustered }) => clustered !== true && Object.keys(key as Document).join() !== '_id');
    if (isView || indexes.length === 0) return;
    for (const index of indexes) delete index['ns'];
    await this.send(db, { createIndexes: collection, indexes });
  }
}

function unless(code: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof MongoServerError && error.code === code) return undefined;
    throw error;
  };
}
