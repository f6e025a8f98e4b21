// What the editor proposes at the mark `|`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { completions } from '../src/ui/completion.ts'
import { readLanguage } from './language.ts'

const source = completions({
  collections: () => ['movies', 'odd-name', 'notes'],
  databases: () => ['samples', 'shop'],
  fields: async (collection) =>
    collection === 'movies'
      ? [{ path: 'title', types: ['string'], share: 1 }, { path: 'cast.name', types: ['string'], share: 1 }]
      : [],
  variables: () => ['mine'],
  language: readLanguage()
})

async function proposed(marked: string): Promise<string[]> {
  const at = marked.indexOf('|')
  const state = EditorState.create({ doc: marked.replace('|', '') })
  const result = await source(new CompletionContext(state, at, false))
  const typed = marked.slice(result?.from ?? at, at)
  return (result?.options ?? []).map(({ label }) => label).filter((label) => label.startsWith(typed))
}

const cases: [string, string[], string[]][] = [
  ['db.|', ['movies', 'notes', 'getCollection', 'runCommand'], ['odd-name']],
  ['db.mov|', ['movies'], ['notes']],
  ['db.movies.fi|', ['find', 'findOne', 'findOneAndUpdate'], ['insertOne', 'sort']],
  ["db.getCollection('odd-name').co|", ['countDocuments'], []],
  ['db.movies.find().so|', ['sort'], []],
  ['db.movies.find({ a: [1, (2)] })\n  .sort({ a: 1 }).li|', ['limit'], []],
  ['db.movies.aggregate([]).t|', ['toArray'], ['limit']],
  ['db.movies.find({ ti|', ['title'], []],
  ['db.movies.find({ title: { $g|', ['$gt', '$gte'], ['$group']],
  ["db.movies.find({ 'cast.n|", ['cast.name'], []],
  ['db.movies.aggregate([{ $gr|', ['$group'], []],
  ["db.movies.aggregate([{ $group: { _id: '$ti|", ['$title'], []],
  ["db.movies.aggregate([{ $group: { _id: '$title', n: { $su|", ['$sum'], []],
  ['db.movies.aggregate([{ $|', ['$match', '$lookup', '$group'], ['$eq', '$abs', '$search', '$changeStream', '$inc']],
  ['db.movies.aggregate([{ $match: { a: 1 } }, { $so|', ['$sort', '$sortByCount'], ['$sortArray']],
  ['db.movies.aggregate([{ $match: { $|', ['$and', '$expr'], ['$gt', '$abs', '$where']],
  ['db.movies.aggregate([{ $match: { title: { $|', ['$gt', '$in', '$elemMatch'], ['$and', '$concat']],
  ['db.movies.aggregate([{ $match: { $expr: { $|', ['$gt', '$concat', '$cond'], ['$elemMatch', '$match']],
  ['db.movies.aggregate([{ $match: { $or: [{ title: 1 }, { $|', ['$and', '$expr'], ['$gt']],
  ['db.movies.aggregate([{ $match: { list: { $elemMatch: { $|', ['$gt', '$and'], ['$abs']],
  ["db.movies.aggregate([{ $group: { _id: { $|", ['$dateTrunc', '$concat'], ['$push', '$match']],
  ["db.movies.aggregate([{ $group: { _id: null, n: { $|", ['$push', '$topN'], ['$concat', '$eq']],
  ["db.movies.aggregate([{ $group: { _id: null, n: { $sum: { $|", ['$multiply'], ['$push']],
  ['db.movies.aggregate([{ $project: { a: { $cond: [{ $|', ['$eq', '$in'], ['$elemMatch', '$set']],
  ['db.movies.aggregate([{ $facet: { a: [{ $|', ['$match', '$count'], ['$eq']],
  ['db.movies.aggregate([{ $lookup: { from: 1, pipeline: [{ $ma|', ['$match'], ['$map']],
  ['db.movies.updateMany({ title: { $|', ['$gt'], ['$set', '$abs']],
  ['db.movies.updateMany({}, { $|', ['$set', '$push', '$bit'], ['$gt', '$match', '$each']],
  ['db.movies.updateMany({}, { $push: { title: { $|', ['$each', '$position'], ['$set']],
  ['db.movies.updateMany({}, { $pull: { title: { $|', ['$in'], ['$each']],
  ['db.movies.updateMany({}, [{ $|', ['$set', '$replaceWith'], ['$inc']],
  ["db.movies.bulkWrite([{ updateOne: { filter: { a: 1 }, update: { $|", ['$set'], ['$gt']],
  ['db.runCommand({ li|', ['listCollections', 'listIndexes'], ['$match']],
  ["db.runCommand({ update: 'movies', updates: [{ q: {}, u: { $|", ['$inc'], ['$gt']],
  ["db.createView('v', 'movies', [{ $pr|", ['$project'], []],
  ["const stages = [{ $un|", ['$unwind', '$unionWith'], ['$unset_']],
  ["db.movies.aggregate([{ $set: { now: '$$N|", ['$$NOW'], []],
  ["db.movies.find({ '}': \"{\", /* [ */ title: { $|", ['$gt'], ['$and']],
  ['db.movies.updateOne({}, { $se|', ['$set', '$setOnInsert'], []],
  ['use sh|', ['shop'], []],
  ['show c|', ['collections'], []],
  ['Obj|', ['ObjectId', 'Object'], []],
  ['mi|', ['mine'], []],
  ["db.movies.find({ title: 'ab|", [], ['title']]
]

for (const [marked, wanted, unwanted] of cases) {
  test(marked, async () => {
    const labels = await proposed(marked)
    for (const label of wanted) assert.ok(labels.includes(label), `${label} in ${labels.slice(0, 20).join(' ')}`)
    for (const label of unwanted) assert.ok(!labels.includes(label), `no ${label} in ${labels.slice(0, 20).join(' ')}`)
  })
}
