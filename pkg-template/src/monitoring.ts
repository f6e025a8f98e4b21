/** Command monitoring: what was sent to the engine, what came back, how long it took. */
import type { Long } from 'bson';
import type { Document } from './types/document.js';

interface CommandEvent {
  readonly address: string;
  readonly requestId: number;
  readonly connectionId: string | number | undefined;
  readonly commandName: string;
  readonly databaseName: string;
}

/** A command is about to be sent. */
export class CommandStartedEvent implements CommandEvent {
  /** The event's name. */
  readonly name = 'commandStarted';
  /** Null: there is no server's connection. */
  readonly serverConnectionId: bigint | null = null;

  constructor(
    readonly address: string,
    readonly requestId: number,
    readonly databaseName: string,
    readonly commandName: string,
    readonly command: Document,
    readonly connectionId: string | number | undefined = undefined,
  ) {}
}

/** A command was answered. */
export class CommandSucceededEvent implements CommandEvent {
  /** The event's name. */
  readonly name = 'commandSucceeded';
  /** Null: there is no server's connection. */
  readonly serverConnectionId: bigint | null = null;

  constructor(
    readonly address: string,
    readonly requestId: number,
    readonly databaseName: string,
    readonly commandName: string,
    /** Milliseconds. */
    readonly duration: number,
    readonly reply: Document,
    readonly connectionId: string | number | undefined = undefined,
  ) {}
}

/** A command was refused, or the engine could not be reached. */
export class CommandFailedEvent implements CommandEvent {
  /** The event's name. */
  readonly name = 'commandFailed';
  /** Null: there is no server's connection. */
  readonly serverConnectionId: bigint | null = null;

  constructor(
    readonly address: string,
    readonly requestId: number,
    readonly databaseName: string,
    readonly commandName: string,
    /** Milliseconds. */
    readonly duration: number,
    readonly failure: Error,
    readonly connectionId: string | number | undefined = undefined,
  ) {}
}

/** The id of a cursor, as commands carry it. */
export type CursorId = Long;
