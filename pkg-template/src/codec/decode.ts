/**
 * Decodes BSON to JavaScript values, as the npm package `bson` does with its default options, several times faster.
 *
 * Documents of one collection look alike, so the keys are predicted: a trie of the keys seen so far, by position, each
 * with its bytes; where the bytes agree, the ready-made key string is used and no text is decoded. ASCII text is cut
 * out of one string that holds a whole window of the reply; other text goes through a checking UTF-8 decoder. Types
 * that are rare are handed to the classes of `bson`.
 */
import {
  Binary,
  BSONError,
  BSONRegExp,
  Code,
  DBRef,
  Decimal128,
  deserialize,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import { newShape, rootShape, type Shape, shapeOf } from './shape.js';

/** A decoded document. */
export type Decoded = { [key: string]: unknown };

/** Documents nested deeper than this are refused (MongoDB's own limit is below it). */
const DEPTH_MAX = 250;
/** Text is cut out of windows of about this size, so that a string that is kept holds no more than that alive. */
const WINDOW_BYTES = 64 << 10;
/**
 * A call of TextDecoder costs as much as some 200 characters that are put together from their codes, and grows with
 * what it is not asked for: in replies below this size text up to the length after it is made from codes. Measured
 * in Chromium on replies of ten documents, 7 KB: a seventh less time; on a hundred documents it makes no difference.
 */
const SMALL_REPLY_BYTES = 16 << 10;
const SHORT_TEXT_BYTES = 160;
/** In larger replies a window serves many texts, and only the shortest come without one. */
const TINY_TEXT_BYTES = 2;

/** A key is compared with at most this many that are known at its place before it is read as text. */
const COMPARED_FOLLOWERS = 8;
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// The bytes being decoded. Decoding calls no code of the user, so it cannot be entered twice.
let bytes: Uint8Array = new Uint8Array(0);
let view: DataView = new DataView(bytes.buffer);
let position = 0;
/** Where the bytes that may be read end. */
let limit = 0;
let depth = 0;
/** Whether the reply holds little text. */
let isSmall = false;
let windowText = '';
let windowStart = 0;
let windowEnd = 0;

function corrupt(what: string): BSONError {
  return new BSONError(`corrupt BSON: ${what}`);
}

/** Makes the bytes from `start` on those that are decoded next. */
function use(source: Uint8Array, start: number, end: number = source.length): void {
  if (bytes !== source) {
    bytes = source;
    view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    forgetWindow();
  }
  position = start;
  limit = end;
  depth = 0;
}

function forgetWindow(): void {
  windowStart = windowEnd = 0;
  windowText = '';
}

/** A reply of this length among bytes that were others at the last call. */
function useReply(reply: PlacedReply): number {
  const { bytes: source, start } = reply;
  use(source, start);
  const length = start + 5 > source.length ? 0 : view.getInt32(start, true);
  if (length < 5 || start + length > source.length) throw corrupt('the length of a reply');
  limit = start + length;
  if (windowEnd !== 0) forgetWindow();
  return length;
}

function moveWindow(start: number): void {
  const end = Math.min(limit, start + WINDOW_BYTES);
  windowText = latin1.decode(bytes.subarray(start, end));
  windowStart = start;
  windowEnd = end;
}

function isAscii(start: number, end: number): boolean {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    if ((view.getInt32(at, true) & 0x80808080) !== 0) return false;
  }
  for (; at < end; at++) {
    if ((bytes[at] as number) >= 0x80) return false;
  }
  return true;
}

function text(start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (!isAscii(start, end)) return utf8Text(start, end);
  if (start < windowStart || end > windowEnd) {
    if (length <= (isSmall ? SHORT_TEXT_BYTES : TINY_TEXT_BYTES)) return shortText(start, length);
    if (length > WINDOW_BYTES) return latin1.decode(bytes.subarray(start, end));
    moveWindow(start);
  }
  return windowText.substring(start - windowStart, end - windowStart);
}

const characterCodes: number[][] = [];

/** ASCII text put together from its character codes. */
function shortText(start: number, length: number): string {
  // An array for each length: changing the length of one is dear.
  const codes = (characterCodes[length] ??= new Array<number>(length).fill(0));
  for (let i = 0; i < length; i++) codes[i] = bytes[start + i] as number;
  return String.fromCharCode.apply(null, codes);
}

