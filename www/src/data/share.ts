// Puts a query into the address's fragment, and takes it out again; the fragment never leaves the browser.

const PACKED = 'z'
const PLAIN = 'p'

const toBase64Url = (bytes: Uint8Array): string => {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream as TransformStream<Uint8Array, Uint8Array>)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}

/** `#db=samples&q=...`, deflated where that is shorter. */
export async function toFragment(query: string, database: string): Promise<string> {
  const bytes = new TextEncoder().encode(query)
  const packed = await through(bytes, new CompressionStream('deflate-raw'))
  const body = packed.length < bytes.length ? PACKED + toBase64Url(packed) : PLAIN + toBase64Url(bytes)
  return `#db=${encodeURIComponent(database)}&q=${body}`
}

/** The query of a fragment, or null if there is none that can be read. */
export async function fromFragment(fragment: string): Promise<{ query: string; database: string | null } | null> {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''))
  const body = parameters.get('q')
  if (!body) return null
  try {
    const bytes = fromBase64Url(body.slice(1))
    const plain = body.startsWith(PACKED) ? await through(bytes, new DecompressionStream('deflate-raw')) : bytes
    return { query: new TextDecoder('utf-8', { fatal: true }).decode(plain), database: parameters.get('db') }
  } catch {
    return null
  }
}
