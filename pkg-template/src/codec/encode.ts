/**
 * Encodes JavaScript values as BSON, byte for byte as the npm package `bson` does, at about half its cost.
 *
 * One buffer is reused between calls and grows as needed; what is common (strings, numbers, dates, object ids, nested
 * documents and arrays) is written here, rare types are handed to `bson`. Deliberately absent: `eval` and
 * `new Function`, which pages with a content security policy refuse.
 */
import { BSONError, BSONVersionError, serialize } from 'bson';

/** What may be chosen when documents are encoded. */
export interface EncodeOptions {
  /** Leave out fields whose value is `undefined` (otherwise they become null). */
  ignoreUndefined: boolean;
  /** Write functions as Code (otherwise they are left out). */
  serializeFunctions: boolean;
  /** Refuse keys that start with `$` or contain a dot. */
  checkKeys?: boolean;
}

/** How much of a list of documents one command may carry. */
export interface RunLimits {
  readonly bytesMax: number;
  readonly countMax: number;
}

/** A value of a command: documents from a list, as many as the limits allow and at least one, as an array. */
export class DocumentRun {
  /** How many documents there were room for: known once the command is encoded. */
  count = 0;

  constructor(
    readonly documents: readonly object[],
    readonly from: number,
    readonly limits: RunLimits,
    readonly checkKeys: boolean,
  ) {}

  /** The documents that were encoded. */
  taken(): readonly object[] {
    const { documents, from, count } = this;
    return count === documents.length ? documents : documents.slice(from, from + count);
  }
}

/** A command in the encoder's own buffer, until it is released. */
export interface EncodedCommand {
  /** The bytes in place: good until the release. */
  view(): Uint8Array;
  /** Bytes of the caller's own. */
  copy(): Uint8Array;
  /** Gives the buffer back. To be called once, and nothing else after it. */
  release(): void;
}

const BSON_MAJOR_VERSION = 7;
const VERSION_SYMBOL = Symbol.for('@@mdb.bson.version');
const TYPE_SYMBOL = Symbol.for('@@mdb.bson.type');
/** Deeper values are refused here; the engine's own limit, with its own error, lies below this. */
const DEPTH_MAX = 250;
/** Strings up to this many characters are written by a loop; longer ones by TextEncoder. */
const SHORT_STRING_LENGTH = 48;
/** A buffer that grew beyond this is given back after the call. */
const KEPT_BUFFER_BYTES = 4 << 20;
const KEYS_WITH_DOLLAR = new Set(['$db', '$ref', '$id', '$clusterTime']);

const encoder = new TextEncoder();
const indexKeys: Uint8Array[] = [];

type Tagged = { readonly [name: string | symbol]: unknown };

/** The writer that is free; a toBSON method may need another meanwhile. */
let spare: Writer | null = null;
/** The buffer of the last large command, as long as the garbage collector leaves it: the next is often as large. */
let large: WeakRef<Uint8Array> | null = null;

class Writer implements EncodedCommand {
  private buffer: Uint8Array = new Uint8Array(16 << 10);
  private bytes: DataView = new DataView(this.buffer.buffer);
  private position = 0;
  private seen: Uint8Array = new Uint8Array(0);
  private readonly path: object[] = [];
  private ignoreUndefined = false;
  private serializeFunctions = false;
  private checkKeys = false;

  /** A writer that nobody else uses. */
  static free(options: EncodeOptions): Writer {
    const writer = spare ?? new Writer();
    spare = null;
    writer.position = 0;
    writer.path.length = 0;
    writer.ignoreUndefined = options.ignoreUndefined;
    writer.serializeFunctions = options.serializeFunctions;
    writer.checkKeys = options.checkKeys === true;
    return writer;
  }

  release(): void {
    if (this.buffer.length <= KEPT_BUFFER_BYTES) spare = this;
    else large = new WeakRef(this.buffer);
  }

  view(): Uint8Array {
    // Commands of the same form are often of the same length.
    const { seen, buffer, position } = this;
    if (seen.length === position && seen.buffer === buffer.buffer) return seen;
    return (this.seen = buffer.subarray(0, position));
  }

  copy(): Uint8Array {
    return this.buffer.slice(0, this.position);
  }

  /** Reserves the four bytes of a length and says where they are. */
  open(): number {
    this.ensure(5);
    const start = this.position;
    this.position = start + 4;
    return start;
  }

  close(start: number): void {
    this.ensure(1);
    this.buffer[this.position++] = 0;
    this.bytes.setInt32(start, this.position - start, true);
  }

