/** The cursor of `db.runCursorCommand`: the command is sent as it is. */
import { MongoAPIError } from '../errors.js';
import type { Db } from '../db.js';
import { OPERATION_OPTIONS, optionNames, type OperationOptions } from '../options.js';
import type { Document } from '../types/document.js';
import { AbstractCursor, type AbstractCursorOptions, AWAIT_MS_DEFAULT } from './abstract_cursor.js';

/** Options of `db.runCursorCommand`; all others are in the command. */
export type RunCursorCommandOptions = OperationOptions & Pick<AbstractCursorOptions, 'timeoutMode' | 'signal'>;

const RUN_COMMAND_OPTIONS = optionNames(OPERATION_OPTIONS, ['timeoutMode', 'signal']);

/** A cursor made by any command whose reply has one. */
export class RunCommandCursor extends AbstractCursor<Document> {
  /** What getMore carries. */
  readonly getMoreOptions: { comment?: unknown; maxAwaitTimeMS?: number; batchSize?: number } = {};
  /** The command as it is sent. */
  readonly command: Readonly<Document>;

  /** @internal */
  constructor(
    private readonly parent: Db,
    command: Document,
    options: RunCursorCommandOptions = {},
  ) {
    super(parent.source, parent.listNamespace('$cmd'), options, 'runCursorCommand', RUN_COMMAND_OPTIONS);
    this.command = Object.freeze({ ...command });
  }

  /** The comment that getMore carries. */
  setComment(comment: unknown): this {
    this.getMoreOptions.comment = comment;
    return this;
  }

  /** How long getMore may wait for documents. */
  setMaxTimeMS(maxTimeMS: number): this {
    this.getMoreOptions.maxAwaitTimeMS = maxTimeMS;
    return this;
  }

  /** How many documents getMore asks for. */
  setBatchSize(batchSize: number): this {
    this.getMoreOptions.batchSize = batchSize;
    return this;
  }

  /** Throws: the command is used up. */
  clone(): never {
    throw new MongoAPIError('Clone not supported, create a new cursor with db.runCursorCommand');
  }

  override withReadConcern(): never {
    throw new MongoAPIError('RunCommandCursor does not support readConcern, it must be in the command');
  }

  override addCursorFlag(): never {
    throw new MongoAPIError('RunCommandCursor does not support cursor flags, they must be in the command');
  }

  override maxTimeMS(): never {
    throw new MongoAPIError('maxTimeMS must be in the command; for getMore use setMaxTimeMS');
  }

  override batchSize(): never {
    throw new MongoAPIError('batchSize must be in the command; for getMore use setBatchSize');
  }

  /** Passes every document through a function. */
  map<U>(transform: (document: Document) => U): AbstractCursor<U> {
    this.mapped(transform as (document: never) => unknown);
    return this as unknown as AbstractCursor<U>;
  }

  /** @internal */
  protected opening(): Document {
    return { ...this.command };
  }

  /** @internal */
  protected override database(): string {
    return this.parent.databaseName;
  }

  /** @internal */
  protected override nextBatchSize(): number | undefined {
    return this.getMoreOptions.batchSize;
  }

  /** @internal */
  protected override awaitTimeMS(): number | undefined {
    const awaits = this.command['tailable'] === true && this.command['awaitData'] === true;
    return awaits ? (this.getMoreOptions.maxAwaitTimeMS ?? AWAIT_MS_DEFAULT) : undefined;
  }

  /** @internal */
  protected override addToGetMore(command: Document): void {
    const { comment, maxAwaitTimeMS } = this.getMoreOptions;
    if (comment !== undefined) command['comment'] = comment;
    if (maxAwaitTimeMS !== undefined) command['maxTimeMS'] = maxAwaitTimeMS;
  }
}
