// What each command does, in a line, with an example for `db.runCommand`.
export const COMMANDS = `
aggregate | Runs a pipeline. | { aggregate: 'items', pipeline: [{ $count: 'n' }], cursor: {} }
buildInfo | The version of the engine. | { buildInfo: 1 }
bulkWrite | Inserts, updates and deletes in several collections; on admin. | { bulkWrite: 1, ops: [{ insert: 0, document: { n: 1 } }], nsInfo: [{ ns: 'test.items' }] }
cloneCollectionAsCapped | Copies a collection into a capped one. | { cloneCollectionAsCapped: 'items', toCollection: 'last', size: 4096 }
collMod | Changes options of a collection, a view or an index. | { collMod: 'items', validationLevel: 'moderate' }
collStats | Figures about a collection. | { collStats: 'items' }
compact | Gives back room that a collection does not use. | { compact: 'items' }
connectionStatus | Who is logged in: nobody. | { connectionStatus: 1 }
convertToCapped | Makes a collection capped. | { convertToCapped: 'items', size: 4096 }
count | Counts the documents that a query selects. | { count: 'items', query: { state: 'open' } }
create | Makes a collection or a view. | { create: 'logs', capped: true, size: 4096 }
createIndexes | Builds indexes. | { createIndexes: 'items', indexes: [{ key: { price: 1 }, name: 'price_1' }] }
currentOp | The operations that run; on admin. | { currentOp: 1 }
dataSize | The bytes of a collection's documents. | { dataSize: 'test.items' }
dbHash | Checksums of the collections. | { dbHash: 1 }
dbStats | Figures about a database. | { dbStats: 1 }
delete | Deletes documents. | { delete: 'items', deletes: [{ q: { qty: 0 }, limit: 0 }] }
distinct | The different values of a field. | { distinct: 'items', key: 'state' }
drop | Deletes a collection. | { drop: 'logs' }
dropDatabase | Deletes a database. | { dropDatabase: 1 }
dropIndexes | Deletes indexes. | { dropIndexes: 'items', index: 'price_1' }
endSessions | Ends sessions. | { endSessions: [] }
explain | How a command would run, or ran. | { explain: { find: 'items' }, verbosity: 'executionStats' }
find | Selects documents. | { find: 'items', filter: { state: 'open' }, limit: 5 }
findAndModify | Changes or deletes one document and returns it. | { findAndModify: 'items', query: { _id: 1 }, update: { $inc: { qty: 1 } } }
getLog | Lines of the log; on admin. | { getLog: 'global' }
getMore | The next documents of a cursor. | { getMore: NumberLong(1), collection: 'items' }
getParameter | Parameters of the engine; on admin. | { getParameter: '*' }
hello | What drivers ask first. | { hello: 1 }
hostInfo | About the machine; on admin. | { hostInfo: 1 }
insert | Inserts documents. | { insert: 'items', documents: [{ name: 'Chair' }] }
killCursors | Closes cursors. | { killCursors: 'items', cursors: [] }
listCollections | The collections and views of a database. | { listCollections: 1 }
listCommands | The commands there are. | { listCommands: 1 }
listDatabases | The databases; on admin. | { listDatabases: 1 }
listIndexes | The indexes of a collection. | { listIndexes: 'items' }
ping | Whether there is somebody. | { ping: 1 }
planCacheClear | Forgets the cached plans of a collection. | { planCacheClear: 'items' }
profile | What the profiler notes. | { profile: -1 }
reIndex | Builds the indexes of a collection anew. | { reIndex: 'items' }
renameCollection | Gives a collection another name; on admin. | { renameCollection: 'test.items', to: 'test.things' }
serverStatus | Figures about the engine: memory, cursors, commands. | { serverStatus: 1 }
setParameter | Sets a parameter of the engine; on admin. | { setParameter: 1, logLevel: 0 }
startSession | Begins a session. | { startSession: 1 }
top | How long each collection was used; on admin. | { top: 1 }
tussockExpire | Deletes documents that a TTL index tells to, at once. | { tussockExpire: 1 }
tussockSnapshot | Opens a cursor on every collection at one moment, as a backup needs them. | { tussockSnapshot: 1 }
update | Changes documents. | { update: 'items', updates: [{ q: { _id: 1 }, u: { $inc: { qty: 1 } } }] }
validate | Checks a collection and its indexes. | { validate: 'items' }
whatsmyuri | The address of the client. | { whatsmyuri: 1 }
buildinfo | Another name of buildInfo. |
cleanupStructuredEncryptionData | For encrypted collections: nothing to clean up here. |
collstats | Another name of collStats. |
compactStructuredEncryptionData | For encrypted collections: nothing to compact here. |
connPoolStats | Connections to other servers: none. | { connPoolStats: 1 }
datasize | Another name of dataSize. |
dbstats | Another name of dbStats. |
deleteIndexes | The old name of dropIndexes. |
dropAllRolesFromDatabase | Drops the roles of a database: none. | { dropAllRolesFromDatabase: 1 }
dropAllUsersFromDatabase | Drops the users of a database: none. | { dropAllUsersFromDatabase: 1 }
filemd5 | The MD5 of a file in GridFS. |
findandmodify | Another name of findAndModify. |
fsync | Makes everything durable; on admin. | { fsync: 1 }
fsyncUnlock | Lets writes go on after fsync with a lock; on admin. |
getClusterParameter | Parameters of a cluster; on admin. | { getClusterParameter: '*' }
getCmdLineOpts | The options of the command line; on admin. | { getCmdLineOpts: 1 }
invalidateUserCache | Forgets cached users; on admin. | { invalidateUserCache: 1 }
isMaster | The old name of hello. | { isMaster: 1 }
ismaster | The old name of hello. |
killAllSessions | Ends the sessions of users. | { killAllSessions: [] }
killAllSessionsByPattern | Ends the sessions that a pattern selects. | { killAllSessionsByPattern: [] }
killOp | Ends an operation; on admin. | { killOp: 1, op: 1 }
killSessions | Ends sessions by their identifiers. | { killSessions: [] }
lockInfo | Who holds which lock; on admin. | { lockInfo: 1 }
logout | Logs out. | { logout: 1 }
planCacheClearFilters | Takes index filters away. | { planCacheClearFilters: 'items' }
planCacheListFilters | The index filters of a collection. | { planCacheListFilters: 'items' }
planCacheSetFilter | Limits the indexes that the planner looks at. | { planCacheSetFilter: 'items', query: { qty: 1 }, indexes: [{ price: 1 }] }
refreshSessions | Keeps sessions from ending. | { refreshSessions: [] }
rolesInfo | The roles there are. | { rolesInfo: 1 }
setClusterParameter | Sets a parameter of a cluster; on admin. |
setFeatureCompatibilityVersion | Sets the version whose features may be used; on admin. |
usersInfo | The users there are: none. | { usersInfo: 1 }
validateDBMetadata | Checks the descriptions of collections and indexes. | { validateDBMetadata: 1, apiParameters: { version: '1' } }
`
