/** A collection: reads, writes, indexes. Every method is one command (or a few) and its result's shape. */
import { ObjectId } from 'bson';
import type { ByteSource } from './backup/bytes.js';
import type { ExportOptions, ImportOptions, ImportResult } from './backup/ndjson.js';
import { executeBatches, LIMITS } from './bulk/execute.js';
import { type AnyBulkWriteOperation, deleteStatement, updateStatement } from './bulk/models.js';
import { BULK_OPTIONS, type BulkWriteOptions, OrderedBulkOperation, UnorderedBulkOperation } from './bulk/operation.js';
import type { BulkWriteResult } from './bulk/result.js';
import { payload } from './codec/decode.js';
import { DocumentRun, encodeDocument } from './codec/encode.js';
import type {
  CollectionOptions,
  CountDocumentsOptions,
  CountOptions,
  DeleteOptions,
  DistinctOptions,
  EstimatedDocumentCountOptions,
  FindOneAndDeleteOptions,
  FindOneAndReplaceOptions,
  FindOneAndUpdateOptions,
  IndexInformationOptions,
  InsertOneOptions,
  PkFactory,
  RenameOptions,
  ReplaceOptions,
  UpdateOptions,
} from './collection_options.js';
import type { CursorSource } from './cursor/abstract_cursor.js';
import { AggregationCursor, type AggregateOptions } from './cursor/aggregation_cursor.js';
import { FIND_OPTIONS, FindCursor, findCommand, type FindOptions } from './cursor/find_cursor.js';
import { ListIndexesCursor, type ListIndexesOptions } from './cursor/list_cursors.js';
import type { Db } from './db.js';
import { firstOf } from './deployment.js';
import { MongoAPIError, MongoCompatibilityError, MongoInvalidArgumentError } from './errors.js';
import { checkReplacement, checkUpdate, execute, isAcknowledged, result, throwWriteError } from './execute.js';
import { CREATE_INDEX_OPTIONS, createIndexes, type CreateIndexesOptions, dropIndex, type IndexDescription, indexDescription } from './indexes.js';
import { MongoDBNamespace } from './namespace.js';
import {
  type BSONSerializeOptions,
  COMMAND_OPTIONS,
  encodeOptions,
  type CommandOperationOptions,
  inherit,
  INHERITED_OPTIONS,
  NO_OPTIONS,
  optionNames,
  READABLE,
  type ReadConcern,
  type ReadPreference,
  refuseUnknown,
  type Settings,
  type WriteConcern,
} from './options.js';
import type { DeleteResult, InsertManyResult, InsertOneResult, ModifyResult, UpdateResult } from './results.js';
import { formatHint, formatSort } from './sort.js';
import type {
  Document,
  Flatten,
  Hint,
  IndexSpecification,
  InferIdType,
  OptionalUnlessRequiredId,
  WithId,
  WithoutId,
} from './types/document.js';
import type { Filter } from './types/filter.js';
import type { UpdateFilter } from './types/update.js';

const INSERT_OPTIONS = optionNames(COMMAND_OPTIONS, ['bypassDocumentValidation', 'forceServerObjectId']);
const UPDATE_NAMES = ['bypassDocumentValidation', 'hint', 'upsert', 'let', 'explain'];
const REPLACE_OPTIONS = optionNames(COMMAND_OPTIONS, UPDATE_NAMES, ['sort']);
const UPDATE_ONE_OPTIONS = optionNames(COMMAND_OPTIONS, UPDATE_NAMES, ['sort', 'arrayFilters']);
const UPDATE_MANY_OPTIONS = optionNames(COMMAND_OPTIONS, UPDATE_NAMES, ['arrayFilters']);
const DELETE_OPTIONS = optionNames(COMMAND_OPTIONS, ['ordered', 'hint', 'let', 'explain']);
const COUNT_OPTIONS = optionNames(COMMAND_OPTIONS, ['skip', 'limit', 'hint', 'signal']);
const OLD_COUNT_OPTIONS = optionNames([...COUNT_OPTIONS], ['explain']);
const ESTIMATE_OPTIONS = optionNames(COMMAND_OPTIONS);
const DISTINCT_OPTIONS = optionNames(COMMAND_OPTIONS, ['hint', 'explain']);
const MODIFY_NAMES = ['hint', 'projection', 'sort', 'let', 'includeResultMetadata', 'explain'];
const FIND_DELETE_OPTIONS = optionNames(COMMAND_OPTIONS, MODIFY_NAMES);
const REPLACING_NAMES = ['bypassDocumentValidation', 'returnDocument', 'upsert'];
const FIND_REPLACE_OPTIONS = optionNames(COMMAND_OPTIONS, MODIFY_NAMES, REPLACING_NAMES);
const FIND_UPDATE_OPTIONS = optionNames(COMMAND_OPTIONS, MODIFY_NAMES, REPLACING_NAMES, ['arrayFilters']);
const RENAME_OPTIONS = optionNames(COMMAND_OPTIONS, ['dropTarget']);

