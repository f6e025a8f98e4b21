// What the editor proposes at the mark `|`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { completions } from '../src/ui/completion.ts'

const source = completions({
  collections: () => ['movies', 'odd-name', 'notes'],
  databases: () => ['samples', 'shop'],
  fields: async (collection) =>
    collection === 'movies'
      ? [{ path: 'title', types: ['string'], share: 1 }, { path: 'cast.name', types: ['string'], share: 1 }]
      : [],
  variables: () => ['mine']
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
