// The operations of unified tests, as calls of the driver.

class Unsupported extends Error {}
/** The test asks for something that this runner does not have: it is skipped. */
export const skip = (why) => {
  throw new Unsupported(why);
};
export const isSkip = (error) => error instanceof Unsupported;

function lower(options) {
  return options.returnDocument === undefined ? options : { ...options, returnDocument: options.returnDocument.toLowerCase() };
}

const collection = {
  find: (c, { filter, ...options }) => c.find(filter, options).toArray(),
  findOne: (c, { filter, ...options }) => c.findOne(filter, options),
  aggregate: (c, { pipeline, ...options }) => c.aggregate(pipeline, options).toArray(),
  count: (c, { filter, ...options }) => c.count(filter, options),
  countDocuments: (c, { filter, ...options }) => c.countDocuments(filter, options),
  estimatedDocumentCount: (c, options) => c.estimatedDocumentCount(options),
  distinct: (c, { fieldName, filter, ...options }) => c.distinct(fieldName, filter, options),
  insertOne: (c, { document, ...options }) => c.insertOne(document, options),
  insertMany: (c, { documents, ...options }) => c.insertMany(documents, options),
  updateOne: (c, { filter, update, ...options }) => c.updateOne(filter, update, options),
  updateMany: (c, { filter, update, ...options }) => c.updateMany(filter, update, options),
  replaceOne: (c, { filter, replacement, ...options }) => c.replaceOne(filter, replacement, options),
  deleteOne: (c, { filter, ...options }) => c.deleteOne(filter, options),
  deleteMany: (c, { filter, ...options }) => c.deleteMany(filter, options),
  bulkWrite: (c, { requests, ...options }) => c.bulkWrite(requests, options),
  findOneAndDelete: (c, { filter, ...options }) => c.findOneAndDelete(filter, options),
  findOneAndReplace: (c, { filter, replacement, ...options }) => c.findOneAndReplace(filter, replacement, lower(options)),
  findOneAndUpdate: (c, { filter, update, ...options }) => c.findOneAndUpdate(filter, update, lower(options)),
  createIndex: (c, { keys, ...options }) => c.createIndex(keys, options),
  dropIndex: (c, { name, ...options }) => c.dropIndex(name, options),
  listIndexes: (c, options) => c.listIndexes(options).toArray(),
  createSearchIndex: (c, { model }) => c.createSearchIndex(model),
  createSearchIndexes: (c, { models }) => c.createSearchIndexes(models),
  updateSearchIndex: (c, { name, definition }) => c.updateSearchIndex(name, definition),
  dropSearchIndex: (c, { name }) => c.dropSearchIndex(name),
  listSearchIndexes: (c, { name, aggregationOptions }) => c.listSearchIndexes(name, aggregationOptions).toArray(),
};

function commandCursor(db, { command, batchSize, maxTimeMS, comment, session, commandName: _, cursorType }) {
  if (cursorType === 'tailableAwait') skip('cursors that wait');
  const cursor = db.runCursorCommand(command, session === undefined ? {} : { session });
  if (batchSize !== undefined) cursor.setBatchSize(batchSize);
  if (maxTimeMS !== undefined) cursor.setMaxTimeMS(maxTimeMS);
  if (comment !== undefined) cursor.setComment(comment);
  return cursor;
}

const database = {
  aggregate: collection.aggregate,
  runCommand: (db, { command, commandName: _, ...options }) => db.command(command, options),
  runCursorCommand: (db, options) => commandCursor(db, options).toArray(),
  createCommandCursor: async (db, options) => {
    const cursor = commandCursor(db, options);
    await cursor.hasNext(); // the operation creates the cursor in the engine
    return cursor;
  },
  createCollection: (db, { collection: name, ...options }) => db.createCollection(name, options),
  dropCollection: (db, { collection: name, ...options }) => db.dropCollection(name, options),
  listCollections: (db, { filter, ...options }) => db.listCollections(filter, options).toArray(),
  modifyCollection: (db, { collection: name, ...options }) => db.command({ collMod: name, ...options }),
};

const client = {
  clientBulkWrite: async (c, { models, ...options }) => {
    const named = models.map((model) => ({ name: Object.keys(model)[0], ...Object.values(model)[0] }));
    return plainResult(await c.bulkWrite(named, options));
  },
};

/** Maps of results as documents. */
export function plainResult(result) {
  const plain = { ...result };
  for (const name of ['insertResults', 'updateResults', 'deleteResults']) {
    if (plain[name] === undefined) continue;
    // The format has no `didUpsert`, which is the driver's own.
    plain[name] = Object.fromEntries([...plain[name]].map(([index, { didUpsert: _, ...result }]) => [index, result]));
  }
  return plain;
}

const cursor = {
  iterateUntilDocumentOrError: (c) => c.next(),
  iterateOnce: (c) => c.tryNext(),
  close: (c) => c.close(),
};

export const operations = { collection, database, client, cursor };
