// What `help` prints.

export const HELP = `  show dbs                     databases
  show collections             collections of the current database
  use <name>                   another database
  db.<name>.find({...})        documents; then .sort() .limit() .skip() .count() .explain('executionStats')
  db.<name>.findOne({...})     one document
  db.<name>.aggregate([...])   a pipeline of stages
  db.<name>.insertOne({...})   also insertMany, updateOne, updateMany, replaceOne, deleteOne, deleteMany, bulkWrite
  db.<name>.createIndex({...}) also getIndexes, dropIndex, drop, renameCollection, stats
  db.getCollection('a-b')      a collection whose name is no JavaScript name
  db.runCommand({...})         any command
  it                           the next documents of the last cursor
  print(x)  printjson(x)       output from a script

  ObjectId('...')  ISODate('2018-01-31')  NumberInt(1)  NumberLong('1')  NumberDecimal('1.5')  UUID()  /regex/i
  Variables, functions, loops and conditions work as in JavaScript; promises are awaited by themselves.`
