/** Tussock: a MongoDB-compatible document database for the browser tab, by the API of the official Node driver. */
export * from './bson.js';
export * from './errors.js';
export type { ByteSource } from './backup/bytes.js';
export type { BackupOptions, Lost, Salvage } from './backup/dump.js';
export type { ExportOptions, ImportOptions, ImportResult } from './backup/ndjson.js';
export type { BackupProgress, ProgressOptions } from './backup/progress.js';
export type { RestoreOptions, RestoreResult } from './backup/restore.js';
export type { Abortable } from './abort.js';
export { Admin, type ListDatabasesOptions, type ListDatabasesResult, type ValidateCollectionOptions } from './admin.js';
export { type ClientBulkWriteModel, type ClientBulkWriteOptions, MongoClientBulkWriteError } from './bulk/client.js';
export type * from './bulk/models.js';
export {
  BulkOperationBase,
  type BulkWriteOptions,
  FindOperators,
  OrderedBulkOperation,
  UnorderedBulkOperation,
} from './bulk/operation.js';
export {
  BulkWriteResult,
  type BulkWriteOperationError,
  MongoBulkWriteError,
  WriteConcernError,
  WriteError,
} from './bulk/result.js';
export { type Durability, MongoClient, type MongoClientEvents, type MongoClientOptions, type ServerApi, ServerApiVersion, type WithSessionCallback } from './client.js';
export { Collection } from './collection.js';
export * from './collection_options.js';
export type { Connection, DurabilityState, DurabilityStatus } from './connection.js';
export { AbstractCursor, type AbstractCursorOptions, CURSOR_FLAGS, type CursorFlag, CursorTimeoutMode } from './cursor/abstract_cursor.js';
export { type AggregateOptions, AggregationCursor } from './cursor/aggregation_cursor.js';
export { type ExplainCommandOptions, type ExplainOptions, ExplainVerbosity, type ExplainVerbosityLike } from './cursor/explain.js';
export { ExplainableCursor } from './cursor/explainable_cursor.js';
export { FindCursor, type FindOptions } from './cursor/find_cursor.js';
export {
  type CollectionInfo,
  ListCollectionsCursor,
  type ListCollectionsOptions,
  ListIndexesCursor,
  type ListIndexesOptions,
} from './cursor/list_cursors.js';
export { RunCommandCursor, type RunCursorCommandOptions } from './cursor/run_command_cursor.js';
export { type CreateCollectionOptions, Db, type DbOptions, type DbStatsOptions, ProfilingLevel, type RunCommandOptions, type TimeSeriesCollectionOptions } from './db.js';
export { Engine, type EngineOptions, type WasmSource } from './engine.js';
export { TypedEventEmitter } from './events.js';
export {
  GridFSBucket,
  type GridFSBucketEvents,
  type GridFSBucketOptions,
  type GridFSChunk,
  type GridFSFile,
} from './gridfs/bucket.js';
export { GridFSBucketReadStream, type GridFSBucketReadStreamOptions } from './gridfs/download.js';
export { GridFSBucketWriteStream, type GridFSBucketWriteStreamOptions } from './gridfs/upload.js';
export type { CreateIndexesOptions, IndexDescription, IndexProperties } from './indexes.js';
export { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './monitoring.js';
export { MongoDBNamespace } from './namespace.js';
export {
  type BSONSerializeOptions,
  type CollationOptions,
  type CommandOperationOptions,
  ReadConcern,
  ReadConcernLevel,
  type ReadConcernLike,
  ReadPreference,
  type ReadPreferenceLike,
  ReadPreferenceMode,
  WriteConcern,
  type WriteConcernSettings,
} from './options.js';
export type * from './results.js';
export {
  ClientSession,
  type ClientSessionEvents,
  type ClientSessionOptions,
  type ClusterTime,
  type EndSessionOptions,
  type ServerSessionId,
  type TransactionOptions,
} from './session.js';
export type * from './types/document.js';
export type * from './types/filter.js';
export type * from './types/update.js';
export type { WorkerLike, WorkerSource } from './worker/connection.js';
