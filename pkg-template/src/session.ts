/// <reference lib="esnext.disposable" preserve="true" />
/** Sessions: commands that belong together carry the same id, and cursors answer to the session that opened them. */
import { type Binary, type Long, type Timestamp, UUID } from 'bson';
import type { CursorSource } from './cursor/abstract_cursor.js';
import {
  MongoAPIError,
  MongoCompatibilityError,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoRuntimeError,
  MongoTransactionError,
} from './errors.js';
import { TypedEventEmitter } from './events.js';
import type { MongoClient, MongoClientOptions } from './client.js';
import { type ReadConcernLike, type ReadPreferenceLike, refuseUnknown, type WriteConcern, type WriteConcernSettings } from './options.js';
import type { Document } from './types/document.js';

/** Options of a transaction. */
export interface TransactionOptions {
  /** What reads may see. */
  readConcern?: ReadConcernLike;
  /** When the commit is acknowledged. */
  writeConcern?: WriteConcernSettings | WriteConcern;
  /** Which node to read from. */
  readPreference?: ReadPreferenceLike;
  /** How long the commit may take, in milliseconds. */
  maxCommitTimeMS?: number;
}

/** Options of a session. */
export interface ClientSessionOptions {
  /** Reads see the session's own earlier writes. There is one node here, so they always do. Default true. */
  causalConsistency?: boolean;
  /** Ask for the read concern `snapshot` with every command; the engine refuses it, as a standalone server does. */
  snapshot?: boolean;
  /** What {@link ClientSession.startTransaction} begins with. */
  defaultTransactionOptions?: TransactionOptions;
  /** The time limit of the session's own operations, in milliseconds. */
  defaultTimeoutMS?: number;
}

/** Options of the end of a session, which waits for nothing here. */
export interface EndSessionOptions {
  /** End it also in a transaction: there is none. */
  force?: boolean;
  /** How long the end may take: it takes no time. */
  timeoutMS?: number;
}

/** The id of a session, as commands carry it in `lsid`. */
export interface ServerSessionId {
  /** A UUID. */
  id: Binary;
}

/** What is known of the cluster's time. */
export interface ClusterTime {
  /** The time. */
  clusterTime: Timestamp;
  /** Who says so. */
  signature?: { hash: Binary; keyId: Long };
}

/** The events of a session. */
export type ClientSessionEvents = { ended(session: ClientSession): void };

const OPTIONS = ['causalConsistency', 'snapshot', 'defaultTransactionOptions', 'defaultTimeoutMS'];
/** The engine forgets sessions that nobody used for half an hour; ids are not used again shortly before that. */
const IDLE_MS_MAX = 29 * 60_000;

interface Idle {
  readonly id: ServerSessionId;
  readonly since: number;
}

/** The ids of a client's sessions; those that ended are used again. */
export class SessionPool {
  /** The sessions that did not end. */
  readonly active = new Set<ClientSession>();
  private idle: Idle[] = [];
  private implicitId: ServerSessionId | null = null;

  /** The id of commands that belong to no session of the user's. */
  private get implicit(): ServerSessionId {
    return (this.implicitId ??= { id: new UUID() });
  }

  /** Puts that id onto a command, unless it has one or cannot have any. */
  implicitly(command: Document): void {
    const unacknowledged = (command['writeConcern'] as Document | undefined)?.['w'] === 0;
    if (command['lsid'] === undefined && command['endSessions'] === undefined && !unacknowledged) {
      command['lsid'] = this.implicit;
    }
  }

  /** An id for a session. */
  take(): ServerSessionId {
    const last = this.idle.pop();
    return last !== undefined && Date.now() - last.since < IDLE_MS_MAX ? last.id : { id: new UUID() };
  }

  /** Takes the id of a session that ended. */
  give(id: ServerSessionId): void {
    this.idle.push({ id, since: Date.now() });
  }

  /** Ends all sessions; gives the ids that the engine may know of. */
  async end(): Promise<ServerSessionId[]> {
    for (const session of this.active) await session.endSession();
    const ids = this.idle.map(({ id }) => id);
    if (this.implicitId !== null) ids.push(this.implicitId);
    this.idle = [];
    this.implicitId = null;
    return ids;
  }
}

/** A session. Operations run in it when it is given as their option `session`. Transactions are not supported yet. */
export class ClientSession extends TypedEventEmitter<ClientSessionEvents> {
  /** True after {@link endSession}: no operation takes it any more. */
  hasEnded = false;
  /** The options of the client. */
  readonly clientOptions: Readonly<MongoClientOptions>;
  /** What the session takes care of. */
  readonly supports: { readonly causalConsistency: boolean };
  /** The latest time of the cluster that this session was told of. */
  clusterTime?: ClusterTime;
  /** The latest time of an operation that this session was told of. */
  operationTime?: Timestamp;
  /** Always true: sessions that the driver makes for itself are not given to anyone. */
  readonly explicit = true;
  /** What transactions begin with. */
  readonly defaultTransactionOptions: TransactionOptions;
  /** Whether reads ask for the read concern `snapshot`. */
  readonly snapshotEnabled: boolean;
  /** How long an operation may take, in milliseconds; undefined for no limit. */
  readonly timeoutMS: number | undefined;
  /** What commands carry in `lsid`. */
  readonly id: ServerSessionId;
  private readonly pool: SessionPool;

