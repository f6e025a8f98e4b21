// What a document holds, as a number: the same for every peer, whatever order its fields come in.
//
// Dates count as their ISO strings, because some peers can only store those.

/** Writes a value with its object fields sorted by name. */
export function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined';
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) text += (i ? ',' : '') + canonical(value[i]);
    return text + ']';
  }
  let text = '{';
  for (const key of Object.keys(value).sort()) text += `${text.length > 1 ? ',' : ''}"${key}":${canonical(value[key])}`;
  return text + '}';
}

/** A 53-bit hash of one document's whole content. */
export function contentOf(document) {
  const text = canonical(document);
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

const MODULUS = 2 ** 52;

/** Adds and subtracts contents of a set of documents without regard to their order. */
export function addContent(sum, content) {
  return (sum + (content % MODULUS)) % MODULUS;
}

export function removeContent(sum, content) {
  return (sum - (content % MODULUS) + MODULUS) % MODULUS;
}

/** `count:content` of documents in any order. */
export function setDigest(contents) {
  let sum = 0;
  for (const content of contents) sum = addContent(sum, content);
  return `${contents.length}:${sum}`;
}

/** `count:content` of documents in the order given. */
export function listDigest(contents) {
  let sum = 0;
  for (const content of contents) sum = (sum * 31 + (content % 4294967296)) % 4294967296;
  return `${contents.length}:${sum}`;
}
