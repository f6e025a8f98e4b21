/** The error classes: names, hierarchy and fields of the official Node driver. */

/** A document whose fields are not known to the type system. */
// As in the driver, fields of a reply are `any`: they are used without a cast.
type AnyDocument = { [key: string]: any };

/** What the engine answers when a command fails. */
export interface ErrorDescription extends AnyDocument {
  message?: string;
  errmsg?: string;
  $err?: string;
  errorLabels?: string[];
  errInfo?: AnyDocument;
}

/** The base of every error of this package. */
export class MongoError extends Error {
  /** MongoDB's error code, when the engine gave one. */
  declare code?: number | string;
  declare connectionGeneration?: number;
  declare cause?: Error;
  readonly #labels = new Set<string>();

  constructor(message: string, options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoError';
  }

  /** The message, by its older name. */
  get errmsg(): string {
    return this.message;
  }

  get errorLabels(): string[] {
    return [...this.#labels];
  }

  hasErrorLabel(label: string): boolean {
    return this.#labels.has(label);
  }

  addErrorLabel(label: string): void {
    this.#labels.add(label);
  }
}

/** The engine refused a command. */
export class MongoServerError extends MongoError {
  /** The whole reply. */
  declare errorResponse: ErrorDescription;
  declare codeName?: string;
  declare writeConcernError?: AnyDocument;
  declare errInfo?: AnyDocument;
  declare ok?: number;
  [key: string]: any;

  constructor(reply: ErrorDescription) {
    super(reply.message ?? reply.errmsg ?? reply.$err ?? 'n/a');
    for (const label of reply.errorLabels ?? []) this.addErrorLabel(label);
    this.errorResponse = reply;
    for (const name of Object.keys(reply)) {
      if (name !== 'errorLabels' && name !== 'errmsg' && name !== 'message' && name !== 'errorResponse') {
        (this as AnyDocument)[name] = reply[name];
      }
    }
  }

  override get name(): string {
    return 'MongoServerError';
  }
}

/** The package itself found something wrong. */
export class MongoDriverError extends MongoError {
  override get name(): string {
    return 'MongoDriverError';
  }
}

/** The API was used in a way that cannot work. */
export class MongoAPIError extends MongoDriverError {
  override get name(): string {
    return 'MongoAPIError';
  }
}

/** Something happened at run time that should not. */
export class MongoRuntimeError extends MongoDriverError {
  override get name(): string {
    return 'MongoRuntimeError';
  }
}

/** A bulk operation that already ran was run again. */
export class MongoBatchReExecutionError extends MongoAPIError {
  constructor(message = 'This batch has already been executed, create new batch to execute', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoBatchReExecutionError';
  }
}

/** The client is not connected. */
export class MongoNotConnectedError extends MongoAPIError {
  override get name(): string {
    return 'MongoNotConnectedError';
  }
}

/** The client was closed while, or before, the operation ran. */
export class MongoClientClosedError extends MongoAPIError {
  constructor(message = 'Operation interrupted because client was closed', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoClientClosedError';
  }
}

/** The engine behind the client is closed. */
export class MongoTopologyClosedError extends MongoAPIError {
  constructor(message = 'Topology is closed', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoTopologyClosedError';
  }
}

/** The engine behind the client is closed. */
export class MongoServerClosedError extends MongoAPIError {
  constructor(message = 'Server is closed', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoServerClosedError';
  }
}

/** A transaction was used in a wrong way. */
export class MongoTransactionError extends MongoAPIError {
  override get name(): string {
    return 'MongoTransactionError';
  }
}

/** A session was used after its end. */
export class MongoExpiredSessionError extends MongoAPIError {
  constructor(message = 'Cannot use a session that has ended', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoExpiredSessionError';
  }
}

/** A tailable cursor was used in a way it does not support. */
export class MongoTailableCursorError extends MongoAPIError {
  constructor(message = 'Tailable cursor does not support this operation', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoTailableCursorError';
  }
}

/** A cursor was changed after its first document was asked for. */
export class MongoCursorInUseError extends MongoAPIError {
  constructor(message = 'Cursor is already initialized', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoCursorInUseError';
  }
}

/** A document was asked of a cursor that has none left. */
export class MongoCursorExhaustedError extends MongoAPIError {
  constructor(message = 'Cursor is exhausted', options?: { cause?: Error }) {
    super(message, options);
  }

