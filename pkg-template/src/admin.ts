/** Commands about the deployment as a whole. */
import type { Db } from './db.js';
import { result } from './execute.js';
import { COMMAND_OPTIONS, type CommandOperationOptions, optionNames, refuseUnknown } from './options.js';
import type { Document } from './types/document.js';

export interface ListDatabasesOptions extends CommandOperationOptions {
  filter?: Document;
  nameOnly?: boolean;
  authorizedDatabases?: boolean;
}

export interface ListDatabasesResult extends Document {
  databases: ({ name: string; sizeOnDisk?: number; empty?: boolean } & Document)[];
  totalSize?: number;
  totalSizeMb?: number;
  ok: 1 | 0;
}

export interface ValidateCollectionOptions extends CommandOperationOptions {
  full?: boolean;
  repair?: boolean;
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

  buildInfo(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ buildInfo: 1 }, options);
  }

  serverInfo(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ buildInfo: 1 }, options);
  }

  serverStatus(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ serverStatus: 1 }, options);
  }

  ping(options?: CommandOperationOptions): Promise<Document> {
    return this.command({ ping: 1 }, options);
  }

  async validateCollection(name: string, options: ValidateCollectionOptions = {}): Promise<Document> {
    refuseUnknown('validateCollection', options, VALIDATE_OPTIONS);
    const command: Document = { validate: name };
    for (const key of VALIDATE_NAMES) if (options[key] !== undefined) command[key] = options[key];
    return result(this.db.source, this.db.databaseName, command, options, 'neither');
  }

  async listDatabases(options: ListDatabasesOptions = {}): Promise<ListDatabasesResult> {
    refuseUnknown('listDatabases', options, LIST_OPTIONS);
    const command: Document = { listDatabases: 1 };
    for (const key of ['filter', 'nameOnly', 'authorizedDatabases'] as const) {
      if (options[key] !== undefined) command[key] = options[key];
    }
    return (await result(this.db.source, 'admin', command, options, 'neither')) as ListDatabasesResult;
  }
}
