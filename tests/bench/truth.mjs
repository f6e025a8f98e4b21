// What the answers must be, computed in plain JavaScript from the same seeded documents.

import { order } from './page/documents.js';
import { addContent, contentOf, listDigest, removeContent, setDigest } from './page/content.js';
import { WORKLOADS, groupByHand } from './page/workloads.js';
import { changeOfBucket, changeOne, matchTest, scanTest } from './page/queries.js';

const EXTRA_ORDERS = 500;

/** The database of n documents before any change, shared by all peers' `Truth`s. */
export class Origin {
  constructor(seed, n) {
    this.seed = seed;
    this.n = n;
    this.documents = [];
    this.byId = new Map();
    for (let i = 0; i < n + EXTRA_ORDERS; i++) {
      const made = order(seed, n, i);
      this.documents.push(made);
      this.byId.set(made._id, i);
    }
    this.contents = this.documents.map(contentOf);
    this.answers = new Map();
  }
}

/** One peer's database as it must be, followed through the changes of its session. */
export class Truth {
  /** `quick` must be what the page's context says, as it decides how many inputs there are. */
  constructor(origin, quick) {
    this.origin = origin;
    this.context = { seed: origin.seed, n: origin.n, quick };
    this.changed = new Map();
    this.count = 0;
    this.sum = 0;
    this.extra = 0;
  }

  load() {
    this.count = this.origin.n;
    for (let i = 0; i < this.origin.n; i++) this.sum = addContent(this.sum, this.origin.contents[i]);
  }

  /** Document `i` as it is now: undefined when deleted or not inserted yet. */
  at(i) {
    if (this.changed.has(i)) return this.changed.get(i);
    return i < this.origin.n + this.extra ? this.origin.documents[i] : undefined;
  }

  *all() {
    for (let i = 0; i < this.origin.n + this.extra; i++) {
      const found = this.at(i);
      if (found !== undefined) yield found;
    }
  }

  content() {
    return `${this.count}:${this.sum}`;
  }

  put(i, next) {
    const before = this.at(i);
    if (before !== undefined) {
      this.sum = removeContent(this.sum, contentOf(before));
      this.count -= 1;
    }
    if (next !== undefined) {
      this.sum = addContent(this.sum, contentOf(next));
      this.count += 1;
    }
    this.changed.set(i, next);
  }

  /** Applies the first `done` steps of a changing workload; returns the answers they must give. */
  apply(id, done) {
    const inputs = WORKLOADS[id].inputs(this.context).slice(0, done);
    const unanswered = inputs.map(() => null);
    if (id === 'W1' || id === 'W2') {
      this.load();
      return unanswered;
    }
    if (id === 'W10') {
      for (const change of inputs) {
        const i = this.origin.byId.get(change.id);
        this.put(i, changeOne(structuredClone(this.at(i)), change));
      }
      return unanswered;
    }
    if (id === 'W14') {
      for (const _made of inputs) {
        const i = this.origin.n + this.extra;
        this.put(i, this.origin.documents[i]);
        this.extra += 1;
      }
      return unanswered;
    }
    return inputs.map((bucket) => {
      let touched = 0;
      for (let i = 0; i < this.origin.n + this.extra; i++) {
        const found = this.at(i);
        if (found?.bucket !== bucket) continue;
        touched += 1;
        this.put(i, id === 'W11' ? changeOfBucket(structuredClone(found)) : undefined);
      }
      return touched;
    });
  }

  /** The answers of a reading workload: one per input. Unchanged databases share them. */
  answers(id) {
    const fresh = this.changed.size === 0;
    const key = `${id}:${this.context.quick}`;
    if (fresh && this.origin.answers.has(key)) return this.origin.answers.get(key);
    const answers = this.compute(id, WORKLOADS[id].inputs(this.context));
    if (fresh) this.origin.answers.set(key, answers);
    return answers;
  }

  compute(id, inputs) {
    const documents = [...this.all()];
    const digest = (found) => setDigest(found.map(contentOf));
    const by = (keyOf) => {
      const groups = new Map();
      for (const found of documents) {
        const key = keyOf(found);
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(found);
      }
      return (key) => groups.get(key) ?? [];
    };
    switch (id) {
      case 'W3': {
        const find = by((found) => found._id);
        return inputs.map((input) => digest(find(input)));
      }
      case 'W4':
      case 'W13': {
        const find = by((found) => found.customerId);
        return inputs.map((input) => digest(find(input)));
      }
      case 'W5': {
        const at = by((found) => found.ts);
        return inputs.map((low) => digest(Array.from({ length: 100 }, (_, k) => at(low + k)).flat()));
      }
      case 'W6':
        return inputs.map((question) => digest(documents.filter(scanTest(question))));
      case 'W7':
        return [digest(documents)];
      case 'W8':
      case 'W8j':
        return inputs.map((question) => groupByHand(documents.filter(matchTest(question))));
      case 'W9': {
        const sorted = [...documents].sort((a, b) => a.score - b.score);
        return inputs.map(({ skip, limit }) => listDigest(sorted.slice(skip, skip + limit).map(contentOf)));
      }
      default:
        throw new Error(`no truth for ${id}`);
    }
  }
}

/** Why `given` is not `wanted`, or null. Numbers of groups may differ in their last digits. */
export function difference(given, wanted) {
  for (let k = 0; k < given.length; k++) {
    if (!same(given[k], wanted[k])) {
      return `step ${k}: ${JSON.stringify(given[k])?.slice(0, 120)} instead of ${JSON.stringify(wanted[k])?.slice(0, 120)}`;
    }
  }
  return null;
}

function same(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const keys = Object.keys(b);
  return Object.keys(a).length === keys.length && keys.every((key) => same(a[key], b[key]));
}
