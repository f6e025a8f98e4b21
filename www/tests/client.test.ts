// What stands in the way of the database, in words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDead, noteOf, obstacleOf, type Durability } from '../src/client.ts'

const errorWith = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), more, { name })

test('another version of the package', () => {
  const obstacle = obstacleOf(errorWith('MongoServerError', 'the database is open elsewhere', { code: 46, codeName: 'LockBusy' }))
  assert.equal(obstacle.kind, 'other-version')
})

const status = (more: Partial<Durability>): Durability => ({ state: 'durable', commits: 0, bytes: 0, ageMS: 0, ...more })

for (const [given, wanted] of [
  [status({}), 'Every write is stored in this browser'],
  [status({ state: 'saving', commits: 1, bytes: 300 }), 'Storing 1 commit (300 bytes)'],
  [status({ state: 'saving', commits: 1200, bytes: 3_400_000 }), 'Storing 1,200 commits (3.4 MB)'],
  [status({ state: 'retrying', commits: 2, bytes: 1500 }), 'Connecting to storage again, 2 commits wait (1.5 KB)'],
  [status({ state: 'failing', error: new Error('gone') }), 'Storage does not answer: writes are refused'],
  [status({ state: 'readOnly' }), 'Read only: the stored database is no longer this page’s']
] as [Durability, string][]) {
  test(`durability: ${given.state}, ${given.commits} waiting`, () => assert.equal(noteOf(given, false).text, wanted))
}

test('durability: in memory', () => assert.match(noteOf(status({}), true).text, /gone when the tab closes/))

test('an engine that broke down', () => {
  const error = errorWith('MongoSystemError', 'The engine broke down and must be opened again: unreachable')
  assert.ok(isDead(error))
  assert.equal(obstacleOf(error).kind, 'dead')
  assert.match(obstacleOf(error).text, /acknowledged is stored/)
})

test('anything else keeps its message', () => {
  const obstacle = obstacleOf(errorWith('MongoServerError', 'page 7 is damaged', { code: 301 }))
  assert.deepEqual([obstacle.kind, obstacle.text], ['failed', 'page 7 is damaged'])
  assert.ok(!isDead(errorWith('MongoServerError', 'x', { code: 2 })))
})
