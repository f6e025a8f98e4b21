/** The trie of document keys by position, from which the decoder predicts the next key. */

/** One key at one place: after the key before it, or first in the document. */
export interface Shape {
  /** The key, internalised. */
  readonly key: string;
  /** The key's bytes with the closing NUL. */
  readonly bytes: Uint8Array;
  /** `__proto__` and keys that start with `$` need a closer look. */
  readonly special: boolean;
  /** What followed last time. */
  next: Shape | null;
  /** All that ever followed, by key. */
  followers: Map<string, Shape> | null;
  /** The first place inside the embedded document, or inside the documents of the array. */
  child: Shape | null;
}

/** A place that knows more followers than this forgets them: its keys are data rather than names. */
const FOLLOWERS_MAX = 64;

/** A place without a key: the start of a document. */
export function newShape(key = '', bytes: Uint8Array = new Uint8Array(0)): Shape {
  const special = key.startsWith('$') || key === '__proto__';
  return { key, bytes, special, next: null, followers: null, child: null };
}

/** The key string that property stores find fastest: the one that objects share. */
function internalised(key: string): string {
  return Object.keys({ [key]: 0 })[0] ?? key;
}

/** The follower of `previous` whose key is in the bytes from `start` to `end` (which includes the NUL). */
export function shapeOf(
  previous: Shape,
  bytes: Uint8Array,
  start: number,
  end: number,
  text: (start: number, end: number) => string,
): Shape {
  const key = text(start, end - 1);
  let followers = previous.followers;
  if (followers === null || followers.size >= FOLLOWERS_MAX) {
    followers = previous.followers = new Map<string, Shape>();
  }
  let found = followers.get(key);
  if (found === undefined) {
    found = newShape(internalised(key), bytes.slice(start, end));
    followers.set(key, found);
    made++;
  }
  return found;
}

/** Above this many places all are forgotten: documents whose keys are data would fill the memory. */
const SHAPES_MAX = 50_000;
const roots = new Map<string, Shape>();
let made = 0;

/** The place where documents of this kind begin (a namespace, or a kind of reply). */
export function rootShape(kind: string): Shape {
  if (made > SHAPES_MAX || roots.size > SHAPES_MAX) {
    roots.clear();
    made = 0;
  }
  let root = roots.get(kind);
  if (root === undefined) {
    root = newShape();
    roots.set(kind, root);
  }
  return root;
}
