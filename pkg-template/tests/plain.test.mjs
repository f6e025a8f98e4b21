// The little BSON of the package's own commands agrees with the library's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, Double, Int32, Long, serialize } from 'bson';
import { plainCommand, plainField } from '../build/codec/plain.js';

test('a command is what the library makes of it', () => {
  for (const [name, database] of [['ping', 'admin'], ['größe', 'Straße'], ['x', '']]) {
    const command = plainCommand(name, database);
    assert.deepEqual(deserialize(command), { [name]: 1, $db: database });
    assert.deepEqual(Buffer.from(command), Buffer.from(serialize({ [name]: new Int32(1), $db: database })));
  }
});

test('fields are found behind texts, numbers and booleans', () => {
  const reply = serialize({
    text: 'tëxt', double: new Double(0.5), int: new Int32(-7), long: Long.fromNumber(2 ** 40), yes: true, no: false,
    list: [1], behind: new Int32(1),
  });
  const expected = {
    text: undefined, double: 0.5, int: -7, long: 2 ** 40, yes: true, no: false, list: undefined, behind: undefined,
    missing: undefined,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(plainField(reply, name), value, name);
});
