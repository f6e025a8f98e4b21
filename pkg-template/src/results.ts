/** What writes give back. */
import type { Document, InferIdType, WithId } from './types/document.js';

export interface InsertOneResult<TSchema = Document> {
  /** False for a write with `w: 0`. */
  acknowledged: boolean;
  insertedId: InferIdType<TSchema>;
}

export interface InsertManyResult<TSchema = Document> {
  acknowledged: boolean;
  insertedCount: number;
  /** The ids by the position of their document. */
  insertedIds: { [key: number]: InferIdType<TSchema> };
}

export interface UpdateResult<TSchema = Document> {
  acknowledged: boolean;
  matchedCount: number;
  modifiedCount: number;
  upsertedCount: number;
  /** The id of the document that was inserted, null when none was. */
  upsertedId: InferIdType<TSchema> | null;
}

export interface DeleteResult {
  acknowledged: boolean;
  deletedCount: number;
}

/** The result of `findOneAnd...` with `includeResultMetadata: true`. */
export interface ModifyResult<TSchema = Document> {
  value: WithId<TSchema> | null;
  lastErrorObject?: Document;
  ok: 0 | 1;
}

export interface ClientBulkWriteResult {
  readonly acknowledged: boolean;
  readonly insertedCount: number;
  readonly upsertedCount: number;
  readonly matchedCount: number;
  readonly modifiedCount: number;
  readonly deletedCount: number;
  /** With `verboseResults`: the result of each operation by its position. */
  readonly insertResults?: ReadonlyMap<number, ClientInsertOneResult>;
  readonly updateResults?: ReadonlyMap<number, ClientUpdateResult>;
  readonly deleteResults?: ReadonlyMap<number, ClientDeleteResult>;
}

export interface ClientInsertOneResult {
  insertedId: unknown;
}

export interface ClientUpdateResult {
  matchedCount: number;
  modifiedCount: number;
  upsertedId?: unknown;
  didUpsert: boolean;
}

export interface ClientDeleteResult {
  deletedCount: number;
}
