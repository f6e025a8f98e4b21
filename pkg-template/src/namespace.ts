/** `database.collection`. */
import { MongoInvalidArgumentError, MongoRuntimeError } from './errors.js';

/** The names of a database and of a collection in it. */
export class MongoDBNamespace {
  /** The name of the database. */
  readonly db: string;
  /** The name of the collection. */
  readonly collection?: string;
  readonly #text: string;

  constructor(db: string, collection?: string) {
    this.db = db;
    if (collection !== undefined) this.collection = collection;
    this.#text = collection === undefined ? db : `${db}.${collection}`;
  }

  /** Takes `database.collection` apart. */
  static fromString(namespace: string): MongoDBNamespace {
    const dot = namespace.indexOf('.');
    if (namespace === '') throw new MongoRuntimeError('Cannot parse an empty namespace');
    return dot < 0
      ? new MongoDBNamespace(namespace)
      : new MongoDBNamespace(namespace.slice(0, dot), namespace.slice(dot + 1));
  }

  /** Another collection of the same database. */
  withCollection(collection: string): MongoDBNamespace {
    return new MongoDBNamespace(this.db, collection);
  }

  /** As text. */
  toString(): string {
    return this.#text;
  }
}

/** Refuses names that no collection can have. */
export function checkCollectionName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new MongoInvalidArgumentError('Collection name must be a String');
  if (name === '' || name.includes('..')) throw new MongoInvalidArgumentError('Collection names cannot be empty');
  if (name.startsWith('.') || name.endsWith('.')) {
    throw new MongoInvalidArgumentError("Collection names must not start or end with '.'");
  }
  if (name.includes('$') && !/^(\$cmd|oplog\.\$main)/.test(name)) {
    throw new MongoInvalidArgumentError("Collection names must not contain '$'");
  }
  if (name.includes('\0')) throw new MongoInvalidArgumentError('Collection names cannot contain a null character');
}

/** Refuses names that no database can have. */
export function checkDatabaseName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new MongoInvalidArgumentError('Database name must be a string');
  if (name === '') throw new MongoInvalidArgumentError('Database name cannot be the empty string');
  if (name === '$external') return;
  for (const character of [' ', '.', '$', '/', '\\', '\0']) {
    if (name.includes(character)) {
      throw new MongoInvalidArgumentError(`Database names cannot contain the character ${JSON.stringify(character)}`);
    }
  }
}