  override get name(): string {
    return 'MongoCursorExhaustedError';
  }
}

/** An argument or an option is not valid. */
export class MongoInvalidArgumentError extends MongoAPIError {
  override get name(): string {
    return 'MongoInvalidArgumentError';
  }
}

/** Something that this deployment does not offer was asked for. */
export class MongoCompatibilityError extends MongoAPIError {
  override get name(): string {
    return 'MongoCompatibilityError';
  }
}

/** Something that must be installed is not. */
export class MongoMissingDependencyError extends MongoAPIError {
  override get name(): string {
    return 'MongoMissingDependencyError';
  }
}

/** A URL or an option could not be understood. */
export class MongoParseError extends MongoDriverError {
  override get name(): string {
    return 'MongoParseError';
  }
}

/** An operation took longer than it was given. */
export class MongoOperationTimeoutError extends MongoDriverError {
  override get name(): string {
    return 'MongoOperationTimeoutError';
  }
}

/** A change stream failed. */
export class MongoChangeStreamError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoChangeStreamError';
  }
}

/** A GridFS stream failed. */
export class MongoGridFSStreamError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoGridFSStreamError';
  }
}

/** A GridFS file has a wrong chunk. */
export class MongoGridFSChunkError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoGridFSChunkError';
  }
}

/** The engine answered something that cannot be understood. */
export class MongoUnexpectedServerResponseError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoUnexpectedServerResponseError';
  }
}

/** Kept for code that names it; never thrown here. */
export class MongoStalePrimaryError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoStalePrimaryError';
  }
}

/** Kept for code that names it; never thrown here. */
export class MongoDecompressionError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoDecompressionError';
  }
}

/** The results of a client bulk write could not be read. */
export class MongoClientBulkWriteCursorError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoClientBulkWriteCursorError';
  }
}

/** A client bulk write could not be carried out. */
export class MongoClientBulkWriteExecutionError extends MongoRuntimeError {
  override get name(): string {
    return 'MongoClientBulkWriteExecutionError';
  }
}

/** The connection to the engine (a worker, another tab) failed. */
export class MongoNetworkError extends MongoError {
  override get name(): string {
    return 'MongoNetworkError';
  }
}

/** The connection to the engine did not answer in time. */
export class MongoNetworkTimeoutError extends MongoNetworkError {
  override get name(): string {
    return 'MongoNetworkTimeoutError';
  }
}

/** The surroundings failed: storage, or the engine itself. */
export class MongoSystemError extends MongoError {
  /** What was known of the deployment. */
  readonly reason?: unknown;

  constructor(message: string, reason?: unknown) {
    super(message, reason instanceof Error ? { cause: reason } : undefined);
    this.reason = reason;
  }

  override get name(): string {
    return 'MongoSystemError';
  }
}

/** No engine could be reached, or its database could not be opened: `code` and `codeName` say why. */
export class MongoServerSelectionError extends MongoSystemError {
  declare codeName?: string;

  override get name(): string {
    return 'MongoServerSelectionError';
  }
}

/** A write was applied but not to the degree its write concern asks for. */
export class MongoWriteConcernError extends MongoServerError {
  declare result: AnyDocument;

  constructor(reply: AnyDocument) {
    super({ ...reply, ...(reply['writeConcernError'] as AnyDocument), message: String(reply['writeConcernError']?.errmsg) });
    this.result = reply;
  }

  override get name(): string {
    return 'MongoWriteConcernError';
  }
}

/**
 * The browser dropped stored data, without a word, since it was last open: what is there is empty or older than what
 * had been acknowledged. Not an error of the driver's; `client.dataLoss` gives it, and the app decides.
 */
export class TussockDataLossError extends MongoSystemError {
  constructor(
    readonly database: string,
    /** The number of the last commit that is known to have been durable. */
    readonly lastCommit: number,
  ) {
    super(`The browser dropped data of ${database}: commits up to number ${String(lastCommit)} had been stored`);
  }

  override get name(): string {
    return 'TussockDataLossError';
  }
}

/** The browser's quota for this site is used up: nothing of the write was stored. Reads and removals go on. */
export class TussockQuotaError extends MongoServerError {
  constructor(
    reply: ErrorDescription,
    /** Bytes that this site uses, and bytes that it may use, if the browser says so. */
    readonly usage: number | undefined,
    readonly quota: number | undefined,
  ) {
    super(reply);
  }

  override get name(): string {
    return 'TussockQuotaError';
  }
}
