// The questions of the workloads in MongoDB's query language, for the peers that speak it.

export function scanFilter(question) {
  return {
    'customer.address.country': { $in: question.countries },
    items: { $elemMatch: { category: question.category, qty: { $gte: question.qtyMin } } },
    'customer.email': { $regex: new RegExp(question.emailPattern) },
    $or: [{ total: { $gt: question.totalOver } }, { tags: question.tag }],
  };
}

export function matchFilter(question) {
  return { status: { $in: question.statuses }, total: { $gte: question.totalMin } };
}

export function groupPipeline(question) {
  return [
    { $match: matchFilter(question) },
    { $unwind: '$items' },
    {
      $group: {
        _id: '$items.category',
        revenue: { $sum: { $multiply: ['$items.qty', '$items.price'] } },
        pieces: { $sum: '$items.qty' },
        avgPrice: { $avg: '$items.price' },
        count: { $sum: 1 },
      },
    },
    { $sort: { revenue: -1 } },
  ];
}

export function updateOfOne(change) {
  return { $set: { status: change.status, 'customer.address.city': change.city }, $inc: { rev: 1 } };
}

/** What W11 does to every document of its bucket. */
export const UPDATE_OF_BUCKET = { $set: { flag: true }, $inc: { rev: 1 } };

/** The same question in plain JavaScript, for the peers that have no query language. */
export function scanTest(question) {
  const email = new RegExp(question.emailPattern);
  return (found) =>
    question.countries.includes(found.customer.address.country) &&
    found.items.some((item) => item.category === question.category && item.qty >= question.qtyMin) &&
    email.test(found.customer.email) &&
    (found.total > question.totalOver || found.tags.includes(question.tag));
}

export function matchTest(question) {
  return (found) => question.statuses.includes(found.status) && found.total >= question.totalMin;
}

export function changeOne(found, change) {
  found.status = change.status;
  found.customer.address.city = change.city;
  found.rev += 1;
  return found;
}

export function changeOfBucket(found) {
  found.flag = true;
  found.rev += 1;
  return found;
}
