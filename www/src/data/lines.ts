// Reads a stream of bytes as lines of text.

/** The lines of a UTF-8 stream that are not blank. */
export async function* ndjsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const text of texts(stream)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

/** The stream's chunks as text; characters that a chunk's end cuts are put together again. */
export async function* texts(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield decoder.decode(value, { stream: true })
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } finally {
    reader.releaseLock()
  }
}