  /** Takes the closing zero away. */
  reopen(): void {
    this.position--;
  }

  private ensure(extra: number): void {
    const needed = this.position + extra;
    if (needed > this.buffer.length) this.grow(needed);
  }

  private grow(needed: number): void {
    let larger = large?.deref();
    large = null;
    if (larger === undefined || larger.length < needed) {
      let size = this.buffer.length * 2;
      while (size < needed) size *= 2;
      larger = new Uint8Array(size);
    }
    larger.set(this.buffer.subarray(0, this.position));
    this.buffer = larger;
    this.bytes = new DataView(larger.buffer);
  }

  /** The type byte and the key; leaves room for a fixed-size value (16 bytes and what surrounds it). */
  private key(type: number, key: string): void {
    const length = key.length;
    this.ensure(length * 3 + 32);
    const buffer = this.buffer;
    let position = this.position;
    buffer[position++] = type;
    for (let i = 0; i < length; i++) {
      const code = key.charCodeAt(i);
      if (code === 0) throw new BSONError(`key ${JSON.stringify(key)} must not contain null bytes`);
      if (code >= 0x80) {
        if (key.includes('\0')) throw new BSONError(`key ${JSON.stringify(key)} must not contain null bytes`);
        position = this.position + 1;
        position += encoder.encodeInto(key, buffer.subarray(position)).written;
        break;
      }
      buffer[position++] = code;
    }
    buffer[position++] = 0;
    this.position = position;
  }

  private index(type: number, index: number): void {
    this.ensure(48);
    const key = indexKeys[index] ?? indexKey(index);
    const buffer = this.buffer;
    let position = this.position;
    buffer[position++] = type;
    for (let i = 0; i < key.length; i++) buffer[position++] = key[i] as number;
    buffer[position++] = 0;
    this.position = position;
  }

