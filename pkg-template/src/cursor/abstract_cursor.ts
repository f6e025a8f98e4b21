/// <reference lib="esnext.disposable" preserve="true" />
/** What all cursors share: batches, getMore, killCursors, iteration. */
import { Long } from 'bson';
import { Batch, payload, type Reply } from '../codec/decode.js';
import type { Deployment, ReplyUse } from '../deployment.js';
import { type Abortable, Limits } from '../abort.js';
import {
  MongoAPIError,
  MongoCursorExhaustedError,
  MongoCursorInUseError,
  MongoInvalidArgumentError,
  MongoTailableCursorError,
  MongoUnexpectedServerResponseError,
} from '../errors.js';
import { TypedEventEmitter } from '../events.js';
import { MongoDBNamespace } from '../namespace.js';
import {
  type BSONSerializeOptions,
  inheritBson,
  optionNames,
  OPERATION_OPTIONS,
  ReadConcern,
  type ReadConcernLike,
  ReadPreference,
  type ReadPreferenceLike,
  refuseUnknown,
  type Settings,
} from '../options.js';
import { type ClientSession, inSession } from '../session.js';
import type { Document } from '../types/document.js';

/** Where a cursor's commands go, and what it inherits. */
export interface CursorSource {
  readonly deployment: Deployment;
  readonly settings: Settings;
}

/** Options of every cursor. */
export interface AbstractCursorOptions extends BSONSerializeOptions, Abortable {
  /** Which node to read from: there is one. */
  readPreference?: ReadPreferenceLike;
  /** What reads of this may see, unless an operation says otherwise. */
  readConcern?: ReadConcernLike;
  /** How many documents a batch has at most. */
  batchSize?: number;
  /** Give up after this many milliseconds of work. */
  maxTimeMS?: number;
  /** What is shown with the command where commands are shown. */
  comment?: unknown;
  /** The session that the cursor's commands are part of. */
  session?: ClientSession | undefined;
  /** How long the cursor may take, in milliseconds; 0 for no limit. Takes the place of `maxTimeMS`. */
  timeoutMS?: number;
  /**
   * What `timeoutMS` is the limit of: the cursor's whole life, or each time that it is asked for documents. Default
   * `cursorLifetime`, for tailable cursors `iteration`.
   */
  timeoutMode?: CursorTimeoutMode;
}

/** What `timeoutMS` of a cursor is the limit of. */
export const CursorTimeoutMode = Object.freeze({ ITERATION: 'iteration', LIFETIME: 'cursorLifetime' } as const);
export type CursorTimeoutMode = (typeof CursorTimeoutMode)[keyof typeof CursorTimeoutMode];

/** The names of {@link AbstractCursorOptions}. */
export const CURSOR_OPTIONS = [
  ...OPERATION_OPTIONS,
  'readConcern',
  'batchSize',
  'maxTimeMS',
  'comment',
  'rawData',
  'timeoutMode',
  'signal',
] as const;

/** The events of a cursor. */
export type AbstractCursorEvents = { close(): void };

/** Flags by the names of the old wire protocol; they become options of `find`. */
export const CURSOR_FLAGS = [
  'tailable',
  'oplogReplay',
  'noCursorTimeout',
  'awaitData',
  'exhaust',
  'partial',
] as const;
/** One of {@link CURSOR_FLAGS}. */
export type CursorFlag = (typeof CURSOR_FLAGS)[number];

/** The longest pause between two questions of a cursor that waits for documents. */
const AWAIT_PAUSE_MS_MAX = 50;
/** How long a getMore waits for documents if nobody says. */
export const AWAIT_MS_DEFAULT = 1000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Transform = (document: never) => unknown;

/** The base of all cursors. */
export abstract class AbstractCursor<TSchema = unknown> extends TypedEventEmitter<AbstractCursorEvents> {
  /** The event that a cursor is closed. */
  static readonly CLOSE = 'close' as const;

