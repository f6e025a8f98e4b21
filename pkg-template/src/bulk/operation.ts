/** Bulks that are put together call by call: `initializeOrderedBulkOp`, `initializeUnorderedBulkOp`. */
import type { Collection } from '../collection.js';
import { MongoBatchReExecutionError, MongoInvalidArgumentError } from '../errors.js';
import { hasAtomicOperators } from '../execute.js';
import {
  type BSONSerializeOptions,
  type CollationOptions,
  COMMAND_OPTIONS,
  optionNames,
  refuseUnknown,
  type WriteConcern,
} from '../options.js';
import type { Document, Hint } from '../types/document.js';
import { type Batch, type BatchType, type BulkOptions, executeBatches } from './execute.js';
import { type AnyBulkWriteOperation, deleteStatement, statementOf, updateStatement } from './models.js';
import type { BulkWriteResult } from './result.js';

/** Options of a bulk write on a collection. */
export interface BulkWriteOptions extends BulkOptions {
  forceServerObjectId?: boolean;
}

/** The names of {@link BulkWriteOptions}. */
export const BULK_OPTIONS = optionNames(COMMAND_OPTIONS, ['bypassDocumentValidation', 'forceServerObjectId', 'ordered', 'let']);

/** What both kinds of bulk share. */
export abstract class BulkOperationBase {
  /** Whether the bulk stops at the first error. */
  readonly isOrdered: boolean;
  /** Never set, as by the driver. */
  readonly operationId?: number;
  private readonly list: Batch[] = [];
  private count = 0;
  private executed = false;

  /** @internal */
  constructor(
    protected readonly collection: Collection<Document>,
    protected readonly options: BulkWriteOptions,
    ordered: boolean,
  ) {
    this.isOrdered = ordered;
  }

  /** Adds an insert. */
  insert(document: Document): this {
    return this.addToOperationsList('insert', this.collection.withIdFor(document, this.options));
  }

  /** Selects the documents of the update or delete that follows. */
  find(selector: Document): FindOperators {
    if (typeof selector !== 'object' || selector === null) {
      throw new MongoInvalidArgumentError('Bulk find operation must specify a selector');
    }
    return new FindOperators(this, selector);
  }

  /** Adds an operation in the form of `collection.bulkWrite`. */
  raw(operation: AnyBulkWriteOperation<any>): this {
    if (operation == null || typeof operation !== 'object') {
      throw new MongoInvalidArgumentError('Operation must be an object with an operation key');
    }
    const { type, statement } = statementOf(operation, (document) =>
      this.collection.withIdFor(document, this.options),
    );
    return this.addToOperationsList(type, statement);
  }

  /** Adds a statement: in order to the last batch if it is of its kind, else to any batch of its kind. */
  addToOperationsList(type: BatchType, statement: Document): this {
    const last = this.isOrdered ? this.list[this.list.length - 1] : this.list.find((batch) => batch.type === type);
    let batch = last;
    if (batch === undefined || batch.type !== type) {
      batch = { type, statements: [], indexes: [] };
      this.list.push(batch);
    }
    batch.statements.push(statement);
    batch.indexes?.push(this.count++);
    return this;
  }

  /** How many operations there are. */
  get length(): number {
    return this.count;
  }

  /** How values are written and read, unless an operation says otherwise. */
  get bsonOptions(): BSONSerializeOptions {
    return this.collection.bsonOptions;
  }

  /** When writes are acknowledged, unless an operation says otherwise. */
  get writeConcern(): WriteConcern | undefined {
    return this.collection.writeConcern;
  }

  /** The operations, those of a kind together. */
  get batches(): readonly Batch[] {
    return this.list;
  }

  /** Runs the bulk, once. */
  async execute(options: BulkWriteOptions = {}): Promise<BulkWriteResult> {
    if (this.executed) throw new MongoBatchReExecutionError();
    if (this.count === 0) {
      throw new MongoInvalidArgumentError('Invalid BulkOperation, Batch cannot be empty');
    }
    refuseUnknown('execute', options, BULK_OPTIONS);
    this.executed = true;
    const all = { ...this.options, ...options, ordered: this.isOrdered };
    return executeBatches(this.collection.source, this.collection.s.namespace, this.list, all);
  }
}

/** A bulk that stops at the first error. */
export class OrderedBulkOperation extends BulkOperationBase {
  /** @internal */
  constructor(collection: Collection<Document>, options: BulkWriteOptions) {
    super(collection, options, true);
  }
}

/** A bulk that tries every operation, in whatever order. */
export class UnorderedBulkOperation extends BulkOperationBase {
  /** @internal */
  constructor(collection: Collection<Document>, options: BulkWriteOptions) {
    super(collection, options, false);
  }

  /** Whether a batch ended the bulk: an unordered bulk goes on. */
  handleWriteError(): boolean {
    return false;
  }
}

/** What to do with the documents that `bulk.find` selected. */
export class FindOperators {
  private readonly model: Document;

  /** @internal */
  constructor(
    readonly bulkOperation: BulkOperationBase,
    selector: Document,
  ) {
    this.model = { filter: selector };
  }

  /** Changes all that were selected. */
  update(update: Document | Document[]): BulkOperationBase {
    return this.add('updateMany', { update });
  }

  /** Changes the first that was selected. */
  updateOne(update: Document | Document[]): BulkOperationBase {
    if (!hasAtomicOperators(update)) {
      throw new MongoInvalidArgumentError('Update document requires atomic operators');
    }
    return this.add('updateOne', { update });
  }

  /** Replaces the first that was selected. */
  replaceOne(replacement: Document): BulkOperationBase {
    return this.add('replaceOne', { replacement });
  }

  /** Deletes the first that was selected. */
  deleteOne(): BulkOperationBase {
    return this.bulkOperation.addToOperationsList('delete', deleteStatement(this.model, 'deleteOne'));
  }

  /** Deletes all that were selected. */
  delete(): BulkOperationBase {
    return this.bulkOperation.addToOperationsList('delete', deleteStatement(this.model, 'deleteMany'));
  }

  /** Insert a document if none matches. */
  upsert(): this {
    return this.put('upsert', true);
  }

  /** How texts are compared. */
  collation(collation: CollationOptions): this {
    return this.put('collation', collation);
  }

  /** Which elements of arrays `$[name]` means. */
  arrayFilters(arrayFilters: Document[]): this {
    return this.put('arrayFilters', arrayFilters);
  }

  /** The index to use: its name or its keys. */
  hint(hint: Hint): this {
    return this.put('hint', hint);
  }

  private put(name: string, value: unknown): this {
    this.model[name] = value;
    return this;
  }

  private add(kind: 'updateOne' | 'updateMany' | 'replaceOne', what: Document): BulkOperationBase {
    return this.bulkOperation.addToOperationsList('update', updateStatement({ ...this.model, ...what }, kind));
  }
}