  /** The payload of a string: length, UTF-8, NUL. */
  private string(value: string): void {
    const length = value.length;
    this.ensure(length * 3 + 5);
    const buffer = this.buffer;
    const start = this.position;
    let position = start + 4;
    let index = 0;
    if (length <= SHORT_STRING_LENGTH) {
      for (; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code >= 0x80) break;
        buffer[position++] = code;
      }
    }
    if (index < length) {
      position = start + 4;
      position += encoder.encodeInto(value, buffer.subarray(position)).written;
    }
    buffer[position++] = 0;
    this.bytes.setInt32(start, position - start - 4, true);
    this.position = position;
  }

  private int32(value: number): void {
    this.bytes.setInt32(this.position, value, true);
    this.position += 4;
  }

  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length + 16);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** An element whose key is `key`, or the index `at` when the key is null (in arrays). */
  private head(type: number, key: string | null, at: number): void {
    if (key === null) this.index(type, at);
    else this.key(type, key);
  }

  /** Writes one element; values that BSON does not have (functions, symbols) are left out. */
  element(key: string | null, at: number, value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.head(2, key, at);
        this.string(value);
        return;
      case 'number':
        this.number(key, at, value);
        return;
      case 'boolean':
        this.head(8, key, at);
        this.buffer[this.position++] = value ? 1 : 0;
        return;
      case 'object':
        if (value === null) this.head(10, key, at);
        else this.object(key, at, value);
        return;
      case 'undefined':
        if (key === null || !this.ignoreUndefined) this.head(10, key, at);
        return;
      case 'bigint':
        this.head(18, key, at);
        this.bytes.setBigInt64(this.position, value, true);
        this.position += 8;
        return;
      case 'function':
        if (typeof (value as unknown as Tagged)['toBSON'] === 'function') {
          this.element(key, at, (value as unknown as { toBSON(): unknown }).toBSON());
        } else if (this.serializeFunctions) {
          this.head(13, key, at);
          this.string(String(value));
        }
        return;
      default:
        return;
    }
  }

  private number(key: string | null, at: number, value: number): void {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.head(16, key, at);
      this.int32(value);
    } else {
      this.head(1, key, at);
      this.bytes.setFloat64(this.position, value, true);
      this.position += 8;
    }
  }

  private object(key: string | null, at: number, value: object): void {
    const tagged = value as Tagged;
    if (typeof tagged['toBSON'] === 'function') {
      const converted = (value as { toBSON(): unknown }).toBSON();
      if (converted !== value) {
        if (typeof converted === 'object' && converted !== null) this.plain(key, at, converted);
        else this.element(key, at, converted);
        return;
      }
    }
    this.plain(key, at, value);
  }

  private plain(key: string | null, at: number, value: object): void {
    const tagged = value as Tagged;
    if (tagged['_bsontype'] != null) {
      this.bsonValue(key, at, tagged);
    } else if (Array.isArray(value)) {
      this.head(4, key, at);
      this.array(value);
    } else {
      const prototype = Object.getPrototypeOf(value) as object | null;
      if (prototype === Object.prototype || prototype === null) {
        this.head(3, key, at);
        this.simple(value);
      } else if (!this.builtin(key, at, value)) {
        this.head(3, key, at);
        this.document(value);
      }
    }
  }

  /** Dates, bytes and regular expressions, also those of another realm; false for anything else. */
  private builtin(key: string | null, at: number, value: object): boolean {
    if (value instanceof Date) this.date(key, at, value);
    else if (value instanceof Uint8Array) this.binary(key, at, value, value.length, 0);
    else if (value instanceof RegExp) this.regExp(key, at, value);
    else if (value instanceof DocumentRun) this.run(key, at, value);
    else {
      switch (Object.prototype.toString.call(value)) {
        case '[object Date]':
          this.date(key, at, value as Date);
          break;
        case '[object Uint8Array]':
          this.binary(key, at, value as Uint8Array, (value as Uint8Array).length, 0);
          break;
        case '[object RegExp]':
          this.regExp(key, at, value as RegExp);
          break;
        default:
          return false;
      }
    }
    return true;
  }

  private date(key: string | null, at: number, value: Date): void {
    this.head(9, key, at);
    const time = value.getTime();
    const milliseconds = Number.isNaN(time) ? 0 : time; // as bson does with an invalid date
    this.bytes.setUint32(this.position, milliseconds >>> 0, true);
    this.bytes.setInt32(this.position + 4, Math.floor(milliseconds / 4294967296), true);
    this.position += 8;
  }

  private binary(key: string | null, at: number, bytes: Uint8Array, length: number, subtype: number): void {
    this.head(5, key, at);
    if (subtype === 2) {
      this.int32(length + 4);
      this.buffer[this.position++] = 2;
      this.int32(length);
    } else {
      this.int32(length);
      this.buffer[this.position++] = subtype;
    }
    this.raw(bytes.length === length ? bytes : bytes.subarray(0, length));
  }

  private regExp(key: string | null, at: number, value: RegExp): void {
    this.head(11, key, at);
    this.raw(encoder.encode(value.source));
    const buffer = this.buffer;
    buffer[this.position++] = 0;
    if (value.ignoreCase) buffer[this.position++] = 0x69;
    if (value.global) buffer[this.position++] = 0x73;
    if (value.multiline) buffer[this.position++] = 0x6d;
    buffer[this.position++] = 0;
  }

  private bsonValue(key: string | null, at: number, value: Tagged): void {
    if (value[VERSION_SYMBOL] !== BSON_MAJOR_VERSION) throw new BSONVersionError();
    switch (value[TYPE_SYMBOL]) {
      case 'ObjectId':
        this.head(7, key, at);
        this.position += (value as unknown as { serializeInto(b: Uint8Array, at: number): number }).serializeInto(
          this.buffer,
          this.position,
        );
        return;
      case 'Long':
      case 'Timestamp':
        this.head(value[TYPE_SYMBOL] === 'Long' ? 18 : 17, key, at);
        this.int32(value['low'] as number);
        this.int32(value['high'] as number);
        return;
      case 'Double':
        this.head(1, key, at);
        this.bytes.setFloat64(this.position, value['value'] as number, true);
        this.position += 8;
        return;
      case 'Int32':
        this.head(16, key, at);
        this.int32(value['value'] as number);
        return;
      case 'Decimal128':
        this.head(19, key, at);
        this.raw(value['bytes'] as Uint8Array);
        return;
      case 'Binary':
        if (value['sub_type'] !== 9) {
          const bytes = value['buffer'] as Uint8Array;
          this.binary(key, at, bytes, value['position'] as number, value['sub_type'] as number);
          return;
        }
        break;
      default:
    }
    this.rare(key, at, value);
  }

  /** The types that are seldom used go through the `bson` package. */
  private rare(key: string | null, at: number, value: unknown): void {
    const bytes = serialize(
      { v: value },
      {
        ignoreUndefined: this.ignoreUndefined,
        serializeFunctions: this.serializeFunctions,
        checkKeys: this.checkKeys,
      },
    );
    if (bytes.length <= 5) return;
    this.head(bytes[4] as number, key, at);
    this.raw(bytes.subarray(7, bytes.length - 1));
  }

  private enter(value: object): void {
    if (this.path.push(value) <= DEPTH_MAX) return;
    const circular = new Set(this.path).size < this.path.length;
    throw new BSONError(
      circular
        ? 'Cannot convert circular structure to BSON'
        : `Cannot encode a value nested deeper than ${String(DEPTH_MAX)} levels`,
    );
  }

  private array(value: readonly unknown[]): void {
    this.enter(value);
    const start = this.open();
    for (let i = 0; i < value.length; i++) this.element(null, i, value[i]);
    this.close(start);
    this.path.pop();
  }

  private run(key: string | null, at: number, run: DocumentRun): void {
    const { documents, from, limits } = run;
    this.head(4, key, at);
    const { checkKeys } = this;
    this.checkKeys = run.checkKeys;
    const start = this.open();
    const last = Math.min(documents.length, from + limits.countMax);
    run.count = 0;
    for (let i = from; i < last; i++) {
      const before = this.position;
      this.element(null, run.count, rootOf(documents[i]));
      if (this.position - start > limits.bytesMax && run.count > 0) {
        this.position = before;
        break;
      }
      run.count++;
    }
    this.close(start);
    this.checkKeys = checkKeys;
  }

  /** A document with its length and its end. */
  document(value: object): void {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) this.simple(value);
    else if (value instanceof Map || Object.prototype.toString.call(value) === '[object Map]') {
      this.enter(value);
      const start = this.open();
      for (const [key, item] of value as Map<unknown, unknown>) this.field(String(key), item);
      this.close(start);
      this.path.pop();
    } else {
      this.simple(value);
    }
  }

  /** A document that is no map. */
  private simple(value: object): void {
    this.enter(value);
    const start = this.open();
    this.fields(value as { readonly [key: string]: unknown });
    this.close(start);
    this.path.pop();
  }

  /** The fields of a document, without its length and its end. */
  fields(value: { readonly [key: string]: unknown }): void {
    const keys = Object.keys(value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (this.checkKeys) refuseOperatorKey(key);
      this.element(key, 0, value[key]);
    }
  }

  private field(key: string, value: unknown): void {
    if (this.checkKeys) refuseOperatorKey(key);
    this.element(key, 0, value);
  }
}

