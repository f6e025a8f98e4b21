/** The cursor of `aggregate`, on a collection or on a database. */
import { MongoInvalidArgumentError } from '../errors.js';
import type { MongoDBNamespace } from '../namespace.js';
import type { CollationOptions, WriteConcern, WriteConcernSettings } from '../options.js';
import { WriteConcern as WriteConcernClass } from '../options.js';
import { formatHint, formatSort } from '../sort.js';
import type { Document, Hint, Sort } from '../types/document.js';
import { type AbstractCursorOptions, type CursorSource, cursorOptionNames } from './abstract_cursor.js';
import type { ExplainOptions } from './explain.js';
import { ExplainableCursor } from './explainable_cursor.js';

/** Options of `aggregate`. */
export interface AggregateOptions extends AbstractCursorOptions, ExplainOptions {
  /** Allowed and without effect: there is no disk to spill to. */
  allowDiskUse?: boolean;
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
  /** Options of the cursor, in the command's form. */
  cursor?: { batchSize?: number };
  /** How long getMore waits for documents, in milliseconds. */
  maxAwaitTimeMS?: number;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Variables for expressions. */
  let?: Document;
  /** A stage `$out` at the end. */
  out?: string;
  /** When writes are acknowledged, unless an operation says otherwise. */
  writeConcern?: WriteConcernSettings | WriteConcern;
  /** Read and write what is stored; without effect for servers before 8.2, which this engine answers as. */
  rawData?: boolean;
}

const PASSED_ON = ['allowDiskUse', 'bypassDocumentValidation', 'collation', 'let'] as const;
const AGGREGATE_OPTIONS = cursorOptionNames(
  ...PASSED_ON,
  'cursor',
  'hint',
  'out',
  'explain',
  'writeConcern',
  'maxAwaitTimeMS',
);

/** The results of a pipeline; nothing runs until the first of them is asked for. */
export class AggregationCursor<TSchema = unknown> extends ExplainableCursor<TSchema> {
  /** The stages. */
  readonly pipeline: Document[];
  private readonly options: AggregateOptions;
  private readonly collection: string | undefined;

  /** `collection` is undefined for a pipeline on the database. @internal */
  constructor(
    source: CursorSource,
    namespace: MongoDBNamespace,
    pipeline: Document[] = [],
    options: AggregateOptions = {},
  ) {
    super(source, namespace, options, 'aggregate', AGGREGATE_OPTIONS);
    if (!Array.isArray(pipeline)) {
      throw new MongoInvalidArgumentError('Argument "pipeline" must be an array of aggregation stages');
    }
    this.pipeline = options.out === undefined ? [...pipeline] : [...pipeline, { $out: options.out }];
    this.options = this.given as AggregateOptions;
    delete this.options.out;
    this.collection = namespace.collection;
    const batchSize = options.cursor?.batchSize;
    if (options.cursor != null && typeof options.cursor !== 'object') {
      throw new MongoInvalidArgumentError('Option "cursor" must be an object');
    }
    if (batchSize !== undefined && options.batchSize === undefined) this.batchSize(batchSize);
  }

  /** A fresh cursor of the same kind. */
  clone(): AggregationCursor<TSchema> {
    return new AggregationCursor<TSchema>(this.source, this.cursorNamespace, this.pipeline, {
      ...this.options,
      readPreference: this.readPreference,
      readConcern: this.readConcern,
    });
  }

  /** Passes every document through a function. */
  map<T>(transform: (document: TSchema) => T): AggregationCursor<T> {
    this.mapped(transform as (document: never) => unknown);
    return this as unknown as AggregationCursor<T>;
  }

  /** @internal */
  protected plain(explained: boolean): Document {
    const { batchSize } = this.options;
    // The first batch of a pipeline that writes is empty: its size does not matter.
    const sized = batchSize !== undefined && !explained && !this.writes();
    return this.aggregate(sized ? { batchSize } : {}, explained);
  }

  private writes(): boolean {
    const last = this.pipeline[this.pipeline.length - 1];
    return last !== undefined && ('$out' in last || '$merge' in last);
  }

  private aggregate(cursor: Document, explained: boolean): Document {
    const command: Document = { aggregate: this.collection ?? 1, pipeline: this.pipeline };
    for (const name of PASSED_ON) if (this.options[name] !== undefined) command[name] = this.options[name];
    const hint = formatHint(this.options.hint);
    if (hint !== undefined) command['hint'] = hint;
    command['cursor'] = cursor;
    if (!explained) {
      const inherited = this.writes() ? this.source.settings.writeConcern : undefined;
      const concern = WriteConcernClass.fromOptions(this.options.writeConcern) ?? inherited;
      if (concern !== undefined) command['writeConcern'] = concern.toCommand();
    }
    return this.addCommon(command);
  }

  override addToGetMore(command: Document): void {
    super.addToGetMore(command);
    if (this.options.maxAwaitTimeMS !== undefined) command['maxTimeMS'] = this.options.maxAwaitTimeMS;
  }

  /** Adds a stage at the end. */
  addStage<T = Document>(stage: Document): AggregationCursor<T> {
    this.mutable();
    this.pipeline.push(stage);
    return this as unknown as AggregationCursor<T>;
  }

  /** Adds `$group`. */
  group<T = TSchema>($group: Document): AggregationCursor<T> {
    return this.addStage<T>({ $group });
  }

  /** Adds `$limit`. */
  limit($limit: number): this {
    return this.stage({ $limit });
  }

  /** Adds `$match`. */
  match($match: Document): this {
    return this.stage({ $match });
  }

  /** Adds `$out`. */
  out($out: { db: string; coll: string } | string): this {
    return this.stage({ $out });
  }

  /** Adds `$project`. */
  project<T extends Document = Document>($project: Document): AggregationCursor<T> {
    return this.addStage<T>({ $project });
  }

  /** Adds `$lookup`. */
  lookup($lookup: Document): this {
    return this.stage({ $lookup });
  }

  /** Adds `$redact`. */
  redact($redact: Document): this {
    return this.stage({ $redact });
  }

  /** Adds `$skip`. */
  skip($skip: number): this {
    return this.stage({ $skip });
  }

  /** Adds `$sort`. */
  sort($sort: Sort): this {
    return this.stage({ $sort: formatSort($sort) });
  }

  /** Adds `$unwind`. */
  unwind($unwind: Document | string): this {
    return this.stage({ $unwind });
  }

  /** Adds `$geoNear`. */
  geoNear($geoNear: Document): this {
    return this.stage({ $geoNear });
  }

  private stage(stage: Document): this {
    this.addStage(stage);
    return this;
  }
}
