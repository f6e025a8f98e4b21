/** `client.bulkWrite`: writes to several collections with the command `bulkWrite`. */
import { ObjectId } from 'bson';
import type { MongoClient } from '../client.js';
import { MongoClientBulkWriteExecutionError, MongoInvalidArgumentError, MongoServerError } from '../errors.js';
import { execute, isAcknowledged, writeConcern } from '../execute.js';
import { type CollationOptions, COMMAND_OPTIONS, type CommandOperationOptions, inheritBson, optionNames, READABLE, refuseUnknown } from '../options.js';
import type { ClientBulkWriteResult, ClientDeleteResult, ClientInsertOneResult, ClientUpdateResult } from '../results.js';
import type { Document, Hint, Sort } from '../types/document.js';
import { LIMITS } from './execute.js';
import { deleteStatement, updateStatement } from './models.js';

/** Options of `client.bulkWrite`. */
export interface ClientBulkWriteOptions extends CommandOperationOptions {
  /** Stop at the first error. Default true. */
  ordered?: boolean;
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
  /** Variables for expressions. */
  let?: Document;
  /** Give the result of every operation. */
  verboseResults?: boolean;
}

interface Selecting {
  namespace: string;
  filter: Document;
  collation?: CollationOptions;
  hint?: Hint;
}

/** One operation of a client bulk write. */
export type ClientBulkWriteModel =
  | { name: 'insertOne'; namespace: string; document: Document }
  | ({ name: 'updateOne'; update: Document | Document[]; arrayFilters?: Document[]; upsert?: boolean; sort?: Sort } & Selecting)
  | ({ name: 'updateMany'; update: Document | Document[]; arrayFilters?: Document[]; upsert?: boolean } & Selecting)
  | ({ name: 'replaceOne'; replacement: Document; upsert?: boolean; sort?: Sort } & Selecting)
  | ({ name: 'deleteOne' } & Selecting)
  | ({ name: 'deleteMany' } & Selecting);

const OPTIONS = optionNames(COMMAND_OPTIONS, ['ordered', 'bypassDocumentValidation', 'let', 'verboseResults']);
/** A client bulk write of which something failed; says what the rest did. */
export class MongoClientBulkWriteError extends MongoServerError {
  /** What went wrong with the write concern. */
  writeConcernErrors: Document[] = [];
  /** The error of each operation that failed, by its position. */
  writeErrors = new Map<number, { code: number; message: string }>();
  /** What the other operations did. */
  partialResult?: ClientBulkWriteResult;

  constructor(reply: Document) {
    super(reply);
    delete this.partialResult;
  }

  override get name(): string {
    return 'MongoClientBulkWriteError';
  }
}

class Merged {
  /** How many operations went well. */
  succeeded = 0;
  insertedCount = 0;
  upsertedCount = 0;
  matchedCount = 0;
  modifiedCount = 0;
  deletedCount = 0;
  readonly insertResults = new Map<number, ClientInsertOneResult>();
  readonly updateResults = new Map<number, ClientUpdateResult>();
  readonly deleteResults = new Map<number, ClientDeleteResult>();

  toResult(acknowledged: boolean, verbose: boolean): ClientBulkWriteResult {
    const { insertedCount, upsertedCount, matchedCount, modifiedCount, deletedCount } = this;
    const counts = { acknowledged, insertedCount, upsertedCount, matchedCount, modifiedCount, deletedCount };
    const { insertResults, updateResults, deleteResults } = this;
    return verbose ? { ...counts, insertResults, updateResults, deleteResults } : counts;
  }

  addCounts(body: Document): void {
    this.insertedCount += Number(body['nInserted'] ?? 0);
    this.upsertedCount += Number(body['nUpserted'] ?? 0);
    this.matchedCount += Number(body['nMatched'] ?? 0);
    this.modifiedCount += Number(body['nModified'] ?? 0);
    this.deletedCount += Number(body['nDeleted'] ?? 0);
  }

  addOne(position: number, operation: Document, result: Document): void {
    if ('insert' in operation) {
      this.insertResults.set(position, { insertedId: (operation['document'] as Document)['_id'] });
    } else if ('delete' in operation) {
      this.deleteResults.set(position, { deletedCount: Number(result['n']) });
    } else {
      const upserted = result['upserted'] as { _id: unknown } | undefined;
      const update: ClientUpdateResult = {
        matchedCount: Number(result['n']),
        modifiedCount: Number(result['nModified'] ?? 0),
        didUpsert: upserted !== undefined,
      };
      if (upserted !== undefined) update.upsertedId = upserted._id;
      this.updateResults.set(position, update);
    }
  }
}

function operationOf(client: MongoClient, model: ClientBulkWriteModel, index: number): Document {
  const { name, namespace: _, ...parts } = model;
  switch (name) {
    case 'insertOne': {
      refuseUnknown(name, parts, ['document']);
      const { document } = model;
      if (document['_id'] === undefined) document['_id'] = client.options.pkFactory?.createPk() ?? new ObjectId();
      return { insert: index, document };
    }
    case 'deleteOne':
    case 'deleteMany': {
      const { q, limit, ...others } = deleteStatement(parts, name);
      return { delete: index, filter: q, multi: limit === 0, ...others };
    }
    case 'updateOne':
    case 'updateMany':
    case 'replaceOne': {
      const { q, u, ...others } = updateStatement(parts, name);
      return { update: index, filter: q, updateMods: u, multi: false, ...others };
    }
    default:
      throw new MongoInvalidArgumentError(`Unknown bulk write operation ${String(name)}`);
  }
}

