/** `explain`: the plan of a command instead of its result. */
import { MongoInvalidArgumentError } from '../errors.js';
import { refuseUnknown } from '../options.js';
import type { Document } from '../types/document.js';

/** How much to explain. */
export type ExplainVerbosity = 'queryPlanner' | 'queryPlannerExtended' | 'executionStats' | 'allPlansExecution' | (string & {});

/** Names of the verbosities. */
export const ExplainVerbosity = Object.freeze({
  queryPlanner: 'queryPlanner',
  queryPlannerExtended: 'queryPlannerExtended',
  executionStats: 'executionStats',
  allPlansExecution: 'allPlansExecution',
} as const);

/** How much to explain. */
export interface ExplainCommandOptions {
  /** How much to explain. */
  verbosity: ExplainVerbosity;
  /** Give up after this many milliseconds of work. */
  maxTimeMS?: number;
}

/** How much to explain: true for all plans, false for the plan that won. */
export type ExplainVerbosityLike = ExplainVerbosity | boolean;

/** The command that explains another: `true` means all plans, `false` the winning plan alone. */
export function explainCommand(command: Document, explain: ExplainVerbosityLike | ExplainCommandOptions): Document {
  if (typeof explain === 'boolean') {
    return { explain: command, verbosity: explain ? 'allPlansExecution' : 'queryPlanner' };
  }
  if (typeof explain === 'string') return { explain: command, verbosity: explain };
  if (typeof explain !== 'object' || explain === null || typeof explain.verbosity !== 'string') {
    throw new MongoInvalidArgumentError('Field "explain" must be a string, a boolean or an object with "verbosity"');
  }
  refuseUnknown('explain', explain, ['verbosity', 'maxTimeMS']);
  const result: Document = { explain: command, verbosity: explain.verbosity };
  if (explain.maxTimeMS !== undefined) result['maxTimeMS'] = explain.maxTimeMS;
  return result;
}

/** Runs inside `explain` when `options.explain` asks for it. */
export interface ExplainOptions {
  /** Give the plan in place of the result. */
  explain?: ExplainVerbosityLike | ExplainCommandOptions;
}