  /** @internal */
  protected readonly source: CursorSource;
  /** @internal */
  protected readonly bson: BSONSerializeOptions;
  /** The options the cursor was made with. @internal */
  protected readonly given: AbstractCursorOptions & Document;
  /** @internal */
  protected readConcernValue: ReadConcern | undefined;
  private readPreferenceValue: ReadPreference;
  /** @internal */
  protected cursorNamespace: MongoDBNamespace;
  private cursorId: Long | null = null;
  private batch: Batch | null = null;
  private transform: Transform | null = null;
  private started = false;
  private ended = false;
  private closedEarly = false;
  private isKilled = false;
  private limits: Limits | null = null;
  /** How many documents the batches held so far. @internal */
  protected received = 0;

  /** @internal */
  constructor(
    source: CursorSource,
    namespace: MongoDBNamespace,
    options: AbstractCursorOptions,
    place: string,
    known: ReadonlySet<string>,
  ) {
    super();
    refuseUnknown(place, options, known);
    this.source = source;
    this.cursorNamespace = namespace;
    this.given = { ...options };
    this.bson = inheritBson(source.settings.bson, options);
    this.readConcernValue = ReadConcern.fromOptions(options.readConcern) ?? source.settings.readConcern;
    this.readPreferenceValue =
      options.readPreference === undefined
        ? source.settings.readPreference
        : ReadPreference.fromOptions(options.readPreference);
    if (options.timeoutMode !== undefined && !Object.values(CursorTimeoutMode).includes(options.timeoutMode)) {
      throw new MongoInvalidArgumentError('Option "timeoutMode" must be "cursorLifetime" or "iteration"');
    }
    if (options.batchSize !== undefined) this.batchSize(options.batchSize);
    if (options.maxTimeMS !== undefined) this.maxTimeMS(options.maxTimeMS);
  }

  /** The command that opens the cursor. @internal */
  protected abstract opening(): Document;

  /** The database the command is sent to. @internal */
  protected database(): string {
    return this.cursorNamespace.db;
  }

  /** A fresh cursor of the same kind. */
  abstract clone(): AbstractCursor<TSchema>;

  /** The cursor's id in the engine, once it is open. */
  get id(): Long | undefined {
    return this.cursorId ?? undefined;
  }

  /** What the cursor reads. */
  get namespace(): MongoDBNamespace {
    return this.cursorNamespace;
  }

  /** Which node to read from: there is one. */
  get readPreference(): ReadPreference {
    return this.readPreferenceValue;
  }

  /** What reads of this may see, unless an operation says otherwise. */
  get readConcern(): ReadConcern | undefined {
    return this.readConcernValue;
  }

  /** Whether there is nothing more to come. */
  get closed(): boolean {
    return this.ended && this.bufferedCount() === 0;
  }

  /** Whether it was given up in the engine. */
  get killed(): boolean {
    return this.isKilled;
  }

  /** There is no load balancer. */
  get loadBalanced(): boolean {
    return false;
  }

  /** How many documents are here and not yet asked for. */
  bufferedCount(): number {
    return this.batch?.length ?? 0;
  }

  /** Takes documents that are already here. */
  readBufferedDocuments(number?: number): NonNullable<TSchema>[] {
    const count = Math.min(number ?? this.bufferedCount(), this.bufferedCount());
    const result: NonNullable<TSchema>[] = [];
    for (let i = 0; i < count; i++) result.push(this.batch?.shift() as NonNullable<TSchema>);
    return this.transform === null ? result : result.map((item) => this.apply(item) as NonNullable<TSchema>);
  }

