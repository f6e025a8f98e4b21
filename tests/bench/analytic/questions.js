// The five analytic questions: their pipelines, their SQL, and what must come out, in plain JavaScript.
//
// The documents are the benchmark's orders, but made over three years instead of n seconds.

import { CATEGORIES, CITIES, COUNTRIES, FIRST_SECOND, customerId, generator, order } from '../page/documents.js';

export const QUESTIONS = ['A1', 'A2', 'A3', 'A4', 'A5'];

export const TITLES = {
  A1: 'revenue by category: unwind, group, sums',
  A2: 'monthly revenue in Vienna: `$dateTrunc` with a time zone',
  A3: 'top 10 customers of a segment: `$lookup`, group',
  A4: 'moving average of 10: `$setWindowFields`',
  A5: 'three answers at once: `$facet`',
};

const SPAN_SECONDS = 3 * 365 * 86_400;
const SEGMENTS = ['private', 'trade', 'public', 'press'];

/** Order number `i` of `n`, its date spread over three years; no two at the same moment. */
export function analyticOrder(seed, n, i) {
  const made = order(seed, n, i);
  const place = made.ts - FIRST_SECOND;
  const millis = Math.floor((place * SPAN_SECONDS * 1000) / n) + (made.createdAt.getTime() % 1000);
  return { ...made, createdAt: new Date(FIRST_SECOND * 1000 + millis) };
}

export function analyticOrders(seed, n, from, to) {
  const made = [];
  for (let i = from; i < to; i++) made.push(analyticOrder(seed, n, i));
  return made;
}

/** The customers that the orders name. */
export function customers(seed, n) {
  const made = [];
  for (let number = 0; number < Math.max(1, n / 10); number++) {
    const random = generator(Math.imul(seed + 77, 0x9e3779b1) ^ number);
    made.push({
      _id: customerId(number),
      name: `Customer ${number}`,
      segment: SEGMENTS[random.below(SEGMENTS.length)],
      city: CITIES[random.below(CITIES.length)],
      since: 2000 + random.below(20),
    });
  }
  return made;
}

export const BOUNDARIES = [0, 100, 250, 500, 1000, 100_000];

export const PIPELINES = {
  A1: [
    { $unwind: '$items' },
    {
      $group: {
        _id: '$items.category',
        revenue: { $sum: { $multiply: ['$items.qty', '$items.price'] } },
        pieces: { $sum: '$items.qty' },
        average: { $avg: '$items.price' },
        count: { $sum: 1 },
      },
    },
    { $sort: { _id: 1 } },
  ],
  A2: [
    {
      $group: {
        _id: { $dateTrunc: { date: '$createdAt', unit: 'month', timezone: 'Europe/Vienna' } },
        revenue: { $sum: '$total' },
        count: { $sum: 1 },
      },
    },
    { $sort: { _id: 1 } },
  ],
  A3: [
    { $lookup: { from: 'customers', localField: 'customerId', foreignField: '_id', as: 'buyer' } },
    { $unwind: '$buyer' },
    { $match: { 'buyer.segment': 'trade' } },
    { $group: { _id: '$customerId', name: { $first: '$buyer.name' }, spent: { $sum: '$total' }, count: { $sum: 1 } } },
    { $sort: { spent: -1, _id: 1 } },
    { $limit: 10 },
  ],
  A4: [
    {
      $setWindowFields: {
        partitionBy: '$status',
        sortBy: { createdAt: 1 },
        output: { moving: { $avg: '$total', window: { documents: [-9, 0] } } },
      },
    },
    { $group: { _id: '$status', highest: { $max: '$moving' }, mean: { $avg: '$moving' } } },
    { $sort: { _id: 1 } },
  ],
  A5: [
    {
      $facet: {
        byStatus: [{ $group: { _id: '$status', count: { $sum: 1 } } }, { $sort: { _id: 1 } }],
        byCountry: [
          { $match: { total: { $gte: 250 } } },
          { $group: { _id: '$customer.address.country', revenue: { $sum: '$total' } } },
          { $sort: { _id: 1 } },
        ],
        bySize: [{ $bucket: { groupBy: '$total', boundaries: BOUNDARIES, output: { count: { $sum: 1 }, pieces: { $sum: { $size: '$items' } } } } }],
      },
    },
  ],
};

/** The month in Vienna, as the moment it begins. Summer time is the European Union's rule. */
function monthInVienna(date) {
  const offsetHours = (at) => {
    const year = new Date(at).getUTCFullYear();
    const lastSunday = (month) => {
      const last = new Date(Date.UTC(year, month + 1, 0, 1));
      return last.getTime() - last.getUTCDay() * 86_400_000;
    };
    return at >= lastSunday(2) && at < lastSunday(9) ? 2 : 1;
  };
  const local = new Date(date.getTime() + offsetHours(date.getTime()) * 3_600_000);
  const begins = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1);
  return begins - offsetHours(begins - 3_600_000) * 3_600_000;
}

const sorted = (groups) => [...groups].sort(([a], [b]) => (a < b ? -1 : 1));

function groupOf(groups, key, empty) {
  let found = groups.get(key);
  if (!found) groups.set(key, (found = empty()));
  return found;
}

