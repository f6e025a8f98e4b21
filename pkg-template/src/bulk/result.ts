/** Results and errors of bulk writes. */
import { MongoServerError, type ErrorDescription } from '../errors.js';
import type { Document } from '../types/document.js';

/** What is known of one write that failed. */
export interface BulkWriteOperationError {
  index: number;
  code: number;
  errmsg: string;
  errInfo: Document | undefined;
  op: Document | unknown;
}

/** One write of a bulk that failed. */
export class WriteError {
  /** The parts of the error, by the driver's own name. */
  readonly err: BulkWriteOperationError;

  constructor(err: BulkWriteOperationError) {
    this.err = err;
  }

  get code(): number {
    return this.err.code;
  }

  /** The position of the operation in the bulk. */
  get index(): number {
    return this.err.index;
  }

  get errmsg(): string | undefined {
    return this.err.errmsg;
  }

  get errInfo(): Document | undefined {
    return this.err.errInfo;
  }

  getOperation(): unknown {
    return this.err.op;
  }

  toJSON(): { code: number; index: number; errmsg?: string; op: unknown } {
    return { code: this.code, index: this.index, errmsg: this.err.errmsg, op: this.err.op };
  }

  toString(): string {
    return `WriteError(${JSON.stringify(this.toJSON())})`;
  }
}

/** A write that was applied but not to the degree its write concern asks for. */
export class WriteConcernError {
  constructor(private readonly error: { code: number; errmsg: string; errInfo?: Document }) {}

  get code(): number {
    return this.error.code;
  }

  get errmsg(): string | undefined {
    return this.error.errmsg;
  }

  get errInfo(): Document | undefined {
    return this.error.errInfo;
  }

  toJSON(): { code: number; errmsg: string } {
    return { code: this.error.code, errmsg: this.error.errmsg };
  }

  toString(): string {
    return `WriteConcernError(${this.error.errmsg})`;
  }
}

/** The sums of a bulk while it runs. */
export interface BulkResult {
  ok: number;
  writeErrors: WriteError[];
  writeConcernErrors: WriteConcernError[];
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
  readonly insertedCount: number;
  readonly matchedCount: number;
  readonly modifiedCount: number;
  readonly deletedCount: number;
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

  get ok(): number {
    return this.#result.ok;
  }

  getUpsertedIdAt(index: number): Document | undefined {
    return this.#result.upserted[index];
  }

  getRawResponse(): Document {
    return this.#result;
  }

  hasWriteErrors(): boolean {
    return this.#result.writeErrors.length > 0;
  }

  getWriteErrorCount(): number {
    return this.#result.writeErrors.length;
  }

  getWriteErrorAt(index: number): WriteError | undefined {
    return this.#result.writeErrors[index];
  }

  getWriteErrors(): WriteError[] {
    return this.#result.writeErrors;
  }

  getWriteConcernError(): WriteConcernError | undefined {
    return this.#result.writeConcernErrors[0];
  }

  isOk(): boolean {
    return this.#result.ok === 1;
  }

  toString(): string {
    return `BulkWriteResult(${JSON.stringify(this)})`;
  }
}

/** A bulk write of which some operation failed; says what the others did. */
export class MongoBulkWriteError extends MongoServerError {
  result: BulkWriteResult;
  writeErrors: WriteError | WriteError[] = [];
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

  get insertedCount(): number {
    return this.result.insertedCount;
  }

  get matchedCount(): number {
    return this.result.matchedCount;
  }

  get modifiedCount(): number {
    return this.result.modifiedCount;
  }

  get deletedCount(): number {
    return this.result.deletedCount;
  }

  get upsertedCount(): number {
    return this.result.upsertedCount;
  }

  get insertedIds(): { [key: number]: any } {
    return this.result.insertedIds;
  }

  get upsertedIds(): { [key: number]: any } {
    return this.result.upsertedIds;
  }
}