/** Options of a write whose collation stands in its statement rather than in the command. */
function withoutCollation<T extends CommandOperationOptions>(options: T): T {
  return options.collation == null ? options : { ...options, collation: undefined };
}

/** A collection of documents. */
export class Collection<TSchema extends Document = Document> {
  /** The database. */
  readonly db: Db;
  /** @internal */
  readonly s: { namespace: MongoDBNamespace; pkFactory: PkFactory };
  /** @internal */
  readonly source: CursorSource;
  private collectionHint: Hint | undefined;
  /** The command of a plain findOne but for its filter. */
  private findOneHead: Uint8Array | undefined;

  /** @internal */
  constructor(db: Db, name: string, options: CollectionOptions = {}) {
    refuseUnknown('collection', options, [...INHERITED_OPTIONS, 'pkFactory']);
    this.db = db;
    this.source = { deployment: db.source.deployment, settings: inherit(db.source.settings, options) };
    this.s = {
      namespace: new MongoDBNamespace(db.databaseName, name),
      pkFactory: options.pkFactory ?? db.pkFactory ?? { createPk: () => new ObjectId() },
    };
  }

  /** The name of the database. */
  get dbName(): string {
    return this.s.namespace.db;
  }

  /** The name. */
  get collectionName(): string {
    return this.s.namespace.collection as string;
  }

  /** `database.collection`. */
  get namespace(): string {
    return this.s.namespace.toString();
  }

  /** What reads of this may see, unless an operation says otherwise. */
  get readConcern(): ReadConcern | undefined {
    return this.settings.readConcern;
  }

  /** Which node to read from: there is one. */
  get readPreference(): ReadPreference {
    return this.settings.readPreference;
  }

  /** When writes are acknowledged, unless an operation says otherwise. */
  get writeConcern(): WriteConcern | undefined {
    return this.settings.writeConcern;
  }

  /** How values are written and read, unless an operation says otherwise. */
  get bsonOptions(): BSONSerializeOptions {
    return this.settings.bson;
  }

  /** How long an operation may take, in milliseconds; undefined for no limit. */
  get timeoutMS(): number | undefined {
    return this.settings.timeoutMS;
  }

  /** The hint of every operation that has none of its own. */
  get hint(): Hint | undefined {
    return this.collectionHint;
  }

  set hint(value: Hint | undefined) {
    this.collectionHint = formatHint(value) as Hint | undefined;
  }

  private get settings(): Settings {
    return this.source.settings;
  }

  // ---- inserts

