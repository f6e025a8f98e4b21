/** Sorts, index keys and hints in the forms people write them, brought to the form commands carry. */
import { MongoInvalidArgumentError } from './errors.js';
import type { Document, Hint, IndexSpecification, Sort } from './types/document.js';

function direction(value: unknown): unknown {
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 'ascending':
    case 'asc':
    case 1:
    case '1':
      return 1;
    case 'descending':
    case 'desc':
    case -1:
    case '-1':
      return -1;
    default:
  }
  if (typeof value === 'object' && value !== null && '$meta' in value) return value;
  throw new MongoInvalidArgumentError(`Invalid sort direction: ${JSON.stringify(value)}`);
}

function isPair(value: readonly unknown[]): boolean {
  if (value.length !== 2 || typeof value[0] !== 'string') return false;
  try {
    direction(value[1]);
    return true;
  } catch {
    return false;
  }
}

/** A sort as an ordered map; undefined when there is none. */
export function formatSort(sort: Sort | Document | undefined, order?: unknown): Map<string, unknown> | undefined {
  if (sort == null) return undefined;
  if (typeof sort === 'string') return new Map([[sort, direction(order ?? 1)]]);
  if (typeof sort !== 'object') {
    throw new MongoInvalidArgumentError(`Invalid sort format: ${JSON.stringify(sort)} Sort must be a valid object`);
  }
  if (Array.isArray(sort)) {
    const list = sort as readonly unknown[];
    if (list.length === 0) return undefined;
    if (isPair(list)) return new Map([[String(list[0]), direction(list[1])]]);
    return new Map(
      list.map((item): [string, unknown] => (Array.isArray(item) ? [String(item[0]), direction(item[1])] : [String(item), 1])),
    );
  }
  const entries = sort instanceof Map ? [...sort] : Object.entries(sort);
  if (entries.length === 0) return undefined;
  return new Map(entries.map(([key, value]): [string, unknown] => [String(key), direction(value)]));
}

/** A hint: a name stays, keys become an ordered document. */
export function formatHint(hint: Hint | readonly unknown[] | undefined): unknown {
  if (hint == null || typeof hint === 'string') return hint ?? undefined;
  if (Array.isArray(hint)) return indexKeys(hint as IndexSpecification);
  return hint;
}

const KINDS = new Set<unknown>(['2d', '2dsphere', 'text', 'hashed', 'geoHaystack']);

function isKind(value: unknown): boolean {
  return typeof value === 'number' || KINDS.has(value);
}

/** An index's keys in order. */
export function indexKeys(specification: IndexSpecification): Map<string, unknown> {
  const keys = new Map<string, unknown>();
  add(keys, specification);
  if (keys.size === 0) throw new MongoInvalidArgumentError('Index keys cannot be empty');
  return keys;
}

function add(keys: Map<string, unknown>, specification: unknown): void {
  if (typeof specification === 'string') {
    keys.set(specification, 1);
  } else if (Array.isArray(specification)) {
    if (specification.length === 2 && typeof specification[0] === 'string' && isKind(specification[1])) {
      keys.set(specification[0], specification[1]);
    } else {
      for (const item of specification) add(keys, item);
    }
  } else if (specification instanceof Map) {
    for (const [key, value] of specification) keys.set(String(key), value);
  } else if (typeof specification === 'object' && specification !== null) {
    for (const [key, value] of Object.entries(specification)) keys.set(key, value);
  } else {
    throw new MongoInvalidArgumentError('Index keys must be a string, an array, a Map or an object');
  }
}

/** The name that an index gets when none is given: its keys and directions. */
export function indexName(keys: ReadonlyMap<string, unknown>): string {
  return [...keys].map(([key, value]) => `${key}_${String(value)}`).join('_');
}
