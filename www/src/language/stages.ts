// What each stage of a pipeline does, in a line, with an example that runs on the documents of the tests.
export const STAGES = `
$addFields | Adds fields to each document, or replaces them. | { $addFields: { total: { $multiply: ['$price', '$qty'] } } }
$bucket | Groups documents by the ranges that a value falls into. | { $bucket: { groupBy: '$qty', boundaries: [0, 5, 10], default: 'more' } }
$bucketAuto | Groups documents into so many ranges of about equal size. | { $bucketAuto: { groupBy: '$price', buckets: 2 } }
$changeStream | What changes in a collection, as it happens. | { $changeStream: {} }
$collStats | Figures about the collection; the first stage. | { $collStats: { count: {} } }
$count | One document with the number of documents. | { $count: 'documents' }
$currentOp | The operations that run; the first stage, on admin. | { $currentOp: {} }
$densify | Adds the documents that are missing between values of a field. | { $densify: { field: 'qty', range: { step: 1, bounds: 'full' } } }
$documents | Begins a pipeline of the database with given documents. | { $documents: [{ n: 1 }, { n: 2 }] }
$facet | Runs several pipelines over the same documents. | { $facet: { cheap: [{ $match: { price: { $lt: 50 } } }], all: [{ $count: 'n' }] } }
$fill | Fills fields that are null or missing. | { $fill: { sortBy: { qty: 1 }, output: { discount: { value: 0 } } } }
$geoNear | Documents by their distance from a point; the first stage. | { $geoNear: { near: [0, 0], distanceField: 'far' } }
$graphLookup | Follows references from document to document. | { $graphLookup: { from: 'items', startWith: '$parent', connectFromField: 'parent', connectToField: '_id', as: 'above' } }
$group | Groups documents by a value and accumulates over each group. | { $group: { _id: '$state', n: { $sum: 1 }, mean: { $avg: '$price' } } }
$indexStats | Each index of the collection and how often it was used; the first stage. | { $indexStats: {} }
$limit | Passes on so many documents. | { $limit: 5 }
$listClusterCatalog | The collections of the database with their options; the first stage. | { $listClusterCatalog: {} }
$listLocalSessions | The sessions of this process; the first stage. | { $listLocalSessions: {} }
$listSessions | The sessions, asked of config.system.sessions; the first stage. | { $listSessions: {} }
$lookup | Joins documents of another collection, as an array. | { $lookup: { from: 'items', localField: 'parent', foreignField: '_id', as: 'parents' } }
$match | Passes on the documents that a query selects. | { $match: { state: 'open' } }
$merge | Writes the result into a collection, document by document; the last stage. | { $merge: { into: 'merged', whenMatched: 'replace' } }
$out | Writes the result as a new collection; the last stage. | { $out: 'copied' }
$planCacheStats | The cached plans of the collection; the first stage. | { $planCacheStats: {} }
$project | Keeps, leaves out or computes fields. | { $project: { _id: 0, name: 1, total: { $multiply: ['$price', '$qty'] } } }
$querySettings | The settings of query shapes, which are none; the first stage. | { $querySettings: {} }
$queryStats | Figures about queries that ran, on admin; none are collected.  | { $queryStats: {} }
$rankFusion | Joins ranked results by their ranks. | { $rankFusion: { input: { pipelines: { byPrice: [{ $sort: { price: 1 } }] } } } }
$redact | Keeps, goes into or cuts off each level of a document. | { $redact: { $cond: ['$active', '$$KEEP', '$$PRUNE'] } }
$replaceRoot | Puts another document in place of each. | { $replaceRoot: { newRoot: '$nested' } }
$replaceWith | Puts another document in place of each. | { $replaceWith: '$nested' }
$sample | So many documents at random. | { $sample: { size: 2 } }
$score | Gives each document a score. | { $score: { score: '$price' } }
$scoreFusion | Joins scored results by their scores. | { $scoreFusion: { input: { pipelines: { byPrice: [{ $score: { score: '$price' } }] }, normalization: 'none' } } }
$search | Full-text search of Atlas. | { $search: {} }
$searchMeta | Figures about a full-text search of Atlas. | { $searchMeta: {} }
$set | Adds fields to each document, or replaces them. | { $set: { cheap: { $lt: ['$price', 50] } } }
$setWindowFields | Computes over a window of documents around each. | { $setWindowFields: { sortBy: { qty: 1 }, output: { sofar: { $sum: '$price', window: { documents: ['unbounded', 'current'] } } } } }
$skip | Leaves out so many documents. | { $skip: 1 }
$sort | Puts documents in order. | { $sort: { price: -1 } }
$sortByCount | Groups by a value and counts, the most frequent first. | { $sortByCount: '$state' }
$unionWith | Adds the documents of another collection. | { $unionWith: { coll: 'items', pipeline: [{ $match: { qty: 1 } }] } }
$unset | Leaves fields out. | { $unset: ['tags', 'sizes'] }
$unwind | One document for each element of an array. | { $unwind: '$tags' }
$vectorSearch | Vector search of Atlas. | { $vectorSearch: {} }
`
