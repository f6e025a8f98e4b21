// What each operator of queries and of updates does, with an example that runs on the documents of the tests.
export const QUERY = `
$all | An array that has all of the values. | { tags: { $all: ['wood', 'desk'] } }
$alwaysFalse | Selects nothing. | { $alwaysFalse: 1 }
$alwaysTrue | Selects everything. | { $alwaysTrue: 1 }
$and | All of the conditions hold. | { $and: [{ qty: { $gt: 1 } }, { active: true }] }
$bitsAllClear | An integer in which all of the bits are 0. | { qty: { $bitsAllClear: [0, 1] } }
$bitsAllSet | An integer in which all of the bits are 1. | { qty: { $bitsAllSet: [2] } }
$bitsAnyClear | An integer in which some of the bits is 0. | { qty: { $bitsAnyClear: [0, 2] } }
$bitsAnySet | An integer in which some of the bits is 1. | { qty: { $bitsAnySet: [0, 2] } }
$comment | A remark; it changes nothing. | { qty: 4, $comment: 'stock check' }
$elemMatch | An array with one element for which all the conditions hold. | { points: { $elemMatch: { x: 1, y: { $gt: 1 } } } }
$eq | The same value, or an array that has it. | { state: { $eq: 'open' } }
$exists | The field is there, or is not. | { discount: { $exists: false } }
$expr | An expression of the aggregation language that is true. | { $expr: { $gt: ['$price', '$qty'] } }
$gt | A greater value. | { price: { $gt: 100 } }
$gte | A greater value, or the same. | { qty: { $gte: 4 } }
$in | One of the values, or a match of one of the patterns. | { state: { $in: ['open', 'new'] } }
$jsonSchema | A document that a JSON schema describes. | { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } }
$lt | A lesser value. | { price: { $lt: 100 } }
$lte | A lesser value, or the same. | { qty: { $lte: 4 } }
$mod | A number that leaves this rest when it is divided. | { qty: { $mod: [2, 0] } }
$natural | The order in which documents are stored, in a sort or a hint. | { $natural: 1 }
$ne | Another value, or none. | { state: { $ne: 'closed' } }
$nin | None of the values. | { state: { $nin: ['closed', 'lost'] } }
$nor | None of the conditions holds. | { $nor: [{ qty: 0 }, { active: false }] }
$not | A condition that does not hold. | { price: { $not: { $gt: 500 } } }
$options | Flags of the $regex beside it: i, m, s, x. | { name: { $regex: '^oak', $options: 'i' } }
$or | One of the conditions holds. | { $or: [{ qty: 0 }, { active: true }] }
$rand | A random number, inside $expr. | { $expr: { $lt: [{ $rand: {} }, 0.5] } }
$regex | Text that a pattern matches. | { name: { $regex: 'desk$' } }
$sampleRate | Each document with this probability. | { $sampleRate: 0.5 }
$size | An array with so many elements. | { tags: { $size: 2 } }
$text | Words, by a text index. | { $text: { $search: 'desk' } }
$type | A value of one of the types. | { price: { $type: 'number' } }
$where | A condition in JavaScript. | { $where: 'true' }
$box | A rectangle for $geoWithin. | { place: { $geoWithin: { $box: [[0, 0], [9, 9]] } } }
$center | A circle for $geoWithin. | { place: { $geoWithin: { $center: [[0, 0], 9] } } }
$centerSphere | A circle on the sphere for $geoWithin. | { place: { $geoWithin: { $centerSphere: [[0, 0], 0.1] } } }
$geoIntersects | A shape that meets another one. | { place: { $geoIntersects: { $geometry: { type: 'Point', coordinates: [0, 0] } } } }
$geoWithin | A place that lies in a shape. | { place: { $geoWithin: { $center: [[0, 0], 9] } } }
$geometry | A GeoJSON shape. | { place: { $geoIntersects: { $geometry: { type: 'Point', coordinates: [0, 0] } } } }
$maxDistance | The distance up to which $near looks. | { place: { $near: [0, 0], $maxDistance: 9 } }
$minDistance | The distance from which $near looks. | { place: { $near: [0, 0], $minDistance: 1 } }
$near | Places by their distance, the nearest first. | { place: { $near: [0, 0] } }
$nearSphere | Places by their distance on the sphere, the nearest first. | { place: { $nearSphere: [0, 0] } }
$polygon | A polygon for $geoWithin. | { place: { $geoWithin: { $polygon: [[0, 0], [9, 0], [9, 9]] } } }
`

export const UPDATE = `
$addToSet | Adds a value to an array that has it not. | { $addToSet: { tags: 'oak' } }
$bit | Combines an integer with another, bit by bit. | { $bit: { qty: { or: 1 } } }
$currentDate | Sets a field to the date and time of now. | { $currentDate: { seen: true } }
$inc | Adds to a number. | { $inc: { qty: 1 } }
$max | Sets a value that is greater than the field's. | { $max: { price: 200 } }
$min | Sets a value that is less than the field's. | { $min: { price: 50 } }
$mul | Multiplies a number. | { $mul: { price: 1.1 } }
$pop | Takes the last (1) or the first (-1) element off an array. | { $pop: { sizes: 1 } }
$pull | Takes the elements that a condition selects out of an array. | { $pull: { sizes: { $gt: 2 } } }
$pullAll | Takes all of these values out of an array. | { $pullAll: { tags: ['wood', 'oak'] } }
$push | Adds to the end of an array. | { $push: { tags: 'oak' } }
$rename | Gives a field another name. | { $rename: { state: 'status' } }
$set | Sets fields. | { $set: { state: 'closed' } }
$setOnInsert | Sets fields only where an upsert inserts. | { $setOnInsert: { made: 1 } }
$unset | Takes fields away. | { $unset: { state: '' } }
`

export const MODIFIERS = `
$each | The values that $push or $addToSet adds. | { $push: { tags: { $each: ['oak', 'new'] } } }
$position | Where in the array $push adds them. | { $push: { tags: { $each: ['oak'], $position: 0 } } }
$slice | How many elements $push leaves in the array. | { $push: { sizes: { $each: [9], $slice: -2 } } }
$sort | The order that $push puts the array in. | { $push: { sizes: { $each: [9], $sort: 1 } } }
`

export const VARIABLES = `
$$CURRENT | The document, or what stands in its place.
$$DESCEND | In $redact: keep this level and go into what it holds.
$$KEEP | In $redact: keep this level with all that it holds.
$$NOW | The time at which the command began.
$$PRUNE | In $redact: cut this level off.
$$REMOVE | No value: the field is left out.
$$ROOT | The whole document at the start of the stage.
$$CLUSTER_TIME | The time of a cluster.
$$SEARCH_META | Figures about a search.
$$USER_ROLES | The roles of the user.
$$new | In $merge: the document that comes in.
$$this | In $map, $filter and $reduce: the element.
$$value | In $reduce: what was computed so far.
`
