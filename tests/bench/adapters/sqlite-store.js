// SQLite as a document store: one row per document, its JSON text, and the two indexed fields.
//
// Answers are JSON texts; the adapters on the page parse them.

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, customerId TEXT, ts INTEGER, document TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS byCustomer ON orders (customerId);
  CREATE INDEX IF NOT EXISTS byTime ON orders (ts);`;

const marks = (list) => list.map(() => '?').join(', ');

export class SqliteStore {
  constructor(database) {
    this.database = database;
    this.statements = new Map();
    database.exec(SCHEMA);
    database.createFunction('regexp', (_context, pattern, text) => (this.pattern(pattern).test(text) ? 1 : 0), {
      arity: 2,
      deterministic: true,
    });
  }

  pattern(source) {
    if (this.lastPattern?.source !== source) this.lastPattern = new RegExp(source);
    return this.lastPattern;
  }

  prepared(sql) {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }

  /** The first column of every row. */
  column(sql, bound = []) {
    const statement = this.prepared(sql);
    const rows = [];
    try {
      if (bound.length) statement.bind(bound);
      while (statement.step()) rows.push(statement.get(0));
    } finally {
      statement.reset(true);
    }
    return rows;
  }

  write(sql, bound) {
    const statement = this.prepared(sql);
    try {
      statement.bind(bound).step();
    } finally {
      statement.reset(true);
    }
    return this.database.changes();
  }

  load(rows) {
    this.database.exec('BEGIN');
    for (const row of rows) this.insert(row);
    this.database.exec('COMMIT');
  }

  insert(row) {
    this.write('INSERT INTO orders VALUES (?, ?, ?, ?)', row);
  }

  findById(id) {
    return this.column('SELECT document FROM orders WHERE id = ?', [id]);
  }

  findByCustomer(customerId) {
    return this.column('SELECT document FROM orders WHERE customerId = ?', [customerId]);
  }

  findByTime(low, high) {
    return this.column('SELECT document FROM orders WHERE ts >= ? AND ts < ?', [low, high]);
  }

  scan(question) {
    return this.column(
      `SELECT document FROM orders
       WHERE document ->> '$.customer.address.country' IN (${marks(question.countries)})
         AND EXISTS (SELECT 1 FROM json_each(document, '$.items')
                     WHERE value ->> '$.category' = ? AND value ->> '$.qty' >= ?)
         AND document ->> '$.customer.email' REGEXP ?
         AND (document ->> '$.total' > ? OR EXISTS (SELECT 1 FROM json_each(document, '$.tags') WHERE value = ?))`,
      [...question.countries, question.category, question.qtyMin, question.emailPattern, question.totalOver, question.tag],
    );
  }

  all() {
    return this.column('SELECT document FROM orders');
  }

  group(question) {
    return this.column(
      `SELECT json_object('_id', category, 'revenue', revenue, 'pieces', pieces, 'avgPrice', avgPrice, 'count', n)
       FROM (SELECT value ->> '$.category' AS category,
                    SUM((value ->> '$.qty') * (value ->> '$.price')) AS revenue,
                    SUM(value ->> '$.qty') AS pieces, AVG(value ->> '$.price') AS avgPrice, COUNT(*) AS n
             FROM orders, json_each(orders.document, '$.items')
             WHERE document ->> '$.status' IN (${marks(question.statuses)}) AND document ->> '$.total' >= ?
             GROUP BY 1 ORDER BY 2 DESC)`,
      [...question.statuses, question.totalMin],
    );
  }

  page(skip, limit) {
    return this.column(
      "SELECT document FROM orders ORDER BY document ->> '$.score' LIMIT ? OFFSET ?",
      [limit, skip],
    );
  }

  updateById(id, change) {
    return this.write(
      `UPDATE orders SET document = json_set(document, '$.status', ?, '$.customer.address.city', ?,
                                             '$.rev', document ->> '$.rev' + 1) WHERE id = ?`,
      [change.status, change.city, id],
    );
  }

  updateBucket(bucket) {
    return this.write(
      `UPDATE orders SET document = json_set(document, '$.flag', json('true'), '$.rev', document ->> '$.rev' + 1)
       WHERE document ->> '$.bucket' = ?`,
      [bucket],
    );
  }

  deleteBucket(bucket) {
    return this.write("DELETE FROM orders WHERE document ->> '$.bucket' = ?", [bucket]);
  }

  close() {
    for (const statement of this.statements.values()) statement.finalize();
    this.database.close();
  }
}

/** A document as the row `SqliteStore.insert` takes. */
export function rowOf(document) {
  return [document._id, document.customerId, document.ts, JSON.stringify(document)];
}

/** The adapter's methods over `call(method, ...arguments)`, which may be in another thread. */
export function overStore(call) {
  const parsed = (rows) => rows.map((text) => JSON.parse(text));
  const asked = (method) => async (...given) => parsed(await call(method, ...given));
  return {
    load: (documents) => call('load', documents.map(rowOf)),
    insert: (made) => call('insert', rowOf(made)),
    findById: async (id) => parsed(await call('findById', id))[0],
    findByCustomer: asked('findByCustomer'),
    findByTime: asked('findByTime'),
    scan: asked('scan'),
    all: asked('all'),
    group: asked('group'),
    page: asked('page'),
    updateById: (id, change) => call('updateById', id, change),
    updateBucket: (bucket) => call('updateBucket', bucket),
    deleteBucket: (bucket) => call('deleteBucket', bucket),
    close: () => call('close'),
    plain: (found) => found,
  };
}
