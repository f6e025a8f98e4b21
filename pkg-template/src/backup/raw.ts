/** Commands whose documents stay as they are: bytes from the engine to the backup, and back. */
import { BSON, Long } from 'bson';
import type { MongoClient } from '../client.js';
import type { Connection } from '../connection.js';
import { MongoNotConnectedError, MongoServerError } from '../errors.js';
import type { Document } from '../types/document.js';

/** Sends a command; the documents of its batch stay bytes. */
export type Send = (database: string, command: Document, documents?: readonly Uint8Array[]) => Promise<Document>;

const READ = { promoteLongs: true, promoteBuffers: false, fieldsAsRaw: { firstBatch: true, nextBatch: true } };

/** How a client's engine is reached. */
export async function sender(client: MongoClient): Promise<Send> {
  await client.connect();
  return senderOver(() => client.source.deployment.current);
}

/** How a connection is reached that may end. */
export function senderOver(current: () => Connection | null): Send {
  return async (database, command, documents) => {
    const connection = current();
    if (connection === null) throw new MongoNotConnectedError('The client was closed');
    const bytes = BSON.serialize({ ...command, $db: database }, { ignoreUndefined: true });
    const whole = documents === undefined ? bytes : withDocuments(bytes, documents);
    const reply = BSON.deserialize(await connection.runCommand(whole), READ);
    if (reply['ok'] !== 1) throw new MongoServerError(reply);
    return reply;
  };
}

/** Adds the array `documents` to an encoded command. */
function withDocuments(command: Uint8Array, documents: readonly Uint8Array[]): Uint8Array {
  const encoder = new TextEncoder();
  const name = encoder.encode('documents');
  const keys = documents.map((_, at) => encoder.encode(String(at)));
  let list = 5;
  documents.forEach((document, at) => (list += 2 + (keys[at] as Uint8Array).length + document.length));
  const out = new Uint8Array(command.length + 2 + name.length + list);
  const view = new DataView(out.buffer);
  out.set(command);
  view.setInt32(0, out.length, true);
  let at = command.length - 1;
  out[at] = 0x04;
  out.set(name, at + 1);
  at += 2 + name.length;
  view.setInt32(at, list, true);
  at += 4;
  documents.forEach((document, number) => {
    const key = keys[number] as Uint8Array;
    out[at] = 0x03;
    out.set(key, at + 1);
    at += 2 + key.length;
    out.set(document, at);
    at += document.length;
  });
  return out;
}

/** The batches that follow in a cursor, to its end. */
export async function* batches(send: Send, database: string, collection: string, id: Long | number | bigint): AsyncGenerator<Uint8Array[], void> {
  let open: Long | number | bigint = id;
  try {
    while (String(open) !== '0') {
      const { cursor } = await send(database, { getMore: asLong(open), collection });
      open = cursor.id as Long;
      const documents = cursor.nextBatch as Uint8Array[];
      if (documents.length > 0) yield documents;
    }
  } finally {
    if (String(open) !== '0') {
      await send(database, { killCursors: collection, cursors: [asLong(open)] }).catch(() => undefined);
    }
  }
}

function asLong(id: Long | number | bigint): Long {
  return Long.fromString(String(id));
}
