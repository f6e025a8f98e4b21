// The documents of the benchmark: orders of about 600 bytes of JSON, made from a seed.
//
// Every order is a function of (seed, n, its number) alone, so the page can make the documents it
// loads and Node can make the same ones to check the answers against, without sending any.
// Numbers from n upwards are the documents inserted later, one at a time (W14).

export const STATUSES = ['new', 'paid', 'packed', 'shipped', 'delivered', 'returned'];
export const COUNTRIES = ['AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FR', 'IT', 'NL', 'SE'];
export const CATEGORIES = ['books', 'music', 'garden', 'toys', 'tools', 'sports', 'food', 'shoes'];
export const TAGS = ['gift', 'express', 'fragile', 'b2b', 'promo', 'repeat'];
export const CITIES = [
  'Aarhus', 'Antwerp', 'Basel', 'Bilbao', 'Bologna', 'Graz', 'Leipzig', 'Lyon', 'Malmo', 'Utrecht',
];
const FIRST = ['Ada', 'Boris', 'Clara', 'Dora', 'Emil', 'Frida', 'Gustav', 'Hanna', 'Ivan', 'Jana'];
const LAST = ['Albers', 'Brandt', 'Castel', 'Dupont', 'Ekman', 'Ferrari', 'Garcia', 'Hofer', 'Jansen', 'Keller'];
const STREETS = ['Market Street', 'Station Road', 'Mill Lane', 'Harbour Row', 'Church Square'];
const MAIL = ['example.org', 'example.net', 'mail.example.com', 'post.example.com'];
const NOTE = 'leave the parcel with the neighbours if nobody answers the door please';

/** The first second of `ts`; order `i` of the first n has ts FIRST_SECOND + a permutation of 0..n-1. */
export const FIRST_SECOND = 1_600_000_000;

/** A small generator of uniform 32-bit numbers (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return {
    below: (limit) => Math.floor((next() / 4294967296) * limit),
    double: () => (next() * 1048576 + (next() >>> 12)) / 4503599627370496,
    chance: (p) => next() / 4294967296 < p,
    hex: () => next().toString(16).padStart(8, '0'),
  };
}

function mixed(seed, salt, number) {
  return Math.imul(seed ^ salt, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca77);
}

/** `_id` of order `i`: 24 hex digits, scattered. */
export function orderId(seed, i) {
  const random = generator(mixed(seed, 0x51, i));
  return random.hex() + random.hex() + i.toString(16).padStart(8, '0');
}

export function customerId(number) {
  return `C${String(number).padStart(7, '0')}`;
}

function customer(seed, number) {
  const random = generator(mixed(seed, 0xc5, number));
  const first = FIRST[random.below(FIRST.length)];
  const last = LAST[random.below(LAST.length)];
  return {
    name: `${first} ${last}`,
    email: `${first}.${last}.${number}@${MAIL[random.below(MAIL.length)]}`.toLowerCase(),
    address: {
      street: `${1 + random.below(240)} ${STREETS[random.below(STREETS.length)]}`,
      city: CITIES[random.below(CITIES.length)],
      country: COUNTRIES[random.below(COUNTRIES.length)],
      zip: String(10000 + random.below(89999)),
    },
  };
}

/** Order number `i` of a database of `n`. */
export function order(seed, n, i) {
  const random = generator(mixed(seed, 0x0d, i));
  const buyer = random.below(Math.max(1, n / 10));
  const items = [];
  let cents = 0;
  for (let k = 1 + random.below(4); k > 0; k--) {
    const qty = 1 + random.below(5);
    const price = 99 + random.below(19900);
    cents += qty * price;
    items.push({
      sku: `SKU-${String(random.below(100000)).padStart(6, '0')}`,
      category: CATEGORIES[random.below(CATEGORIES.length)],
      qty,
      price: price / 100,
    });
  }
  const second = i < n ? (i * 48271 + 7919) % n : i;
  return {
    _id: orderId(seed, i),
    orderNo: `ORD-${String(i).padStart(9, '0')}`,
    status: STATUSES[random.below(STATUSES.length)],
    customerId: customerId(buyer),
    customer: customer(seed, buyer),
    items,
    tags: TAGS.filter(() => random.chance(0.2)),
    total: cents / 100,
    score: random.double(),
    bucket: i % 10,
    rev: 1,
    flag: false,
    ts: FIRST_SECOND + second,
    createdAt: new Date((FIRST_SECOND + second) * 1000 + random.below(1000)),
    note: random.chance(0.3) ? null : NOTE.slice(0, 10 + random.below(NOTE.length - 10)),
  };
}

/** Orders `from` to `to` (excluded). */
export function orders(seed, n, from, to) {
  const made = [];
  for (let i = from; i < to; i++) made.push(order(seed, n, i));
  return made;
}
