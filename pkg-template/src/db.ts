/** A database: its collections, and commands on it. */
import type { Abortable } from './abort.js';
import { Admin } from './admin.js';
import type { MongoClient } from './client.js';
import { payload } from './codec/decode.js';
import { Collection } from './collection.js';
import type { CollectionOptions, IndexInformationOptions, PkFactory, RenameOptions } from './collection_options.js';
import type { CursorSource } from './cursor/abstract_cursor.js';
import { AggregationCursor, type AggregateOptions } from './cursor/aggregation_cursor.js';
import { type CollectionInfo, ListCollectionsCursor, type ListCollectionsOptions } from './cursor/list_cursors.js';
import { RunCommandCursor, type RunCursorCommandOptions } from './cursor/run_command_cursor.js';
import { MongoCompatibilityError, MongoInvalidArgumentError } from './errors.js';
import { execute, result } from './execute.js';
import type { CreateIndexesOptions } from './indexes.js';
import { checkCollectionName, checkDatabaseName, MongoDBNamespace } from './namespace.js';
import {
  type BSONSerializeOptions,
  COMMAND_OPTIONS,
  type CommandOperationOptions,
  inherit,
  INHERITED_OPTIONS,
  OPERATION_OPTIONS,
  type OperationOptions,
  optionNames,
  READABLE,
  type ReadConcern,
  type ReadPreference,
  refuseUnknown,
  type SettingsOptions,
  type WriteConcern,
} from './options.js';
import type { Document, IndexSpecification } from './types/document.js';

/** Options of `client.db`. */
export interface DbOptions extends SettingsOptions {
  /** Makes the `_id` of inserted documents. */
  pkFactory?: PkFactory;
}

/** A time series: the names of its fields, and how far apart its measurements are. */
export interface TimeSeriesCollectionOptions extends Document {
  /** The field with the time of a measurement. */
  timeField: string;
  /** The field that says what measurements belong together. */
  metaField?: string;
  /** How far apart measurements are. */
  granularity?: 'seconds' | 'minutes' | 'hours' | string;
  /** How much time a bucket spans at most. */
  bucketMaxSpanSeconds?: number;
  /** To what the beginning of a bucket is rounded. */
  bucketRoundingSeconds?: number;
}

/** Options of `createCollection`. */
export interface CreateCollectionOptions extends CommandOperationOptions {
  /** Keep only the newest documents, within `size`. */
  capped?: boolean;
  /** The most bytes of a capped collection. */
  size?: number;
  /** The most documents of a capped collection. */
  max?: number;
  /** Of MongoDB before 4.2; the engine decides. */
  flags?: number;
  /** Options of a storage engine; the engine decides. */
  storageEngine?: Document;
  /** What documents must match. */
  validator?: Document;
  /** Which documents are checked: `off`, `moderate`, `strict`. */
  validationLevel?: string;
  /** What becomes of those that do not match: `error`, `warn`. */
  validationAction?: string;
  /** Options of its indexes. */
  indexOptionDefaults?: Document;
  /** The collection that this is a view of. */
  viewOn?: string;
  /** The pipeline of the view. */
  pipeline?: Document[];
  /** Makes the `_id` of inserted documents. */
  pkFactory?: PkFactory;
  /** Make a time-series collection. */
  timeseries?: TimeSeriesCollectionOptions;
  /** Keep documents in the order of their `_id`. */
  clusteredIndex?: Document;
  /** Let documents expire, of a clustered or time-series collection. */
  expireAfterSeconds?: number;
  /** Keep documents as they were before and after changes. */
  changeStreamPreAndPostImages?: { enabled: boolean };
}

/** Options of `db.command`. */
export interface RunCommandOptions extends OperationOptions, Abortable {
  /** Give up after this many milliseconds of work. */
  maxTimeMS?: number;
  /** What is shown with the command where commands are shown. */
  comment?: unknown;
}

/** Options of `db.stats`. */
export interface DbStatsOptions extends CommandOperationOptions {
  /** Divide sizes by this. */
  scale?: number;
}

const CREATED_WITH = [
  'capped',
  'size',
  'max',
  'flags',
  'storageEngine',
  'validator',
  'validationLevel',
  'validationAction',
  'indexOptionDefaults',
  'viewOn',
  'pipeline',
  'timeseries',
  'clusteredIndex',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
] as const;
const CREATE_OPTIONS = optionNames(COMMAND_OPTIONS, CREATED_WITH, ['pkFactory']);
const PLAIN_OPTIONS = optionNames(COMMAND_OPTIONS);
const RUN_OPTIONS = optionNames(OPERATION_OPTIONS, ['maxTimeMS', 'comment', 'signal']);
const STATS_OPTIONS = optionNames(COMMAND_OPTIONS, ['scale']);

