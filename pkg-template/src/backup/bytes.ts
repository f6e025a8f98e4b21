/** Bytes of a backup: documents cut out of a stream, and the checksum of mongodump's archives. */
import { MongoRuntimeError } from '../errors.js';

/** What a backup is read from. */
export type ByteSource = Blob | ReadableStream<Uint8Array> | Uint8Array | ArrayBuffer;

/** A stream that asks a generator for its pieces. One that is cancelled lets the generator end. */
export function streamOf(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return();
    },
  });
}

/** The stream of a source. */
export function openSource(source: ByteSource): ReadableStream<Uint8Array> {
  if (source instanceof ReadableStream) return source;
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>]);
  return blob.stream();
}

/** Reads a stream in pieces of chosen lengths. */
export class ByteReader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);
  private at = 0;
  /** How many bytes were given. */
  read = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader();
  }

  /** The next bytes; null at the end of the stream. They stay the caller's. */
  async take(length: number): Promise<Uint8Array | null> {
    if (this.chunk.length - this.at < length && !(await this.fill(length))) return null;
    const piece = this.chunk.subarray(this.at, this.at + length);
    this.at += length;
    this.read += length;
    return piece;
  }

  /** Reads on until there are so many bytes; false at the end. */
  private async fill(length: number): Promise<boolean> {
    const pieces = [this.chunk.subarray(this.at)];
    let have = this.chunk.length - this.at;
    while (have < length) {
      const { done, value } = await this.reader.read();
      if (done) {
        if (have === 0) return false;
        throw cut();
      }
      pieces.push(value);
      have += value.length;
    }
    const joined = new Uint8Array(have);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.chunk = joined;
    this.at = 0;
    return true;
  }

  /** The next BSON document; null where an archive has a terminator instead. */
  async document(): Promise<Uint8Array | null> {
    const document = await this.documentOrEnd();
    if (document === undefined) throw cut();
    return document;
  }

  /** As {@link document}; undefined at the end of the stream. */
  async documentOrEnd(): Promise<Uint8Array | null | undefined> {
    const head = await this.take(4);
    if (head === null) return undefined;
    const length = new DataView(head.buffer, head.byteOffset, 4).getInt32(0, true);
    if (length === -1) return null;
    if (length < 5 || length > DOCUMENT_BYTES_MAX) throw new MongoRuntimeError('The backup is damaged: a document has an impossible length');
    const rest = await this.take(length - 4);
    if (rest === null) throw cut();
    const whole = new Uint8Array(length);
    whole.set(head);
    whole.set(rest, 4);
    return whole;
  }

  async cancel(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
  }
}

const DOCUMENT_BYTES_MAX = 64 << 20;

function cut(): MongoRuntimeError {
  return new MongoRuntimeError('The backup ends too early');
}

const TABLE = makeTable();

/** For each byte the low and the high half of its remainder by ECMA's polynomial, reflected. */
function makeTable(): Uint32Array {
  const table = new Uint32Array(512);
  for (let byte = 0; byte < 256; byte += 1) {
    let [low, high] = [byte, 0];
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd === 1) {
        low ^= 0xd787_0f42;
        high ^= 0xc96c_5795;
      }
    }
    table[2 * byte] = low;
    table[2 * byte + 1] = high;
  }
  return table;
}

/** CRC-64 (ECMA), as mongodump computes it over the documents of a namespace. */
export class Crc64 {
  private low = -1;
  private high = -1;

  add(bytes: Uint8Array): void {
    let { low, high } = this;
    for (let at = 0; at < bytes.length; at += 1) {
      const place = 2 * ((low ^ (bytes[at] as number)) & 0xff);
      low = ((low >>> 8) | (high << 24)) ^ (TABLE[place] as number);
      high = (high >>> 8) ^ (TABLE[place + 1] as number);
    }
    this.low = low;
    this.high = high;
  }

  /** The sum as a signed integer. */
  get value(): bigint {
    const unsigned = (BigInt(~this.high >>> 0) << 32n) | BigInt(~this.low >>> 0);
    return BigInt.asIntN(64, unsigned);
  }
}
