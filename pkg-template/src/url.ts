/** Reads the URLs that name an engine: `memory://` and `indexeddb://name`, each with an optional default database. */
import { MongoParseError } from './errors.js';

/** What a URL says. */
export interface Address {
  kind: 'memory' | 'indexeddb';
  /** The name in IndexedDB; empty in memory. */
  name: string;
  /** The database that `client.db()` gives. */
  defaultDatabase: string;
  /** What stands after the question mark, as text. */
  parameters: Map<string, string>;
}

const FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;

/** Parses a URL; throws MongoParseError when it names nothing that this package can open. */
export function parseUrl(url: string): Address {
  const parts = FORM.exec(url);
  if (parts === null) {
    throw new MongoParseError('Invalid URL: expected memory:// or indexeddb://name');
  }
  const kind = (parts[1] as string).toLowerCase();
  const name = decode(parts[2] as string);
  if (kind === 'mongodb' || kind === 'mongodb+srv') {
    throw new MongoParseError(`${kind}:// names a server; this package opens memory:// and indexeddb://name`);
  }
  if (kind !== 'memory' && kind !== 'indexeddb') {
    throw new MongoParseError(`Invalid URL: unknown scheme ${kind}://; expected memory:// or indexeddb://name`);
  }
  if (kind === 'memory' && name !== '') {
    throw new MongoParseError('memory:// takes no name; for a default database write memory:///name');
  }
  if (kind === 'indexeddb' && name === '') {
    throw new MongoParseError('indexeddb:// needs a name: indexeddb://name');
  }
  return { kind, name, defaultDatabase: decode(parts[3] ?? '') || 'test', parameters: parameters(parts[4] ?? '') };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MongoParseError(`Invalid URL: ${JSON.stringify(text)} is not percent-encoded text`);
  }
}

function parameters(text: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const [key, ...value] = part.split('=');
    result.set(decode(key as string), decode(value.join('=')));
  }
  return result;
}
