/** Making and dropping indexes. */
import type { CursorSource } from './cursor/abstract_cursor.js';
import { execute, result } from './execute.js';
import type { MongoDBNamespace } from './namespace.js';
import { type CollationOptions, COMMAND_OPTIONS, type CommandOperationOptions, optionNames, refuseUnknown } from './options.js';
import { indexKeys, indexName } from './sort.js';
import type { Document, IndexSpecification } from './types/document.js';

/** What an index may be besides its keys. */
export interface IndexProperties {
  /** The name. Default: keys and directions. */
  name?: string;
  /** Refuse documents whose keys are there already. */
  unique?: boolean;
  /** Leave out documents without the fields. */
  sparse?: boolean;
  /** Hide the index from the planner. */
  hidden?: boolean;
  /** Of MongoDB before 4.2; the engine takes it and always builds at once. */
  background?: boolean;
  /** Which documents the index holds. */
  partialFilterExpression?: Document;
  /** Remove documents this long after the date in the field. */
  expireAfterSeconds?: number;
  /** Options of a storage engine; the engine decides. */
  storageEngine?: Document;
  /** How texts are compared. */
  collation?: CollationOptions;
  /** The index format, by the driver's name for it. */
  version?: number;
  /** Of a text index: how much each field counts. */
  weights?: Document;
  /** Of a text index: the language of texts. */
  default_language?: string;
  /** Of a text index: the field with a text's language. */
  language_override?: string;
  /** The format of a text index. */
  textIndexVersion?: number;
  /** The format of an index on a sphere. */
  '2dsphereIndexVersion'?: number;
  /** Of an index on a plane: the precision. */
  bits?: number;
  /** Of an index on a plane: the lowest coordinate. */
  min?: number;
  /** Of an index on a plane: the highest coordinate. */
  max?: number;
  /** Of an index of MongoDB 4: the engine decides. */
  bucketSize?: number;
  /** Which fields a wildcard index holds. */
  wildcardProjection?: Document;
  /** Build the index although it makes no sense here; the engine decides. */
  v?: number;
}

/** One index for `createIndexes`. */
export interface IndexDescription extends IndexProperties {
  /** The keys, in any form that `createIndex` takes. */
  key: IndexSpecification;
}

/** Options of `createIndex`. */
export interface CreateIndexesOptions extends Omit<CommandOperationOptions, 'collation'>, IndexProperties {
  /** How many nodes must have built it: there is one. */
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