  /** Gives a document its `_id`, as the driver does: in the caller's own object. Null is an id like others. @internal */
  withIdFor(document: Document, options: { forceServerObjectId?: boolean }): Document {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      throw new MongoInvalidArgumentError('A document to insert must be an object');
    }
    if (options.forceServerObjectId === true) return document;
    if (document instanceof Map) {
      if (document.get('_id') === undefined) document.set('_id', this.s.pkFactory.createPk());
    } else if (document['_id'] === undefined) {
      document['_id'] = this.s.pkFactory.createPk();
    }
    return document;
  }

  /** Inserts a document; without an `_id` it gets one. */
  async insertOne(document: OptionalUnlessRequiredId<TSchema>, options: InsertOneOptions = NO_OPTIONS): Promise<InsertOneResult<TSchema>> {
    refuseUnknown('insertOne', options, INSERT_OPTIONS);
    const own = this.withIdFor(document, options);
    const checked = options.checkKeys ?? this.settings.bson.checkKeys;
    const documents = checked === true ? new DocumentRun([own], 0, LIMITS, true) : [own];
    const command: Document = { insert: this.collectionName, documents, ordered: true };
    if (options.bypassDocumentValidation !== undefined) command['bypassDocumentValidation'] = options.bypassDocumentValidation;
    const reply = await execute(this.source, this.dbName, command, options, 'write');
    throwWriteError(reply.body);
    return {
      acknowledged: isAcknowledged(this.source, options),
      insertedId: (own instanceof Map ? own.get('_id') : own['_id']) as InferIdType<TSchema>,
    };
  }

  /** Inserts documents; those without an `_id` get one. */
  async insertMany(
    documents: readonly OptionalUnlessRequiredId<TSchema>[],
    options: BulkWriteOptions = NO_OPTIONS,
  ): Promise<InsertManyResult<TSchema>> {
    refuseUnknown('insertMany', options, BULK_OPTIONS);
    if (!Array.isArray(documents)) throw new MongoInvalidArgumentError('Argument "documents" must be an array of documents');
    if (documents.length === 0) throw new MongoInvalidArgumentError('Invalid BulkOperation, Batch cannot be empty');
    const statements = documents.map((document) => this.withIdFor(document as Document, options));
    const result = await executeBatches(
      this.source,
      this.s.namespace,
      [{ type: 'insert', statements, indexes: null }],
      options,
    );
    return {
      acknowledged: result.acknowledged,
      insertedCount: result.insertedCount,
      insertedIds: result.insertedIds as { [key: number]: InferIdType<TSchema> },
    };
  }

  // ---- bulk writes

  /** Runs inserts, updates and deletes, in order or not. */
  async bulkWrite(
    operations: readonly AnyBulkWriteOperation<TSchema>[],
    options: BulkWriteOptions = NO_OPTIONS,
  ): Promise<BulkWriteResult> {
    refuseUnknown('bulkWrite', options, BULK_OPTIONS);
    if (!Array.isArray(operations)) throw new MongoInvalidArgumentError('Argument "operations" must be an array of documents');
    const bulk = options.ordered === false ? this.initializeUnorderedBulkOp(options) : this.initializeOrderedBulkOp(options);
    for (const operation of operations) bulk.raw(operation as AnyBulkWriteOperation<any>);
    return bulk.execute();
  }

  /** A bulk that stops at the first error. */
  initializeOrderedBulkOp(options: BulkWriteOptions = NO_OPTIONS): OrderedBulkOperation {
    refuseUnknown('initializeOrderedBulkOp', options, BULK_OPTIONS);
    return new OrderedBulkOperation(this as unknown as Collection<Document>, options);
  }

  /** A bulk that tries every operation. */
  initializeUnorderedBulkOp(options: BulkWriteOptions = NO_OPTIONS): UnorderedBulkOperation {
    refuseUnknown('initializeUnorderedBulkOp', options, BULK_OPTIONS);
    return new UnorderedBulkOperation(this as unknown as Collection<Document>, options);
  }

  // ---- updates and deletes

  /** Changes the first document that matches. */
  async updateOne(
    filter: Filter<TSchema>,
    update: UpdateFilter<TSchema> | Document[],
    options: UpdateOptions = NO_OPTIONS,
  ): Promise<UpdateResult<TSchema>> {
    refuseUnknown('updateOne', options, UPDATE_ONE_OPTIONS);
    checkUpdate(update);
    return this.update('updateOne', filter, { update }, options);
  }

  /** Changes all documents that match. */
  async updateMany(
    filter: Filter<TSchema>,
    update: UpdateFilter<TSchema> | Document[],
    options: Omit<UpdateOptions, 'sort'> = NO_OPTIONS,
  ): Promise<UpdateResult<TSchema>> {
    refuseUnknown('updateMany', options, UPDATE_MANY_OPTIONS);
    checkUpdate(update);
    return this.update('updateMany', filter, { update }, options);
  }

  /** Replaces the first document that matches. */
  async replaceOne(
    filter: Filter<TSchema>,
    replacement: WithoutId<TSchema>,
    options: ReplaceOptions = NO_OPTIONS,
  ): Promise<UpdateResult<TSchema>> {
    refuseUnknown('replaceOne', options, REPLACE_OPTIONS);
    checkReplacement(replacement);
    return this.update('replaceOne', filter, { replacement }, options);
  }

  private async update(
    kind: 'updateOne' | 'updateMany' | 'replaceOne',
    filter: Document,
    what: Document,
    options: UpdateOptions,
  ): Promise<UpdateResult<TSchema>> {
    const { collation, upsert, arrayFilters, sort } = options;
    const hint = options.hint ?? this.collectionHint;
    const statement = updateStatement({ filter, ...what, collation, hint, upsert, arrayFilters, sort }, kind);
    const command: Document = { update: this.collectionName, updates: [statement], ordered: true };
    if (options.bypassDocumentValidation !== undefined) command['bypassDocumentValidation'] = options.bypassDocumentValidation;
    if (options.let !== undefined) command['let'] = options.let;
    const reply = await execute(this.source, this.dbName, command, withoutCollation(options), 'write');
    if (options.explain !== undefined) return payload(reply) as unknown as UpdateResult<TSchema>;
    throwWriteError(reply.body);
    const upserted = (payload(reply)['upserted'] as { _id: unknown }[] | undefined) ?? [];
    const matched = Number(reply.body['n'] ?? 0);
    return {
      acknowledged: isAcknowledged(this.source, options),
      modifiedCount: Number(reply.body['nModified'] ?? matched),
      upsertedId: (upserted[0]?._id ?? null) as InferIdType<TSchema> | null,
      upsertedCount: upserted.length,
      matchedCount: upserted.length > 0 ? 0 : matched,
    };
  }

  /** Deletes the first document that matches. */
  async deleteOne(filter: Filter<TSchema> = {}, options: DeleteOptions = NO_OPTIONS): Promise<DeleteResult> {
    return this.delete('deleteOne', filter, options);
  }

  /** Deletes all documents that match. */
  async deleteMany(filter: Filter<TSchema> = {}, options: DeleteOptions = NO_OPTIONS): Promise<DeleteResult> {
    return this.delete('deleteMany', filter, options);
  }

  private async delete(kind: 'deleteOne' | 'deleteMany', filter: Document, options: DeleteOptions): Promise<DeleteResult> {
    refuseUnknown(kind, options, DELETE_OPTIONS);
    const { collation } = options;
    const statement = deleteStatement({ filter, collation, hint: options.hint ?? this.collectionHint }, kind);
    const command: Document = { delete: this.collectionName, deletes: [statement], ordered: options.ordered ?? true };
    if (options.let !== undefined) command['let'] = options.let;
    const reply = await execute(this.source, this.dbName, command, withoutCollation(options), 'write');
    if (options.explain !== undefined) return payload(reply) as unknown as DeleteResult;
    throwWriteError(reply.body);
    return { acknowledged: isAcknowledged(this.source, options), deletedCount: Number(reply.body['n'] ?? 0) };
  }

  // ---- find and modify

  /** Deletes a document and gives it. */
  findOneAndDelete(filter: Filter<TSchema>, options: FindOneAndDeleteOptions & { includeResultMetadata: true }): Promise<ModifyResult<TSchema>>;
  findOneAndDelete(filter: Filter<TSchema>, options?: FindOneAndDeleteOptions): Promise<WithId<TSchema> | null>;
  async findOneAndDelete(
    filter: Filter<TSchema>,
    options: FindOneAndDeleteOptions = NO_OPTIONS,
  ): Promise<WithId<TSchema> | ModifyResult<TSchema> | null> {
    refuseUnknown('findOneAndDelete', options, FIND_DELETE_OPTIONS);
    return this.modify(filter, { remove: true }, options);
  }

  /** Replaces a document and gives it, as it was before or is after. */
  findOneAndReplace(
    filter: Filter<TSchema>,
    replacement: WithoutId<TSchema>,
    options: FindOneAndReplaceOptions & { includeResultMetadata: true },
  ): Promise<ModifyResult<TSchema>>;
  /** Replaces a document and gives it, as it was before or is after. */
  findOneAndReplace(
    filter: Filter<TSchema>,
    replacement: WithoutId<TSchema>,
    options?: FindOneAndReplaceOptions,
  ): Promise<WithId<TSchema> | null>;
  /** Replaces a document and gives it, as it was before or is after. */
  async findOneAndReplace(
    filter: Filter<TSchema>,
    replacement: WithoutId<TSchema>,
    options: FindOneAndReplaceOptions = NO_OPTIONS,
  ): Promise<WithId<TSchema> | ModifyResult<TSchema> | null> {
    refuseUnknown('findOneAndReplace', options, FIND_REPLACE_OPTIONS);
    checkReplacement(replacement);
    return this.modify(filter, { update: replacement }, options);
  }

  /** Changes a document and gives it, as it was before or is after. */
  findOneAndUpdate(
    filter: Filter<TSchema>,
    update: UpdateFilter<TSchema> | Document[],
    options: FindOneAndUpdateOptions & { includeResultMetadata: true },
  ): Promise<ModifyResult<TSchema>>;
  /** Changes a document and gives it, as it was before or is after. */
  findOneAndUpdate(
    filter: Filter<TSchema>,
    update: UpdateFilter<TSchema> | Document[],
    options?: FindOneAndUpdateOptions,
  ): Promise<WithId<TSchema> | null>;
  /** Changes a document and gives it, as it was before or is after. */
  async findOneAndUpdate(
    filter: Filter<TSchema>,
    update: UpdateFilter<TSchema> | Document[],
    options: FindOneAndUpdateOptions = NO_OPTIONS,
  ): Promise<WithId<TSchema> | ModifyResult<TSchema> | null> {
    refuseUnknown('findOneAndUpdate', options, FIND_UPDATE_OPTIONS);
    checkUpdate(update);
    return this.modify(filter, { update }, options);
  }

  private async modify(
    filter: Document,
    what: Document,
    options: FindOneAndUpdateOptions,
  ): Promise<WithId<TSchema> | ModifyResult<TSchema> | null> {
    if (filter == null || typeof filter !== 'object') throw new MongoInvalidArgumentError('Argument "filter" must be an object');
    const command: Document = { findAndModify: this.collectionName, query: filter, ...what };
    if (what['remove'] === undefined) {
      command['new'] = options.returnDocument === 'after';
      command['upsert'] = options.upsert === true;
    }
    const sort = formatSort(options.sort);
    if (sort !== undefined) command['sort'] = sort;
    if (options.projection !== undefined) command['fields'] = options.projection;
    if (options.arrayFilters !== undefined) command['arrayFilters'] = options.arrayFilters;
    if (options.bypassDocumentValidation !== undefined) command['bypassDocumentValidation'] = options.bypassDocumentValidation;
    const hint = options.hint ?? this.collectionHint;
    if (hint !== undefined) command['hint'] = formatHint(hint);
    if (options.let !== undefined) command['let'] = options.let;
    const body = await result(this.source, this.dbName, command, options, 'write');
    if (options.explain !== undefined || options.includeResultMetadata === true) {
      return body as unknown as ModifyResult<TSchema>;
    }
    // What an unacknowledged write did is not told.
    if (!isAcknowledged(this.source, options)) return null;
    return (body['value'] ?? null) as WithId<TSchema> | null;
  }

  // ---- reads

  /** The documents that match. */
  find(): FindCursor<WithId<TSchema>>;
  find(filter: Filter<TSchema>, options?: FindOptions): FindCursor<WithId<TSchema>>;
  find<T extends Document>(filter: Filter<TSchema>, options?: FindOptions): FindCursor<T>;
  find(filter: Filter<TSchema> = {}, options: FindOptions = {}): FindCursor<WithId<TSchema>> {
    return new FindCursor(this.source, this.s.namespace, filter, this.hinted(options));
  }

  /** The first document that matches, or null. */
  findOne(): Promise<WithId<TSchema> | null>;
  findOne(filter: Filter<TSchema>, options?: Omit<FindOptions, 'batchSize'>): Promise<WithId<TSchema> | null>;
  findOne<T = TSchema>(filter?: Filter<TSchema>, options?: Omit<FindOptions, 'batchSize'>): Promise<T | null>;
  /** One command, no cursor: the shortest way to a document. */
  async findOne(filter: Filter<TSchema> = {}, options: FindOptions = NO_OPTIONS): Promise<WithId<TSchema> | null> {
    const { collectionName: name, source } = this;
    const { bson, readConcern, timeoutMS } = source.settings;
    if (options === NO_OPTIONS && this.collectionHint === undefined && readConcern === undefined && timeoutMS === undefined) {
      this.findOneHead ??= encodeDocument({ find: name, limit: 1, singleBatch: true, $db: this.dbName }, encodeOptions(bson));
      const found = source.deployment.first(this.findOneHead, 'filter', filter, bson, this.namespace);
      if (found !== undefined) return found as WithId<TSchema> | null;
    }
    refuseUnknown('findOne', options, FIND_OPTIONS);
    const command: Document =
      options === NO_OPTIONS && this.collectionHint === undefined
        ? { find: name, filter, limit: 1, singleBatch: true }
        : findCommand(name, filter, { ...this.hinted(options), batchSize: undefined, limit: 1, singleBatch: true });
    const answer = execute(source, this.dbName, command, options, 'read', { kind: this.namespace, whole: true });
    const reply = answer instanceof Promise ? await answer : answer;
    return (options.explain === undefined ? firstOf(reply) : payload(reply)) as WithId<TSchema> | null;
  }

  private hinted<T extends { hint?: Hint }>(options: T): T {
    return this.collectionHint === undefined || options.hint !== undefined ? options : { ...options, hint: this.collectionHint };
  }

  /** The results of a pipeline. */
  aggregate<T extends Document = Document>(pipeline: Document[] = [], options: AggregateOptions = {}): AggregationCursor<T> {
    return new AggregationCursor<T>(this.source, this.s.namespace, pipeline, this.hinted(options));
  }

  /** The number of documents that match, by an aggregation. */
  async countDocuments(filter: Filter<TSchema> = {}, options: CountDocumentsOptions = NO_OPTIONS): Promise<number> {
    refuseUnknown('countDocuments', options, COUNT_OPTIONS);
    const pipeline: Document[] = [{ $match: filter }];
    if (typeof options.skip === 'number') pipeline.push({ $skip: options.skip });
    if (typeof options.limit === 'number') pipeline.push({ $limit: options.limit });
    pipeline.push({ $group: { _id: 1, n: { $sum: 1 } } });
    const command: Document = { aggregate: this.collectionName, pipeline, cursor: {} };
    const hint = options.hint ?? this.collectionHint;
    if (hint !== undefined) command['hint'] = formatHint(hint);
    const reply = await execute(this.source, this.dbName, command, { ...options, ...READABLE }, 'read');
    return Number((reply.batch?.shift() as { n: number } | null | undefined)?.n ?? 0);
  }

  /** The number of documents in the collection, from its metadata. */
  async estimatedDocumentCount(options: EstimatedDocumentCountOptions = NO_OPTIONS): Promise<number> {
    refuseUnknown('estimatedDocumentCount', options, ESTIMATE_OPTIONS);
    const reply = await execute(this.source, this.dbName, { count: this.collectionName }, options, 'read');
    return Number(reply.body['n'] ?? 0);
  }

  /** @deprecated Use `countDocuments` or `estimatedDocumentCount`. */
  async count(filter: Filter<TSchema> = {}, options: CountOptions = NO_OPTIONS): Promise<number> {
    refuseUnknown('count', options, OLD_COUNT_OPTIONS);
    const command: Document = { count: this.collectionName, query: filter };
    if (typeof options.limit === 'number') command['limit'] = options.limit;
    if (typeof options.skip === 'number') command['skip'] = options.skip;
    const hint = options.hint ?? this.collectionHint;
    if (hint !== undefined) command['hint'] = formatHint(hint);
    const reply = await execute(this.source, this.dbName, command, options, 'read');
    return options.explain === undefined ? Number(reply.body['n'] ?? 0) : (payload(reply) as never);
  }

  /** The different values of a field. */
  distinct<Key extends keyof WithId<TSchema>>(
    key: Key,
    filter?: Filter<TSchema>,
    options?: DistinctOptions,
  ): Promise<Flatten<WithId<TSchema>[Key]>[]>;
  /** The different values of a field. */
  distinct(key: string, filter?: Filter<TSchema>, options?: DistinctOptions): Promise<any[]>;
  /** The different values of a field. */
  async distinct(key: string, filter: Filter<TSchema> = {}, options: DistinctOptions = NO_OPTIONS): Promise<any[]> {
    refuseUnknown('distinct', options, DISTINCT_OPTIONS);
    const command: Document = { distinct: this.collectionName, key, query: filter };
    const hint = options.hint ?? this.collectionHint;
    if (hint !== undefined) command['hint'] = formatHint(hint);
    const body = await result(this.source, this.dbName, command, options, 'read');
    return options.explain === undefined ? (body['values'] as unknown[]) : (body as never);
  }

  // ---- the collection itself

  /** The options the collection was created with. */
  async options(options: CommandOperationOptions = NO_OPTIONS): Promise<Document> {
    const [info] = await this.db.listCollections({ name: this.collectionName }, { ...options, ...READABLE }).toArray();
    if (info === undefined) throw new MongoAPIError(`collection ${this.namespace} not found`);
    return (info as { options?: Document }).options ?? {};
  }

  /** Whether the collection is capped. */
  async isCapped(options: CommandOperationOptions = NO_OPTIONS): Promise<boolean> {
    return (await this.options(options))['capped'] === true;
  }

  /** Drops the collection with its indexes. */
  async drop(options: CommandOperationOptions = NO_OPTIONS): Promise<boolean> {
    return this.db.dropCollection(this.collectionName, options);
  }

  /** Gives the collection another name. */
  async rename(newName: string, options: RenameOptions = NO_OPTIONS): Promise<Collection<Document>> {
    refuseUnknown('rename', options, RENAME_OPTIONS);
    const renamed = this.db.collection(newName);
    const command: Document = {
      renameCollection: this.namespace,
      to: renamed.namespace,
      dropTarget: options.dropTarget === true,
    };
    await execute(this.source, 'admin', command, options, 'write');
    return renamed;
  }

  // ---- indexes

  /** Makes an index; gives its name. */
  async createIndex(keys: IndexSpecification, options: CreateIndexesOptions = NO_OPTIONS): Promise<string> {
    const description = indexDescription(keys, options, CREATE_INDEX_OPTIONS);
    const [name] = await createIndexes(this.source, this.s.namespace, [description], options, CREATE_INDEX_OPTIONS);
    return name as string;
  }

  /** Makes indexes; gives their names. */
  async createIndexes(indexes: IndexDescription[], options: CreateIndexesOptions = NO_OPTIONS): Promise<string[]> {
    if (!Array.isArray(indexes)) throw new MongoInvalidArgumentError('Argument "indexes" must be an array of index descriptions');
    const descriptions = indexes.map(({ key, ...rest }) => indexDescription(key, rest));
    return createIndexes(this.source, this.s.namespace, descriptions, options);
  }

  /** Drops an index by its name. */
  async dropIndex(name: string, options: CommandOperationOptions = NO_OPTIONS): Promise<Document> {
    return dropIndex(this.source, this.s.namespace, name, options);
  }

  /** Drops all indexes but that of `_id`. */
  async dropIndexes(options: CommandOperationOptions = NO_OPTIONS): Promise<boolean> {
    await dropIndex(this.source, this.s.namespace, '*', options);
    return true;
  }

  /** The descriptions of the indexes. */
  listIndexes(options: ListIndexesOptions = {}): ListIndexesCursor {
    return new ListIndexesCursor(this as unknown as Collection<Document>, options);
  }

  /** Whether there are indexes of these names. */
  async indexExists(indexes: string | string[], options: ListIndexesOptions = {}): Promise<boolean> {
    const names = new Set((await this.listIndexes({ ...options, ...READABLE }).toArray()).map((index) => String(index['name'])));
    return (Array.isArray(indexes) ? indexes : [indexes]).every((name) => names.has(name));
  }

  /** The keys of the indexes by name, or their whole descriptions. */
  indexInformation(options: IndexInformationOptions & { full: true }): Promise<Document[]>;
  indexInformation(options?: IndexInformationOptions): Promise<{ [name: string]: [string, unknown][] }>;
  async indexInformation(
    options: IndexInformationOptions = {},
  ): Promise<Document[] | { [name: string]: [string, unknown][] }> {
    const { full, ...rest } = options;
    if (full === true) return this.listIndexes(rest).toArray();
    const indexes = await this.listIndexes({ ...rest, ...READABLE }).toArray();
    return Object.fromEntries(indexes.map((index) => [String(index['name']), Object.entries(index['key'] as Document)]));
  }

  /** The descriptions of the indexes. */
  indexes(options: IndexInformationOptions & { full?: true }): Promise<Document[]>;
  indexes(options: IndexInformationOptions & { full: false }): Promise<{ [name: string]: [string, unknown][] }>;
  indexes(): Promise<Document[]>;
  async indexes(options: IndexInformationOptions = {}): Promise<unknown> {
    return this.indexInformation({ ...options, full: (options.full ?? true) as true });
  }

  // ---- search indexes: the commands are sent, and an engine without a search process refuses them

  /** Refused by the engine. */
  listSearchIndexes(name?: string | AggregateOptions, options: AggregateOptions = {}): AggregationCursor {
    const named = typeof name === 'string' ? { name } : {};
    return this.aggregate([{ $listSearchIndexes: named }], typeof name === 'object' ? name : options);
  }

  /** Refused by the engine. */
  async createSearchIndex(description: Document | string): Promise<string> {
    const index = typeof description === 'string' ? { name: description, definition: {} } : description;
    return (await this.createSearchIndexes([index]))[0] as string;
  }

  /** Refused by the engine. */
  async createSearchIndexes(descriptions: Document[]): Promise<string[]> {
    const command = { createSearchIndexes: this.collectionName, indexes: descriptions };
    const { body } = await execute(this.source, this.dbName, command, {}, 'neither');
    return (body['indexesCreated'] as { name: string }[]).map(({ name }) => name);
  }

  /** Refused by the engine. */
  async updateSearchIndex(name: string, definition: Document): Promise<void> {
    await execute(this.source, this.dbName, { updateSearchIndex: this.collectionName, name, definition }, {}, 'neither');
  }

  /** Refused by the engine. */
  async dropSearchIndex(name: string): Promise<void> {
    await execute(this.source, this.dbName, { dropSearchIndex: this.collectionName, name }, {}, 'neither');
  }

  /** The documents as lines of Extended JSON, as mongoexport writes them: the collection of one moment. */
  async exportNDJSON(options: ExportOptions = {}): Promise<ReadableStream<Uint8Array>> {
    refuseUnknown('exportNDJSON', options, ['filter', 'sort', 'projection', 'relaxed', 'onProgress']);
    return (await import('./backup/ndjson.js')).exportNDJSON(this.db.client, this.dbName, this.collectionName, options);
  }

  /** Inserts what lines of Extended JSON say, as mongoimport does. */
  async importNDJSON(source: ByteSource, options: ImportOptions = {}): Promise<ImportResult> {
    refuseUnknown('importNDJSON', options, ['drop', 'batchSize', 'bypassDocumentValidation', 'onProgress']);
    return (await import('./backup/ndjson.js')).importNDJSON(this.db.client, this.dbName, this.collectionName, source, options);
  }

  /** Change streams are not supported yet. */
  watch(): never {
    throw new MongoCompatibilityError('Change streams are not supported yet');
  }
}

