/** The cursor of `collection.find`. */
import { MongoInvalidArgumentError, MongoTailableCursorError } from '../errors.js';
import type { MongoDBNamespace } from '../namespace.js';
import type { CollationOptions } from '../options.js';
import { formatHint, formatSort } from '../sort.js';
import type { Document, Hint, Sort, SortDirection } from '../types/document.js';
import type { Filter } from '../types/filter.js';
import { AWAIT_MS_DEFAULT, type AbstractCursorOptions, type CursorSource, cursorOptionNames } from './abstract_cursor.js';
import type { ExplainOptions } from './explain.js';
import { ExplainableCursor } from './explainable_cursor.js';

/** Options of `find`. */
export interface FindOptions<TSchema extends Document = Document> extends AbstractCursorOptions, ExplainOptions {
  /** At most this many. */
  limit?: number;
  /** The order. */
  sort?: Sort;
  /** Which fields the documents are to have. */
  projection?: Document;
  /** After this many. */
  skip?: number;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** How many documents a batch has at most. */
  batchSize?: number;
  returnKey?: boolean;
  /** The lowest key of the index in `hint`, included. */
  min?: Document;
  /** The highest key of the index in `hint`, excluded. */
  max?: Document;
  /** How long getMore waits for documents, in milliseconds. */
  maxAwaitTimeMS?: number;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** Allowed and without effect: there is no disk to spill to. */
  allowDiskUse?: boolean;
  /** Close the cursor after the first batch. */
  singleBatch?: boolean;
  /** Without effect: nothing is sharded. */
  allowPartialResults?: boolean;
  /** Add the record's number as `$recordId`. */
  showRecordId?: boolean;
  /** Variables for `$expr`. */
  let?: Document;
  /** Keep the cursor open at the end of a capped collection. */
  tailable?: boolean;
  /** Wait there for more. */
  awaitData?: boolean;
  /** Keep the cursor however long it is not used. */
  noCursorTimeout?: boolean;
  /** Means nothing since MongoDB 4.4; refused when true. */
  oplogReplay?: boolean;
  /** Read and write what is stored; without effect for servers before 8.2, which this engine answers as. */
  rawData?: boolean;
  /** Deprecated modifiers are taken by `addQueryModifier` alone. @internal */
  schema?: TSchema;
}

const PASSED_ON = [
  'projection',
  'skip',
  'returnKey',
  'min',
  'max',
  'collation',
  'allowDiskUse',
  'singleBatch',
  'allowPartialResults',
  'showRecordId',
  'let',
  'tailable',
  'awaitData',
  'noCursorTimeout',
] as const;

/** The names of {@link FindOptions}. */
export const FIND_OPTIONS = cursorOptionNames(...PASSED_ON, 'limit', 'sort', 'hint', 'maxAwaitTimeMS', 'oplogReplay', 'explain');

/** Makes the command `find`. `oplogReplay` means nothing since MongoDB 4.4 and is refused when true. */
export function findCommand(collection: string | undefined, filter: Document, options: Document): Document {
  const command: Document = { find: collection, filter };
  const sort = formatSort(options['sort'] as Sort | undefined);
  if (sort !== undefined) command['sort'] = sort;
  for (const name of PASSED_ON) if (options[name] !== undefined) command[name] = options[name];
  const hint = formatHint(options['hint'] as Hint | undefined);
  if (hint !== undefined) command['hint'] = hint;
  addLimits(command, options);
  if (options['oplogReplay'] === true) throw new MongoInvalidArgumentError('The flag oplogReplay is not supported');
  return command;
}

function addLimits(command: Document, options: Document): void {
  const limit = options['limit'] as number | undefined;
  const batchSize = options['batchSize'] as number | undefined;
  if (limit !== undefined && limit !== 0) command['limit'] = Math.abs(limit);
  if (limit !== undefined && limit < 0) command['singleBatch'] = true;
  if (batchSize === undefined) return;
  if (batchSize < 0) {
    // A negative batch size asks for one batch of at most that many.
    if (limit !== undefined && limit !== 0 && Math.abs(batchSize) < Math.abs(limit)) command['limit'] = Math.abs(batchSize);
    command['singleBatch'] = true;
  } else if (batchSize === limit) {
    command['batchSize'] = batchSize + 1; // so that the first batch is known to be the last
  } else {
    command['batchSize'] = batchSize;
  }
}

/** Documents that match a filter; nothing runs until the first of them is asked for. */
export class FindCursor<TSchema = unknown> extends ExplainableCursor<TSchema> {
  private cursorFilter: Document;
  private readonly options: FindOptions;

  /** @internal */
  constructor(source: CursorSource, namespace: MongoDBNamespace, filter: Document = {}, options: FindOptions = {}) {
    super(source, namespace, options, 'find', FIND_OPTIONS);
    this.cursorFilter = filter;
    this.options = this.given as FindOptions;
    if (options.sort !== undefined) this.options.sort = formatSort(options.sort) as Sort;
  }

  /** A fresh cursor of the same kind. */
  clone(): FindCursor<TSchema> {
    return new FindCursor<TSchema>(this.source, this.cursorNamespace, this.cursorFilter, {
      ...this.options,
      readPreference: this.readPreference,
      readConcern: this.readConcern,
    });
  }

  /** Passes every document through a function. */
  map<T>(transform: (document: TSchema) => T): FindCursor<T> {
    this.mapped(transform as (document: never) => unknown);
    return this as unknown as FindCursor<T>;
  }

