/** Making and dropping indexes. */
import type { CursorSource } from './cursor/abstract_cursor.js';
import { execute, result } from './execute.js';
import type { MongoDBNamespace } from './namespace.js';
import { type CollationOptions, COMMAND_OPTIONS, type CommandOperationOptions, optionNames, refuseUnknown } from './options.js';
import { indexKeys, indexName } from './sort.js';
import type { Document, IndexSpecification } from './types/document.js';

/** What an index may be besides its keys. */
export interface IndexProperties {
  name?: string;
  unique?: boolean;
  sparse?: boolean;
  hidden?: boolean;
  background?: boolean;
  partialFilterExpression?: Document;
  expireAfterSeconds?: number;
  storageEngine?: Document;
  collation?: CollationOptions;
  /** The index format, by the driver's name for it. */
  version?: number;
  weights?: Document;
  default_language?: string;
  language_override?: string;
  textIndexVersion?: number;
  '2dsphereIndexVersion'?: number;
  bits?: number;
  min?: number;
  max?: number;
  bucketSize?: number;
  wildcardProjection?: Document;
  /** Build the index although it makes no sense here; the engine decides. */
  v?: number;
}

/** One index for `createIndexes`. */
export interface IndexDescription extends IndexProperties {
  key: IndexSpecification;
}

/** Options of `createIndex`. */
export interface CreateIndexesOptions extends Omit<CommandOperationOptions, 'collation'>, IndexProperties {
  commitQuorum?: number | string;
}

const PROPERTIES = [
  'name',
  'unique',
  'sparse',
  'hidden',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
  'storageEngine',
  'collation',
  'version',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'wildcardProjection',
  'v',
] as const;
const LIST_OPTIONS = optionNames(COMMAND_OPTIONS.filter((name) => name !== 'collation'), ['commitQuorum']);
/** The names of options of `createIndex`: those of the index and those of the command. */
export const CREATE_INDEX_OPTIONS = optionNames(COMMAND_OPTIONS, PROPERTIES, ['commitQuorum']);
const DROP_OPTIONS = optionNames(COMMAND_OPTIONS);

/** An index as the command `createIndexes` carries it. */
export function indexDescription(
  specification: IndexSpecification,
  properties: IndexProperties,
  known: ReadonlySet<string> | readonly string[] = PROPERTIES,
): Document {
  refuseUnknown('createIndex', properties, known);
  const keys = indexKeys(specification);
  const description: Document = { key: keys, name: properties.name ?? indexName(keys) };
  for (const name of PROPERTIES) {
    if (name !== 'name' && properties[name] !== undefined) description[name === 'version' ? 'v' : name] = properties[name];
  }
  return description;
}

/** Makes indexes; gives their names. */
export async function createIndexes(
  source: CursorSource,
  namespace: MongoDBNamespace,
  indexes: Document[],
  options: CreateIndexesOptions,
  known: ReadonlySet<string> = LIST_OPTIONS,
): Promise<string[]> {
  refuseUnknown('createIndexes', options, known);
  const command: Document = { createIndexes: namespace.collection, indexes };
  if (options.commitQuorum !== undefined) command['commitQuorum'] = options.commitQuorum;
  await execute(source, namespace.db, command, { ...options, collation: undefined }, 'write');
  return indexes.map((index) => String(index['name']));
}

/** Drops an index by its name, or all with `*`. */
export async function dropIndex(
  source: CursorSource,
  namespace: MongoDBNamespace,
  name: string,
  options: CommandOperationOptions,
): Promise<Document> {
  refuseUnknown('dropIndex', options, DROP_OPTIONS);
  const command = { dropIndexes: namespace.collection, index: name };
  return result(source, namespace.db, command, options, 'write');
}
