// SQLite's official WebAssembly build in memory: a row per order, its JSON text. It has no time zones.

import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { statements } from './questions.js';

const SQL = statements({
  field: (path) => `(document ->> '$.${path}')`,
  itemField: (name) => `(value ->> '$.${name}')`,
  items: "json_each(orders.document, '$.items')",
  itemCount: "json_array_length(document, '$.items')",
});

export function adapter() {
  let database;
  const insert = (sql, rows) => {
    database.exec('BEGIN');
    const statement = database.prepare(sql);
    for (const row of rows) {
      statement.bind(row).step();
      statement.reset(true);
    }
    statement.finalize();
    database.exec('COMMIT');
  };
  return {
    async open() {
      const sqlite3 = await sqlite3InitModule();
      database = new sqlite3.oo1.DB(':memory:');
      database.exec('CREATE TABLE orders (id TEXT PRIMARY KEY, document TEXT) STRICT');
      database.exec('CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, segment TEXT) STRICT');
    },
    can: (id) => Boolean(SQL[id]),
    loadCustomers: (made) => insert('INSERT INTO customers VALUES (?, ?, ?)', made.map((one) => [one._id, one.name, one.segment])),
    load: (made) => insert('INSERT INTO orders VALUES (?, ?)', made.map((one) => [one._id, JSON.stringify(one)])),
    ask: (id) => SQL[id].map((sql) => database.exec({ sql, rowMode: 'array', returnValue: 'resultRows' })),
    answer: (id, found) => (id === 'A5' ? found : found[0]),
    close: () => database.close(),
  };
}
