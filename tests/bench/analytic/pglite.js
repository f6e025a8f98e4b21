// PGlite: PostgreSQL in WebAssembly, in memory; a row per order, a jsonb document.

import { PGlite } from '@electric-sql/pglite';
import { statements } from './questions.js';

const read = (base, path, type) => {
  const parts = path.split('.');
  const last = parts.pop();
  const text = `${base}${parts.map((part) => ` -> '${part}'`).join('')} ->> '${last}'`;
  return type === 'number' ? `(${text})::double precision` : `(${text})`;
};

const SQL = statements({
  field: (path, type) => read('document', path, type),
  itemField: (name, type) => read('item', name, type),
  items: "jsonb_array_elements(document -> 'items') AS item",
  itemCount: "jsonb_array_length(document -> 'items')",
  month: "(extract(epoch FROM date_trunc('month', (document ->> 'createdAt')::timestamptz, 'Europe/Vienna')) * 1000)::double precision",
});

export function adapter() {
  let database;
  return {
    async open() {
      database = await PGlite.create('memory://');
      await database.exec(`CREATE TABLE orders (id text PRIMARY KEY, document jsonb);
        CREATE TABLE customers (id text PRIMARY KEY, name text, segment text)`);
    },
    loadCustomers: (made) =>
      database.query("INSERT INTO customers SELECT one ->> '_id', one ->> 'name', one ->> 'segment' FROM jsonb_array_elements($1::jsonb) AS one", [JSON.stringify(made)]),
    load: (made) =>
      database.query("INSERT INTO orders SELECT one ->> '_id', one FROM jsonb_array_elements($1::jsonb) AS one", [JSON.stringify(made)]),
    loaded: () => database.exec('ANALYZE'),
    async ask(id) {
      const found = [];
      for (const sql of SQL[id]) found.push((await database.query(sql, [], { rowMode: 'array' })).rows);
      return found;
    },
    answer: (id, found) => {
      const rows = found.map((list) => list.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value))));
      return id === 'A5' ? rows : rows[0];
    },
    close: () => database.close(),
  };
}