  /** The documents, for `for await`; the cursor is closed after the loop. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TSchema, void, void> {
    if (this.closed) return;
    try {
      while (true) {
        if (this.isKilled || (this.ended && this.bufferedCount() === 0)) return;
        const document = await this.fetch();
        if (document === null) return;
        yield document as TSchema;
      }
    } finally {
      // A loop that was left early must not leave the cursor open in the engine.
      if (!this.ended) await this.close();
    }
  }

  /** Ends it at the end of the block, with `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The documents as a web stream. */
  stream(): ReadableStream<TSchema> {
    return new ReadableStream<TSchema>({
      pull: async (controller) => {
        const document = this.closed ? null : await this.fetch();
        if (document === null) controller.close();
        else controller.enqueue(document as TSchema);
      },
      cancel: () => this.close(),
    });
  }

  /** Whether there is another document. */
  async hasNext(): Promise<boolean> {
    if (this.closed) return false;
    if (this.bufferedCount() > 0) return true;
    return this.fill();
  }

  /** The next document, or null at the end; asking again after that throws MongoCursorExhaustedError. */
  async next(): Promise<TSchema | null> {
    if (this.closed) throw new MongoCursorExhaustedError();
    return this.fetch() as Promise<TSchema | null>;
  }

  /** The next document if there is one without waiting for data to come. */
  async tryNext(): Promise<TSchema | null> {
    if (this.closed) throw new MongoCursorExhaustedError();
    return this.fetch(true) as Promise<TSchema | null>;
  }

  /** @deprecated Use `for await`. */
  async forEach(iterator: (document: TSchema) => boolean | void): Promise<void> {
    if (typeof iterator !== 'function') {
      throw new MongoInvalidArgumentError('Argument "iterator" must be a function');
    }
    for await (const document of this) {
      if (iterator(document) === false) break;
    }
  }

  /** All documents that are left. */
  async toArray(): Promise<TSchema[]> {
    const result: TSchema[] = [];
    if (this.closed) return result;
    try {
      do {
        const { batch } = this;
        if (batch === null) continue;
        for (let document = batch.shift(); document !== null; document = batch.shift()) {
          result.push((this.transform === null ? document : this.apply(document)) as TSchema);
        }
      } while (await this.fill(false, true));
    } finally {
      if (!this.ended) await this.close();
    }
    return result;
  }

  /** Gives up the cursor, in the engine too. */
  async close(): Promise<void> {
    const id = this.cursorId;
    const open = !this.ended && id !== null && !id.isZero();
    this.batch?.clear();
    this.finish(true);
    if (!open) return;
    this.isKilled = true;
    this.cursorId = Long.ZERO;
    const command: Document = { killCursors: this.cursorNamespace.collection, cursors: [id] };
    // Also when the session has ended.
    if (this.given.session != null) command['lsid'] = this.given.session.id;
    await this.source.deployment.run(this.cursorNamespace.db, command, {}).catch(() => undefined); // it may be gone already
  }

  /** Starts again from the beginning when the cursor is used next. */
  rewind(): void {
    if (!this.started) return;
    const id = this.cursorId;
    if (!this.ended && id !== null && !id.isZero()) void this.close();
    this.cursorId = null;
    this.batch?.clear();
    this.batch = null;
    this.started = false;
    this.ended = false;
    this.isKilled = false;
    this.closedEarly = false;
    this.received = 0;
  }

  /** Sets a flag. */
  addCursorFlag(flag: CursorFlag, value: boolean): this {
    this.mutable();
    if (!CURSOR_FLAGS.includes(flag)) {
      throw new MongoInvalidArgumentError(`Flag ${String(flag)} is not one of ${CURSOR_FLAGS.join(', ')}`);
    }
    if (typeof value !== 'boolean') {
      throw new MongoInvalidArgumentError(`Flag ${flag} must be a boolean value`);
    }
    if (flag === 'exhaust' && value) {
      throw new MongoInvalidArgumentError('The flag exhaust is not supported');
    }
    if (flag !== 'exhaust') this.given[flag === 'partial' ? 'allowPartialResults' : flag] = value;
    return this;
  }

