/** The little BSON that the package's own commands need, without the library: a worker holds none of it. */

const DOUBLE = 0x01;
const STRING = 0x02;
const BOOLEAN = 0x08;
const INT32 = 0x10;
const INT64 = 0x12;

/** The command `{NAME: 1, $db: DATABASE}`. */
export function plainCommand(name: string, database: string): Uint8Array {
  const encoder = new TextEncoder();
  const [key, db, value] = [encoder.encode(name), encoder.encode('$db'), encoder.encode(database)];
  const bytes = new Uint8Array(4 + 1 + key.length + 1 + 4 + 1 + db.length + 1 + 4 + value.length + 1 + 1);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, bytes.length, true);
  let at = 4;
  bytes[at] = INT32;
  bytes.set(key, at + 1);
  at += key.length + 2;
  view.setInt32(at, 1, true);
  at += 4;
  bytes[at] = STRING;
  bytes.set(db, at + 1);
  at += db.length + 2;
  view.setInt32(at, value.length + 1, true);
  bytes.set(value, at + 4);
  return bytes;
}

/** A number or boolean of a reply, if all before it are texts, numbers and booleans too. */
export function plainField(reply: Uint8Array, name: string): number | boolean | undefined {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const decoder = new TextDecoder();
  let at = 4;
  while (at < reply.length - 1) {
    const type = reply[at];
    const end = reply.indexOf(0, at + 1);
    const isIt = decoder.decode(reply.subarray(at + 1, end)) === name;
    at = end + 1;
    if (type === STRING) at += 4 + view.getInt32(at, true);
    else if (type === DOUBLE) {
      if (isIt) return view.getFloat64(at, true);
      at += 8;
    } else if (type === INT32) {
      if (isIt) return view.getInt32(at, true);
      at += 4;
    } else if (type === INT64) {
      if (isIt) return Number(view.getBigInt64(at, true));
      at += 8;
    } else if (type === BOOLEAN) {
      if (isIt) return reply[at] === 1;
      at += 1;
    } else return undefined;
  }
  return undefined;
}
