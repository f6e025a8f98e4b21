/** How collections and databases run a command: options onto the command, reply to result. */
import { payload, type Reply } from './codec/decode.js';
import { MongoInvalidArgumentError, MongoServerError, MongoWriteConcernError } from './errors.js';
import { type ExplainOptions, explainCommand } from './cursor/explain.js';
import type { CursorSource } from './cursor/abstract_cursor.js';
import type { ReplyUse } from './deployment.js';
import { type Abortable, Limits } from './abort.js';
import { type CommandOperationOptions, inheritBson, NO_OPTIONS, ReadConcern, ReadPreference, WriteConcern } from './options.js';
import { inSession } from './session.js';
import type { Document } from './types/document.js';

/** Whether a command reads or writes decides which concern it inherits. */
export type Intent = 'read' | 'write' | 'neither';

/** Adds to a command what the options and the inherited settings say. */
export function withOptions(command: Document, source: CursorSource, options: CommandOperationOptions, intent: Intent): Document {
  const { collation, maxTimeMS, comment, readPreference } = options;
  if (readPreference !== undefined) ReadPreference.fromOptions(readPreference);
  if (collation !== undefined && collation !== null) command['collation'] = collation;
  if (maxTimeMS !== undefined) command['maxTimeMS'] = maxTimeMS;
  if (comment !== undefined) command['comment'] = comment;
  // What was asked for is sent, and the engine judges it; what is inherited goes where it has a meaning.
  const { settings } = source;
  const read = ReadConcern.fromOptions(options.readConcern) ?? (intent === 'read' ? settings.readConcern : undefined);
  if (read !== undefined) command['readConcern'] = read.toJSON();
  const write = WriteConcern.fromOptions(options.writeConcern) ?? (intent === 'write' ? settings.writeConcern : undefined);
  if (write !== undefined) command['writeConcern'] = write.toCommand();
  return command;
}

/** The write concern of an operation. */
export function writeConcern(source: CursorSource, options: CommandOperationOptions): WriteConcern | undefined {
  return WriteConcern.fromOptions(options.writeConcern) ?? source.settings.writeConcern;
}

/** Whether the result may claim that the write happened. */
export function isAcknowledged(source: CursorSource, options: CommandOperationOptions): boolean {
  return writeConcern(source, options)?.acknowledged ?? true;
}

/** Runs a command with its options. The reply of an engine that answers at once is given at once, and so are errors. */
export function execute(
  source: CursorSource,
  database: string,
  command: Document,
  options: CommandOperationOptions & ExplainOptions & Abortable,
  intent: Intent,
  use?: ReplyUse,
): Reply | Promise<Reply> {
  const bson = inheritBson(source.settings.bson, options);
  let complete = withOptions(command, source, options, intent);
  if (options.explain !== undefined) {
    delete complete['writeConcern']; // nothing is written
    complete = explainCommand(complete, options.explain);
  }
  inSession(complete, options.session, source);
  const { timeoutMS } = source.settings;
  const limits = options === NO_OPTIONS && timeoutMS === undefined ? null : Limits.of(options, timeoutMS);
  limits?.onto(complete);
  const { deployment } = source;
  const reply =
    limits === null
      ? deployment.runNow(database, complete, bson, use)
      : limits.within(() => deployment.runNow(database, complete, bson, use));
  if (intent !== 'write') return reply;
  return reply instanceof Promise ? reply.then(checkWriteConcern) : checkWriteConcern(reply);
}

function checkWriteConcern(reply: Reply): Reply {
  if (reply.body['writeConcernError'] !== undefined && reply.body['writeErrors'] === undefined) {
    throw new MongoWriteConcernError(reply.body);
  }
  return reply;
}

/** Runs a command whose reply is the result. */
export async function result(...parameters: Parameters<typeof execute>): Promise<Document> {
  return payload(await execute(...parameters));
}

/** Throws what a reply with `ok: 1` says went wrong with its single write. */
export function throwWriteError(body: Document): void {
  const errors = body['writeErrors'] as Document[] | undefined;
  if (errors !== undefined && errors.length > 0) throw new MongoServerError(errors[0] as Document);
}

/** Whether a document, or every stage of a pipeline, begins with an operator. */
export function hasAtomicOperators(update: unknown): boolean {
  if (Array.isArray(update)) return update.length > 0 && update.every(hasAtomicOperators);
  if (typeof update !== 'object' || update === null) return false;
  const first = update instanceof Map ? update.keys().next().value : Object.keys(update)[0];
  return typeof first === 'string' && first.startsWith('$');
}

/** Refuses an update without operators. */
export function checkUpdate(update: unknown): void {
  if (Array.isArray(update) && update.length === 0) return; // an empty pipeline changes nothing
  if (!hasAtomicOperators(update)) {
    throw new MongoInvalidArgumentError('Update document requires atomic operators');
  }
}

/** Refuses a replacement with operators. */
export function checkReplacement(replacement: unknown): void {
  if (typeof replacement !== 'object' || replacement === null || Array.isArray(replacement)) {
    throw new MongoInvalidArgumentError('Replacement must be a document');
  }
  if (hasAtomicOperators(replacement)) {
    throw new MongoInvalidArgumentError('Replacement document must not contain atomic operators');
  }
}