  /** @internal */
  protected plain(): Document {
    return this.addCommon(findCommand(this.cursorNamespace.collection, this.cursorFilter, this.options));
  }

  /** @internal */
  protected override nextBatchSize(): number | undefined {
    const { limit, batchSize } = this.options;
    if (limit === undefined || limit === 0 || batchSize === undefined || batchSize === 0) return super.nextBatchSize();
    const left = Math.abs(limit) - this.received;
    return left <= 0 ? 0 : Math.min(left, Math.abs(batchSize));
  }

  /** @deprecated Use `collection.countDocuments`. Counts without regard to skip and limit of the cursor's batches. */
  async count(options: { skip?: number; limit?: number; maxTimeMS?: number; hint?: Hint } = {}): Promise<number> {
    const command: Document = { count: this.cursorNamespace.collection, query: this.cursorFilter };
    const { limit, skip, hint, collation } = { ...this.options, ...options };
    if (limit !== undefined) command['limit'] = limit;
    if (skip !== undefined) command['skip'] = skip;
    if (hint !== undefined) command['hint'] = formatHint(hint);
    if (collation !== undefined) command['collation'] = collation;
    const reply = await this.runAlone(this.addCommon(command));
    return Number(reply.body['n']);
  }

  /** Sets which documents are meant. */
  filter(filter: Filter<TSchema>): this {
    this.mutable();
    this.cursorFilter = filter;
    return this;
  }

  /** The index to use: its name or its keys. */
  hint(hint: Hint): this {
    return this.put('hint', hint);
  }

  /** Sets the lowest key of the index in `hint`, included. */
  min(min: Document): this {
    return this.put('min', min);
  }

  /** Sets the highest key of the index in `hint`, excluded. */
  max(max: Document): this {
    return this.put('max', max);
  }

  returnKey(value: boolean): this {
    return this.put('returnKey', value);
  }

  /** Adds the record's number as `$recordId`. */
  showRecordId(value: boolean): this {
    return this.put('showRecordId', value);
  }

  /** Sets what is shown with the command where commands are shown. */
  comment(value: unknown): this {
    return this.put('comment', value as string);
  }

  /** @deprecated Use the methods of the cursor. */
  addQueryModifier(name: string, value: unknown): this {
    this.mutable();
    const options = new Map([
      ['$comment', 'comment'],
      ['$explain', 'explain'],
      ['$hint', 'hint'],
      ['$max', 'max'],
      ['$maxTimeMS', 'maxTimeMS'],
      ['$min', 'min'],
      ['$orderby', 'sort'],
      ['$query', 'filter'],
      ['$returnKey', 'returnKey'],
      ['$showDiskLoc', 'showRecordId'],
    ]);
    const option = options.get(name);
    if (option === undefined) {
      throw new MongoInvalidArgumentError(`Invalid query modifier: ${name}`);
    }
    if (option === 'filter') return this.filter(value as Filter<TSchema>);
    if (option === 'sort') return this.sort(value as Sort);
    return this.put(option as keyof FindOptions, value as never);
  }

  /** How long getMore waits for documents, in milliseconds. */
  maxAwaitTimeMS(value: number): this {
    if (typeof value !== 'number') {
      throw new MongoInvalidArgumentError('Argument for maxAwaitTimeMS must be a number');
    }
    return this.put('maxAwaitTimeMS', value);
  }

  override addToGetMore(command: Document): void {
    super.addToGetMore(command);
    if (this.options.maxAwaitTimeMS !== undefined) command['maxTimeMS'] = this.options.maxAwaitTimeMS;
  }

  /** @internal */
  protected override awaitTimeMS(): number | undefined {
    const { tailable, awaitData, maxAwaitTimeMS } = this.options;
    return tailable === true && awaitData === true ? (maxAwaitTimeMS ?? AWAIT_MS_DEFAULT) : undefined;
  }

  /** Chooses the fields of the documents. */
  project<T extends Document = Document>(value: Document): FindCursor<T> {
    this.put('projection', value);
    return this as unknown as FindCursor<T>;
  }

  /** The order. */
  sort(sort: Sort | string, direction?: SortDirection): this {
    this.mutable();
    if (this.options.tailable === true) throw new MongoTailableCursorError('Tailable cursor does not support sorting');
    const formatted = formatSort(sort, direction);
    if (formatted === undefined) delete this.options.sort;
    else this.options.sort = formatted as Sort;
    return this;
  }

  /** Allowed and without effect: there is no disk to spill to. */
  allowDiskUse(allow = true): this {
    this.mutable();
    if (this.options.sort === undefined) {
      throw new MongoInvalidArgumentError('Option "allowDiskUse" requires a sort specification');
    }
    return this.put('allowDiskUse', allow);
  }

  /** How texts are compared. */
  collation(value: CollationOptions): this {
    return this.put('collation', value);
  }

  /** At most this many. */
  limit(value: number): this {
    if (this.options.tailable === true) throw new MongoTailableCursorError('Tailable cursor does not support limit');
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "limit" requires an integer');
    return this.put('limit', value);
  }

  /** After this many. */
  skip(value: number): this {
    if (this.options.tailable === true) throw new MongoTailableCursorError('Tailable cursor does not support skip');
    if (typeof value !== 'number') throw new MongoInvalidArgumentError('Operation "skip" requires an integer');
    return this.put('skip', value);
  }

  private put<K extends keyof FindOptions>(name: K, value: FindOptions[K]): this {
    this.mutable();
    this.options[name] = value;
    return this;
  }
}
