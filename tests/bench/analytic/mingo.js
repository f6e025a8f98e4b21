// mingo: MongoDB's pipelines over a plain array.

import { aggregate } from 'mingo';
import { PIPELINES, plain } from './questions.js';

export function adapter() {
  const orders = [];
  let buyers;
  return {
    open() {},
    loadCustomers(made) {
      buyers = made;
    },
    load(made) {
      for (const one of made) orders.push(one);
    },
    ask: (id) => aggregate(orders, PIPELINES[id], { processingMode: 'CLONE_OFF', collectionResolver: () => buyers }),
    answer: plain,
  };
}
