// A connection that answers from a list and remembers what it was asked: for tests of the driver alone.

import { deserialize, Long, serialize } from 'bson';
import { MongoClient } from '../build/index.js';

/** `answers`: replies in order, or functions of the command; the last one is repeated. */
export function fake(...answers) {
  const commands = [];
  let next = 0;
  return {
    commands,
    closed: false,
    runCommand(bytes) {
      const command = deserialize(bytes);
      commands.push(command);
      let answer = answers[Math.min(next++, answers.length - 1)] ?? { ok: 1 };
      if (typeof answer === 'function') answer = answer(command);
      return serialize(answer);
    },
    async close() {
      this.closed = true;
    },
  };
}

export function cursorReply(documents, { id = 0, ns = 'test.things', batch = 'firstBatch' } = {}) {
  return { cursor: { [batch]: documents, id: Long.fromNumber(id), ns }, ok: 1 };
}

export function collectionOn(connection, options = {}) {
  return new MongoClient('memory://', { connection, ...options }).db('test').collection('things');
}