function refuseOperatorKey(key: string): void {
  if (KEYS_WITH_DOLLAR.has(key)) return;
  if (key.startsWith('$')) throw new BSONError(`key ${key} must not start with '$'`);
  if (key.includes('.')) throw new BSONError(`key ${key} must not contain '.'`);
}

function indexKey(index: number): Uint8Array {
  const key = encoder.encode(String(index));
  if (index < 1024) indexKeys[index] = key;
  return key;
}

function rootOf(document: unknown): object {
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    throw new BSONError('only a document can be encoded as a BSON document');
  }
  const tagged = document as Tagged;
  if (typeof tagged['_bsontype'] === 'string') {
    throw new BSONError('a BSON value cannot be encoded as a document');
  }
  if (
    document instanceof Date ||
    document instanceof RegExp ||
    ArrayBuffer.isView(document) ||
    document instanceof ArrayBuffer
  ) {
    throw new BSONError('a date, a regular expression or bytes cannot be encoded as a document');
  }
  if (typeof tagged['toBSON'] !== 'function') return document;
  const converted = (document as { toBSON(): unknown }).toBSON();
  if (converted === null || typeof converted !== 'object') {
    throw new BSONError('toBSON did not return an object');
  }
  return converted;
}

/** One document as BSON, in bytes of its own. */
export function encodeDocument(document: object, options: EncodeOptions): Uint8Array {
  const writer = encodeCommand(document, options);
  const bytes = writer.copy();
  writer.release();
  return bytes;
}

/** One document as BSON, to be sent and then released. */
export function encodeCommand(document: object, options: EncodeOptions): EncodedCommand {
  const writer = Writer.free(options);
  try {
    writer.document(rootOf(document));
    return writer;
  } catch (error) {
    writer.release();
    throw error;
  }
}

/**
 * A command whose other fields are encoded, with one more: `head` is a document, of which the closing zero is
 * overwritten.
 */
export function encodeWith(head: Uint8Array, key: string, value: unknown, options: EncodeOptions): EncodedCommand {
  const writer = Writer.free(options);
  try {
    writer.raw(head);
    writer.reopen();
    writer.element(key, 0, value);
    writer.close(0);
    return writer;
  } catch (error) {
    writer.release();
    throw error;
  }
}
