// Tussock in memory, through its driver.

import { MongoClient } from 'tussock';
import { PIPELINES, plain } from './questions.js';

export function adapter() {
  let client, orders, buyers;
  return {
    async open() {
      client = await MongoClient.connect('memory://');
      orders = client.db('shop').collection('orders');
      buyers = client.db('shop').collection('customers');
    },
    loadCustomers: (made) => buyers.insertMany(made),
    load: (made) => orders.insertMany(made),
    ask: (id) => orders.aggregate(PIPELINES[id]).toArray(),
    answer: plain,
    close: () => client.close(),
  };
}
