/**
 * Writes everything, as it is at one moment, in the format of `mongodump --archive`: a magic number, a header, a
 * description of each collection (options and indexes as Extended JSON), then blocks of documents.
 */
import { BSON, EJSON, Long } from 'bson';
import type { MongoClient } from '../client.js';
import type { Connection } from '../connection.js';
import type { Document } from '../types/document.js';
import { Crc64, streamOf } from './bytes.js';
import type { ProgressOptions } from './progress.js';
import { batches, type Send, sender, senderOver } from './raw.js';

export const MAGIC = 0x8199_e26d;
const DATA_CORRUPTION_DETECTED = 301;
const TERMINATOR = new Uint8Array([0xff, 0xff, 0xff, 0xff]);
const HEADER = { concurrent_collections: 1, version: '0.1', server_version: '8.0.0', tool_version: '100.10.0' };

/** Options of `client.backup`. */
export interface BackupOptions extends ProgressOptions {
  /** Only these databases. */
  databases?: readonly string[];
}

/** What a salvage or a repair could not read. */
export interface Lost {
  /** Empty where it is not known. */
  readonly namespace: string;
  /** How many documents of it; 0 where that is not known. */
  readonly documents: number;
  /** The numbers of the first and the last of commits that are missing: what they changed is as it was before. */
  readonly commits?: readonly [number, number];
  /** An index that could not be built again. */
  readonly index?: string;
  /** Names and options of collections: what was found is in the database `salvaged`. */
  readonly catalog?: true;
}

/** What `client.salvage` found. */
export interface Salvage {
  /** The backup of all that can be read. */
  readonly stream: ReadableStream<Uint8Array>;
  /** What could not be read; known when the stream is at its end. */
  readonly lost: Promise<Lost[]>;
}

/** A collection as `tussockSnapshot` describes it. */
interface Entry {
  readonly db: string;
  readonly name: string;
  readonly type: string;
  readonly options: Document;
  readonly info: { readonly uuid?: { toString(encoding: 'hex'): string } };
  readonly indexes?: Document[];
  readonly count?: number;
  readonly cursor?: Long;
}

/** The moment of the backup is before this resolves; its documents are read as the stream is. */
export async function backup(client: MongoClient, options: BackupOptions): Promise<ReadableStream<Uint8Array>> {
  const send = await sender(client);
  const { entries } = await snapshot(send, false, options);
  return streamOf(archive(send, entries, options, () => undefined));
}

/** How the reply of a repair or a snapshot says what is missing. */
function lostOf(missing: readonly Document[] = []): Lost[] {
  return missing.map(({ ns = '', documents = 0, ...rest }) => ({ namespace: ns, documents: Number(documents), ...rest }) as Lost);
}

/** The same of a repair's reply. */
export function lostIn(reply: Uint8Array): Lost[] {
  return lostOf(BSON.deserialize(reply)['missing'] as Document[]);
}

/** As {@link backup}, past damaged pages; of what `damaged` opens if the client cannot be opened for damage. */
export async function salvage(client: MongoClient, options: BackupOptions, damaged: () => Promise<Connection>): Promise<Salvage> {
  let opened: Connection | null = null;
  const send = await sender(client).catch(async (error: unknown) => {
    if ((error as { code?: unknown }).code !== DATA_CORRUPTION_DETECTED) throw error;
    opened = await damaged();
    return senderOver(() => opened);
  });
  const { entries, lost: found } = await snapshot(send, true, options);
  let told: { resolve(lost: Lost[]): void; reject(error: unknown): void } | undefined;
  const lost = new Promise<Lost[]>((resolve, reject) => (told = { resolve, reject }));
  // Who does not ask for it is not to be told of a failure twice.
  lost.catch(() => undefined);
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* archive(send, entries, options, (entry) => found.push(entry));
      told?.resolve(found);
    } catch (error) {
      told?.reject(error);
      throw error;
    } finally {
      await opened?.close();
    }
  }
  return { stream: streamOf(pieces()), lost };
}

async function snapshot(send: Send, salvages: boolean, { databases }: BackupOptions): Promise<{ entries: Entry[]; lost: Lost[] }> {
  const { collections, missing } = await send('admin', { tussockSnapshot: 1, salvage: salvages });
  const entries = BSON.deserialize(BSON.serialize({ collections }), { promoteLongs: true })['collections'] as Entry[];
  const kept = new Set(entries.filter(({ db, name }) => (databases?.includes(db) ?? true) && !isOfServer(name)));
  for (const entry of entries) {
    const { db, name, cursor } = entry;
    if (cursor !== undefined && !kept.has(entry)) await send(db, { killCursors: name, cursors: [Long.fromString(String(cursor))] });
  }
  return { entries: [...kept], lost: lostOf(missing as Document[] | undefined) };
}

/** What an engine keeps for itself, and makes anew: `system.views`, `system.profile`. */
export function isOfServer(collection: string): boolean {
  return collection.startsWith('system.') && collection !== 'system.js';
}

async function* archive(send: Send, entries: Entry[], options: BackupOptions, lose: (lost: Lost) => void): AsyncGenerator<Uint8Array, void> {
  const unread = new Set(entries.filter(({ cursor }) => cursor !== undefined));
  let bytes = 0;
  try {
    yield prelude(entries);
    for (const entry of [...unread]) {
      const { db, name, count: total, cursor } = entry;
      const namespace = `${db}.${name}`;
      const sum = new Crc64();
      let documents = 0;
      unread.delete(entry);
      for await (const batch of batches(send, db, name, cursor as Long)) {
        const block = join([BSON.serialize({ db, collection: name, EOF: false, CRC: Long.ZERO }), ...batch, TERMINATOR]);
        for (const document of batch) sum.add(document);
        documents += batch.length;
        bytes += block.length;
        yield block;
        options.onProgress?.({ namespace, documents, total, bytes, done: false });
      }
      const end = { db, collection: name, EOF: true, CRC: Long.fromString(String(sum.value)) };
      yield join([BSON.serialize(end), TERMINATOR]);
      options.onProgress?.({ namespace, documents, total, bytes, done: true });
      if (total !== undefined && documents < total) lose({ namespace, documents: total - documents });
    }
  } finally {
    for (const { db, name, cursor } of unread) {
      await send(db, { killCursors: name, cursors: [Long.fromString(String(cursor))] }).catch(() => undefined);
    }
  }
}

function prelude(entries: readonly Entry[]): Uint8Array {
  const magic = new Uint8Array(4);
  new DataView(magic.buffer).setUint32(0, MAGIC, true);
  const described = entries.map((entry) => BSON.serialize(describe(entry)));
  return join([magic, BSON.serialize(HEADER), ...described, TERMINATOR]);
}

function describe({ db, name, type, options, info, indexes, count }: Entry): Document {
  const metadata: Document = { options, indexes: indexes ?? [] };
  if (info.uuid !== undefined) metadata['uuid'] = info.uuid.toString('hex').replaceAll('-', '');
  metadata['collectionName'] = name;
  // A time series is in its options; by that type mongorestore would look for its buckets.
  const kind = type === 'timeseries' ? 'collection' : type;
  metadata['type'] = kind;
  return { db, collection: name, metadata: EJSON.stringify(metadata, { relaxed: false }), size: count ?? 0, type: kind };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
