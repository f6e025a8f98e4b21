/** The options of a collection's methods. */
import type { Abortable } from './abort.js';
import type { ExplainOptions } from './cursor/explain.js';
import type { ListIndexesOptions } from './cursor/list_cursors.js';
import type { CommandOperationOptions, SettingsOptions } from './options.js';
import type { Document, Hint, Sort } from './types/document.js';

/** Options of `db.collection`. */
export interface CollectionOptions extends SettingsOptions {
  /** Makes the `_id` of inserted documents. */
  pkFactory?: PkFactory;
}

/** Makes ids. */
export interface PkFactory {
  /** A new id. */
  createPk(): any;
}

/** Options of `insertOne`. */
export interface InsertOneOptions extends CommandOperationOptions {
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
  /** Leave it to the engine to make the `_id`. */
  forceServerObjectId?: boolean;
}

/** Options of `updateOne` and `updateMany`. */
export interface UpdateOptions extends CommandOperationOptions, ExplainOptions {
  /** Which elements of arrays `$[name]` means. */
  arrayFilters?: Document[];
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Insert a document if none matches. */
  upsert?: boolean;
  /** Variables for expressions. */
  let?: Document;
  /** The order. */
  sort?: Sort;
}

/** Options of `replaceOne`. */
export type ReplaceOptions = Omit<UpdateOptions, 'arrayFilters'>;

/** Options of `deleteOne` and `deleteMany`. */
export interface DeleteOptions extends CommandOperationOptions, ExplainOptions {
  /** Stop at the first error. Default true. */
  ordered?: boolean;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Variables for expressions. */
  let?: Document;
}

/** Options of `countDocuments`. */
export interface CountDocumentsOptions extends CommandOperationOptions, Abortable {
  /** After this many. */
  skip?: number;
  /** At most this many. */
  limit?: number;
  /** The index to use: its name or its keys. */
  hint?: Hint;
}

/** Options of `count`. */
export type CountOptions = CountDocumentsOptions & ExplainOptions;

/** Options of `estimatedDocumentCount`. */
export interface EstimatedDocumentCountOptions extends CommandOperationOptions {
  /** Give up after this many milliseconds of work. */
  maxTimeMS?: number;
}

/** Options of `distinct`. */
export interface DistinctOptions extends CommandOperationOptions, ExplainOptions {
  /** The index to use: its name or its keys. */
  hint?: Hint;
}

/** Options of `findOneAndDelete`. */
export interface FindOneAndDeleteOptions extends CommandOperationOptions, ExplainOptions {
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Which fields the documents are to have. */
  projection?: Document;
  /** The order. */
  sort?: Sort;
  /** Variables for expressions. */
  let?: Document;
  /** Give the reply's `value`, `lastErrorObject` and `ok` rather than the document. */
  includeResultMetadata?: boolean;
}

/** Options of `findOneAndReplace`. */
export interface FindOneAndReplaceOptions extends FindOneAndDeleteOptions {
  /** Do not check the documents against the collection's validator. */
  bypassDocumentValidation?: boolean;
  /** Give the document as it was before (the default) or as it is after. */
  returnDocument?: 'before' | 'after';
  /** Insert a document if none matches. */
  upsert?: boolean;
}

/** Options of `findOneAndUpdate`. */
export interface FindOneAndUpdateOptions extends FindOneAndReplaceOptions {
  /** Which elements of arrays `$[name]` means. */
  arrayFilters?: Document[];
}

/** Options of `rename`. */
export interface RenameOptions extends CommandOperationOptions {
  /** Drop a collection that has the new name. */
  dropTarget?: boolean;
}

/** Options of `indexInformation` and `indexes`. */
export interface IndexInformationOptions extends ListIndexesOptions {
  /** Whole descriptions rather than keys by name. */
  full?: boolean;
}

/** Names for `returnDocument`. */
export const ReturnDocument = Object.freeze({ BEFORE: 'before', AFTER: 'after' } as const);
export type ReturnDocument = (typeof ReturnDocument)[keyof typeof ReturnDocument];
