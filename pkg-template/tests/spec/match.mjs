// Whether an actual value matches an expected one, by the rules of the unified test format.

import { BSON, Long, ObjectId } from '../../build/index.js';

const NUMBER_TYPES = ['Long', 'Int32', 'Double'];

/** A number as one kind of value, whatever BSON type it has. */
function plain(value) {
  if (typeof value === 'bigint') return Number(value);
  if (value !== null && typeof value === 'object' && NUMBER_TYPES.includes(value._bsontype)) return Number(value.toString());
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}

function isDocument(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && value._bsontype === undefined && !(value instanceof Date)
    && !(value instanceof RegExp) && !(value instanceof Uint8Array);
}

/** The names that BSON types of a value have. */
function typesOf(value) {
  if (value === undefined) return [];
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (value instanceof Date) return ['date'];
  if (value instanceof RegExp) return ['regex'];
  const tag = value._bsontype;
  if (typeof value === 'number' || NUMBER_TYPES.includes(tag)) {
    return Number.isInteger(Number(value)) ? ['int', 'long', 'double', 'number'] : ['double', 'number'];
  }
  if (tag !== undefined) return [{ ObjectId: 'objectId', Binary: 'binData', Timestamp: 'timestamp', Decimal128: 'decimal' }[tag] ?? tag];
  return [{ string: 'string', boolean: 'bool', object: 'object' }[typeof value] ?? typeof value];
}

const OPERATORS = {
  $$exists: (expected, actual) => (actual !== undefined) === expected,
  $$type: (expected, actual) => [expected].flat().some((type) => typesOf(actual).includes(type)),
  $$unsetOrMatches: (expected, actual, context) => actual === undefined || actual === null || mismatch(expected, actual, context) === null,
  $$matchesEntity: (expected, actual, context) => mismatch(context.entities.get(expected), actual, context) === null,
  $$matchesHexBytes: (expected, actual) => Buffer.from(actual).toString('hex') === expected,
  $$sessionLsid: (expected, actual, context) => mismatch(context.entities.get(expected).value.id, actual, context) === null,
  $$lte: (expected, actual) => plain(actual) <= plain(expected),
  $$matchAsRoot: (expected, actual, context) => mismatch(expected, actual, { ...context, root: true }) === null,
  $$matchAsDocument: (expected, actual, context) => mismatch(expected, BSON.EJSON.parse(actual), context) === null,
};

/** What is different, in words; null when the actual value matches. `context.root` allows further keys at the top. */
export function mismatch(expected, actual, context, path = '') {
  const place = path === '' ? 'the value' : path;
  const inner = { ...context, root: false };
  if (isDocument(expected)) {
    const keys = Object.keys(expected);
    const operator = keys.length === 1 ? OPERATORS[keys[0]] : undefined;
    if (operator !== undefined) {
      return operator(expected[keys[0]], actual, context) ? null : `${place}: ${show(actual)} does not match ${show(expected)}`;
    }
    const found = plain(actual);
    if (!isDocument(found)) return `${place}: ${show(actual)} is no document (${show(expected)})`;
    for (const key of keys) {
      const difference = key in found || hasOperator(expected[key])
        ? mismatch(expected[key], found[key], inner, path === '' ? key : `${path}.${key}`)
        : `${place} has no ${key}: ${show(found)}`;
      if (difference !== null) return difference;
    }
    const surplus = context.root ? [] : Object.keys(found).filter((key) => !(key in expected));
    return surplus.length === 0 ? null : `${place} has further keys: ${surplus.join(', ')}`;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${place}: ${show(actual)} is no array`;
    if (actual.length !== expected.length) return `${place}: ${actual.length} elements, not ${expected.length}: ${show(actual)}`;
    // The documents that find and aggregate give are roots of their own.
    const element = context.root && path === '' ? context : inner;
    for (let i = 0; i < expected.length; i++) {
      const difference = mismatch(expected[i], actual[i], element, `${path}[${i}]`);
      if (difference !== null) return difference;
    }
    return null;
  }
  return same(plain(expected), plain(actual)) ? null : `${place}: ${show(actual)} is not ${show(expected)}`;
}

function hasOperator(expected) {
  return isDocument(expected) && Object.keys(expected)[0]?.startsWith('$$');
}

function same(expected, actual) {
  if (expected === null || typeof expected !== 'object') return Object.is(expected, actual) || expected === actual;
  if (actual === null || typeof actual !== 'object') return false;
  if (expected instanceof ObjectId) return expected.equals(actual);
  return BSON.EJSON.stringify({ v: expected }) === BSON.EJSON.stringify({ v: actual });
}

function show(value) {
  if (value === undefined) return 'nothing';
  return BSON.EJSON.stringify(value instanceof Long ? Number(value) : value).slice(0, 300);
}