/** The levels of the profiler. */
export const ProfilingLevel = Object.freeze({ off: 'off', slowOnly: 'slow_only', all: 'all' } as const);
export type ProfilingLevel = (typeof ProfilingLevel)[keyof typeof ProfilingLevel];
const LEVELS = Object.values(ProfilingLevel);

/** A database. */
export class Db {
  static readonly SYSTEM_NAMESPACE_COLLECTION = 'system.namespaces';
  static readonly SYSTEM_INDEX_COLLECTION = 'system.indexes';
  static readonly SYSTEM_PROFILE_COLLECTION = 'system.profile';
  static readonly SYSTEM_USER_COLLECTION = 'system.users';
  static readonly SYSTEM_COMMAND_COLLECTION = '$cmd';
  static readonly SYSTEM_JS_COLLECTION = 'system.js';

  /** The client. */
  readonly client: MongoClient;
  /** The name. */
  readonly databaseName: string;
  /** @internal */
  readonly source: CursorSource;
  /** @internal */
  readonly pkFactory: PkFactory | undefined;
  /** The options it was made with. */
  readonly options: DbOptions;

  /** @internal */
  constructor(client: MongoClient, name: string, options: DbOptions = {}) {
    checkDatabaseName(name);
    refuseUnknown('db', options, [...INHERITED_OPTIONS, 'pkFactory']);
    this.client = client;
    this.databaseName = name;
    this.options = Object.freeze({ ...options });
    this.pkFactory = options.pkFactory ?? client.options.pkFactory;
    this.source = { deployment: client.source.deployment, settings: inherit(client.source.settings, options) };
  }

  /** What reads of this may see, unless an operation says otherwise. */
  get readConcern(): ReadConcern | undefined {
    return this.source.settings.readConcern;
  }

  /** Which node to read from: there is one. */
  get readPreference(): ReadPreference {
    return this.source.settings.readPreference;
  }

  /** When writes are acknowledged, unless an operation says otherwise. */
  get writeConcern(): WriteConcern | undefined {
    return this.source.settings.writeConcern;
  }

  /** How values are written and read, unless an operation says otherwise. */
  get bsonOptions(): BSONSerializeOptions {
    return this.source.settings.bson;
  }

  /** Whether another node than the primary may be read from. */
  get secondaryOk(): boolean {
    return this.readPreference.mode !== 'primary';
  }

  /** The name. */
  get namespace(): string {
    return this.databaseName;
  }

  /** How long an operation may take, in milliseconds; undefined for no limit. */
  get timeoutMS(): number | undefined {
    return this.source.settings.timeoutMS;
  }

  /** @internal */
  listNamespace(collection = '$cmd.listCollections'): MongoDBNamespace {
    return new MongoDBNamespace(this.databaseName, collection);
  }

  /** A collection; it comes into being with its first document. */
  collection<TSchema extends Document = Document>(name: string, options: CollectionOptions = {}): Collection<TSchema> {
    checkCollectionName(name);
    return new Collection<TSchema>(this, name, options);
  }

  /** Makes a collection with options. */
  async createCollection<TSchema extends Document = Document>(
    name: string,
    options: CreateCollectionOptions = {},
  ): Promise<Collection<TSchema>> {
    checkCollectionName(name);
    refuseUnknown('createCollection', options, CREATE_OPTIONS);
    const command: Document = { create: name };
    for (const key of CREATED_WITH) if (options[key] !== undefined) command[key] = options[key];
    await execute(this.source, this.databaseName, command, options, 'write');
    const { pkFactory } = options;
    return this.collection<TSchema>(name, pkFactory === undefined ? {} : { pkFactory });
  }

  /** Runs any command; it is sent as it is. */
  async command(command: Document, options: RunCommandOptions = {}): Promise<Document> {
    refuseUnknown('command', options, RUN_OPTIONS);
    const reply = await execute(this.source, this.databaseName, { ...command }, options, 'neither');
    const { body, batch } = reply;
    if (batch === null) return payload(reply);
    const name = 'getMore' in command ? 'nextBatch' : 'firstBatch';
    return { ...body, cursor: { [name]: batch.peek(), ...(body['cursor'] as Document) } };
  }

  /** Runs a command that gives a cursor. */
  runCursorCommand(command: Document, options: RunCursorCommandOptions = {}): RunCommandCursor {
    return new RunCommandCursor(this, command, options);
  }

