/// <reference lib="esnext.disposable" preserve="true" />
/** The client: which engine, its options, its databases. */
import type { ByteSource } from './backup/bytes.js';
import type { BackupOptions, Lost, Salvage } from './backup/dump.js';
import type { RestoreOptions, RestoreResult } from './backup/restore.js';
import { bulkWrite, type ClientBulkWriteModel, type ClientBulkWriteOptions } from './bulk/client.js';
import type { PkFactory } from './collection_options.js';
import type { Connection, DurabilityStatus } from './connection.js';
import type { CursorSource } from './cursor/abstract_cursor.js';
import { Db, type DbOptions } from './db.js';
import { Deployment } from './deployment.js';
import { NOTHING_WAITS, watchDurability } from './durability.js';
import { type WasmSource, openDamaged, openIndexedDb, openMemory, repairIndexedDb } from './engine.js';
import { expiring } from './expiry.js';
import { MongoCompatibilityError, MongoInvalidArgumentError, MongoParseError, MongoServerSelectionError, TussockDataLossError } from './errors.js';
import { TypedEventEmitter } from './events.js';
import type { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './monitoring.js';
import {
  type BSONSerializeOptions,
  DEFAULT_SETTINGS,
  inherit,
  INHERITED_OPTIONS,
  type ReadConcern,
  type ReadPreference,
  refuseUnknown,
  type SettingsOptions,
  type WriteConcern,
} from './options.js';
import type { ClientBulkWriteResult } from './results.js';
import { ClientSession, type ClientSessionOptions } from './session.js';
import type { Document } from './types/document.js';
import { readMarker, writeMarker } from './storage/marker.js';
import { takeLock } from './tabs/lock.js';
import { openShared } from './tabs/shared.js';
import { type Address, parseUrl } from './url.js';
import { openInWorker, type WorkerSource } from './worker/connection.js';

/**
 * When a write to IndexedDB is acknowledged. `strict`: when it is on the disk. `relaxed`: when the operating system has
 * it; a crash of the machine, or the loss of power, may lose the last seconds. `buffered`: at once; the end of the page
 * or of the browser may lose what was written in the last `bufferMS`. A write with `{j: true}` is always strict, and
 * makes those before it so.
 */
export type Durability = 'strict' | 'relaxed' | 'buffered';

/** Options of a client. */
export interface MongoClientOptions extends SettingsOptions {
  /** Of `indexeddb://` only. Default `strict`. */
  durability?: Durability;
  /** With `durability: 'buffered'`: after how many milliseconds writes go to IndexedDB. Default 100. */
  bufferMS?: number;
  /** Tell of every command by the events commandStarted, commandSucceeded, commandFailed. */
  monitorCommands?: boolean;
  /** Makes the `_id` of inserted documents. */
  pkFactory?: PkFactory;
  /**
   * Run the engine in a worker, so that no query and no import keeps the page from painting. Default false. A function
   * makes the worker, for bundlers that do not find it: it must run this package's `tussock/worker` as a module.
   */
  worker?: boolean | WorkerSource;
  /** Where the WebAssembly module is, for bundlers that move it: a URL, its bytes, or the compiled module. */
  wasm?: WasmSource;
  /** The version of the API that every command asks for. */
  serverApi?: ServerApiVersion | ServerApi;
  /** An engine to use instead of the one that the URL names: one in a worker, or a test's own. */
  connection?: Connection | (() => Connection | Promise<Connection>);
}

const CLIENT_OPTIONS = [...INHERITED_OPTIONS, 'durability', 'bufferMS', 'monitorCommands', 'pkFactory', 'wasm', 'worker', 'connection', 'serverApi'];

const BACKUP_OPTIONS = ['databases', 'onProgress'];

/** The versions of the API that there are. */
export const ServerApiVersion = Object.freeze({ v1: '1' } as const);
export type ServerApiVersion = (typeof ServerApiVersion)[keyof typeof ServerApiVersion];

/** A version of the API, and what to do with commands that are not in it. */
export interface ServerApi {
  /** The version. */
  version: ServerApiVersion;
  /** Refuse what is not in the version. */
  strict?: boolean;
  /** Refuse what is deprecated in the version. */
  deprecationErrors?: boolean;
}

/** A function that {@link MongoClient.withSession} runs. */
export type WithSessionCallback<T = unknown> = (session: ClientSession) => Promise<T>;

/** The events of a client. */
export type MongoClientEvents = {
  open(client: MongoClient): void;
  close(): void;
  error(error: Error): void;
  timeout(): void;
  /** The browser dropped stored data since the database was last open; told once, when it is opened. */
  dataLoss(error: TussockDataLossError): void;
  /** The state of {@link MongoClient.durability} is another one. */
  durabilityChanged(status: DurabilityStatus): void;
  commandStarted(event: CommandStartedEvent): void;
  commandSucceeded(event: CommandSucceededEvent): void;
  commandFailed(event: CommandFailedEvent): void;
};

/** A client of the engine that a URL names: `memory://` or `indexeddb://name`. */
export class MongoClient extends TypedEventEmitter<MongoClientEvents> {
  /** The options it was made with, and those in its URL. */
  readonly options: Readonly<MongoClientOptions>;
  /** @internal */
  readonly source: CursorSource;
  private readonly deployment: Deployment;
  private readonly address: Address;
  private endWatch: () => void = () => undefined;

  constructor(url: string, options: MongoClientOptions = {}) {
    super();
    refuseUnknown('MongoClient', options, CLIENT_OPTIONS);
    this.address = parseUrl(url);
    this.options = Object.freeze(withParameters(this.address, options));
    checkDurability(this.address, this.options);
    const { kind, name } = this.address;
    const monitor = options.monitorCommands === true ? this : null;
    this.deployment = new Deployment(
      `${kind}://${name}`,
      () => this.openEngine(),
      monitor,
      (opened) => this.opened(opened),
      apiFields(this.serverApi),
    );
    this.source = { deployment: this.deployment, settings: inherit(DEFAULT_SETTINGS, this.options) };
  }

  /** Makes a client and opens its engine. */
  static async connect(url: string, options?: MongoClientOptions): Promise<MongoClient> {
    return new MongoClient(url, options).connect();
  }

  private async openEngine(): Promise<Connection> {
    const { connection, wasm, worker, durability, bufferMS } = this.options;
    if (typeof connection === 'function') return connection();
    if (connection !== undefined) return connection;
    const { kind, name } = this.address;
    const options = { durability: durability ?? 'strict', ...(bufferMS === undefined ? {} : { bufferMs: bufferMS }) };
    if (worker !== undefined && worker !== false) {
      return openInWorker({ kind, name, options, wasm }, typeof worker === 'function' ? worker : undefined);
    }
    if (kind === 'memory') return expiring(await openMemory(wasm));
    const marker = { read: readMarker, write: writeMarker };
    // Whoever owns the database lets its documents expire.
    return openShared(name, async () => expiring(await openIndexedDb(name, options, wasm, marker)));
  }

  private opened(connection: Connection): void {
    this.endWatch = watchDurability(connection, (status) => this.emit('durabilityChanged', status));
    this.emit('open', this);
    const loss = this.dataLoss;
    if (loss !== null) this.emit('dataLoss', loss);
  }

  /** What the browser dropped of the stored data; null when everything is there. */
  get dataLoss(): TussockDataLossError | null {
    const lost = this.deployment.current?.lost;
    return lost === undefined ? null : new TussockDataLossError(this.deployment.address, lost);
  }

  /** How many commits are applied but not yet durable. */
  get pendingWrites(): number {
    return this.deployment.current?.pending ?? 0;
  }

  /** What is applied and not yet durable, and whether the store does its work. In memory nothing is ever durable. */
  get durability(): DurabilityStatus {
    return this.deployment.current?.status ?? NOTHING_WAITS;
  }

  /** Waits until everything that was written so far is on the disk, whatever the mode of durability. */
  async sync(): Promise<void> {
    await this.connect();
    await this.deployment.current?.sync?.();
  }

  /** Waits until everything is durable, and puts it into pages so that the next opening is quick. */
  async flush(): Promise<void> {
    await this.connect();
    await this.deployment.current?.flush?.();
  }

  /** What reads of this may see, unless an operation says otherwise. */
  get readConcern(): ReadConcern | undefined {
    return this.source.settings.readConcern;
  }

  /** When writes are acknowledged, unless an operation says otherwise. */
  get writeConcern(): WriteConcern | undefined {
    return this.source.settings.writeConcern;
  }

  /** Which node to read from: there is one. */
  get readPreference(): ReadPreference {
    return this.source.settings.readPreference;
  }

  /** How values are written and read, unless an operation says otherwise. */
  get bsonOptions(): BSONSerializeOptions {
    return this.source.settings.bson;
  }

  /** The version of the API that every command asks for. */
  get serverApi(): Readonly<ServerApi> | undefined {
    const { serverApi } = this.options;
    return typeof serverApi === 'string' ? { version: serverApi } : serverApi;
  }

  /** How long an operation may take, in milliseconds; undefined for no limit. */
  get timeoutMS(): number | undefined {
    return this.source.settings.timeoutMS;
  }

  /** Opens the engine; operations do it by themselves when it has not been done. */
  async connect(): Promise<this> {
    await this.deployment.connect();
    return this;
  }

  /** A database; without a name the one of the URL. */
  db(name?: string, options?: DbOptions): Db {
    return new Db(this, name ?? this.address.defaultDatabase, options);
  }

  /** Waits for writes on their way and gives the engine up. */
  async close(_force?: boolean): Promise<void> {
    this.endWatch();
    await this.endSessions();
    await this.deployment.close();
    this.emit('close');
  }

  /** Closes the cursors of sessions, which may be in another tab's engine. */
  private async endSessions(): Promise<void> {
    const ids = await this.deployment.sessions.end();
    if (ids.length === 0 || this.deployment.current === null) return;
    await this.deployment.run('admin', { endSessions: ids }, {}).catch(() => undefined);
  }

  /** Ends it at the end of the block, with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Writes to several collections with one command. */
  async bulkWrite(models: readonly ClientBulkWriteModel[], options: ClientBulkWriteOptions = {}): Promise<ClientBulkWriteResult> {
    return bulkWrite(this, models, options);
  }

  /**
   * Everything at one moment, while writes go on: an archive as `mongodump --archive` writes it. The moment is before
   * the promise is resolved; documents are read as the stream is.
   */
  async backup(options: BackupOptions = {}): Promise<ReadableStream<Uint8Array>> {
    refuseUnknown('backup', options, BACKUP_OPTIONS);
    return (await import('./backup/dump.js')).backup(this, options);
  }

  /**
   * As {@link backup}, past what is damaged: all that can be read, and what could not. It also works when the database
   * cannot be opened because it is damaged (code 301).
   */
  async salvage(options: BackupOptions = {}): Promise<Salvage> {
    refuseUnknown('salvage', options, BACKUP_OPTIONS);
    return (await import('./backup/dump.js')).salvage(this, options, () => openDamaged(this.address.name, this.options.wasm));
  }

  /**
   * Makes a database that works of all that can be read of a damaged one, with its indexes built from the documents;
   * resolves to what could not be read. Closes this client first; no other tab may have the database open.
   */
  async repair(): Promise<Lost[]> {
    const { kind, name } = this.address;
    if (kind !== 'indexeddb') throw new MongoInvalidArgumentError('Only a stored database can be repaired');
    await this.close();
    const held = await takeLock(name, { how: 'try' });
    if (held === null) throw new MongoServerSelectionError(`Cannot repair indexeddb://${name}: it is open elsewhere`);
    try {
      return (await import('./backup/dump.js')).lostIn(await repairIndexedDb(name, this.options.wasm));
    } finally {
      held.release();
    }
  }

  /** Reads what {@link backup} or `mongodump --archive` wrote: collections, their options, documents and indexes. */
  async restore(source: ByteSource, options: RestoreOptions = {}): Promise<RestoreResult> {
    refuseUnknown('restore', options, [...BACKUP_OPTIONS, 'drop']);
    return (await import('./backup/restore.js')).restore(this, source, options);
  }

  /**
   * Asks the browser to keep the data of this site for good, where it does otherwise as it likes; resolves to whether
   * it will. Some browsers ask the user.
   */
  async persist(): Promise<boolean> {
    const storage = (globalThis as { navigator?: Partial<Navigator> }).navigator?.storage;
    return (await storage?.persist?.()) ?? false;
  }

  /** Begins a session: operations run in it that have it as their option `session`. */
  startSession(options?: ClientSessionOptions): ClientSession {
    return new ClientSession(this, options);
  }

  /** Runs a function with a session, and ends it then. */
  async withSession<T = any>(run: WithSessionCallback<T>): Promise<T>;
  async withSession<T = any>(options: ClientSessionOptions, run: WithSessionCallback<T>): Promise<T>;
  async withSession<T>(first: ClientSessionOptions | WithSessionCallback<T>, second?: WithSessionCallback<T>): Promise<T> {
    const run = second ?? first;
    if (typeof run !== 'function') throw new MongoInvalidArgumentError('Missing required callback parameter');
    const session = this.startSession(first === run ? undefined : (first as ClientSessionOptions));
    try {
      return await run(session);
    } finally {
      await session.endSession();
    }
  }

  /** Change streams are not supported yet. */
  watch(): never {
    throw new MongoCompatibilityError('Change streams are not supported yet');
  }
}

/** Options may also stand in the URL: `?durability=buffered&bufferMS=500`. */
function withParameters(address: Address, options: MongoClientOptions): MongoClientOptions {
  const result = { ...options };
  for (const [name, value] of address.parameters) {
    if (name === 'durability') result.durability ??= value as Durability;
    else if (name === 'bufferMS') result.bufferMS ??= Number(value);
    else throw new MongoInvalidArgumentError(`The URL has the unknown option ${JSON.stringify(name)}`);
  }
  return result;
}

/** What commands carry to ask for a version of the API. */
function apiFields(api: ServerApi | undefined): Document | null {
  if (api === undefined) return null;
  refuseUnknown('serverApi', api, ['version', 'strict', 'deprecationErrors']);
  const { version, strict, deprecationErrors } = api;
  if (version !== '1') throw new MongoParseError('The only version of the API is "1"');
  const fields: Document = { apiVersion: version };
  if (strict !== undefined) fields['apiStrict'] = strict;
  if (deprecationErrors !== undefined) fields['apiDeprecationErrors'] = deprecationErrors;
  return fields;
}

const MODES: readonly unknown[] = ['strict', 'relaxed', 'buffered'];
/** A buffer of more than a minute is a mistake for one of milliseconds. */
const BUFFER_MS_MAX = 60_000;

function checkDurability(address: Address, { durability, bufferMS }: MongoClientOptions): void {
  if (durability === undefined && bufferMS === undefined) return;
  if (address.kind === 'memory') {
    throw new MongoInvalidArgumentError('The option "durability" makes no sense with memory://');
  }
  if (durability !== undefined && !MODES.includes(durability)) {
    throw new MongoInvalidArgumentError('The option "durability" must be "strict", "relaxed" or "buffered"');
  }
  if (bufferMS === undefined) return;
  if (durability !== 'buffered') {
    throw new MongoInvalidArgumentError('The option "bufferMS" needs "durability" to be "buffered"');
  }
  if (!Number.isInteger(bufferMS) || bufferMS < 0 || bufferMS > BUFFER_MS_MAX) {
    throw new MongoInvalidArgumentError(`The option "bufferMS" must be an integer from 0 to ${String(BUFFER_MS_MAX)}`);
  }
}