function utf8Text(start: number, end: number): string {
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    throw new BSONError('Invalid UTF-8 string in BSON document');
  }
}

/** Where the C string at `start` has its NUL. */
function cstringEnd(start: number): number {
  let end = start;
  while (bytes[end] !== 0) {
    if (end >= limit) throw corrupt('a key without an end');
    end++;
  }
  return end;
}

function cstring(): string {
  const start = position;
  const end = cstringEnd(start);
  position = end + 1;
  return text(start, end);
}

function string(): string {
  const length = view.getInt32(position, true);
  const start = position + 4;
  const end = start + length - 1;
  if (length <= 0 || end >= limit || bytes[end] !== 0) throw corrupt('the length of a string');
  position = end + 1;
  return text(start, end);
}

/** The end of the document or array at the position; the position moves to its first element. */
function open(): number {
  const size = view.getInt32(position, true);
  const end = position + size - 1;
  if (size < 5 || end >= limit || bytes[end] !== 0) throw corrupt('the length of a document');
  if (++depth > DEPTH_MAX) throw corrupt('nested too deep');
  position += 4;
  return end;
}

function close(end: number): void {
  if (position !== end) throw corrupt('a document that is not closed where its length says');
  position = end + 1;
  depth--;
}

/** Whether the key at the position is this one; then the position moves behind it. */
function isKey(expected: Uint8Array): boolean {
  const length = expected.length;
  const start = position;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== expected[i]) return false;
  position = start + length;
  return true;
}

/** The shape of the key at the position, which moves behind it. */
function key(previous: Shape): Shape {
  const expected = previous.next;
  return expected !== null && isKey(expected.bytes) ? expected : unexpectedKey(previous);
}

/** The key of a document that goes on otherwise than the one before: known all the same, or new. */
function unexpectedKey(previous: Shape): Shape {
  const { followers } = previous;
  if (followers !== null && followers.size <= COMPARED_FOLLOWERS) {
    for (const known of followers.values()) {
      if (known !== previous.next && isKey(known.bytes)) return (previous.next = known);
    }
  }
  const start = position;
  const end = cstringEnd(start);
  position = end + 1;
  return (previous.next = shapeOf(previous, bytes, start, end + 1, keyText));
}

function keyText(start: number, end: number): string {
  if (!isAscii(start, end)) return utf8Text(start, end);
  return end - start <= SHORT_TEXT_BYTES ? shortText(start, end - start) : latin1.decode(bytes.subarray(start, end));
}

