/**
 * Sends commands to an engine and reads its replies: opens the connection at the first use, turns `ok: 0` into errors,
 * tells who listens. An engine that broke down stays down: every later command says so.
 */
import { type Batch, decodeReply, type Reply } from './codec/decode.js';
import { Encoded, encodeDocument } from './codec/encode.js';
import type { Connection } from './connection.js';
import {
  MongoClientClosedError,
  MongoError,
  MongoNotConnectedError,
  MongoServerError,
  MongoSystemError,
  MongoUnexpectedServerResponseError,
} from './errors.js';
import { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './monitoring.js';
import { type BSONSerializeOptions, decodeOptions, encodeOptions } from './options.js';
import type { Document } from './types/document.js';

/** Who is told of commands. */
export interface Monitor {
  emit(event: 'commandStarted', started: CommandStartedEvent): boolean;
  emit(event: 'commandSucceeded', succeeded: CommandSucceededEvent): boolean;
  emit(event: 'commandFailed', failed: CommandFailedEvent): boolean;
}

type State = 'new' | 'open' | 'closed';

const NO_SHAPE = 'reply';

export class Deployment {
  private connection: Connection | null = null;
  private opening: Promise<Connection> | null = null;
  private state: State = 'new';
  private broken: MongoSystemError | null = null;
  private requestId = 0;

  constructor(
    /** The URL without its parameters: what events call the address. */
    readonly address: string,
    private readonly open: () => Promise<Connection>,
    private readonly monitor: Monitor | null,
    private readonly opened: (connection: Connection) => void = () => undefined,
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

  /**
   * Runs a command, whose first key is its name and which becomes this function's own (`$db` is added to it).
   * `kind` names what the documents of the reply's batch have in common.
   */
  async run(database: string, command: Document, bson: BSONSerializeOptions, kind: string = NO_SHAPE): Promise<Reply> {
    command['$db'] = database;
    const request = encodeDocument(command, encodeOptions(bson));
    const connection = this.connection ?? (await this.ready());
    if (this.broken !== null) throw this.broken;
    const watch = this.monitor === null ? null : this.watch(this.monitor, database, command);
    let answer: Uint8Array;
    try {
      const given = connection.runCommand(request);
      answer = given instanceof Uint8Array ? given : await given;
    } catch (error) {
      const failure = this.breakdown(error);
      watch?.failed(failure);
      throw failure;
    }
    const reply = decodeReply(answer, decodeOptions(bson), kind);
    if (reply.body['ok'] !== 1) {
      const error = serverError(reply.body);
      watch?.failed(error);
      throw error;
    }
    watch?.succeeded(reply);
    return reply;
  }

  /** An engine that threw is not asked again. */
  private breakdown(error: unknown): MongoError {
    if (error instanceof MongoError) return error;
    const message = error instanceof Error ? error.message : String(error);
    this.broken = new MongoSystemError(`The engine broke down and must be opened again: ${message}`, error);
    return this.broken;
  }

  private watch(monitor: Monitor, database: string, command: Document) {
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

/** Documents that went along encoded, under the name of the field that holds them. */
export class EncodedDocuments extends Encoded {
  constructor(
    bytes: Uint8Array,
    private readonly documents: readonly unknown[],
  ) {
    super(4, bytes);
  }

  toArray(): readonly unknown[] {
    return this.documents;
  }
}

function shown(command: Document): Document {
  const result = { ...command };
  for (const key of Object.keys(result)) {
    if (result[key] instanceof EncodedDocuments) result[key] = (result[key] as EncodedDocuments).toArray();
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
