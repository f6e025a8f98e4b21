// What each accumulator of $group and each operator of $setWindowFields does, with an example of its argument.
export const ACCUMULATORS = `
$accumulator | An accumulator written in JavaScript. | { $accumulator: {} }
$addToSet | Every different value of the group, once. | { $addToSet: '$state' }
$avg | The mean of the group's numbers. | { $avg: '$price' }
$bottom | A value of the last document by an order. | { $bottom: { sortBy: { price: 1 }, output: '$name' } }
$bottomN | Values of the last n documents by an order. | { $bottomN: { n: 2, sortBy: { price: 1 }, output: '$name' } }
$concatArrays | The group's arrays, joined. | { $concatArrays: '$tags' }
$count | How many documents the group has. | { $count: {} }
$first | The value of the group's first document. | { $first: '$name' }
$firstN | The values of the group's first n documents. | { $firstN: { n: 2, input: '$name' } }
$last | The value of the group's last document. | { $last: '$name' }
$lastN | The values of the group's last n documents. | { $lastN: { n: 2, input: '$name' } }
$max | The greatest value. | { $max: '$price' }
$maxN | The n greatest values. | { $maxN: { n: 2, input: '$price' } }
$median | The value in the middle. | { $median: { input: '$price', method: 'approximate' } }
$mergeObjects | The group's documents as one; later fields win. | { $mergeObjects: '$nested' }
$min | The least value. | { $min: '$price' }
$minN | The n least values. | { $minN: { n: 2, input: '$price' } }
$percentile | Values below which given shares of the numbers lie. | { $percentile: { input: '$price', p: [0.5, 0.9], method: 'approximate' } }
$push | Every value, in an array. | { $push: '$name' }
$setUnion | The elements of the group's arrays, each once. | { $setUnion: '$tags' }
$stdDevPop | The standard deviation of a whole population. | { $stdDevPop: '$price' }
$stdDevSamp | The standard deviation of a sample. | { $stdDevSamp: '$price' }
$sum | The sum of the group's numbers; 1 counts documents. | { $sum: '$price' }
$top | A value of the first document by an order. | { $top: { sortBy: { price: -1 }, output: '$name' } }
$topN | Values of the first n documents by an order. | { $topN: { n: 2, sortBy: { price: -1 }, output: '$name' } }
`

/** Those that only windows have; the others do in a window what they do in a group. */
export const WINDOW_ONLY = `
$covariancePop | The covariance of two numbers over a population. | { $covariancePop: ['$qty', '$price'] }
$covarianceSamp | The covariance of two numbers over a sample. | { $covarianceSamp: ['$qty', '$price'] }
$denseRank | The rank by the order; ties share one, and none is left out. | { $denseRank: {} }
$derivative | The rate of change over the window. | { $derivative: { input: '$price' }, window: { documents: [-1, 0] } }
$documentNumber | The number of the document in its partition. | { $documentNumber: {} }
$expMovingAvg | The moving average in which the latest values weigh most. | { $expMovingAvg: { input: '$price', N: 2 } }
$integral | The area under the values over the window. | { $integral: { input: '$price' }, window: { documents: [-1, 0] } }
$linearFill | Fills null and missing values on a straight line between neighbours. | { $linearFill: '$price' }
$locf | Fills null and missing values with the last one before. | { $locf: '$price' }
$minMaxScaler | A number moved into a range by the window's least and greatest. | { $minMaxScaler: { input: '$price', min: 0, max: 1 } }
$rank | The rank by the order; ties share one, the next are left out. | { $rank: {} }
$shift | The value of a document so many places away. | { $shift: { output: '$price', by: -1, default: 0 } }
`
