// Queries to learn from, over the sample data; each runs as it stands.

export interface Example {
  title: string
  detail: string
  query: string
}

export const WELCOME = `// Strong earthquakes of one week in 2018. Ctrl+Enter (⌘+Enter) runs this.
db.earthquakes.find({ magnitude: { $gte: 5 } }, { place: 1, magnitude: 1, depthKm: 1, time: 1, tsunami: 1 })
  .sort({ magnitude: -1 })
`

export const EXAMPLES: { group: string; examples: Example[] }[] = [
  {
    group: 'Find',
    examples: [
      {
        title: 'Strong earthquakes',
        detail: 'range, projection, sort',
        query: WELCOME
      },
      {
        title: 'Airports by pattern',
        detail: 'regular expression, $in, projection',
        query: `// International airports of three states.
db.airports.find(
  { name: /\\bIntl?\\b|International/, state: { $in: ['CA', 'NY', 'TX'] } },
  { name: 1, city: 1, state: 1 }
).sort({ state: 1, name: 1 })
`
      },
      {
        title: 'Inside arrays',
        detail: '$all, array values, dotted paths',
        query: `// Earthquakes that several networks reported, with a moment tensor among the products.
db.earthquakes.find(
  { networks: { $all: ['us', 'ak'] }, products: 'moment-tensor' },
  { place: 1, magnitude: 1, networks: 1 }
)
`
      },
      {
        title: 'One element must match',
        detail: '$elemMatch, positional projection',
        query: `// Countries where, in one and the same year, people lived past 75 and had fewer than 1.5 children.
db.countries.find(
  { history: { $elemMatch: { lifeExpectancy: { $gt: 75 }, fertility: { $lt: 1.5 } } } },
  { region: 1, 'history.$': 1 }
)
`
      }
    ]
  },
  {
    group: 'Aggregate',
    examples: [
      {
        title: 'Earthquakes by region',
        detail: '$group, $sort, $limit',
        query: `db.earthquakes.aggregate([
  { $match: { type: 'earthquake' } },
  { $group: { _id: '$region', count: { $sum: 1 }, strongest: { $max: '$magnitude' }, meanDepthKm: { $avg: '$depthKm' } } },
  { $set: { meanDepthKm: { $round: ['$meanDepthKm', 1] } } },
  { $sort: { count: -1 } },
  { $limit: 12 }
])
`
      },
      {
        title: 'Busiest routes with names',
        detail: '$lookup twice, $project',
        query: `// The busiest connections of 2008, with the airports' names.
db.routes.aggregate([
  { $sort: { flights: -1 } },
  { $limit: 10 },
  { $lookup: { from: 'airports', localField: 'origin', foreignField: '_id', as: 'from' } },
  { $lookup: { from: 'airports', localField: 'destination', foreignField: '_id', as: 'to' } },
  { $project: { _id: 0, flights: 1, from: { $first: '$from.name' }, to: { $first: '$to.name' } } }
])
`
      },
      {
        title: 'Population over time',
        detail: '$unwind, $group, $sort',
        query: `// The sum over the countries of the sample, by year.
db.countries.aggregate([
  { $unwind: '$history' },
  { $group: {
      _id: '$history.year',
      millions: { $sum: { $divide: ['$history.population', 1000000] } },
      lifeExpectancy: { $avg: '$history.lifeExpectancy' }
  } },
  { $project: { _id: 0, year: '$_id', millions: { $round: ['$millions', 0] }, lifeExpectancy: { $round: ['$lifeExpectancy', 1] } } },
  { $sort: { year: 1 } }
])
`
      },
      {
        title: 'Costly bird strikes',
        detail: 'dates, $year, $sum, $cond',
        query: `db.birdstrikes.aggregate([
  { $group: {
      _id: { $year: '$date' },
      strikes: { $sum: 1 },
      atNight: { $sum: { $cond: [{ $eq: ['$timeOfDay', 'Night'] }, 1, 0] } },
      dollars: { $sum: '$cost.total' }
  } },
  { $sort: { _id: 1 } }
])
`
      },
      {
        title: 'Several answers at once',
        detail: '$facet, $sortByCount',
        query: `db.penguins.aggregate([
  { $facet: {
    bySpecies: [{ $sortByCount: '$species' }],
    byIsland: [{ $sortByCount: '$island' }],
    heaviest: [{ $sort: { massG: -1 } }, { $limit: 3 }, { $project: { species: 1, massG: 1 } }]
  } }
])
`
      }
    ]
  },
  {
    group: 'Change',
    examples: [
      {
        title: 'Insert, update, look',
        detail: 'insertMany, updateOne, several statements',
        query: `db.notes.insertMany([
  { _id: 'a', text: 'First note', tags: ['new'], stars: 1 },
  { _id: 'b', text: 'Second note', tags: [], stars: 3 }
])
db.notes.updateOne({ _id: 'a' }, { $inc: { stars: 4 }, $addToSet: { tags: 'read' }, $currentDate: { readAt: true } })
db.notes.updateOne({ _id: 'c' }, { $set: { text: 'Was not there' } }, { upsert: true })
db.notes.find()
`
      },
      {
        title: 'Update many by a pipeline',
        detail: 'updateMany with $set and $switch',
        query: `db.earthquakes.updateMany({}, [
  { $set: { class: { $switch: {
      branches: [
        { case: { $gte: ['$magnitude', 6] }, then: 'strong' },
        { case: { $gte: ['$magnitude', 4] }, then: 'light' }
      ],
      default: 'minor'
  } } } }
])
db.earthquakes.aggregate([{ $sortByCount: '$class' }])
`
      },
      {
        title: 'Change one array element',
        detail: 'arrayFilters',
        query: `db.countries.updateOne(
  { _id: 'Iceland' },
  { $set: { 'history.$[y].checked': true } },
  { arrayFilters: [{ 'y.year': 1980 }] }
)
db.countries.find({ _id: 'Iceland' }, { history: { $slice: [4, 3] } })
`
      }
    ]
  },
  {
    group: 'Indexes and plans',
    examples: [
      {
        title: 'Without and with an index',
        detail: 'explain, createIndex',
        query: `// The same query twice, once told to scan: the Plan of each tab shows what the index spares.
db.birdstrikes.createIndex({ 'wildlife.species': 1, damage: 1 })
db.birdstrikes.find({ 'wildlife.species': 'Canada goose', damage: 'Substantial' }).hint({ $natural: 1 }).explain('executionStats')
db.birdstrikes.find({ 'wildlife.species': 'Canada goose', damage: 'Substantial' }).explain('executionStats')
`
      },
      {
        title: 'Answered by the index alone',
        detail: 'covered query',
        query: `db.routes.find({ origin: 'SFO' }, { _id: 0, origin: 1, flights: 1 }).sort({ flights: -1 }).limit(5)
`
      },
      {
        title: 'A script',
        detail: 'variables, loops, print',
        query: `const hubs = db.routes.distinct('origin').slice(0, 400)
let best = { airport: null, flights: 0 }
for (const origin of hubs) {
  const [sum] = db.routes.aggregate([
    { $match: { origin } },
    { $group: { _id: null, flights: { $sum: '$flights' }, to: { $sum: 1 } } }
  ]).toArray()
  if (sum.flights > best.flights) best = { airport: origin, ...sum }
}
print(\`\${hubs.length} airports compared\`)
best
`
      }
    ]
  }
]
