// The workloads W1 to W14: what is asked, how the answer is turned into something to compare.
//
// `inputs` makes the arguments before the clock starts; `step` is what the clock sees, once per
// input, each awaited; `answer` runs after the clock and makes the answer comparable. What the
// answers must be is computed by ../truth.mjs, in plain JavaScript.

import { CATEGORIES, CITIES, COUNTRIES, FIRST_SECOND, STATUSES, customerId, generator, order, orderId } from './documents.js';
import { contentOf, listDigest, setDigest } from './content.js';

const document = (db, result) => (result ? setDigest([contentOf(db.plain(result))]) : 'nothing');
const documents = (db, result) => setDigest(result.map((found) => contentOf(db.plain(found))));
const page = (db, result) => listDigest(result.map((found) => contentOf(db.plain(found))));
const asIs = (_db, result) => result;
const nothing = () => null;

/** `count` inputs, a tenth of them in a quick run. */
function repeat(count, context, make) {
  const random = generator(context.seed ^ (count * 7919));
  const wanted = context.quick ? Math.max(1, Math.ceil(count / 10)) : count;
  return Array.from({ length: wanted }, (_, k) => make(random, k));
}

function scanQuestion(k) {
  return {
    countries: [COUNTRIES[k % COUNTRIES.length], COUNTRIES[(k * 3 + 1) % COUNTRIES.length]],
    category: CATEGORIES[k % CATEGORIES.length],
    qtyMin: 3,
    emailPattern: '^[a-f].*@(example|mail)\\.',
    totalOver: 900,
    tag: 'gift',
  };
}

function groupQuestion(k) {
  return { statuses: [0, 2, 4].map((offset) => STATUSES[(k + offset) % STATUSES.length]), totalMin: 100 + k };
}

/** `own` says which adapter method the peer must have; without it the cell is n/a. */
export const WORKLOADS = {
  W1: {
    title: 'insert n documents, memory',
    own: 'load',
    inputs: () => [null],
    step: (db, _input, context) => db.load(context.documents),
    answer: nothing,
    changes: true,
  },
  W2: {
    title: 'insert n documents, durable',
    own: 'load',
    inputs: () => [null],
    step: (db, _input, context) => db.load(context.documents),
    answer: nothing,
    changes: true,
  },
  W3: {
    title: '10,000 findOne by _id',
    own: 'findById',
    inputs: (context) => repeat(10000, context, (random) => orderId(context.seed, random.below(context.n))),
    step: (db, id) => db.findById(id),
    answer: document,
  },
  W4: {
    title: '1,000 indexed equalities, ~10 documents each',
    own: 'findByCustomer',
    inputs: (context) => repeat(1000, context, (random) => customerId(random.below(context.n / 10))),
    step: (db, customer) => db.findByCustomer(customer),
    answer: documents,
  },
  W5: {
    title: '200 indexed ranges, 100 documents each',
    own: 'findByTime',
    inputs: (context) => repeat(200, context, (random) => FIRST_SECOND + random.below(context.n - 100)),
    step: (db, low) => db.findByTime(low, low + 100),
    answer: documents,
  },
  W6: {
    title: '20 full scans, compound filter, ~1 % match',
    own: 'scan',
    inputs: (context) => repeat(20, context, (_random, k) => scanQuestion(k)),
    step: (db, question) => db.scan(question),
    answer: documents,
  },
  W7: {
    title: 'everything into an array of objects',
    own: 'all',
    inputs: () => [null],
    step: (db) => db.all(),
    answer: documents,
  },
  W8: {
    title: 'aggregate, own facility, each of 5',
    own: 'group',
    each: true,
    inputs: (context) => repeat(5, context, (_random, k) => groupQuestion(k)),
    step: (db, question) => db.group(question),
    answer: asIs,
  },
  W8j: {
    title: 'match, then hand-written grouping, each of 5',
    own: 'match',
    each: true,
    inputs: (context) => repeat(5, context, (_random, k) => groupQuestion(k)),
    step: async (db, question) => groupByHand(await db.match(question)),
    answer: asIs,
  },
  W9: {
    title: 'sort without an index, skip, limit 100, each of 5',
    own: 'page',
    each: true,
    inputs: (context) => repeat(5, context, (_random, k) => ({ skip: context.n / 10 + 100 * k, limit: 100 })),
    step: (db, { skip, limit }) => db.page(skip, limit),
    answer: page,
  },
  W10: {
    title: '10,000 single updates by _id',
    own: 'updateById',
    inputs: (context) => repeat(10000, context, (random) => ({
      id: orderId(context.seed, random.below(context.n)),
      status: STATUSES[random.below(STATUSES.length)],
      city: CITIES[random.below(CITIES.length)],
    })),
    step: (db, change) => db.updateById(change.id, change),
    answer: nothing,
    changes: true,
  },
  W11: {
    title: 'updateMany of 10 %',
    own: 'updateBucket',
    inputs: () => [3],
    step: (db, bucket) => db.updateBucket(bucket),
    answer: asIs,
    changes: true,
  },
  W12: {
    title: 'deleteMany of 10 %',
    own: 'deleteBucket',
    inputs: () => [7],
    step: (db, bucket) => db.deleteBucket(bucket),
    answer: asIs,
    changes: true,
  },
  W13: {
    title: 'cold open in a fresh browser, first indexed query',
    own: 'findByCustomer',
    opens: true,
    inputs: (context) => [customerId(Math.floor(context.n / 10 / 2))],
    step: (db, customer) => db.findByCustomer(customer),
    answer: documents,
  },
  W14: {
    title: '500 durable single inserts, median of one',
    own: 'insert',
    median: true,
    inputs: (context) => repeat(500, context, (_random, k) => order(context.seed, context.n, context.n + k)),
    step: (db, made) => db.insert(made),
    answer: nothing,
    changes: true,
  },
};

/** The grouping of W8, by hand, over matched documents. */
export function groupByHand(matched) {
  const groups = new Map();
  for (const found of matched) {
    for (const { category, qty, price } of found.items) {
      let group = groups.get(category);
      if (!group) groups.set(category, (group = { _id: category, revenue: 0, pieces: 0, prices: 0, count: 0 }));
      group.revenue += qty * price;
      group.pieces += qty;
      group.prices += price;
      group.count += 1;
    }
  }
  return [...groups.values()]
    .map(({ _id, revenue, pieces, prices, count }) => ({ _id, revenue, pieces, avgPrice: prices / count, count }))
    .sort((a, b) => b.revenue - a.revenue);
}
