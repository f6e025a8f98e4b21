/** One collection as lines of Extended JSON, as mongoexport writes them and mongoimport reads them. */
import { BSON, EJSON, Long } from 'bson';
import type { MongoClient } from '../client.js';
import { MongoRuntimeError } from '../errors.js';
import type { Document } from '../types/document.js';
import { type ByteSource, openSource, streamOf } from './bytes.js';
import { Inserts } from './inserts.js';
import type { ProgressOptions } from './progress.js';
import { batches, type Send, sender } from './raw.js';

/** Options of `collection.exportNDJSON`. */
export interface ExportOptions extends ProgressOptions {
  /** Which documents are meant. */
  filter?: Document;
  /** The order. */
  sort?: Document;
  /** Which fields the documents are to have. */
  projection?: Document;
  /** Relaxed Extended JSON is easier to read, and does not tell all number types apart. Default false. */
  relaxed?: boolean;
}

/** Options of `collection.importNDJSON`. */
export interface ImportOptions extends ProgressOptions {
  /** Drop the collection before. */
  drop?: boolean;
  /** Documents of one insert, at most. Default 1000. */
  batchSize?: number;
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
}

/** What an import did. */
export interface ImportResult {
  /** How many documents were inserted. */
  readonly insertedCount: number;
  readonly failedCount: number;
  readonly firstFailure?: string;
}

export async function exportNDJSON(client: MongoClient, database: string, collection: string, options: ExportOptions): Promise<ReadableStream<Uint8Array>> {
  const send = await sender(client);
  const { filter = {}, sort, projection } = options;
  const { cursor } = await send(database, { find: collection, filter, sort, projection, batchSize: 0 });
  return streamOf(lines(send, database, collection, cursor.id as Long, options));
}

async function* lines(send: Send, database: string, collection: string, id: Long, options: ExportOptions): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  const namespace = `${database}.${collection}`;
  let [documents, bytes] = [0, 0];
  for await (const batch of batches(send, database, collection, id)) {
    const texts = batch.map((document) => {
      // Types are kept: what a line says is what was stored.
      const value = BSON.deserialize(document, { promoteValues: false, bsonRegExp: true });
      return `${EJSON.stringify(value, { relaxed: options.relaxed ?? false })}\n`;
    });
    const piece = encoder.encode(texts.join(''));
    documents += batch.length;
    bytes += piece.length;
    yield piece;
    options.onProgress?.({ namespace, documents, bytes, done: false });
  }
  options.onProgress?.({ namespace, documents, bytes, done: true });
}

export async function importNDJSON(
  client: MongoClient,
  database: string,
  collection: string,
  source: ByteSource,
  options: ImportOptions,
): Promise<ImportResult> {
  const send = await sender(client);
  const namespace = `${database}.${collection}`;
  if (options.drop === true) await send(database, { drop: collection });
  const inserts = new Inserts(send, options.batchSize, options.bypassDocumentValidation ?? false);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = openSource(source).getReader();
  let [rest, line, bytes, documents] = ['', 0, 0, 0];
  const take = async (text: string): Promise<void> => {
    line += 1;
    if (text.trim() === '') return;
    const isFull = await inserts.add(database, collection, encode(text, line));
    documents += 1;
    if (isFull) options.onProgress?.({ namespace, documents, bytes, done: false });
  };
  try {
    for (let isDone = false; !isDone; ) {
      const { done, value } = await reader.read();
      isDone = done;
      bytes += value?.length ?? 0;
      const texts = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = texts.pop() ?? '';
      for (const text of texts) await take(text);
    }
    await take(rest);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  await inserts.flush();
  options.onProgress?.({ namespace, documents, bytes, done: true });
  const { insertedCount, failedCount, firstFailure } = inserts;
  return { insertedCount, failedCount, firstFailure };
}

function encode(text: string, line: number): Uint8Array {
  try {
    const document = EJSON.parse(text, { relaxed: false }) as Document;
    if (typeof document !== 'object' || Array.isArray(document)) throw new TypeError('it is no document');
    return BSON.serialize(document, { ignoreUndefined: true });
  } catch (error) {
    throw new MongoRuntimeError(`Line ${String(line)} is no document in Extended JSON: ${String(error)}`);
  }
}
