/**
 * Sends commands to an engine and reads its replies: opens the connection at the first use, turns `ok: 0` into errors,
 * tells who listens. An engine that broke down stays down: every later command says so.
 */
import { type Batch, decodeFirst, decodeReply, type PlacedReply, type Reply } from './codec/decode.js';
import { DocumentRun, type EncodedCommand, encodeCommand, encodeWith } from './codec/encode.js';
import type { Connection } from './connection.js';
import {
  MongoClientClosedError,
  MongoError,
  MongoNotConnectedError,
  MongoServerError,
  MongoSystemError,
  MongoUnexpectedServerResponseError,
  TussockQuotaError,
} from './errors.js';
import { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './monitoring.js';
import { type BSONSerializeOptions, decodeOptions, encodeOptions } from './options.js';
import { SessionPool } from './session.js';
import type { Document } from './types/document.js';

/** Who is told of commands. */
export interface Monitor {
  emit(event: 'commandStarted', started: CommandStartedEvent): boolean;
  emit(event: 'commandSucceeded', succeeded: CommandSucceededEvent): boolean;
  emit(event: 'commandFailed', failed: CommandFailedEvent): boolean;
}

/** What becomes of a reply. */
export interface ReplyUse {
  /** What the documents of the reply's batch have in common: their namespace. */
  readonly kind?: string;
  /** All documents of the batch are taken at once, so that it need not keep any encoded. */
  readonly whole?: boolean;
}

/** A command that is encoded and not yet sent. */
export interface Request {
  readonly database: string;
  readonly command: Document;
  readonly bson: BSONSerializeOptions;
  readonly bytes: EncodedCommand;
}

/** Tells a monitor how a command ended. */
interface Watch {
  succeeded(reply: Reply): void;
  failed(failure: Error): void;
}

type State = 'new' | 'open' | 'closed';

const OUT_OF_DISK_SPACE = 14031;
const NO_SHAPE = 'reply';
const NO_USE: ReplyUse = {};

export class Deployment {
  private connection: Connection | null = null;
  private opening: Promise<Connection> | null = null;
  private state: State = 'new';
  private broken: MongoSystemError | null = null;
  private requestId = 0;
  /** The ids of sessions. */
  readonly sessions = new SessionPool();

  constructor(
    /** The URL without its parameters: what events call the address. */
    readonly address: string,
    private readonly open: () => Promise<Connection>,
    private readonly monitor: Monitor | null,
    private readonly opened: (connection: Connection) => void = () => undefined,
    /** What every command carries. */
    private readonly always: Document | null = null,
  ) {}

  /** The open connection, if there is one. */
  get current(): Connection | null {
    return this.connection;
  }

  /** Opens the engine, once; after a close, anew. */
  async connect(): Promise<void> {
    if (this.connection !== null) return;
    this.broken = null;
    this.opening ??= this.open();
    const opening = this.opening;
    try {
      const connection = await opening;
      if (this.opening !== opening) throw new MongoClientClosedError();
      if (this.connection === null) {
        this.connection = connection;
        this.state = 'open';
        this.opened(connection);
      }
    } catch (error) {
      if (this.opening === opening) this.opening = null;
      throw error;
    }
  }

  /** Gives the engine up; later commands are refused until it is opened again. */
  async close(): Promise<void> {
    const { opening, connection } = this;
    this.connection = null;
    this.opening = null;
    this.state = 'closed';
    if (connection !== null) await connection.close();
    else if (opening !== null) await opening.then((late) => late.close()).catch(() => undefined);
  }

  private async ready(): Promise<Connection> {
    if (this.state === 'closed') {
      throw new MongoNotConnectedError('Client must be connected before running operations');
    }
    await this.connect();
    if (this.connection === null) throw new MongoClientClosedError();
    return this.connection;
  }

  /** Runs a command, whose first key is its name and which becomes this function's own (`$db` is added to it). */
  async run(database: string, command: Document, bson: BSONSerializeOptions, use: ReplyUse = NO_USE): Promise<Reply> {
    return this.runNow(database, command, bson, use);
  }

  /**
   * Like {@link run} without waiting for what need not be waited for: the reply of an engine that answers at once is
   * given at once, and so are errors.
   */
  runNow(database: string, command: Document, bson: BSONSerializeOptions, use: ReplyUse = NO_USE): Reply | Promise<Reply> {
    return this.send(this.prepare(database, command, bson), use);
  }

  /** Encodes a command; every request that was prepared is to be sent or released. */
  prepare(database: string, command: Document, bson: BSONSerializeOptions): Request {
    command['$db'] = database;
    if (this.always !== null) Object.assign(command, this.always);
    // Who watches sees a session with every command, as with a server; nobody else could tell, and it takes time.
    if (this.monitor !== null) this.sessions.implicitly(command);
    return { database, command, bson, bytes: encodeCommand(command, encodeOptions(bson)) };
  }

  /** Sends what was prepared. */
  send(request: Request, use: ReplyUse = NO_USE): Reply | Promise<Reply> {
    const { connection } = this;
    if (connection === null) return this.sendWhenReady(request, use);
    return this.sendOver(connection, request, use);
  }

  private async sendWhenReady(request: Request, use: ReplyUse): Promise<Reply> {
    return this.sendOver(await this.ready(), request, use);
  }

  private sendOver(connection: Connection, request: Request, use: ReplyUse): Reply | Promise<Reply> {
    if (this.broken !== null) throw this.broken;
    const { database, command, bson, bytes } = request;
    const watch = this.monitor === null ? null : this.watch(this.monitor, database, command);
    let answer: Uint8Array | number | Promise<Uint8Array>;
    let inPlace = true;
    try {
      if (connection.runCommandAt !== undefined) {
        answer = connection.runCommandAt(bytes.view());
      } else if (connection.runCommandInPlace !== undefined) {
        answer = connection.runCommandInPlace(bytes.view());
      } else {
        inPlace = false;
        answer = connection.runCommand(bytes.copy());
      }
    } catch (error) {
      throw this.breakdown(error, watch);
    } finally {
      bytes.release();
    }
    if (typeof answer === 'number') return this.receive(placed(connection, answer), bson, use, true, watch);
    if (!(answer instanceof Uint8Array)) return this.receiveLater(answer, bson, use, watch);
    return this.receive({ bytes: answer, start: 0 }, bson, use, inPlace, watch);
  }

  /**
   * The first document that a command gives, or null: the shortest way to one. `head` is the command, encoded, without
   * one field. Undefined when the command has to take the usual way, because somebody watches or nothing is open yet.
   */
  first(head: Uint8Array, key: string, value: unknown, bson: BSONSerializeOptions, kind: string): unknown {
    const { connection } = this;
    if (connection?.runCommandAt === undefined || this.monitor !== null || this.always !== null) return undefined;
    if (this.broken !== null) throw this.broken;
    const bytes = encodeWith(head, key, value, encodeOptions(bson));
    let answer: number | Promise<Uint8Array>;
    try {
      answer = connection.runCommandAt(bytes.view());
    } catch (error) {
      throw this.breakdown(error, null);
    } finally {
      bytes.release();
    }
    const use = { kind, whole: true };
    if (typeof answer !== 'number') return this.receiveLater(answer, bson, use, null).then(firstOf);
    const place = placed(connection, answer);
    const found = decodeFirst(place, decodeOptions(bson), kind);
    if (found !== undefined) return found;
    const reply = this.receive(place, bson, use, true, null);
    return reply instanceof Promise ? reply : firstOf(reply);
  }

  private async receiveLater(
    answer: Promise<Uint8Array>,
    bson: BSONSerializeOptions,
    use: ReplyUse,
    watch: Watch | null,
  ): Promise<Reply> {
    let bytes: Uint8Array;
    try {
      bytes = await answer;
    } catch (error) {
      throw this.breakdown(error, watch);
    }
    return this.receive({ bytes, start: 0 }, bson, use, false, watch);
  }

  private receive(
    answer: PlacedReply,
    bson: BSONSerializeOptions,
    use: ReplyUse,
    inPlace: boolean,
    watch: Watch | null,
  ): Reply | Promise<never> {
    // Who watches gets documents of his own, decoded beside those of the caller.
    const whole = use.whole === true && watch === null;
    const reply = decodeReply(answer, decodeOptions(bson), use.kind ?? NO_SHAPE, whole, inPlace);
    if (reply.body['ok'] !== 1) {
      const error = serverError(reply.body);
      watch?.failed(error);
      if (error.code === OUT_OF_DISK_SPACE) return withFigures(error as MongoServerError);
      throw error;
    }
    watch?.succeeded(reply);
    return reply;
  }

  /** An engine that threw is not asked again. */
  private breakdown(error: unknown, watch: Watch | null): MongoError {
    let failure: MongoError;
    if (error instanceof MongoError) {
      failure = error;
    } else {
      const message = error instanceof Error ? error.message : String(error);
      failure = this.broken = new MongoSystemError(`The engine broke down and must be opened again: ${message}`, error);
    }
    watch?.failed(failure);
    return failure;
  }

  private watch(monitor: Monitor, database: string, command: Document): Watch {
    const requestId = ++this.requestId;
    const name = Object.keys(command)[0] ?? '';
    const start = performance.now();
    monitor.emit('commandStarted', new CommandStartedEvent(this.address, requestId, database, name, shown(command)));
    return {
      succeeded: (reply: Reply) => {
        const body = reply.batch === null ? reply.body : withBatch(reply.body, reply.batch, name);
        const duration = performance.now() - start;
        monitor.emit('commandSucceeded', new CommandSucceededEvent(this.address, requestId, database, name, duration, body));
      },
      failed: (failure: Error) => {
        const duration = performance.now() - start;
        monitor.emit('commandFailed', new CommandFailedEvent(this.address, requestId, database, name, duration, failure));
      },
    };
  }
}

/** The place of a reply; one object for all of them, which is read at once. */
const place: { bytes: Uint8Array; start: number } = { bytes: new Uint8Array(0), start: 0 };

function placed(connection: Connection, start: number): PlacedReply {
  place.bytes = connection.memory?.() ?? place.bytes;
  place.start = start;
  return place;
}

/** The first document of a reply's batch, or null. */
export function firstOf(reply: Reply): unknown {
  return reply.batch?.shift() ?? null;
}

function shown(command: Document): Document {
  const result = { ...command };
  for (const key of Object.keys(result)) {
    if (result[key] instanceof DocumentRun) result[key] = (result[key] as DocumentRun).taken();
  }
  return result;
}

function withBatch(body: Document, batch: Batch, command: string): Document {
  const name = command === 'getMore' ? 'nextBatch' : 'firstBatch';
  return { ...body, cursor: { ...(body['cursor'] as Document), [name]: batch.peek() } };
}

function serverError(body: Document): MongoError {
  if (typeof body['ok'] !== 'number' && body['errmsg'] === undefined) {
    return new MongoUnexpectedServerResponseError('The reply has no field "ok"');
  }
  return new MongoServerError(body);
}

/** Throws with how much is used and how much may be used, as far as the browser says. */
async function withFigures(error: MongoServerError): Promise<never> {
  const storage = (globalThis as { navigator?: Partial<Navigator> }).navigator?.storage;
  const figures = await storage?.estimate?.().catch(() => undefined);
  throw new TussockQuotaError(error.errorResponse, figures?.usage, figures?.quota);
}
