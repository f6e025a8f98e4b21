/** The cursors of `db.listCollections` and `collection.listIndexes`. */
import type { Collection } from '../collection.js';
import type { Db } from '../db.js';
import type { Document } from '../types/document.js';
import { AbstractCursor, type AbstractCursorOptions, cursorOptionNames } from './abstract_cursor.js';

/** Options of `db.listCollections`. */
export interface ListCollectionsOptions extends AbstractCursorOptions {
  /** Give names and types alone. */
  nameOnly?: boolean;
  /** Without effect: there are no users. */
  authorizedCollections?: boolean;
  /** Read and write what is stored; without effect for servers before 8.2, which this engine answers as. */
  rawData?: boolean;
}

/** What is told of a collection. */
export interface CollectionInfo extends Document {
  /** The name. */
  name: string;
  /** `collection`, `view` or `timeseries`. */
  type?: string;
  /** The options it was created with. */
  options?: Document;
  /** Its UUID, and whether it can only be read. */
  info?: { readOnly?: boolean; uuid?: unknown };
  /** The index on `_id`. */
  idIndex?: Document;
}

const LIST_COLLECTIONS_OPTIONS = cursorOptionNames('nameOnly', 'authorizedCollections');
const LIST_INDEXES_OPTIONS = cursorOptionNames();

/** The collections of a database. */
export class ListCollectionsCursor<T extends Pick<CollectionInfo, 'name' | 'type'> | CollectionInfo = CollectionInfo> extends AbstractCursor<T> {
  /** @internal */
  constructor(
    readonly parent: Db,
    readonly filter: Document,
    readonly options: ListCollectionsOptions = {},
  ) {
    super(parent.source, parent.listNamespace(), options, 'listCollections', LIST_COLLECTIONS_OPTIONS);
  }

  /** A fresh cursor of the same kind. */
  clone(): ListCollectionsCursor<T> {
    return new ListCollectionsCursor<T>(this.parent, this.filter, this.options);
  }

  /** Passes every description through a function. */
  map<U>(transform: (document: T) => U): AbstractCursor<U> {
    this.mapped(transform as (document: never) => unknown);
    return this as unknown as AbstractCursor<U>;
  }

  /** @internal */
  protected opening(): Document {
    const command: Document = { listCollections: 1, filter: this.filter };
    if (this.options.nameOnly !== undefined) command['nameOnly'] = this.options.nameOnly;
    if (this.options.authorizedCollections !== undefined) {
      command['authorizedCollections'] = this.options.authorizedCollections;
    }
    return this.addToListing(command);
  }
}

/** Options of `collection.listIndexes`. */
export interface ListIndexesOptions extends AbstractCursorOptions {
  /** Read and write what is stored; without effect for servers before 8.2, which this engine answers as. */
  rawData?: boolean;
}

/** The indexes of a collection. */
export class ListIndexesCursor extends AbstractCursor<Document> {
  /** @internal */
  constructor(
    readonly parent: Collection<Document>,
    readonly options: ListIndexesOptions = {},
  ) {
    super(parent.source, parent.s.namespace, options, 'listIndexes', LIST_INDEXES_OPTIONS);
  }

  /** A fresh cursor of the same kind. */
  clone(): ListIndexesCursor {
    return new ListIndexesCursor(this.parent, this.options);
  }

  /** Passes every description through a function. */
  map<U>(transform: (document: Document) => U): AbstractCursor<U> {
    this.mapped(transform as (document: never) => unknown);
    return this as unknown as AbstractCursor<U>;
  }

  /** @internal */
  protected opening(): Document {
    return this.addToListing({ listIndexes: this.parent.collectionName });
  }
}
