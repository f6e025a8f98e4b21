// The collection methods that write documents.
import * as check from './arguments.ts'
import type { CollectionMethod, ShellCollection } from './collection.ts'
import { ShellError } from './errors.ts'

function insertOne(c: ShellCollection, [document, more]: unknown[]) {
  return c.driver().insertOne(check.document(document, 'The document', true), check.options(more))
}

function insertMany(c: ShellCollection, [documents, more]: unknown[]) {
  return c.driver().insertMany(check.documents(documents, 'The documents'), check.options(more))
}

function replacement(value: unknown) {
  const document = check.document(value, 'The replacement', true)
  if (check.hasOperators(document)) {
    throw new ShellError('A replacement has no update operators.', undefined, 'Use updateOne for operators such as $set.')
  }
  return document
}

/** The driver asks for options; MongoDB's shell returns the document before the change unless told otherwise. */
function findOneOptions(value: unknown) {
  const { returnNewDocument, ...options } = check.options(value)
  if (returnNewDocument === true) options['returnDocument'] = 'after'
  return options
}

export const WRITE_METHODS: Record<string, CollectionMethod> = {
  insertOne,
  insertMany,
  updateOne: (c, [filter, update, more]) =>
    c.driver().updateOne(check.document(filter, 'The filter', true), check.update(update), check.options(more)),
  updateMany: (c, [filter, update, more]) =>
    c.driver().updateMany(check.document(filter, 'The filter', true), check.update(update), check.options(more)),
  replaceOne: (c, [filter, document, more]) =>
    c.driver().replaceOne(check.document(filter, 'The filter', true), replacement(document), check.options(more)),
  deleteOne: (c, [filter, more]) =>
    c.driver().deleteOne(check.document(filter, 'The filter', true), check.options(more)),
  deleteMany: (c, [filter, more]) =>
    c.driver().deleteMany(check.document(filter, 'The filter', true), check.options(more)),
  findOneAndUpdate: (c, [filter, update, more]) =>
    c.driver().findOneAndUpdate(check.document(filter, 'The filter', true), check.update(update), findOneOptions(more)),
  findOneAndReplace: (c, [filter, document, more]) =>
    c.driver().findOneAndReplace(check.document(filter, 'The filter', true), replacement(document), findOneOptions(more)),
  findOneAndDelete: (c, [filter, more]) =>
    c.driver().findOneAndDelete(check.document(filter, 'The filter', true), check.options(more)),
  bulkWrite: (c, [operations, more]) =>
    c.driver().bulkWrite(check.documents(operations, 'The operations'), check.options(more))
}
