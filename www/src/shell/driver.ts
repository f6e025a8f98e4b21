// The part of the package's `MongoClient` that the shell uses, so that its tests can do without an engine.

export type Doc = Record<string, unknown>

export interface DriverCursor {
  next(): Promise<Doc | null>
  hasNext(): Promise<boolean>
  toArray(): Promise<Doc[]>
  close(): Promise<unknown>
  explain(verbosity?: string): Promise<Doc>
}

export interface DriverCollection {
  find(filter: Doc, options?: Doc): DriverCursor
  findOne(filter: Doc, options?: Doc): Promise<Doc | null>
  aggregate(pipeline: Doc[], options?: Doc): DriverCursor
  countDocuments(filter: Doc, options?: Doc): Promise<number>
  estimatedDocumentCount(options?: Doc): Promise<number>
  distinct(field: string, filter: Doc, options?: Doc): Promise<unknown[]>
  insertOne(document: Doc, options?: Doc): Promise<unknown>
  insertMany(documents: Doc[], options?: Doc): Promise<unknown>
  updateOne(filter: Doc, update: Doc | Doc[], options?: Doc): Promise<unknown>
  updateMany(filter: Doc, update: Doc | Doc[], options?: Doc): Promise<unknown>
  replaceOne(filter: Doc, replacement: Doc, options?: Doc): Promise<unknown>
  deleteOne(filter: Doc, options?: Doc): Promise<unknown>
  deleteMany(filter: Doc, options?: Doc): Promise<unknown>
  findOneAndUpdate(filter: Doc, update: Doc | Doc[], options: Doc): Promise<unknown>
  findOneAndReplace(filter: Doc, replacement: Doc, options: Doc): Promise<unknown>
  findOneAndDelete(filter: Doc, options: Doc): Promise<unknown>
  bulkWrite(operations: Doc[], options?: Doc): Promise<unknown>
  createIndex(key: Doc, options?: Doc): Promise<string>
  indexes(): Promise<unknown>
  rename(name: string, options?: Doc): Promise<unknown>
  drop(options?: Doc): Promise<boolean>
}

export interface DriverDatabase {
  collection(name: string): DriverCollection
  command(command: Doc, options?: Doc): Promise<Doc>
  createCollection(name: string, options?: Doc): Promise<unknown>
  dropDatabase(options?: Doc): Promise<boolean>
  aggregate(pipeline: Doc[], options?: Doc): DriverCursor
  listCollections(filter?: Doc, options?: Doc): { toArray(): Promise<unknown[]> }
}

export interface Driver {
  db(name: string): DriverDatabase
}
