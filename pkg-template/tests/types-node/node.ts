// The types stand without the library of a browser: programs for Node have none. Checked by tsc, never run.

import { type Document, GridFSBucket, MongoClient } from 'tussock';
import { Engine } from 'tussock/engine';

export async function use(): Promise<Document[]> {
  await using client = await MongoClient.connect('memory://');
  const upload = new GridFSBucket(client.db()).openUploadStream('a');
  upload.getWriter();
  (await Engine.memory()).close();
  return client.db().collection('things').find({}, { signal: AbortSignal.timeout(5) }).toArray();
}
