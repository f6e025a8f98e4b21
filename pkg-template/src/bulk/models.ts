/** The operations of `collection.bulkWrite`, and the statements they become. */
import { MongoInvalidArgumentError } from '../errors.js';
import { checkReplacement, checkUpdate } from '../execute.js';
import { type CollationOptions, refuseUnknown } from '../options.js';
import { formatHint, formatSort } from '../sort.js';
import type { Document, Hint, OptionalId, Sort, WithoutId } from '../types/document.js';
import type { Filter } from '../types/filter.js';
import type { UpdateFilter } from '../types/update.js';
import type { BatchType } from './execute.js';

/** An insert of a bulk. */
export interface InsertOneModel<TSchema extends Document = Document> {
  /** The document. */
  document: OptionalId<TSchema>;
}

/** A replacement of a bulk. */
export interface ReplaceOneModel<TSchema extends Document = Document> {
  /** Which documents are meant. */
  filter: Filter<TSchema>;
  /** What is to stand in place of the document. */
  replacement: WithoutId<TSchema>;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Insert a document if none matches. */
  upsert?: boolean;
  /** The order. */
  sort?: Sort;
}

/** An update of a bulk, of the first document that matches. */
export interface UpdateOneModel<TSchema extends Document = Document> {
  /** Which documents are meant. */
  filter: Filter<TSchema>;
  /** Operators, or a pipeline. */
  update: UpdateFilter<TSchema> | UpdateFilter<TSchema>[];
  /** Which elements of arrays `$[name]` means. */
  arrayFilters?: Document[];
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The index to use: its name or its keys. */
  hint?: Hint;
  /** Insert a document if none matches. */
  upsert?: boolean;
  /** The order. */
  sort?: Sort;
}

/** An update of a bulk, of all documents that match. */
export type UpdateManyModel<TSchema extends Document = Document> = Omit<UpdateOneModel<TSchema>, 'sort'>;

/** A deletion of a bulk, of the first document that matches. */
export interface DeleteOneModel<TSchema extends Document = Document> {
  /** Which documents are meant. */
  filter: Filter<TSchema>;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The index to use: its name or its keys. */
  hint?: Hint;
}

/** A deletion of a bulk, of all documents that match. */
export type DeleteManyModel<TSchema extends Document = Document> = DeleteOneModel<TSchema>;

/** One operation of a bulk write. */
export type AnyBulkWriteOperation<TSchema extends Document = Document> =
  | { insertOne: InsertOneModel<TSchema> }
  | { replaceOne: ReplaceOneModel<TSchema> }
  | { updateOne: UpdateOneModel<TSchema> }
  | { updateMany: UpdateManyModel<TSchema> }
  | { deleteOne: DeleteOneModel<TSchema> }
  | { deleteMany: DeleteManyModel<TSchema> };

/** A statement of an `update` command. */
export function updateStatement(model: Document, kind: 'replaceOne' | 'updateOne' | 'updateMany'): Document {
  const known = ['filter', 'collation', 'hint', 'upsert', kind === 'replaceOne' ? 'replacement' : 'update'];
  if (kind !== 'replaceOne') known.push('arrayFilters');
  if (kind !== 'updateMany') known.push('sort');
  refuseUnknown(kind, model, known);
  const update: unknown = kind === 'replaceOne' ? model['replacement'] : model['update'];
  if (kind === 'replaceOne') checkReplacement(update);
  else checkUpdate(update);
  const statement: Document = { q: model['filter'] ?? {}, u: update };
  if (kind === 'updateMany') statement['multi'] = true;
  if (model['upsert'] !== undefined && model['upsert'] !== false) statement['upsert'] = model['upsert'];
  if (model['arrayFilters'] !== undefined) statement['arrayFilters'] = model['arrayFilters'];
  addSelection(statement, model);
  const sort = formatSort(model['sort'] as Sort | undefined);
  if (sort !== undefined) statement['sort'] = sort;
  return statement;
}

/** A statement of a `delete` command. */
export function deleteStatement(model: Document, kind: 'deleteOne' | 'deleteMany'): Document {
  refuseUnknown(kind, model, ['filter', 'collation', 'hint']);
  const statement: Document = { q: model['filter'] ?? {}, limit: kind === 'deleteOne' ? 1 : 0 };
  addSelection(statement, model);
  return statement;
}

function addSelection(statement: Document, model: Document): void {
  if (model['collation'] != null) statement['collation'] = model['collation'];
  const hint = formatHint(model['hint'] as Hint | undefined);
  if (hint !== undefined) statement['hint'] = hint;
}

/** What an operation of a bulk becomes; `addId` gives an inserted document its `_id`. */
export function statementOf(
  operation: Document,
  addId: (document: Document) => Document,
): { type: BatchType; statement: Document } {
  const names = Object.keys(operation);
  const kind = names[0];
  const model = operation[kind ?? ''] as Document | undefined;
  if (names.length !== 1 || typeof model !== 'object' || model === null) {
    throw new MongoInvalidArgumentError(
      'bulkWrite only supports insertOne, updateOne, updateMany, replaceOne, deleteOne, deleteMany',
    );
  }
  switch (kind) {
    case 'insertOne':
      // The document may stand in place of { document }.
      return { type: 'insert', statement: addId((model['document'] as Document | undefined) ?? model) };
    case 'replaceOne':
    case 'updateOne':
    case 'updateMany':
      return { type: 'update', statement: updateStatement(model, kind) };
    case 'deleteOne':
    case 'deleteMany':
      return { type: 'delete', statement: deleteStatement(model, kind) };
    default:
      throw new MongoInvalidArgumentError(
        'bulkWrite only supports insertOne, updateOne, updateMany, replaceOne, deleteOne, deleteMany',
      );
  }
}
