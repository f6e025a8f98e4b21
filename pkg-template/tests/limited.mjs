// The module with a memory that ends early, to see what happens then.

const MEMORY_SECTION = 5;

/** Reads an unsigned LEB128 number: its value, and where the next byte lies. */
function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function writeNumber(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** A WebAssembly module like this one whose memory has at most so many pages of 64 KiB. */
export function limited(module, pages) {
  let at = 8;
  while (at < module.length) {
    const [length, start] = readNumber(module, at + 1);
    const end = start + length;
    if (module[at] === MEMORY_SECTION) {
      const [count, flags] = readNumber(module, start);
      const [first] = readNumber(module, flags + 1);
      if (count !== 1 || module[flags] !== 0) throw new Error('one memory without an end was expected');
      const memory = [1, 1, ...writeNumber(first), ...writeNumber(pages)];
      const section = [MEMORY_SECTION, ...writeNumber(memory.length), ...memory];
      const limited = new Uint8Array(module.length - (end - at) + section.length);
      limited.set(module.subarray(0, at));
      limited.set(section, at);
      limited.set(module.subarray(end), at + section.length);
      return limited;
    }
    at = end;
  }
  throw new Error('no memory was found');
}