  /** @internal */
  constructor(
    /** @internal */
    readonly client: MongoClient,
    options: ClientSessionOptions = {},
  ) {
    super();
    refuseUnknown('startSession', options, OPTIONS);
    if (options.snapshot === true && options.causalConsistency === true) {
      throw new MongoInvalidArgumentError('Properties "causalConsistency" and "snapshot" are mutually exclusive');
    }
    this.clientOptions = client.options;
    this.pool = client.source.deployment.sessions;
    this.id = this.pool.take();
    this.snapshotEnabled = options.snapshot === true;
    this.supports = { causalConsistency: !this.snapshotEnabled && options.causalConsistency !== false };
    this.defaultTransactionOptions = Object.freeze({ ...options.defaultTransactionOptions });
    this.timeoutMS = options.defaultTimeoutMS ?? client.timeoutMS;
    this.pool.active.add(this);
  }

  /** There is no load balancer. */
  get loadBalanced(): boolean {
    return false;
  }

  /** Whether the session holds on to one server; there is one only, and no need to. */
  get isPinned(): boolean {
    return false;
  }

  /** Ends the session. Cursors that it opened are closed when they are used up, by themselves, or with the client. */
  async endSession(options: EndSessionOptions = {}): Promise<void> {
    refuseUnknown('endSession', options, ['force', 'timeoutMS']);
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.pool.active.delete(this);
    this.pool.give(this.id);
    this.emit('ended', this);
  }

  /** Ends it at the end of the block, with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endSession();
  }

  /** Makes the session's time at least this; with one node, every read is later than every write before it. */
  advanceOperationTime(operationTime: Timestamp): void {
    if (this.operationTime === undefined || operationTime.greaterThan(this.operationTime)) this.operationTime = operationTime;
  }

  /** Makes the cluster's time at least this. */
  advanceClusterTime(clusterTime: ClusterTime): void {
    if (clusterTime?.clusterTime?._bsontype !== 'Timestamp') {
      throw new MongoInvalidArgumentError('input cluster time "clusterTime" property must be a valid BSON Timestamp');
    }
    const { clusterTime: time } = clusterTime;
    if (this.clusterTime === undefined || time.greaterThan(this.clusterTime.clusterTime)) this.clusterTime = clusterTime;
  }

  /** Whether both are the same session. */
  equals(session: ClientSession): boolean {
    return session instanceof ClientSession && this.id.id.toString('hex') === session.id.id.toString('hex');
  }

  /** Whether a transaction is under way: none can be. */
  inTransaction(): boolean {
    return false;
  }

  /** Transactions are not supported yet: throws MongoCompatibilityError (20, IllegalOperation), as for a standalone server. */
  startTransaction(_options?: TransactionOptions): void {
    throw Object.assign(new MongoCompatibilityError('Transactions are not supported yet'), {
      code: 20,
      codeName: 'IllegalOperation',
    });
  }

  /** Throws MongoTransactionError: no transaction can have been started. */
  async commitTransaction(): Promise<void> {
    throw new MongoTransactionError('No transaction started');
  }

  /** Throws MongoTransactionError: no transaction can have been started. */
  async abortTransaction(): Promise<void> {
    throw new MongoTransactionError('No transaction started');
  }

  /** Transactions are not supported yet: throws as {@link startTransaction} does, and does not call the function. */
  async withTransaction<T = any>(_run: (session: ClientSession) => Promise<T>, options?: TransactionOptions): Promise<T> {
    this.startTransaction(options);
    throw new MongoTransactionError('No transaction started');
  }

  /** A session is no part of a document. */
  toBSON(): never {
    throw new MongoRuntimeError('ClientSession cannot be serialized to BSON.');
  }
}

/** Puts a session onto a command, if there is one. */
export function inSession(command: Document, session: ClientSession | null | undefined, source: CursorSource): Document {
  if (session == null) return command;
  if (!(session instanceof ClientSession) || session.client.source.deployment !== source.deployment) {
    throw new MongoInvalidArgumentError('ClientSession must be from the same MongoClient');
  }
  if (session.hasEnded) throw new MongoExpiredSessionError('Use of expired sessions is not permitted');
  if ((command['writeConcern'] as Document | undefined)?.['w'] === 0) {
    throw new MongoAPIError('Cannot have explicit session with unacknowledged writes');
  }
  command['lsid'] = session.id;
  if (session.snapshotEnabled) command['readConcern'] ??= { level: 'snapshot' };
  return command;
}
