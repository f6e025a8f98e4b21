/** Collects documents, and inserts them in batches. */
import type { Document } from '../types/document.js';
import type { Send } from './raw.js';

const COUNT_MAX = 1000;
const BYTES_MAX = 4 << 20;

export class Inserts {
  insertedCount = 0;
  failedCount = 0;
  firstFailure: string | undefined;

  private documents: Uint8Array[] = [];
  private bytes = 0;
  private database = '';
  private collection = '';

  constructor(
    private readonly send: Send,
    private readonly countMax = COUNT_MAX,
    /** Of a collection whose rules the documents have kept before. */
    private readonly bypassDocumentValidation = true,
  ) {}

  /** True when a batch was sent. */
  async add(database: string, collection: string, document: Uint8Array): Promise<boolean> {
    if (database !== this.database || collection !== this.collection) {
      await this.flush();
      this.database = database;
      this.collection = collection;
    }
    this.documents.push(document);
    this.bytes += document.length;
    if (this.documents.length < this.countMax && this.bytes < BYTES_MAX) return false;
    await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const { documents, database, collection, bypassDocumentValidation } = this;
    if (documents.length === 0) return;
    this.documents = [];
    this.bytes = 0;
    const command = { insert: collection, ordered: false, bypassDocumentValidation };
    const { n, writeErrors } = await this.send(database, command, documents);
    this.insertedCount += Number(n);
    const failed = (writeErrors ?? []) as Document[];
    this.failedCount += failed.length;
    this.firstFailure ??= failed[0]?.['errmsg'] as string | undefined;
  }
}
