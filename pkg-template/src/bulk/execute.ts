/** Runs writes in batches: same kinds together, no command larger than the engine takes. */
import { DocumentRun } from '../codec/encode.js';
import { payload, type Reply } from '../codec/decode.js';
import type { Request } from '../deployment.js';
import { MongoServerError } from '../errors.js';
import { type CommandOperationOptions, inheritBson } from '../options.js';
import type { CursorSource } from '../cursor/abstract_cursor.js';
import { isAcknowledged, withOptions } from '../execute.js';
import type { MongoDBNamespace } from '../namespace.js';
import { Limits } from '../abort.js';
import { inSession } from '../session.js';
import type { Document } from '../types/document.js';
import { type BulkResult, BulkWriteResult, emptyResult, MongoBulkWriteError, WriteConcernError, WriteError } from './result.js';

export type BatchType = 'insert' | 'update' | 'delete';

/** Statements of one kind, with the position of each in the bulk. */
export interface Batch {
  readonly type: BatchType;
  readonly statements: Document[];
  /** Null when the statements are the whole bulk in its own order. */
  readonly indexes: number[] | null;
}

/** Options of a bulk. */
export interface BulkOptions extends CommandOperationOptions {
  ordered?: boolean;
  bypassDocumentValidation?: boolean;
  /** Variables for expressions. */
  let?: Document;
}

/** What a command may carry at most: beyond that a bulk is sent in several. */
export const LIMITS = { bytesMax: 16 << 20, countMax: 100_000 };

const FIELD = { insert: 'documents', update: 'updates', delete: 'deletes' } as const;

/** A command of a bulk, encoded, and the statements it carries. */
interface Prepared {
  readonly run: DocumentRun;
  readonly request: Request;
}

class Run {
  readonly result: BulkResult = emptyResult();
  private readonly limits: Limits | null;

  constructor(
    private readonly source: CursorSource,
    private readonly namespace: MongoDBNamespace,
    private readonly options: BulkOptions,
  ) {
    this.limits = Limits.of(options, source.settings.timeoutMS);
  }

  get stopped(): boolean {
    return this.options.ordered !== false && this.result.writeErrors.length > 0;
  }

  /** While one command is on its way, the next is encoded: both take time, and in different places. */
  async batch(batch: Batch): Promise<void> {
    const bson = inheritBson(this.source.settings.bson, this.options);
    const { deployment } = this.source;
    const prepare = (from: number): Prepared => {
      const checkKeys = batch.type === 'insert' && bson.checkKeys === true;
      const run = new DocumentRun(batch.statements, from, LIMITS, checkKeys);
      return { run, request: deployment.prepare(this.namespace.db, this.command(batch, run), bson) };
    };
    let next = batch.statements.length > 0 ? prepare(0) : null;
    while (next !== null) {
      const { run, request }: Prepared = next;
      const end = run.from + run.count;
      const send = (): Reply | Promise<Reply> => deployment.send(request);
      const reply = this.limits === null ? send() : this.limits.within(send);
      let failure: { error: unknown } | null = null;
      next = null;
      try {
        if (end < batch.statements.length) next = prepare(end);
      } catch (error) {
        failure = { error }; // what was sent is heard first
      }
      this.merge(await reply, batch, run.from, run.count);
      if (failure !== null) throw failure.error;
      if (this.stopped) {
        next?.request.bytes.release();
        next = null;
      }
    }
  }

  private command(batch: Batch, run: DocumentRun): Document {
    const command: Document = {
      [batch.type]: this.namespace.collection,
      [FIELD[batch.type]]: run,
      ordered: this.options.ordered !== false,
    };
    const bypass = this.options.bypassDocumentValidation;
    if (bypass !== undefined && batch.type !== 'delete') command['bypassDocumentValidation'] = bypass;
    if (this.options.let !== undefined && batch.type !== 'insert') command['let'] = this.options.let;
    inSession(withOptions(command, this.source, this.options, 'write'), this.options.session, this.source);
    this.limits?.onto(command);
    return command;
  }

  private merge(reply: Reply, batch: Batch, from: number, sent: number): void {
    const { result } = this;
    const { body } = reply;
    const position = (index: number) => (batch.indexes === null ? from + index : (batch.indexes[from + index] as number));
    const count = Number(body['n'] ?? 0);
    if (batch.type === 'insert') {
      result.nInserted += count;
      this.mergeIds(batch, from, sent, body, position);
    } else if (batch.type === 'delete') {
      result.nRemoved += count;
    } else {
      const upserted = (payload(reply)['upserted'] ?? []) as { index: number; _id: unknown }[];
      for (const { index, _id } of upserted) result.upserted.push({ index: position(Number(index)), _id });
      result.nUpserted += upserted.length;
      result.nMatched += count - upserted.length;
      result.nModified += Number(body['nModified'] ?? 0);
    }
    for (const error of (body['writeErrors'] ?? []) as Document[]) {
      const { index, code, errmsg, errInfo } = error as { index: number; code: number; errmsg: string; errInfo?: Document };
      const op = batch.statements[from + index];
      result.writeErrors.push(new WriteError({ index: position(index), code, errmsg, errInfo, op }));
    }
    const concern = body['writeConcernError'] as { code: number; errmsg: string } | undefined;
    if (concern !== undefined) result.writeConcernErrors.push(new WriteConcernError(concern));
  }

  private mergeIds(batch: Batch, from: number, sent: number, body: Document, position: (index: number) => number): void {
    const errors = (body['writeErrors'] ?? []) as { index: number }[];
    // In order, nothing after the first error was tried.
    const last = this.options.ordered !== false && errors.length > 0 ? (errors[0]?.index ?? 0) : sent;
    const ids = this.result.insertedIds;
    for (let i = 0; i < last; i++) {
      const document = batch.statements[from + i];
      ids.push({ index: position(i), _id: document instanceof Map ? document.get('_id') : document?.['_id'] });
    }
  }
}

/** Runs the batches one after the other; throws MongoBulkWriteError when any write failed. */
export async function executeBatches(
  source: CursorSource,
  namespace: MongoDBNamespace,
  batches: readonly Batch[],
  options: BulkOptions,
): Promise<BulkWriteResult> {
  const run = new Run(source, namespace, options);
  for (const batch of batches) {
    if (run.stopped) break;
    try {
      await run.batch(batch);
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      throw new MongoBulkWriteError(error.errorResponse, new BulkWriteResult(run.result, false));
    }
  }
  const { result } = run;
  const acknowledged = isAcknowledged(source, options);
  const summary = new BulkWriteResult(result, acknowledged);
  const first = result.writeErrors[0];
  if (first !== undefined && acknowledged) {
    throw new MongoBulkWriteError(
      { message: first.errmsg ?? 'write operation failed', code: first.code, writeErrors: result.writeErrors },
      summary,
    );
  }
  const concern = result.writeConcernErrors[0];
  if (concern !== undefined) {
    throw new MongoBulkWriteError({ message: concern.errmsg ?? '', code: concern.code, err: concern }, summary);
  }
  return summary;
}
