/**
 * The marker outside IndexedDB that says a database existed, and how far it had come. Browsers drop a site's whole
 * IndexedDB now and then without an error; what they drop with it less often is local storage.
 */

interface Host {
  readonly localStorage?: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

/** The number of the last commit that was known to be durable; a worker has no local storage, and knows nothing. */
export function readMarker(name: string): number | undefined {
  try {
    const text = (globalThis as Host).localStorage?.getItem(key(name));
    return text === null || text === undefined ? undefined : Number(text);
  } catch {
    return undefined;
  }
}

/** Notes a commit; a full or forbidden local storage is no reason to fail. */
export function writeMarker(name: string, commit: number): void {
  try {
    (globalThis as Host).localStorage?.setItem(key(name), String(commit));
  } catch {
    // Then nothing can be told later.
  }
}

function key(name: string): string {
  return `tussock:${name}`;
}