  /** Says which node to read from: there is one. */
  withReadPreference(readPreference: ReadPreferenceLike): this {
    this.mutable();
    this.readPreferenceValue = ReadPreference.fromOptions(readPreference);
    return this;
  }

  /** Says what the cursor may see. */
  withReadConcern(readConcern: ReadConcernLike): this {
    this.mutable();
    const resolved = ReadConcern.fromOptions(readConcern);
    if (resolved !== undefined) this.readConcernValue = resolved;
    return this;
  }

  /** Give up after this many milliseconds of work. */
  maxTimeMS(value: number): this {
    this.mutable();
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Argument for maxTimeMS must be a number');
    this.given.maxTimeMS = value;
    return this;
  }

  /** How many documents a batch has at most. */
  batchSize(value: number): this {
    this.mutable();
    if (this.given['tailable'] === true) throw new MongoTailableCursorError();
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "batchSize" requires an integer');
    this.given.batchSize = value;
    return this;
  }

  /** @internal */
  protected mapped(transform: (document: never) => unknown): void {
    this.mutable();
    const before = this.transform;
    this.transform = before === null ? transform : (document: never) => transform(before(document) as never);
  }

  /** Passes the transform on to a clone's options. @internal */
  protected mutable(): void {
    if (this.started) throw new MongoCursorInUseError();
  }

  /** What the opening command carries of the options that all cursors have. @internal */
  protected addCommon(command: Document, concern = this.readConcernValue): Document {
    const { maxTimeMS, comment } = this.given;
    if (maxTimeMS !== undefined) command['maxTimeMS'] = maxTimeMS;
    if (comment !== undefined) command['comment'] = comment;
    if (concern !== undefined) command['readConcern'] = concern.toJSON();
    return command;
  }

  /** The options of a command that lists, which inherits no read concern. @internal */
  protected addToListing(command: Document): Document {
    const { batchSize, readConcern } = this.given;
    command['cursor'] = batchSize === undefined ? {} : { batchSize };
    return this.addCommon(command, ReadConcern.fromOptions(readConcern));
  }

  /** The size of the next batch, undefined for the engine's choice; 0 when no more documents are wanted. @internal */
  protected nextBatchSize(): number | undefined {
    return this.given.batchSize === 0 ? undefined : this.given.batchSize;
  }

  private apply(document: unknown): unknown {
    const result = (this.transform as (document: unknown) => unknown)(document);
    if (result === null) throw new MongoAPIError('Cursor returned a `null` document, but the cursor is not exhausted');
    return result;
  }