  /** A pipeline that begins without a collection. */
  aggregate<T extends Document = Document>(pipeline: Document[] = [], options: AggregateOptions = {}): AggregationCursor<T> {
    return new AggregationCursor<T>(this.source, new MongoDBNamespace(this.databaseName), pipeline, options);
  }

  /** Commands about the deployment as a whole. */
  admin(): Admin {
    return new Admin(this);
  }

  /** Counts and sizes. */
  async stats(options: DbStatsOptions = {}): Promise<Document> {
    refuseUnknown('stats', options, STATS_OPTIONS);
    const command: Document = { dbStats: 1 };
    if (options.scale !== undefined) command['scale'] = options.scale;
    return result(this.source, this.databaseName, command, options, 'neither');
  }

  /** The descriptions of the collections. */
  listCollections(
    filter: Document,
    options: ListCollectionsOptions & { nameOnly: true },
  ): ListCollectionsCursor<Pick<CollectionInfo, 'name' | 'type'>>;
  /** The descriptions of the collections. */
  listCollections<T extends Pick<CollectionInfo, 'name' | 'type'> | CollectionInfo = CollectionInfo>(
    filter?: Document,
    options?: ListCollectionsOptions,
  ): ListCollectionsCursor<T>;
  /** The descriptions of the collections. */
  listCollections(filter: Document = {}, options: ListCollectionsOptions = {}): ListCollectionsCursor<CollectionInfo> {
    return new ListCollectionsCursor(this, filter, options);
  }

  /** The collections. */
  async collections(options: ListCollectionsOptions = {}): Promise<Collection[]> {
    const found = await this.listCollections({}, { ...options, ...READABLE, nameOnly: true }).toArray();
    return found.filter(({ name }) => !name.includes('$')).map(({ name }) => this.collection(name));
  }

  /** Gives a collection another name. */
  async renameCollection<TSchema extends Document = Document>(
    from: string,
    to: string,
    options: RenameOptions = {},
  ): Promise<Collection<TSchema>> {
    return (await this.collection(from).rename(to, options)) as unknown as Collection<TSchema>;
  }

  /** Drops a collection with its indexes. */
  async dropCollection(name: string, options: CommandOperationOptions = {}): Promise<boolean> {
    checkCollectionName(name);
    refuseUnknown('dropCollection', options, PLAIN_OPTIONS);
    await execute(this.source, this.databaseName, { drop: name }, options, 'write');
    return true;
  }

  /** Drops the database. */
  async dropDatabase(options: CommandOperationOptions = {}): Promise<boolean> {
    refuseUnknown('dropDatabase', options, PLAIN_OPTIONS);
    await execute(this.source, this.databaseName, { dropDatabase: 1 }, options, 'write');
    return true;
  }

  /** Makes an index on a collection; gives its name. */
  async createIndex(name: string, indexSpec: IndexSpecification, options?: CreateIndexesOptions): Promise<string> {
    return this.collection(name).createIndex(indexSpec, options);
  }

  /** The keys of a collection's indexes by name, or their whole descriptions. */
  indexInformation(name: string, options: IndexInformationOptions & { full: true }): Promise<Document[]>;
  indexInformation(name: string, options?: IndexInformationOptions): Promise<{ [name: string]: [string, unknown][] }>;
  async indexInformation(name: string, options: IndexInformationOptions = {}): Promise<unknown> {
    return this.collection(name).indexInformation(options as IndexInformationOptions & { full: true });
  }

  /** How much the profiler notes. */
  async profilingLevel(options: CommandOperationOptions = {}): Promise<ProfilingLevel> {
    refuseUnknown('profilingLevel', options, PLAIN_OPTIONS);
    const { body } = await execute(this.source, this.databaseName, { profile: -1 }, options, 'neither');
    return LEVELS[Number(body['was'])] ?? 'off';
  }

  /** Says how much the profiler is to note; the engine decides. */
  async setProfilingLevel(level: ProfilingLevel, options: CommandOperationOptions = {}): Promise<ProfilingLevel> {
    refuseUnknown('setProfilingLevel', options, PLAIN_OPTIONS);
    const profile = LEVELS.indexOf(level);
    if (profile < 0) throw new MongoInvalidArgumentError(`Profiling level must be one of ${LEVELS.join(', ')}`);
    await execute(this.source, this.databaseName, { profile }, options, 'neither');
    return level;
  }

  /** Change streams are not supported yet. */
  watch(): never {
    throw new MongoCompatibilityError('Change streams are not supported yet');
  }
}
