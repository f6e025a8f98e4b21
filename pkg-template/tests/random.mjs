// Random documents of every BSON type, from a seed.

import {
  Binary, BSONRegExp, BSONSymbol, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID,
} from 'bson';

/** A small generator of pseudo-random numbers in [0, 1). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const KEYS = ['_id', 'a', 'b', 'name', 'x.y', '$set', '', '0', '12', 'ключ', '键', 'longer key with spaces', '__proto__', 'constructor', '$ref', '$id', '😀'];
const TEXTS = ['', 'a', 'ab', 'abc', 'plain ascii of some length', 'naïve café', '日本語', '😀 and more', 'tab\tnul\0end', 'x'.repeat(47), 'y'.repeat(48), 'z'.repeat(300), 'ü'.repeat(60), '\ud800 alone', '\u0080', '\uffff'];

export function randomDocument(random, depth = 0) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const int = (n) => Math.floor(random() * n);
  const bytes = (n) => Uint8Array.from({ length: n }, () => int(256));
  const scalars = [
    () => pick(TEXTS), () => pick(TEXTS),
    () => int(1000) - 500, () => random() * 1e9, () => pick([0, -0, NaN, Infinity, -Infinity, 2147483647, 2147483648, -2147483648, -2147483649, 2 ** 53, 1e300, 5e-324]),
    () => random() < 0.5, () => null, () => undefined,
    () => new Date(Math.floor((random() - 0.5) * 1e13)), () => pick([new Date(8.64e15), new Date(-8.64e15), new Date(-1), new Date(NaN)]),
    () => new ObjectId(bytes(12)), () => new Long(int(2 ** 31), int(2 ** 31) - 2 ** 30), () => Long.fromNumber(int(1e6) - 5e5),
    () => pick([Long.MAX_VALUE, Long.MIN_VALUE, Long.fromString('9007199254740992'), Long.fromString('9007199254740993'), Long.fromString('-9007199254740992'), Long.fromString('-9007199254740993')]),
    () => BigInt(int(1e9)) * BigInt(int(1e9)), () => new Double(pick([1, 1.5, -0, NaN])), () => new Int32(int(100)),
    () => Decimal128.fromString(pick(['1.5', 'NaN', '-Infinity', '123456789012345678901234567890', '0E-10'])),
    () => new Timestamp({ t: int(2 ** 31), i: int(100) }), () => new Binary(bytes(int(40)), pick([0, 1, 2, 3, 5, 128])), () => new UUID('01234567-89ab-4cde-8f01-23456789abcd'), () => bytes(int(30)),
    () => pick([/abc/, /a\/b/im, /ü+/g, /x/ims]), () => new BSONRegExp('a.*b', pick(['', 'i', 'xi'])), () => new BSONSymbol('sym'),
    () => new Code('function () {}'), () => new Code('f', { a: 1, b: ['x'] }), () => new MinKey(), () => new MaxKey(),
    () => new DBRef('other', new ObjectId(bytes(12)), pick([undefined, 'db']), pick([{}, { extra: 1 }])),
    () => Binary.fromInt8Array(Int8Array.from([1, -2, 3])), () => Binary.fromFloat32Array(Float32Array.from([1.5, 2])), () => Binary.fromPackedBits(bytes(2), 3),
    () => () => 1, () => Symbol('s'), () => ({ toBSON: () => pick([1, 'converted', { inner: true }, null]) }), () => new (class Point { x = 1; y = int(5); })(),
    () => Object.assign(Object.create(null), { bare: 1 }),
  ];
  const value = () => {
    const kind = random();
    if (depth < 4 && kind < 0.12) return randomDocument(random, depth + 1);
    if (depth < 4 && kind < 0.2) return Array.from({ length: int(14) }, () => (random() < 0.3 && depth < 3 ? randomDocument(random, depth + 2) : pick(scalars)()));
    if (kind < 0.22) return new Map([['m', pick(scalars)()], ['n', 1]]);
    return pick(scalars)();
  };
  const document = {};
  for (let i = int(9); i > 0; i--) {
    const key = random() < 0.1 ? `key${int(1e6)}` : pick(KEYS);
    Object.defineProperty(document, key, { value: value(), enumerable: true, configurable: true, writable: true });
  }
  return document;
}
