// The tarball in Node, imported by an ES module and required by CommonJS. `ObjectId` is taken
// from the package bson: the classes must be the same.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshProject, inProject, readmeExamples, remove } from './project.mjs';

const DRIVER = `
const client = await MongoClient.connect('memory://');
const things = client.db('test').collection('things');
const { insertedId } = await things.insertOne({ size: 2, tags: ['a', 'b'] });
await things.insertMany([{ size: 3 }, { size: 5 }]);
await things.createIndex({ size: 1 });
const found = await things.find({ size: { $gt: 2 } }).sort({ size: -1 }).toArray();
const counted = await things.aggregate([{ $group: { _id: null, n: { $sum: '$size' } } }]).toArray();
let code;
try {
  await things.insertOne({ _id: insertedId });
} catch (error) {
  code = error.code;
}
console.log(JSON.stringify({
  isObjectId: insertedId instanceof ObjectId,
  sizes: found.map((thing) => thing.size),
  sum: counted[0].n,
  code,
}));
await client.close();
`;
const ENGINE = `
const { Engine } = require('tussock/engine');
const { deserialize, serialize } = require('bson');
Engine.memory({ seed: 1n }).then((engine) => {
  console.log(JSON.stringify(deserialize(engine.runCommand(serialize({ ping: 1, $db: 'admin' })))));
  engine.close();
});
`;
const DRIVER_SAYS = { isObjectId: true, sizes: [5, 3], sum: 10, code: 11000 };

let folder;

before(async () => {
  const [, engineExample] = await readmeExamples();
  folder = await freshProject({
    files: {
      'driver.mjs': `import { MongoClient } from 'tussock';\nimport { ObjectId } from 'bson';\n${DRIVER}`,
      'driver.cjs': `(async () => {\nconst { MongoClient } = require('tussock');\nconst { ObjectId } = require('bson');\n${DRIVER}})();`,
      'engine.cjs': ENGINE,
      'readme.mjs': engineExample.replaceAll(/: object\b/g, ''),
    },
    packages: ['bson'],
  });
});

after(() => remove(folder));

for (const script of ['driver.mjs', 'driver.cjs']) {
  test(`${script}: insert, find, aggregate, a duplicate key`, async () => {
    assert.deepEqual(JSON.parse(await inProject(folder, 'node', script)), DRIVER_SAYS);
  });
}

test('the engine alone, required', async () => {
  assert.equal((await inProject(folder, 'node', 'engine.cjs')).trim(), '{"ok":1}');
});

test('the readme says what the engine answers', async () => {
  assert.equal((await inProject(folder, 'node', 'readme.mjs')).trim(), '{ n: 1, ok: 1 }');
});
