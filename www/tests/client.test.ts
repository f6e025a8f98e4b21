// What stands in the way of the database, in words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDead, obstacleOf } from '../src/client.ts'

const errorWith = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), more, { name })

test('another tab', () => {
  const obstacle = obstacleOf(errorWith('MongoServerError', 'the database is open elsewhere', { code: 46, codeName: 'LockBusy' }))
  assert.equal(obstacle.kind, 'other-tab')
})

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
