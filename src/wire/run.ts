/** Runs as they are watched: which there are, the horizon of complexity, curves, gates, alarms; and two of them side by side. */

import { z } from 'zod';
import { Name, Share, Time } from './value.ts';

export const RunRow = z.object({
  name: Name,
  kind: z.enum(['training', 'tree']),
  /** The task, or the recipe. */
  what: Name,
  /** Of a tree: what it is to answer. */
  question: z.string().optional(),
  state: z.enum(['new', 'running', 'waiting', 'stopped', 'finished', 'gate-failed', 'damaged']),
  started: Time.optional(),
  steps: z.int().optional(),
  horizon: z.int().optional(),
  /** For people. */
  waiting: z.int(),
  /** Why it is damaged. */
  error: z.string().optional(),
});
export type RunRow = z.infer<typeof RunRow>;

/** One line; those of a name share a panel, and others join by being in the list. Points by step. */
export const Series = z.object({
  name: Name,
  /** Absent: of all levels together. */
  level: z.int().optional(),
  unit: z.enum(['share', 'count', 'seconds', 'minutes', 'dollars', 'loss']),
  points: z.array(
    z.object({
      step: z.number(),
      value: z.number(),
      low: z.number().optional(),
      high: z.number().optional(),
    }),
  ),
});
export type Series = z.infer<typeof Series>;

export const Gate = z.object({
  iteration: z.int(),
  level: z.int(),
  step: z.int(),
  look: z.int(),
  passed: z.boolean(),
  agreement: Share,
  threshold: z.number(),
  /** The checkpoint that it let through, or did not. */
  checkpoint: z.string().optional(),
  /** On the ledger. */
  entry: z.int().optional(),
});
export type Gate = z.infer<typeof Gate>;

export const RunView = z.object({
  row: RunRow,
  /** What it was told to do, as label and value. */
  settings: z.array(z.tuple([z.string(), z.string()])),
  seconds: z.number(),
  /** Of H, so far. */
  decisions: z.int(),
  /** At most how much is left, as far as it can be told. */
  left: z.string().optional(),
  /** Levels that the task has. */
  levels: z.int(),
  threshold: z.number(),
  /** How far the horizon reached before the first iteration and after each. */
  horizons: z.array(z.int()),
  /** How right X was after each iteration, by level: held-out accuracy where it was examined, else agreement. */
  cells: z.array(
    z.object({ iteration: z.int(), level: z.int(), of: z.enum(['accuracy', 'agreement']), share: Share }),
  ),
  series: z.array(Series),
  gates: z.array(Gate),
  alarms: z.array(z.object({ step: z.number(), text: z.string(), entry: z.int().optional() })),
  /** Decisions of people, so far and in wait. */
  people: z.object({ decided: z.int(), waiting: z.int(), seconds: z.number() }),
  /** Whether the page of an evaluation lies beside it. */
  isEvaluated: z.boolean(),
});
export type RunView = z.infer<typeof RunView>;

/** X of two checkpoints on the same held-out questions. */
export const Paired = z.object({
  /** 0 for all levels. */
  level: z.int(),
  n: z.int(),
  first: z.number(),
  second: z.number(),
  onlyFirst: z.int(),
  onlySecond: z.int(),
  /** second − first, with its 95 % interval. */
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  /** Two-sided sign-flip test over contexts: questions about one context stand or fall together. */
  p: z.number(),
});

export const Side = z.object({ run: Name, checkpoint: z.string(), iteration: z.int() });

export const Comparison = z.object({
  first: Side,
  second: Side,
  rows: z.array(Paired),
  /** Settings in which the runs differ: label, first, second. */
  settings: z.array(z.tuple([z.string(), z.string(), z.string()])),
  series: z.array(z.object({ first: Series, second: Series })),
});
export type Comparison = z.infer<typeof Comparison>;
