// What must compile, and (each marked) what must not. Checked by tsc, never run.

import {
  type ClientSession,
  type Document,
  type Filter,
  type FindCursor,
  GridFSBucket,
  MongoBulkWriteError,
  MongoClient,
  MongoServerError,
  ObjectId,
  type UpdateFilter,
  type WithId,
} from 'tussock';
import { Engine } from 'tussock/engine';

interface Person {
  _id: ObjectId;
  name: string;
  age: number;
  tags: string[];
  address?: { city: string; zip: string };
  born?: Date;
}

interface Free {
  title: string;
  rank?: number;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export async function reads(client: MongoClient): Promise<void> {
  const people = client.db('app').collection<Person>('people');
  const free = client.db().collection<Free>('free');
  const any = client.db().collection('any');

  const one = await people.findOne({ name: 'Ada' });
  same<typeof one, WithId<Person> | null>(true);
  const all: WithId<Free>[] = await free.find({ rank: { $gte: 1 } }).toArray();
  all[0]?._id.toHexString();
  const cursor: FindCursor<{ name: string }> = people.find().project<{ name: string }>({ name: 1, _id: 0 });
  for await (const { name } of cursor) name.toUpperCase();
  const ages: number[] = await people.find().map((person) => person.age).toArray();
  ages.length;
  const tags: string[] = await people.distinct('tags');
  tags.length;
  const loose = await any.findOne({ whatever: 1 });
  loose?.['anything'].deep.down;
  (await people.aggregate<{ _id: string; n: number }>([{ $group: { _id: '$name', n: { $sum: 1 } } }]).toArray())[0]?.n.toFixed();

  const filters: Filter<Person>[] = [
    { age: { $gt: 3, $in: [1, 2] } },
    { tags: 'a' },
    { tags: { $all: ['a'], $size: 2 } },
    { name: /^A/ },
    { 'address.city': 'Paris' },
    { $or: [{ name: 'a' }, { age: 3 }] },
    { born: { $exists: false } },
  ];
  filters.length;
  // @ts-expect-error a number is no name
  await people.findOne({ name: 3 });
  // @ts-expect-error ages are not compared with strings
  people.find({ age: { $gt: 'x' } });
  // @ts-expect-error the projection comes in the options
  people.find({}, { fields: { a: 1 } });
}

export async function sessions(client: MongoClient): Promise<void> {
  const people = client.db('app').collection<Person>('people');
  await using session = client.startSession({ causalConsistency: false });
  await people.findOne({}, { session, timeoutMS: 5, signal: AbortSignal.timeout(5) });
  await people.updateOne({}, { $set: { name: 'b' } }, { session, timeoutMS: 5 });
  await people.find({}, { session, timeoutMode: 'iteration' }).toArray();
  const count: number = await client.withSession(async (one: ClientSession) => people.countDocuments({}, { session: one }));
  same<typeof count, number>(true);
  // @ts-expect-error a session is no plain object
  await people.findOne({}, { session: {} });
  // @ts-expect-error writes cannot be aborted
  await people.insertOne({ _id: new ObjectId(), name: 'a', age: 1, tags: [] }, { signal: AbortSignal.timeout(5) });
}

export function workers(): MongoClient {
  return new MongoClient('memory://', { worker: () => new Worker('worker.js', { type: 'module' }) });
}

export async function files(client: MongoClient): Promise<void> {
  const bucket = new GridFSBucket(client.db(), { bucketName: 'pictures' });
  await new Blob(['a']).stream().pipeTo(bucket.openUploadStream('a', { metadata: { kind: 'text' } }));
  for (const { filename, length } of await bucket.find().toArray()) filename.slice(length);
  const text: string = await new Response(bucket.openDownloadStreamByName('a')).text();
  text.trim();
}

export async function writes(client: MongoClient): Promise<void> {
  const people = client.db('app').collection<Person>('people');
  const free = client.db().collection<Free>('free');

  const { insertedId } = await free.insertOne({ title: 'x' });
  same<typeof insertedId, ObjectId>(true);
  await free.insertMany([{ title: 'a' }, { title: 'b', rank: 2 }]);
  // @ts-expect-error the title is missing
  await free.insertOne({ rank: 1 });
  // @ts-expect-error this schema requires an _id
  await people.insertOne({ name: 'a', age: 1, tags: [] });

  const updates: UpdateFilter<Person>[] = [
    { $set: { name: 'b', 'address.city': 'Rome' } },
    { $inc: { age: 1 } },
    { $push: { tags: 'x' } },
    { $push: { tags: { $each: ['x'], $slice: 5 } } },
    { $unset: { born: '' } },
    { $currentDate: { born: true } },
    { $addToSet: { tags: { $each: ['y'] } } },
    { $pull: { tags: 'x' } },
  ];
  updates.length;
  // @ts-expect-error a name is not a number
  await people.updateOne({}, { $set: { name: 5 } });
  // @ts-expect-error tags are strings
  await people.updateOne({}, { $push: { tags: 5 } });
  // @ts-expect-error an age is no array
  await people.updateOne({}, { $pop: { age: 1 } });
  await client.db().collection('loose').updateOne({ any: 1 }, { $inc: { n: 1 }, $push: { list: { $each: [1, 'a'] } }, $unset: { gone: '' } });
  await people.updateOne({}, { $inc: { 'address.count': 1 }, $push: { 'a.b': 1 }, $pull: { tags: { $in: ['a'] } } });
  // @ts-expect-error strings are not incremented
  await people.updateOne({}, { $inc: { name: 1 } });

  const after = await people.findOneAndUpdate({ name: 'a' }, { $inc: { age: 1 } }, { returnDocument: 'after' });
  same<typeof after, WithId<Person> | null>(true);
  const meta = await people.findOneAndDelete({ name: 'a' }, { includeResultMetadata: true });
  meta.lastErrorObject;
  // @ts-expect-error sorts have two directions
  await people.findOneAndDelete({}, { sort: { age: 'up' } });

  await people.bulkWrite([
    { updateOne: { filter: { age: 1 }, update: { $set: { age: 2 } }, upsert: true } },
    { deleteMany: { filter: { name: 'x' } } },
  ]);
  // @ts-expect-error no such operation
  await people.bulkWrite([{ upsertOne: { filter: {} } }]);
  const name: string = await people.createIndex({ name: 1 }, { unique: true });
  name.length;
}

export async function errors(client: MongoClient): Promise<void> {
  try {
    await client.db().command({ ping: 1 });
  } catch (error) {
    if (error instanceof MongoBulkWriteError) error.result.insertedCount.toFixed();
    else if (error instanceof MongoServerError) String(error.code);
  }
  // @ts-expect-error no such option
  new MongoClient('memory://', { maxPoolSize: 5 });
  // @ts-expect-error no such durability
  new MongoClient('indexeddb://a', { durability: 'none' });
  await using other = await MongoClient.connect('memory://');
  const stats: Document = await other.db().stats();
  stats['ok'];
}

export async function engine(): Promise<Uint8Array> {
  const own = await Engine.memory({ seed: 7n });
  return own.runCommand(new Uint8Array(5));
}