function set(target: Decoded, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function document(shape: Shape): Decoded | DBRef {
  const end = open();
  const result: Decoded = {};
  let at = shape;
  let dollars = false;
  while (position < end) {
    const type = bytes[position++] as number;
    at = key(at);
    if (at.special) {
      if (at.key === '__proto__') {
        set(result, '__proto__', value(type, at));
        continue;
      }
      dollars = true;
    }
    result[at.key] = value(type, at);
  }
  close(end);
  return dollars ? reference(result) : result;
}

/** A document with the fields of a DBRef, and with no other `$` fields, is one. */
function reference(fields: Decoded): Decoded | DBRef {
  const { $ref, $id, $db, ...others } = fields;
  if ($id == null || typeof $ref !== 'string' || ($db != null && typeof $db !== 'string')) return fields;
  for (const name of Object.keys(others)) if (name.startsWith('$')) return fields;
  return new DBRef($ref, $id as ObjectId, $db as string | undefined, others);
}

function array(shape: Shape): unknown[] {
  const end = open();
  const result: unknown[] = [];
  while (position < end) {
    const type = bytes[position++] as number;
    while (bytes[position++] !== 0) {
      if (position > end) throw corrupt('an array index without an end');
    }
    result.push(value(type, shape));
  }
  close(end);
  return result;
}

function value(type: number, at: Shape): unknown {
  switch (type) {
    case 2:
      return string();
    case 16: {
      const start = position;
      position = start + 4;
      return view.getInt32(start, true);
    }
    case 1: {
      const start = position;
      position = start + 8;
      return view.getFloat64(start, true);
    }
    case 7: {
      const start = position;
      position = start + 12;
      if (position > limit) throw corrupt('an object id that is cut off');
      return objectId(start);
    }
    case 9:
      return new Date(integer64());
    case 8: {
      const byte = bytes[position++] as number;
      if (byte > 1) throw corrupt('a boolean that is neither 0 nor 1');
      return byte === 1;
    }
    case 3:
      return document((at.child ??= newShape()));
    case 4:
      return array((at.child ??= newShape()));
    case 10:
      return null;
    case 18:
      return long();
    default:
      return rare(type, at);
  }
}

type ObjectIdAt = new (source: Uint8Array, offset: number) => ObjectId;

/** Made from the bytes in place: the second argument of the constructor says where they are. */
function objectId(start: number): ObjectId {
  return new (ObjectId as unknown as ObjectIdAt)(bytes, start);
}

/** Whether this release of `bson` makes object ids from bytes in place. */
const inPlace = (() => {
  const probe = new Uint8Array(14).fill(1, 2);
  try {
    return new (ObjectId as unknown as ObjectIdAt)(probe, 2).toHexString() === '01'.repeat(12);
  } catch {
    return false;
  }
})();
if (!inPlace) throw new Error('this release of the package bson is not supported: 7.2 or newer is needed');

function integer64(): number {
  const start = position;
  position = start + 8;
  return view.getInt32(start + 4, true) * 4294967296 + view.getUint32(start, true);
}

/** A number where it is exact, else a Long. */
function long(): number | Long {
  const start = position;
  position = start + 8;
  const low = view.getUint32(start, true);
  const high = view.getInt32(start + 4, true);
  if (high >= -0x200000 && (high < 0x200000 || (high === 0x200000 && low === 0))) return high * 4294967296 + low;
  return new Long(low | 0, high);
}

function rare(type: number, at: Shape): unknown {
  switch (type) {
    case 5:
      return binary();
    case 6:
      return undefined;
    case 11:
      return regExp(cstring(), cstring());
    case 12: {
      const namespace = string();
      const start = position;
      position = start + 12;
      return new DBRef(namespace, objectId(start));
    }
    case 13:
      return new Code(string());
    case 14:
      return string();
    case 15: {
      const end = position + view.getInt32(position, true);
      position += 4;
      const source = string();
      const scope = document((at.child ??= newShape()));
      if (position !== end) throw corrupt('the length of code with scope');
      return new Code(source, scope);
    }
    case 17: {
      const start = position;
      position = start + 8;
      return new Timestamp({ i: view.getUint32(start, true), t: view.getUint32(start + 4, true) });
    }
    case 19: {
      const start = position;
      position = start + 16;
      return new Decimal128(bytes.slice(start, position));
    }
    case 255:
      return new MinKey();
    case 127:
      return new MaxKey();
    default:
      throw corrupt(`unknown type ${String(type)} of field ${at.key}`);
  }
}

function binary(): Binary | UUID {
  let length = view.getInt32(position, true);
  const subtype = bytes[position + 4] as number;
  position += 5;
  if (subtype === 2) {
    const inner = view.getInt32(position, true);
    if (inner !== length - 4) throw corrupt('the length of a binary of subtype 2');
    length = inner;
    position += 4;
  }
  if (length < 0 || position + length > limit) throw corrupt('the length of a binary');
  const result = new Binary(bytes.slice(position, position + length), subtype);
  position += length;
  return subtype === 4 && UUID.isValid(result) ? result.toUUID() : result;
}

/** Whether regular expressions are given as they are stored. */
let keepRegExp = false;

const REG_EXP_FLAGS: { readonly [option: string]: string } = { i: 'i', m: 'm', s: 'g' };

function regExp(source: string, options: string): RegExp | BSONRegExp {
  if (keepRegExp) return new BSONRegExp(source, options);
  let flags = '';
  for (const option of options) flags += REG_EXP_FLAGS[option] ?? '';
  try {
    return new RegExp(source, flags);
  } catch {
    // The engine's expressions are richer than JavaScript's.
    throw new BSONError(`JavaScript cannot express the regular expression /${source}/: read it with bsonRegExp: true`);
  }
}

/** Options of `bson` for reading, as the driver passes them on. */
export interface DecodeOptions {
  raw?: boolean;
  promoteLongs?: boolean;
  promoteValues?: boolean;
  promoteBuffers?: boolean;
  bsonRegExp?: boolean;
  useBigInt64?: boolean;
  enableUtf8Validation?: boolean;
  fieldsAsRaw?: { [key: string]: boolean };
}

/** Whether this file decodes by itself what the options ask for; otherwise `bson` does. */
function isDefault(options: DecodeOptions): boolean {
  return (
    options.promoteLongs !== false &&
    options.promoteValues !== false &&
    options.promoteBuffers !== true &&
    options.bsonRegExp !== true &&
    options.useBigInt64 !== true &&
    options.enableUtf8Validation !== false &&
    options.fieldsAsRaw === undefined
  );
}

function deserializeOptions(options: DecodeOptions): object {
  const { enableUtf8Validation, raw: _, ...others } = options;
  return { ...others, validation: { utf8: enableUtf8Validation !== false } };
}

/** One document, alone in its bytes. */
export function decodeDocument(source: Uint8Array, options: DecodeOptions = {}): Decoded {
  if (!isDefault(options)) return deserialize(source, deserializeOptions(options));
  use(source, 0);
  isSmall = source.length < SMALL_REPLY_BYTES;
  const result = document(rootShape(''));
  if (position !== source.length) throw corrupt('bytes after the document');
  return result as Decoded;
}

/** The documents of one batch of a cursor: unless they are all wanted at once, they stay encoded until asked for. */
export class Batch {
  private index = 0;

  private constructor(
    private readonly count: number,
    /** Takes the document at an index. */
    private readonly at: (index: number) => unknown,
  ) {}

  /** Documents that start at these places of bytes that stay as they are. */
  static encoded(source: Uint8Array, starts: readonly number[], options: DecodeOptions, shape: Shape): Batch {
    const own = isDefault(options) && options.raw !== true;
    return new Batch(starts.length, (index) => {
      const start = starts[index] as number;
      if (!own) return piece(source, start, options);
      use(source, start);
      isSmall = source.length < SMALL_REPLY_BYTES;
      return document(shape);
    });
  }

  /** Documents that are decoded. */
  static decoded(documents: readonly unknown[]): Batch {
    return new Batch(documents.length, (index) => documents[index]);
  }

  /** How many documents are left. */
  get length(): number {
    return this.count - this.index;
  }

  /** The next document (its bytes when `raw` was asked for); null at the end. */
  shift(): unknown {
    return this.index >= this.count ? null : this.at(this.index++);
  }

  /** Decodes what is left without taking it. */
  peek(): unknown[] {
    const result: unknown[] = [];
    for (let index = this.index; index < this.count; index++) result.push(this.at(index));
    return result;
  }

  /** Drops what is left. */
  clear(): void {
    this.index = this.count;
  }
}

/** A document by options that only `bson` knows, or its bytes. */
function piece(source: Uint8Array, start: number, options: DecodeOptions): unknown {
  use(source, start);
  const bytes = source.slice(start, start + view.getInt32(start, true));
  return options.raw === true ? bytes : deserialize(bytes, deserializeOptions(options));
}

/** Where a reply lies. */
export interface PlacedReply {
  readonly bytes: Uint8Array;
  readonly start: number;
}

/** A reply to a command, its batch of documents (if it has one) not yet decoded. */
export interface Reply {
  /** The reply without the batch. */
  body: Decoded;
  batch: Batch | null;
  /** With options that differ from the defaults, and without a batch: the reply as they want it. */
  custom?: Decoded;
}

/** What a caller gets to see of a reply: `body` is for the driver, whatever the options. */
export function payload(reply: Reply): Decoded {
  return reply.custom ?? reply.body;
}

/** Where each document of the array at the position starts; null when it holds anything else. */
function starts(): number[] | null {
  const begin = position;
  const end = open();
  const found: number[] = [];
  while (position < end) {
    if (bytes[position++] !== 3) {
      position = begin;
      depth--;
      return null;
    }
    while (bytes[position++] !== 0) if (position > end) throw corrupt('an array index without an end');
    found.push(position);
    position += view.getInt32(position, true);
  }
  close(end);
  return found;
}

/** Decodes all documents of the array at the position; null when it holds anything else, or what cannot be decoded. */
function documents(shape: Shape): unknown[] | null {
  const begin = position;
  const outside = depth;
  try {
    const end = open();
    const result: unknown[] = [];
    while (position < end && bytes[position++] === 3) {
      while (bytes[position++] !== 0) if (position > end) throw corrupt('an array index without an end');
      result.push(document(shape));
    }
    close(end);
    return result;
  } catch {
    // Whoever takes the document gets the error, after those before it.
    position = begin;
    depth = outside;
    return null;
  }
}

/**
 * Decodes a reply; `cursor.firstBatch` / `cursor.nextBatch` become a {@link Batch}, which is decoded at once if `whole`,
 * else on demand. `kind` names what the documents of the batch have in common: their namespace. `inPlace`: the bytes
 * may change after this call, so what is decoded later needs a copy of them.
 */
export function decodeReply(
  source: PlacedReply,
  options: DecodeOptions,
  kind: string,
  whole = false,
  inPlace = false,
): Reply {
  isSmall = useReply(source) < SMALL_REPLY_BYTES;
  const reply: Reply = { body: {}, batch: null };
  const isPlain = isDefault(options) && options.raw !== true;
  keepRegExp = options.bsonRegExp === true;
  const end = open();
  let at = rootShape('reply');
  while (position < end) {
    const type = bytes[position++] as number;
    at = key(at);
    if (type === 3 && at.key === 'cursor') {
      reply.body['cursor'] = cursor(at, (shape) => batch(options, shape, whole, inPlace), reply, kind);
    } else {
      reply.body[at.key] = value(type, at);
    }
  }
  close(end);
  keepRegExp = false;
  if (!isPlain && reply.batch === null) {
    const whole = source.bytes.slice(source.start, end + 1);
    reply.custom = deserialize(whole, { ...deserializeOptions(options), raw: options.raw === true });
  }
  return reply;
}

/** How the reply to a cursor's command begins: the sizes of `cursor` and `firstBatch` aside. */
const CURSOR_HEAD = new TextEncoder().encode('\u0003cursor\0');
const BATCH_HEAD = new TextEncoder().encode('\u0004firstBatch\0');

/**
 * The first document of the first batch in a reply; null if the batch is empty. Undefined when that has to be found
 * out by {@link decodeReply}: for a reply of another form, such as an error.
 */
export function decodeFirst(source: PlacedReply, options: DecodeOptions, kind: string): unknown {
  if (!isDefault(options) || options.raw === true) return undefined;
  isSmall = useReply(source) < SMALL_REPLY_BYTES;
  position += 4;
  if (!isKey(CURSOR_HEAD)) return undefined;
  position += 4;
  if (!isKey(BATCH_HEAD)) return undefined;
  const empty = view.getInt32(position, true) === 5;
  if (empty) return null;
  position += 4;
  if (bytes[position++] !== 3) return undefined;
  while (bytes[position++] !== 0) if (position > limit) throw corrupt('an array index without an end');
  return document(rootShape(kind));
}

/** The batch at the position; null when that is something else. */
function batch(options: DecodeOptions, shape: Shape, whole: boolean, inPlace: boolean): Batch | null {
  if (whole && options.raw !== true && isDefault(options)) {
    const decoded = documents(shape);
    if (decoded !== null) return Batch.decoded(decoded);
  }
  const found = starts();
  if (found === null) return null;
  if (!inPlace) return Batch.encoded(bytes, found, options, shape);
  // From the first document to the end of the reply.
  const from = found[0] ?? limit;
  const places = found.map((start) => start - from);
  return Batch.encoded(bytes.slice(from, limit), places, options, shape);
}

function cursor(parent: Shape, take: (shape: Shape) => Batch | null, reply: Reply, kind: string): Decoded {
  const result: Decoded = {};
  const end = open();
  let at = (parent.child ??= newShape());
  while (position < end) {
    const type = bytes[position++] as number;
    at = key(at);
    if (type === 4 && (at.key === 'firstBatch' || at.key === 'nextBatch')) {
      const found = take(rootShape(kind));
      if (found !== null) {
        reply.batch = found;
        continue;
      }
    }
    // The cursor's id keeps its 64 bits whatever its value.
    if (type === 18 && at.key === 'id') {
      result['id'] = new Long(view.getInt32(position, true), view.getInt32(position + 4, true));
      position += 8;
    } else {
      result[at.key] = value(type, at);
    }
  }
  close(end);
  return result;
}