  private async fetch(once = false): Promise<unknown> {
    if (this.given.signal?.aborted === true) await this.close();
    this.given.signal?.throwIfAborted();
    if (this.bufferedCount() === 0 && !(await this.fill(once))) return null;
    const document = this.batch?.shift() ?? null;
    if (this.transform === null || document === null) return document;
    try {
      return this.apply(document);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Gets batches (`once`: a single one) until there is a document; at the end the cursor is closed. `whole`: the caller
   * takes all that comes.
   */
  private async fill(once = false, whole = false): Promise<boolean> {
    const { timeoutMode } = this.given;
    if (!this.started || (timeoutMode === undefined ? this.given['tailable'] === true : timeoutMode === 'iteration')) {
      this.limits = Limits.of(this.given, this.source.settings.timeoutMS);
    }
    for (let round = 0; this.bufferedCount() === 0; round++) {
      if (this.started && (this.ended || (this.cursorId?.isZero() ?? true))) {
        this.finish(false);
        return false;
      }
      if (once && round > 0) return false;
      // An empty batch of a cursor that stays open: others must come to run, or nothing is ever added.
      if (round > 1) await pause(round < 4 ? 0 : AWAIT_PAUSE_MS_MAX);
      try {
        const waiting = this.started ? this.more(whole) : this.start(whole);
        if (waiting !== undefined) await waiting;
      } catch (error) {
        await this.close();
        throw error;
      }
    }
    return true;
  }

  private start(whole: boolean): Promise<void> | undefined {
    this.started = true;
    const command = this.opening();
    this.limits?.onto(command);
    return this.ask(this.database(), command, whole);
  }

  private more(whole: boolean): Promise<void> | undefined {
    const batchSize = this.nextBatchSize();
    if (batchSize === 0) return this.close();
    const command: Document = { getMore: this.cursorId, collection: this.cursorNamespace.collection };
    if (batchSize !== undefined) command['batchSize'] = Math.abs(batchSize);
    this.addToGetMore(command);
    const waiting = this.ask(this.cursorNamespace.db, command, whole);
    const awaitMS = this.awaitTimeMS();
    return awaitMS === undefined ? waiting : this.awaitData(command, whole, awaitMS, waiting);
  }

  /** How long getMore waits for documents, in milliseconds; undefined if it does not wait. @internal */
  protected awaitTimeMS(): number | undefined {
    return undefined;
  }

  /** The engine never waits: asks again, at growing distances, until there is a document or the time is over. */
  private async awaitData(
    command: Document,
    whole: boolean,
    awaitMS: number,
    first: Promise<void> | undefined,
  ): Promise<void> {
    await first;
    const end = performance.now() + awaitMS;
    for (let pauseMS = 1; ; pauseMS = Math.min(2 * pauseMS, AWAIT_PAUSE_MS_MAX)) {
      const left = end - performance.now();
      if (left <= 0 || this.ended || this.bufferedCount() > 0 || (this.cursorId?.isZero() ?? true)) return;
      await pause(Math.min(pauseMS, left));
      if (this.ended) return;
      await this.ask(this.cursorNamespace.db, command, whole);
    }
  }

  /** Takes the next batch; gives a promise only if it has to be waited for. */
  private ask(database: string, command: Document, whole: boolean): Promise<void> | undefined {
    const use = { kind: this.cursorNamespace.toString(), whole };
    const reply = this.run(database, command, use);
    if (reply instanceof Promise) return reply.then((late) => this.take(late));
    this.take(reply);
    return undefined;
  }

  /** Sends a command of the cursor's, in its session and within its limits. @internal */
  protected run(database: string, command: Document, use?: ReplyUse, limits = this.limits): Reply | Promise<Reply> {
    inSession(command, this.given.session, this.source);
    const { deployment } = this.source;
    if (limits === null) return deployment.runNow(database, command, this.bson, use);
    return limits.within(() => deployment.runNow(database, command, this.bson, use));
  }

  /** @internal */
  protected addToGetMore(command: Document): void {
    if (this.given.comment !== undefined) command['comment'] = this.given.comment;
  }

  private take(reply: Reply): void {
    const cursor = reply.body['cursor'] as Document | undefined;
    if (cursor === undefined && this.given['explain'] !== undefined) {
      this.cursorId = Long.ZERO;
      this.batch = Batch.decoded([payload(reply)]);
      return;
    }
    if (cursor === undefined || reply.batch === null || !Long.isLong(cursor['id'])) {
      throw new MongoUnexpectedServerResponseError('The reply has no cursor');
    }
    if (typeof cursor['ns'] === 'string') this.cursorNamespace = MongoDBNamespace.fromString(cursor['ns']);
    if (this.closedEarly) {
      reply.batch.clear();
      return;
    }
    this.cursorId = cursor['id'] as Long;
    this.batch = reply.batch;
    this.received += reply.batch.length;
    if (this.cursorId.isZero() && reply.batch.length === 0) this.finish(false);
  }

  private finish(early: boolean): void {
    if (early) this.closedEarly = true;
    this.started = true;
    if (this.ended) return;
    this.ended = true;
    this.emit('close');
  }
}

/** The names that a kind of cursor takes beyond the common ones. */
export function cursorOptionNames(...names: string[]): ReadonlySet<string> {
  return optionNames(CURSOR_OPTIONS, names);
}
