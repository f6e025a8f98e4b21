/** Results and errors of bulk writes. */
import { MongoServerError, type ErrorDescription } from '../errors.js';
import type { Document } from '../types/document.js';

/** What is known of one write that failed. */
export interface BulkWriteOperationError {
  /** The position of the operation in the bulk. */
  index: number;
  /** MongoDB's error code. */
  code: number;
  /** What went wrong, in words. */
  errmsg: string;
  /** More about the error, of validation for instance. */
  errInfo: Document | undefined;
  /** The operation. */
  op: Document | unknown;
}

/** One write of a bulk that failed. */
export class WriteError {
  /** The parts of the error, by the driver's own name. */
  readonly err: BulkWriteOperationError;

  constructor(err: BulkWriteOperationError) {
    this.err = err;
  }

  /** MongoDB's error code. */
  get code(): number {
    return this.err.code;
  }

  /** The position of the operation in the bulk. */
  get index(): number {
    return this.err.index;
  }

  /** What went wrong, in words. */
  get errmsg(): string | undefined {
    return this.err.errmsg;
  }

  /** More about the error, of validation for instance. */
  get errInfo(): Document | undefined {
    return this.err.errInfo;
  }

  /** The operation. */
  getOperation(): unknown {
    return this.err.op;
  }

  /** As a plain object. */
  toJSON(): { code: number; index: number; errmsg?: string; op: unknown } {
    return { code: this.code, index: this.index, errmsg: this.err.errmsg, op: this.err.op };
  }

  /** As text. */
  toString(): string {
    return `WriteError(${JSON.stringify(this.toJSON())})`;
  }
}

/** A write that was applied but not to the degree its write concern asks for. */
export class WriteConcernError {
  constructor(private readonly error: { code: number; errmsg: string; errInfo?: Document }) {}

  /** MongoDB's error code. */
  get code(): number {
    return this.error.code;
  }

  /** What went wrong, in words. */
  get errmsg(): string | undefined {
    return this.error.errmsg;
  }

  /** More about the error, of validation for instance. */
  get errInfo(): Document | undefined {
    return this.error.errInfo;
  }

  /** As a plain object. */
  toJSON(): { code: number; errmsg: string } {
    return { code: this.error.code, errmsg: this.error.errmsg };
  }

  /** As text. */
  toString(): string {
    return `WriteConcernError(${this.error.errmsg})`;
  }
}

/** The sums of a bulk while it runs. */
export interface BulkResult {
  ok: number;
  writeErrors: WriteError[];
  writeConcernErrors: WriteConcernError[];
  /** The ids of inserts by the position of their operation. */
  insertedIds: { index: number; _id: unknown }[];
  nInserted: number;
  nUpserted: number;
  nMatched: number;
  nModified: number;
  nRemoved: number;
  upserted: { index: number; _id: unknown }[];
}

/** An empty sum. */
export function emptyResult(): BulkResult {
  return {
    ok: 1,
    writeErrors: [],
    writeConcernErrors: [],
    insertedIds: [],
    nInserted: 0,
    nUpserted: 0,
    nMatched: 0,
    nModified: 0,
    nRemoved: 0,
    upserted: [],
  };
}

function byIndex(list: readonly { index: number; _id: unknown }[]): { [key: number]: any } {
  const result: { [key: number]: unknown } = {};
  for (const { index, _id } of list) result[index] = _id;
  return result;
}

/** What a bulk write did. */
export class BulkWriteResult {
  /** How many documents were inserted. */
  readonly insertedCount: number;
  /** How many documents matched updates. */
  readonly matchedCount: number;
  /** How many documents were changed. */
  readonly modifiedCount: number;
  /** How many documents were deleted. */
  readonly deletedCount: number;
  /** How many documents upserts inserted. */
  readonly upsertedCount: number;
  /** The ids of upserts by the position of their operation. */
  readonly upsertedIds: { [key: number]: any };
  /** The ids of inserts by the position of their operation. */
  readonly insertedIds: { [key: number]: any };
  /** False for a bulk with `w: 0`. */
  readonly acknowledged: boolean;
  readonly #result: BulkResult;

  /** @internal */
  constructor(result: BulkResult, acknowledged: boolean) {
    this.#result = result;
    this.insertedCount = result.nInserted;
    this.matchedCount = result.nMatched;
    this.modifiedCount = result.nModified;
    this.deletedCount = result.nRemoved;
    this.upsertedCount = result.upserted.length;
    this.upsertedIds = byIndex(result.upserted);
    const failed = new Set(result.writeErrors.map((error) => error.index));
    const first = result.writeErrors[0]?.index;
    this.insertedIds = byIndex(
      first === undefined ? result.insertedIds : result.insertedIds.filter(({ index }) => !failed.has(index)),
    );
    this.acknowledged = acknowledged;
  }

  /** 1 if the commands ran. */
  get ok(): number {
    return this.#result.ok;
  }

  /** The id of an upsert, with the position of its operation. */
  getUpsertedIdAt(index: number): Document | undefined {
    return this.#result.upserted[index];
  }

  /** The sums as they were kept. */
  getRawResponse(): Document {
    return this.#result;
  }

  /** Whether an operation failed. */
  hasWriteErrors(): boolean {
    return this.#result.writeErrors.length > 0;
  }

  /** How many operations failed. */
  getWriteErrorCount(): number {
    return this.#result.writeErrors.length;
  }

  /** One of the operations that failed. */
  getWriteErrorAt(index: number): WriteError | undefined {
    return this.#result.writeErrors[index];
  }

  /** The operations that failed. */
  getWriteErrors(): WriteError[] {
    return this.#result.writeErrors;
  }

  /** What went wrong with the write concern. */
  getWriteConcernError(): WriteConcernError | undefined {
    return this.#result.writeConcernErrors[0];
  }

  /** Whether the commands ran. */
  isOk(): boolean {
    return this.#result.ok === 1;
  }

  /** As text. */
  toString(): string {
    return `BulkWriteResult(${JSON.stringify(this)})`;
  }
}

/** A bulk write of which some operation failed; says what the others did. */
export class MongoBulkWriteError extends MongoServerError {
  /** What the other operations did. */
  result: BulkWriteResult;
  /** The operations that failed. */
  writeErrors: WriteError | WriteError[] = [];
  /** What went wrong with the write concern. */
  err?: WriteConcernError;

  constructor(error: ErrorDescription & { err?: WriteConcernError; writeErrors?: WriteError[] }, result: BulkWriteResult) {
    super(error);
    this.result = result;
    this.writeErrors = error.writeErrors ?? [];
    if (error.err === undefined) delete this.err;
    else this.err = error.err;
  }

  override get name(): string {
    return 'MongoBulkWriteError';
  }

  /** How many documents were inserted. */
  get insertedCount(): number {
    return this.result.insertedCount;
  }

  /** How many documents matched updates. */
  get matchedCount(): number {
    return this.result.matchedCount;
  }

  /** How many documents were changed. */
  get modifiedCount(): number {
    return this.result.modifiedCount;
  }

  /** How many documents were deleted. */
  get deletedCount(): number {
    return this.result.deletedCount;
  }

  /** How many documents upserts inserted. */
  get upsertedCount(): number {
    return this.result.upsertedCount;
  }

  /** The ids of inserts by the position of their operation. */
  get insertedIds(): { [key: number]: any } {
    return this.result.insertedIds;
  }

  /** The ids of upserts by the position of their operation. */
  get upsertedIds(): { [key: number]: any } {
    return this.result.upsertedIds;
  }
}
