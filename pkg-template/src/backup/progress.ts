/** How far a backup, a restore, an import or an export has come. */
export interface BackupProgress {
  /** `database.collection` */
  readonly namespace: string;
  /** Documents of it so far. */
  readonly documents: number;
  /** How many it has, if that is known. */
  readonly total?: number;
  /** Bytes of everything so far. */
  readonly bytes: number;
  /** Whether this collection is done. */
  readonly done: boolean;
}

/** Options of what takes a while. */
export interface ProgressOptions {
  /** Is called after each batch. */
  onProgress?(progress: BackupProgress): void;
}
