/** What writes give back. */
import type { Document, InferIdType, WithId } from './types/document.js';

/** What `insertOne` did. */
export interface InsertOneResult<TSchema = Document> {
  /** False for a write with `w: 0`. */
  acknowledged: boolean;
  /** The document's `_id`. */
  insertedId: InferIdType<TSchema>;
}

/** What `insertMany` did. */
export interface InsertManyResult<TSchema = Document> {
  /** False for a write with `w: 0`. */
  acknowledged: boolean;
  /** How many documents were inserted. */
  insertedCount: number;
  /** The ids by the position of their document. */
  insertedIds: { [key: number]: InferIdType<TSchema> };
}

/** What an update did. */
export interface UpdateResult<TSchema = Document> {
  /** False for a write with `w: 0`. */
  acknowledged: boolean;
  /** How many documents matched updates. */
  matchedCount: number;
  /** How many documents were changed. */
  modifiedCount: number;
  /** How many documents upserts inserted. */
  upsertedCount: number;
  /** The id of the document that was inserted, null when none was. */
  upsertedId: InferIdType<TSchema> | null;
}

/** What a deletion did. */
export interface DeleteResult {
  /** False for a write with `w: 0`. */
  acknowledged: boolean;
  /** How many documents were deleted. */
  deletedCount: number;
}

/** The result of `findOneAnd...` with `includeResultMetadata: true`. */
export interface ModifyResult<TSchema = Document> {
  /** The document. */
  value: WithId<TSchema> | null;
  /** Whether there was one, and whether it was inserted. */
  lastErrorObject?: Document;
  /** 1 if the command ran. */
  ok: 0 | 1;
}

/** What a client bulk write did. */
export interface ClientBulkWriteResult {
  /** False for a write with `w: 0`. */
  readonly acknowledged: boolean;
  /** How many documents were inserted. */
  readonly insertedCount: number;
  /** How many documents upserts inserted. */
  readonly upsertedCount: number;
  /** How many documents matched updates. */
  readonly matchedCount: number;
  /** How many documents were changed. */
  readonly modifiedCount: number;
  /** How many documents were deleted. */
  readonly deletedCount: number;
  /** With `verboseResults`: the result of each operation by its position. */
  readonly insertResults?: ReadonlyMap<number, ClientInsertOneResult>;
  /** Of updates, by the position of their operation. */
  readonly updateResults?: ReadonlyMap<number, ClientUpdateResult>;
  /** Of deletions, by the position of their operation. */
  readonly deleteResults?: ReadonlyMap<number, ClientDeleteResult>;
}

/** What an insert of a client bulk write did. */
export interface ClientInsertOneResult {
  /** The document's `_id`. */
  insertedId: unknown;
}

/** What an update of a client bulk write did. */
export interface ClientUpdateResult {
  /** How many documents matched updates. */
  matchedCount: number;
  /** How many documents were changed. */
  modifiedCount: number;
  /** The id of the document that was inserted. */
  upsertedId?: unknown;
  /** Whether a document was inserted. */
  didUpsert: boolean;
}

/** What a deletion of a client bulk write did. */
export interface ClientDeleteResult {
  /** How many documents were deleted. */
  deletedCount: number;
}
