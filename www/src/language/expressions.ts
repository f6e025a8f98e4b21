// What each expression operator does, in a line, with an example that runs on the documents of the tests.
export const EXPRESSIONS = `
$abs | The absolute value of a number. | { $abs: '$price' }
$acos | The inverse cosine, in radians. | { $acos: 0.5 }
$acosh | The inverse hyperbolic cosine. | { $acosh: 2 }
$add | Adds numbers, or milliseconds to a date. | { $add: ['$price', '$qty'] }
$allElementsTrue | True if no element of the array is false, 0 or null. | { $allElementsTrue: ['$sizes'] }
$and | True if every expression is true. | { $and: [{ $gt: ['$qty', 1] }, '$active'] }
$anyElementTrue | True if some element of the array is true. | { $anyElementTrue: ['$sizes'] }
$arrayElemAt | The element at an index; a negative one counts from the end. | { $arrayElemAt: ['$tags', -1] }
$arrayToObject | A document out of pairs, or of { k, v } documents. | { $arrayToObject: [[['a', 1], ['b', 2]]] }
$asin | The inverse sine, in radians. | { $asin: 0.5 }
$asinh | The inverse hyperbolic sine. | { $asinh: 1 }
$atan | The inverse tangent, in radians. | { $atan: 1 }
$atan2 | The angle of the point (x, y), given as y, x. | { $atan2: [1, 2] }
$atanh | The inverse hyperbolic tangent. | { $atanh: 0.5 }
$avg | The mean of numbers; what is no number is left out. | { $avg: '$sizes' }
$binarySize | The bytes of a string or of binary data. | { $binarySize: '$name' }
$bitAnd | The bits that all integers have. | { $bitAnd: ['$qty', 6] }
$bitNot | An integer with every bit turned over. | { $bitNot: '$qty' }
$bitOr | The bits that some integer has. | { $bitOr: ['$qty', 1] }
$bitXor | The bits that an odd count of the integers have. | { $bitXor: ['$qty', 5] }
$bsonSize | The bytes of a document as it is stored. | { $bsonSize: '$$ROOT' }
$ceil | The least whole number that is not below. | { $ceil: '$price' }
$cmp | -1, 0 or 1: how two values compare. | { $cmp: ['$price', 100] }
$concat | Joins strings; null if one is missing. | { $concat: ['$name', ' #', { $toString: '$qty' }] }
$concatArrays | Joins arrays. | { $concatArrays: ['$tags', ['new']] }
$cond | One of two values, by a condition. | { $cond: [{ $gte: ['$qty', 10] }, 'many', 'few'] }
$const | A value as it stands, like $literal. | { $const: '$price' }
$convert | Converts to a type, with what to give on an error or on null. | { $convert: { input: '$name', to: 'int', onError: 0 } }
$cos | The cosine of an angle in radians. | { $cos: 1 }
$cosh | The hyperbolic cosine. | { $cosh: 1 }
$createObjectId | A new ObjectId. | { $createObjectId: {} }
$currentDate | The date and time at which it is evaluated. | { $currentDate: {} }
$dateAdd | A date moved on by an amount of a unit. | { $dateAdd: { startDate: '$at', unit: 'day', amount: 3 } }
$dateDiff | How many borders of a unit lie between two dates. | { $dateDiff: { startDate: '$at', endDate: '$$NOW', unit: 'month' } }
$dateFromParts | A date out of year, month, day and so on. | { $dateFromParts: { year: 2024, month: 2, day: 29 } }
$dateFromString | A date read from text, with an optional format and zone. | { $dateFromString: { dateString: '2024-02-29' } }
$dateSubtract | A date moved back by an amount of a unit. | { $dateSubtract: { startDate: '$at', unit: 'hour', amount: 6 } }
$dateToParts | The parts of a date as a document. | { $dateToParts: { date: '$at', timezone: 'Europe/Berlin' } }
$dateToString | A date as text. | { $dateToString: { date: '$at', format: '%Y-%m-%d' } }
$dateTrunc | The beginning of the hour, week, month ... that a date lies in. | { $dateTrunc: { date: '$at', unit: 'month' } }
$dayOfMonth | The day of a date, 1 to 31. | { $dayOfMonth: '$at' }
$dayOfWeek | The day of the week, 1 (Sunday) to 7. | { $dayOfWeek: '$at' }
$dayOfYear | The day of the year, 1 to 366. | { $dayOfYear: '$at' }
$degreesToRadians | Degrees as radians. | { $degreesToRadians: 180 }
$deserializeEJSON | Values out of their Extended JSON form. | { $deserializeEJSON: { input: { $literal: { $numberInt: '1' } } } }
$divide | The quotient of two numbers. | { $divide: ['$price', '$qty'] }
$eq | True if two values are the same. | { $eq: ['$state', 'open'] }
$exp | e raised to a power. | { $exp: 1 }
$filter | The elements of an array for which a condition holds. | { $filter: { input: '$sizes', cond: { $gt: ['$$this', 1] } } }
$first | The first element of an array. | { $first: '$tags' }
$firstN | The first n elements of an array. | { $firstN: { n: 2, input: '$sizes' } }
$floor | The greatest whole number that is not above. | { $floor: '$price' }
$getField | A field by name, even one with dots or dollars in it. | { $getField: { field: 'a', input: '$nested' } }
$gt | True if the first value is greater. | { $gt: ['$price', 100] }
$gte | True if the first value is greater or the same. | { $gte: ['$qty', 4] }
$hash | A hash of a string or of binary data, as binary data. | { $hash: { input: '$name', algorithm: 'sha256' } }
$hexHash | A hash of a string or of binary data, as hexadecimal text. | { $hexHash: { input: '$name', algorithm: 'sha256' } }
$hour | The hour of a date, 0 to 23. | { $hour: '$at' }
$ifNull | The first value that is neither null nor missing. | { $ifNull: ['$discount', 0] }
$in | True if an array has the value. | { $in: ['wood', '$tags'] }
$indexOfArray | Where in an array a value stands first; -1 if nowhere. | { $indexOfArray: ['$tags', 'desk'] }
$indexOfBytes | Where in a string another one begins, in bytes. | { $indexOfBytes: ['$name', 'desk'] }
$indexOfCP | Where in a string another one begins, in characters. | { $indexOfCP: ['$name', 'desk'] }
$isArray | True if the value is an array. | { $isArray: '$tags' }
$isNumber | True if the value is a number of any type. | { $isNumber: '$price' }
$isoDayOfWeek | The day of the week by ISO 8601, 1 (Monday) to 7. | { $isoDayOfWeek: '$at' }
$isoWeek | The week of the year by ISO 8601, 1 to 53. | { $isoWeek: '$at' }
$isoWeekYear | The year that a date's ISO week belongs to. | { $isoWeekYear: '$at' }
$last | The last element of an array. | { $last: '$tags' }
$lastN | The last n elements of an array. | { $lastN: { n: 2, input: '$sizes' } }
$let | Names values for use in one expression. | { $let: { vars: { total: { $multiply: ['$price', '$qty'] } }, in: { $round: '$$total' } } }
$literal | A value as it stands, not read as an expression. | { $literal: '$price' }
$ln | The natural logarithm. | { $ln: '$price' }
$log | The logarithm to a base. | { $log: [8, 2] }
$log10 | The logarithm to base 10. | { $log10: 1000 }
$lt | True if the first value is less. | { $lt: ['$price', 100] }
$lte | True if the first value is less or the same. | { $lte: ['$qty', 4] }
$ltrim | A string without blanks, or given characters, at its start. | { $ltrim: { input: '$name' } }
$map | Each element of an array put through an expression. | { $map: { input: '$sizes', as: 's', in: { $multiply: ['$$s', 2] } } }
$max | The greatest of the values. | { $max: '$sizes' }
$maxN | The n greatest elements of an array. | { $maxN: { n: 2, input: '$sizes' } }
$median | The value in the middle. | { $median: { input: '$sizes', method: 'approximate' } }
$mergeObjects | One document out of several; later fields win. | { $mergeObjects: ['$nested', { c: 3 }] }
$meta | What the query found out about a document, such as its score. | { $meta: 'indexKey' }
$millisecond | The milliseconds of a date, 0 to 999. | { $millisecond: '$at' }
$min | The least of the values. | { $min: '$sizes' }
$minN | The n least elements of an array. | { $minN: { n: 2, input: '$sizes' } }
$minute | The minute of a date, 0 to 59. | { $minute: '$at' }
$mod | What is left of a division. | { $mod: ['$qty', 3] }
$month | The month of a date, 1 to 12. | { $month: '$at' }
$multiply | Multiplies numbers. | { $multiply: ['$price', '$qty'] }
$ne | True if two values differ. | { $ne: ['$state', 'closed'] }
$not | The opposite of an expression's truth. | { $not: ['$active'] }
$objectToArray | A document as an array of { k, v }. | { $objectToArray: '$nested' }
$or | True if some expression is true. | { $or: ['$active', { $gt: ['$qty', 9] }] }
$percentile | Values below which given shares of the numbers lie. | { $percentile: { input: '$sizes', p: [0.5, 0.9], method: 'approximate' } }
$pow | A number raised to a power. | { $pow: ['$qty', 2] }
$radiansToDegrees | Radians as degrees. | { $radiansToDegrees: 3.14159 }
$rand | A random number from 0 to 1. | { $rand: {} }
$range | Whole numbers from a start to an end, which is not among them. | { $range: [0, '$qty'] }
$reduce | An array brought to one value, element by element. | { $reduce: { input: '$sizes', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }
$regexFind | The first match of a pattern, with its place and groups. | { $regexFind: { input: '$name', regex: /d(.)/ } }
$regexFindAll | Every match of a pattern. | { $regexFindAll: { input: '$name', regex: /[aeiou]/ } }
$regexMatch | True if a pattern matches. | { $regexMatch: { input: '$name', regex: /^oak/i } }
$replaceAll | A string with every find replaced. | { $replaceAll: { input: '$name', find: 'k', replacement: 'c' } }
$replaceOne | A string with the first find replaced. | { $replaceOne: { input: '$name', find: 'k', replacement: 'c' } }
$reverseArray | An array from its end to its start. | { $reverseArray: '$sizes' }
$round | A number rounded to a place; halves go to the even one. | { $round: ['$price', 1] }
$rtrim | A string without blanks, or given characters, at its end. | { $rtrim: { input: '$name' } }
$second | The seconds of a date, 0 to 60. | { $second: '$at' }
$serializeEJSON | A value in its Extended JSON form. | { $serializeEJSON: { input: '$at' } }
$setDifference | What the first array has and the second has not. | { $setDifference: ['$tags', ['wood']] }
$setEquals | True if arrays have the same elements. | { $setEquals: ['$tags', ['desk', 'wood']] }
$setField | A document with one field set by name. | { $setField: { field: 'a', input: '$nested', value: 9 } }
$setIntersection | What all arrays have. | { $setIntersection: ['$tags', ['wood', 'oak']] }
$setIsSubset | True if the second array has all of the first. | { $setIsSubset: [['wood'], '$tags'] }
$setUnion | The elements of all arrays, each once. | { $setUnion: ['$tags', ['oak']] }
$sigmoid | The logistic function, which leads to a value from 0 to 1. | { $sigmoid: '$qty' }
$similarityCosine | How far two vectors point the same way. | { $similarityCosine: { vectors: [[1, 2], [2, 3]], score: true } }
$similarityDotProduct | The dot product of two vectors. | { $similarityDotProduct: { vectors: [[1, 2], [2, 3]], score: false } }
$similarityEuclidean | How near two vectors are. | { $similarityEuclidean: { vectors: [[1, 2], [2, 3]], score: false } }
$sin | The sine of an angle in radians. | { $sin: 1 }
$sinh | The hyperbolic sine. | { $sinh: 1 }
$size | How many elements an array has. | { $size: '$tags' }
$slice | A part of an array. | { $slice: ['$sizes', 1, 2] }
$sortArray | An array in order, by value or by fields. | { $sortArray: { input: '$sizes', sortBy: -1 } }
$split | A string cut at each separator. | { $split: ['$name', ' '] }
$sqrt | The square root. | { $sqrt: '$qty' }
$stdDevPop | The standard deviation of a whole population. | { $stdDevPop: '$sizes' }
$stdDevSamp | The standard deviation of a sample. | { $stdDevSamp: '$sizes' }
$strLenBytes | The bytes of a string. | { $strLenBytes: '$name' }
$strLenCP | The characters of a string. | { $strLenCP: '$name' }
$strcasecmp | How two strings compare without regard to case. | { $strcasecmp: ['$name', 'OAK DESK'] }
$substr | A part of a string, in bytes; the old name of $substrBytes. | { $substr: ['$name', 0, 3] }
$substrBytes | A part of a string, counted in bytes. | { $substrBytes: ['$name', 0, 3] }
$substrCP | A part of a string, counted in characters. | { $substrCP: ['$name', 0, 3] }
$subtract | The difference of numbers, or of dates in milliseconds. | { $subtract: ['$price', 20] }
$subtype | The subtype of binary data. | { $subtype: BinData(0, 'AQID') }
$sum | The sum of numbers; what is no number is left out. | { $sum: '$sizes' }
$switch | The value of the first case that is true. | { $switch: { branches: [{ case: { $gt: ['$qty', 9] }, then: 'many' }], default: 'few' } }
$tan | The tangent of an angle in radians. | { $tan: 1 }
$tanh | The hyperbolic tangent. | { $tanh: 1 }
$toArray | A value as an array: text in JSON form, or a binary vector. | { $toArray: '[1, 2]' }
$toBool | Converts to a boolean. | { $toBool: '$qty' }
$toDate | Converts to a date. | { $toDate: '2024-02-29' }
$toDecimal | Converts to a decimal of 34 digits. | { $toDecimal: '$price' }
$toDouble | Converts to a double. | { $toDouble: '$qty' }
$toHashedIndexKey | The hash that a hashed index keeps of a value. | { $toHashedIndexKey: '$name' }
$toInt | Converts to a 32-bit integer. | { $toInt: '$price' }
$toLong | Converts to a 64-bit integer. | { $toLong: '$price' }
$toLower | A string in small letters. | { $toLower: '$name' }
$toObject | A document out of text in JSON form. | { $toObject: '{"a": 1}' }
$toObjectId | Converts text of 24 hexadecimal digits to an ObjectId. | { $toObjectId: '5ab9cbfa31c2ab715d42129e' }
$toString | Converts to a string. | { $toString: '$price' }
$toUUID | Converts text to a UUID. | { $toUUID: '0e3b9063-8abd-4eb3-9f9f-f4c59fd30a60' }
$toUpper | A string in capitals. | { $toUpper: '$name' }
$trim | A string without blanks, or given characters, at both ends. | { $trim: { input: '$name' } }
$trunc | A number cut off at a place. | { $trunc: ['$price', 0] }
$tsIncrement | The counter of a timestamp. | { $tsIncrement: Timestamp(5, 1) }
$tsSecond | The seconds of a timestamp. | { $tsSecond: Timestamp(5, 1) }
$type | The name of a value's type, or "missing". | { $type: '$price' }
$unsetField | A document without one field, by name. | { $unsetField: { field: 'a', input: '$nested' } }
$week | The week of a date's year, 0 to 53, from Sunday. | { $week: '$at' }
$year | The year of a date. | { $year: '$at' }
$zip | Arrays joined element by element. | { $zip: { inputs: ['$tags', '$sizes'] } }
`