/** Runs the operations; throws MongoClientBulkWriteError when any failed. */
export async function bulkWrite(
  client: MongoClient,
  models: readonly ClientBulkWriteModel[],
  options: ClientBulkWriteOptions,
): Promise<ClientBulkWriteResult> {
  refuseUnknown('bulkWrite', options, OPTIONS);
  if (!Array.isArray(models) || models.length === 0) {
    throw new MongoClientBulkWriteExecutionError('No client bulk write models were provided.');
  }
  const ordered = options.ordered !== false;
  const acknowledged = isAcknowledged(client.source, options);
  const verbose = options.verboseResults === true;
  if (!acknowledged && (verbose || ordered)) {
    throw new MongoInvalidArgumentError(
      `Cannot request unacknowledged write concern and ${verbose ? 'verbose results' : 'ordered writes'}`,
    );
  }
  const merged = new Merged();
  const failure = new MongoClientBulkWriteError({ message: 'Mongo client bulk write encountered an error' });
  let failed = false;
  for (let from = 0; from < models.length && !(failed && ordered); from += LIMITS.countMax) {
    const part = models.slice(from, from + LIMITS.countMax);
    try {
      failed = (await runPart(client, part, from, options, merged, failure, verbose)) || failed;
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      throw whole(error, failure, merged, acknowledged, verbose);
    }
  }
  if (!failed && failure.writeConcernErrors.length === 0) return merged.toResult(acknowledged, verbose);
  if (merged.succeeded > 0) failure.partialResult = merged.toResult(acknowledged, verbose);
  throw failure;
}

/** The command as a whole was refused: what was done before it is told all the same. */
function whole(
  error: MongoServerError,
  sofar: MongoClientBulkWriteError,
  merged: Merged,
  acknowledged: boolean,
  verbose: boolean,
): MongoClientBulkWriteError {
  const failure = new MongoClientBulkWriteError(error.errorResponse);
  failure.cause = error;
  failure.writeErrors = sofar.writeErrors;
  failure.writeConcernErrors = sofar.writeConcernErrors;
  if (merged.succeeded > 0) failure.partialResult = merged.toResult(acknowledged, verbose);
  return failure;
}

/** Tells whether an operation failed. */
async function runPart(
  client: MongoClient,
  models: readonly ClientBulkWriteModel[],
  from: number,
  options: ClientBulkWriteOptions,
  merged: Merged,
  failure: MongoClientBulkWriteError,
  verbose: boolean,
): Promise<boolean> {
  const namespaces = new Map<string, number>();
  const ops = models.map((model) => {
    const known = namespaces.get(model.namespace);
    const index = known ?? namespaces.size;
    if (known === undefined) namespaces.set(model.namespace, index);
    return operationOf(client, model, index);
  });
  const command: Document = {
    bulkWrite: 1,
    errorsOnly: !verbose,
    ordered: options.ordered !== false,
    ops,
    nsInfo: [...namespaces.keys()].map((ns) => ({ ns })),
  };
  if (options.bypassDocumentValidation !== undefined) command['bypassDocumentValidation'] = options.bypassDocumentValidation;
  if (options.let !== undefined) command['let'] = options.let;
  const concern = writeConcern(client.source, options);
  if (concern !== undefined) command['writeConcern'] = concern.toCommand();
  // 'neither': what the reply says of the write concern is told with the rest, at the end.
  const reply = await execute(client.source, 'admin', command, { ...options, ...READABLE }, 'neither', { kind: 'bulkWrite' });
  const unmet = reply.body['writeConcernError'] as Document | undefined;
  if (unmet !== undefined) failure.writeConcernErrors.push({ code: unmet['code'], message: unmet['errmsg'] });
  merged.addCounts(reply.body);
  let failed = false;
  const given = await results(client, reply, options);
  const errors = given.filter((result) => Number(result['ok']) !== 1);
  // Only errors are told unless all results were asked for; in order, nothing after the first error was tried.
  const tried = options.ordered !== false && errors.length > 0 ? Number(errors[0]?.['idx']) + 1 : models.length;
  merged.succeeded += tried - errors.length;
  for (const result of given) {
    const index = Number(result['idx']);
    if (Number(result['ok']) === 1) {
      if (verbose) merged.addOne(from + index, ops[index] as Document, result);
    } else {
      failed = true;
      failure.writeErrors.set(from + index, { code: Number(result['code']), message: String(result['errmsg']) });
    }
  }
  return failed;
}

/** All results, also those beyond the first batch. */
async function results(
  client: MongoClient,
  reply: Awaited<ReturnType<typeof execute>>,
  options: ClientBulkWriteOptions,
): Promise<Document[]> {
  const found = (reply.batch?.peek() ?? []) as Document[];
  const own = { ...inheritBson(client.source.settings.bson, options), ...READABLE, session: options.session };
  let id = (reply.body['cursor'] as Document | undefined)?.['id'];
  while (id !== undefined && !id.isZero()) {
    const command = { getMore: id, collection: '$cmd.bulkWrite' };
    const more = await execute(client.source, 'admin', command, own, 'neither', { kind: 'bulkWrite' });
    found.push(...((more.batch?.peek() ?? []) as Document[]));
    id = (more.body['cursor'] as Document)['id'];
  }
  return found;
}

