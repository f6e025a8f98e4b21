// The names that completion proposes after `$`; the engine alone decides what it supports.

const names = (text: string): string[] => text.trim().split(/\s+/).map((name) => `$${name}`)

export const QUERY_OPERATORS = names(
  `eq ne gt gte lt lte in nin and or nor not exists type regex options mod all elemMatch size expr
   bitsAllSet bitsAnySet bitsAllClear bitsAnyClear comment`
)

export const UPDATE_OPERATORS = names(
  `set unset inc mul min max rename setOnInsert currentDate push pull pullAll pop addToSet bit each position slice sort`
)

export const STAGES = names(
  `match project set addFields unset group sort limit skip unwind lookup count sortByCount facet replaceRoot replaceWith
   sample unionWith out merge`
)

export const ACCUMULATORS = names(`sum avg min max first last push addToSet count`)

export const EXPRESSIONS = names(
  `sum avg min max first last push addToSet add subtract multiply divide mod abs ceil floor round trunc pow sqrt
   concat toUpper toLower substrCP strLenCP split trim indexOfCP regexMatch replaceOne replaceAll toString
   cond ifNull switch eq ne gt gte lt lte cmp and or not
   size arrayElemAt slice filter map reduce in concatArrays reverseArray range zip isArray objectToArray arrayToObject
   mergeObjects literal type convert toInt toDouble toDate year month dayOfMonth dayOfWeek hour minute second
   dateToString dateTrunc dateDiff dateAdd`
)
