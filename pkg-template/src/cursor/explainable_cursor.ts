/** Cursors whose command can be explained. */
import { payload } from '../codec/decode.js';
import { Limits } from '../abort.js';
import type { Document } from '../types/document.js';
import { AbstractCursor } from './abstract_cursor.js';
import { type ExplainCommandOptions, explainCommand, type ExplainVerbosityLike } from './explain.js';

/** What the cursors of `find` and `aggregate` share. */
export abstract class ExplainableCursor<TSchema = unknown> extends AbstractCursor<TSchema> {
  /** The command that gives documents, or the one to be explained. @internal */
  protected abstract plain(explained: boolean): Document;

  /** @internal */
  protected opening(): Document {
    const { explain } = this.given;
    return explain === undefined ? this.plain(false) : explainCommand(this.plain(true), explain);
  }

  /** The plan, and with more verbosity how it went. */
  async explain(
    verbosity?: ExplainVerbosityLike | ExplainCommandOptions,
    options: { timeoutMS?: number } = {},
  ): Promise<Document> {
    const command = explainCommand(this.plain(true), verbosity ?? this.given['explain'] ?? true);
    return payload(await this.runAlone(command, options));
  }

  /** Runs a command beside those of the cursor. @internal */
  protected runAlone(command: Document, options: { timeoutMS?: number } = {}): ReturnType<typeof this.run> {
    const limits = Limits.of({ ...this.given, ...options }, this.source.settings.timeoutMS);
    limits?.onto(command);
    return this.run(this.cursorNamespace.db, command, undefined, limits);
  }
}