/** Every question's answer over the orders, made one after the other. */
export function answers(seed, n) {
  const buyers = new Map(customers(seed, n).map((one) => [one._id, one]));
  const [categories, months, spenders, statuses, countries, sizes] = Array.from({ length: 6 }, () => new Map());
  const byStatus = new Map();
  for (let i = 0; i < n; i++) {
    const one = analyticOrder(seed, n, i);
    for (const item of one.items) {
      const group = groupOf(categories, item.category, () => [0, 0, 0, 0]);
      group[0] += item.qty * item.price;
      group[1] += item.qty;
      group[2] += item.price;
      group[3] += 1;
    }
    const month = groupOf(months, monthInVienna(one.createdAt), () => [0, 0]);
    month[0] += one.total;
    month[1] += 1;
    const buyer = buyers.get(one.customerId);
    if (buyer.segment === 'trade') {
      const spent = groupOf(spenders, buyer._id, () => [buyer.name, 0, 0]);
      spent[1] += one.total;
      spent[2] += 1;
    }
    groupOf(statuses, one.status, () => []).push([one.createdAt.getTime(), one.total]);
    groupOf(byStatus, one.status, () => [0])[0] += 1;
    if (one.total >= 250) groupOf(countries, one.customer.address.country, () => [0])[0] += one.total;
    const low = BOUNDARIES.findLast((boundary) => boundary <= one.total);
    const size = groupOf(sizes, low, () => [0, 0]);
    size[0] += 1;
    size[1] += one.items.length;
  }
  return {
    A1: sorted(categories).map(([key, [revenue, pieces, prices, count]]) => [key, revenue, pieces, prices / count, count]),
    A2: [...months].sort(([a], [b]) => a - b).map(([key, [revenue, count]]) => [key, revenue, count]),
    A3: [...spenders]
      .sort(([one, [, a]], [two, [, b]]) => b - a || (one < two ? -1 : 1))
      .slice(0, 10)
      .map(([key, [name, spent, count]]) => [key, name, spent, count]),
    A4: sorted(statuses).map(([key, list]) => [key, ...moving(list)]),
    A5: [
      sorted(byStatus).map(([key, [count]]) => [key, count]),
      sorted(countries).map(([key, [revenue]]) => [key, revenue]),
      [...sizes].sort(([a], [b]) => a - b).map(([key, [count, pieces]]) => [key, count, pieces]),
    ],
  };
}

function moving(list) {
  list.sort(([a], [b]) => a - b);
  let [highest, sum] = [-Infinity, 0];
  for (let at = 0; at < list.length; at++) {
    const from = Math.max(0, at - 9);
    let window = 0;
    for (let k = from; k <= at; k++) window += list[k][1];
    const mean = window / (at - from + 1);
    highest = Math.max(highest, mean);
    sum += mean;
  }
  return [highest, sum / list.length];
}

/** A pipeline's result in the form of `answers`. */
export function plain(id, found) {
  const millis = (value) => (value instanceof Date ? value.getTime() : value);
  const rows = {
    A1: ({ _id, revenue, pieces, average, count }) => [_id, revenue, pieces, average, count],
    A2: ({ _id, revenue, count }) => [millis(_id), revenue, count],
    A3: ({ _id, name, spent, count }) => [_id, name, spent, count],
    A4: ({ _id, highest, mean }) => [_id, highest, mean],
  };
  if (id !== 'A5') return found.map(rows[id]);
  const [{ byStatus, byCountry, bySize }] = found;
  return [
    byStatus.map(({ _id, count }) => [_id, count]),
    byCountry.map(({ _id, revenue }) => [_id, revenue]),
    bySize.map(({ _id, count, pieces }) => [_id, count, pieces]),
  ];
}

/**
 * The same questions in SQL. A dialect says how a field of an order is read and how its items are
 * taken apart. A5 is three statements.
 */
export function statements({ field, itemField, items, itemCount, month, window = true }) {
  const total = field('total', 'number');
  const sizes = BOUNDARIES.slice(0, -1).map((low, at) => `WHEN ${total} < ${BOUNDARIES[at + 1]} THEN ${low}`);
  return {
    A1: [
      `SELECT ${itemField('category', 'text')} AS k, SUM(${itemField('qty', 'number')} * ${itemField('price', 'number')}),
              SUM(${itemField('qty', 'number')}), AVG(${itemField('price', 'number')}), COUNT(*)
       FROM orders, ${items} GROUP BY 1 ORDER BY 1`,
    ],
    A2: month && [`SELECT ${month} AS k, SUM(${total}), COUNT(*) FROM orders GROUP BY 1 ORDER BY 1`],
    A3: [
      `SELECT c.id, MIN(c.name), SUM(${total}) AS spent, COUNT(*) FROM orders JOIN customers c ON c.id = ${field('customerId', 'text')}
       WHERE c.segment = 'trade' GROUP BY c.id ORDER BY spent DESC, c.id LIMIT 10`,
    ],
    A4: window && [
      `SELECT s, MAX(moving), AVG(moving) FROM (
         SELECT ${field('status', 'text')} AS s, AVG(${total}) OVER (
           PARTITION BY ${field('status', 'text')} ORDER BY ${field('createdAt', 'text')} ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
         ) AS moving FROM orders) windows GROUP BY 1 ORDER BY 1`,
    ],
    A5: [
      `SELECT ${field('status', 'text')} AS k, COUNT(*) FROM orders GROUP BY 1 ORDER BY 1`,
      `SELECT ${field('customer.address.country', 'text')} AS k, SUM(${total}) FROM orders WHERE ${total} >= 250 GROUP BY 1 ORDER BY 1`,
      `SELECT CASE ${sizes.join(' ')} END AS k, COUNT(*), SUM(${itemCount}) FROM orders GROUP BY 1 ORDER BY 1`,
    ],
  };
}

export { CATEGORIES, COUNTRIES };
