/** Commands about the deployment as a whole. */
import type { Db } from './db.js';
import { result } from './execute.js';
import { COMMAND_OPTIONS, type CommandOperationOptions, optionNames, refuseUnknown } from './options.js';
import type { Document } from './types/document.js';

/** Options of `admin.listDatabases`. */
export interface ListDatabasesOptions extends CommandOperationOptions {
  /** Which databases are meant. */
  filter?: Document;
  /** Give names alone (and types). */
  nameOnly?: boolean;
  /** Without effect: there are no users. */
  authorizedDatabases?: boolean;
}

/** The databases. */
export interface ListDatabasesResult extends Document {
  /** One description each. */
  databases: ({ name: string; sizeOnDisk?: number; empty?: boolean } & Document)[];
  /** Bytes of all together. */
  totalSize?: number;
  /** The same in megabytes. */
  totalSizeMb?: number;
  /** 1. */
  ok: 1 | 0;
}

/** Options of `admin.validateCollection`. */
export interface ValidateCollectionOptions extends CommandOperationOptions {
  /** Look at everything. */
  full?: boolean;
  /** Mend what is found. */
  repair?: boolean;
  /** Look at every document's form too. */
  checkBSONConformance?: boolean;
}

const LIST_OPTIONS = optionNames(COMMAND_OPTIONS, ['filter', 'nameOnly', 'authorizedDatabases']);
const VALIDATE_NAMES = ['full', 'repair', 'checkBSONConformance'] as const;
const VALIDATE_OPTIONS = optionNames(COMMAND_OPTIONS, VALIDATE_NAMES);

/** What `db.admin()` gives. */
export class Admin {
  /** @internal */
  constructor(private readonly db: Db) {}

  /** Runs a command on the database `admin`. */
  async command(command: Document, options: CommandOperationOptions = {}): Promise<Document> {
    refuseUnknown('command', options, optionNames(COMMAND_OPTIONS));
    return result(this.db.source, 'admin', { ...command }, options, 'neither');
  }

  /** The version. */
  buildInfo(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ buildInfo: 1 }, options);
  }

  /** The version, by an older name. */
  serverInfo(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ buildInfo: 1 }, options);
  }

  /** Counters and limits. */
  serverStatus(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ serverStatus: 1 }, options);
  }

  /** Whether the engine answers. */
  ping(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ ping: 1 }, options);
  }

  /** Checks that indexes and documents of a collection agree. */
  async validateCollection(name: string, options: ValidateCollectionOptions = {}): Promise<Document> {
    refuseUnknown('validateCollection', options, VALIDATE_OPTIONS);
    const command: Document = { validate: name };
    for (const key of VALIDATE_NAMES) if (options[key] !== undefined) command[key] = options[key];
    return result(this.db.source, this.db.databaseName, command, options, 'neither');
  }

  /** The databases. */
  async listDatabases(options: ListDatabasesOptions = {}): Promise<ListDatabasesResult> {
    refuseUnknown('listDatabases', options, LIST_OPTIONS);
    const command: Document = { listDatabases: 1 };
    for (const key of ['filter', 'nameOnly', 'authorizedDatabases'] as const) {
      if (options[key] !== undefined) command[key] = options[key];
    }
    return (await result(this.db.source, 'admin', command, options, 'neither')) as ListDatabasesResult;
  }
}
