/** The tasks by name. Their questions and answers differ in type; whoever looks a task up by name sees them as opaque
 *  and can only hand them back to the task, its overseer and its examiner. */

import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';
import { listSummary } from './list-summary.ts';
import { permutationPowering } from './permutation-powering.ts';
import { sequentialAssignments } from './sequential-assignments.ts';
import { shortestPath } from './shortest-path.ts';
import { unionFind } from './union-find.ts';
import { wildcardSearch } from './wildcard-search.ts';

declare const opaque: unique symbol;
export interface AnyQuestion {
  readonly [opaque]: 'question';
}
export interface AnyAnswer {
  readonly [opaque]: 'answer';
}
export type AnyTask = Task<AnyQuestion, AnyAnswer>;

export interface TaskEntry {
  readonly name: string;
  readonly summary: string;
  /** How a question is written on the command line. */
  readonly syntax: string;
  /** What is meant where a parameter is not given. */
  readonly parameters: (given: GivenParameters) => TaskParameters;
  readonly open: (parameters: TaskParameters) => AnyTask;
  readonly learning: Learning;
  /** Whether only people can be its H. */
  readonly hasNoScript?: boolean;
}

export type TaskParameters = { readonly [name: string]: number };

export interface GivenParameters {
  readonly size?: number;
  /** Permutation powering alone has it. */
  readonly powers?: number;
  /** Rounds of the network, where they do not follow from the question. */
  readonly rounds?: number;
}

/** How a task is learned where nothing else is said; found by experiment (docs/log.md). */
export interface Learning {
  readonly optimizer: 'adam' | 'muon';
  /** Muon's rate, if it is the optimizer. */
  readonly muonRate: number;
  /** Contexts per step. */
  readonly contexts: number;
  /** Steps over which the teacher averages the student. */
  readonly averageHorizon: number;
  /** Whether levels come one after the other. */
  readonly byLevel: boolean;
  /** Agreement of the student with its targets at the frontier from which on a gate is looked at. */
  readonly attempt: number;
  /** Facts in a context of the first stage, for a task of that size; they double from stage to stage. */
  readonly sizeStart: (size: number) => number;
  /** Steps at least at each size below the task's own. Where answers spread, agreement alone would not do: as long as
   *  little is known student and targets agree on that. */
  readonly sizeSteps: number;
  /** Whether "unknown" is a target: where answers spread from what is known, it is the truth until they arrive. */
  readonly learnsUnknown: boolean;
  /** Steps that are enough at the sizes tried. */
  readonly steps: number;
  /** Steps over which the decisions of H are spent that H′ learns from: until nothing new is to be seen. */
  readonly labelSteps: number;
  /** Share of the steps, the last ones, over which the learning rate falls to 0. */
  readonly coolDown: number;
}

/** Answers that spread: propose, verify, take the best. */
const SPREADING: Learning = {
  optimizer: 'muon',
  muonRate: 0.02,
  contexts: 32,
  averageHorizon: 25,
  byLevel: false,
  attempt: 0.85,
  sizeStart: (size) => Math.min(size, 8),
  sizeSteps: 300,
  learnsUnknown: true,
  steps: 1000,
  labelSteps: 450,
  coolDown: 0.5,
};

/** Levels one after the other. */
export const CLIMBING: Learning = {
  ...SPREADING,
  averageHorizon: 60,
  byLevel: true,
  sizeStart: (size) => size,
  learnsUnknown: false,
  coolDown: 0,
};

export const TASKS: readonly TaskEntry[] = [
  {
    name: 'permutation-powering',
    summary: 'σ^k(x) from the facts x → σ(x); H can look up one step and combine two answers',
    syntax: 's^K(X) | s^K(X) #N | s^K(X) [a b c …]',
    parameters: ({ size = 64, powers = powersFor(size) }) => ({ elements: size, powers }),
    open: ({ elements = 0, powers = 0, ...rest }) =>
      opaquely(permutationPowering({ elements, powers, ...rest })),
    learning: {
      optimizer: 'adam',
      muonRate: 0.02,
      contexts: 16,
      averageHorizon: 50,
      byLevel: true,
      attempt: 0.85,
      sizeStart: (size) => Math.min(size, 16, Math.max(2, Math.floor(size / 2))),
      sizeSteps: 50,
      learnsUnknown: false,
      steps: 4800,
      labelSteps: 500,
      coolDown: 0,
    },
  },
  {
    name: 'sequential-assignments',
    summary:
      'the value of a variable from x := f(y, z) and the table of f; H resolves one argument at a time',
    syntax: 'value(xI) | value(xI) #N',
    parameters: ({ size = 8 }) => ({ variables: size }),
    open: ({ variables = 0, ...rest }) => opaquely(sequentialAssignments({ variables, ...rest })),
    learning: {
      ...CLIMBING,
      muonRate: 0.01,
      contexts: 64,
      attempt: 0.8,
      steps: 1500,
      labelSteps: 800,
    },
  },
  {
    name: 'wildcard-search',
    summary: 'the sum of the values of all strings that match a pattern; H splits the first * in two',
    syntax: 'ab*a | ab*a #N',
    parameters: ({ size = 16, rounds = 3 }) => ({ strings: size, rounds }),
    open: ({ strings = 0, ...rest }) => opaquely(wildcardSearch({ strings, ...rest })),
    learning: { ...CLIMBING, steps: 800, labelSteps: 500 },
  },
  {
    name: 'shortest-path',
    summary:
      'distances and first steps in a directed graph; X proposes a step, H verifies it and takes the best',
    syntax: 'dist(A, B) | step(A, B) #N',
    parameters: ({ size = 8, rounds = 6 }) => ({ vertices: size, rounds }),
    open: ({ vertices = 0, ...rest }) => opaquely(shortestPath({ vertices, ...rest })),
    learning: SPREADING,
  },
  {
    name: 'union-find',
    summary: 'the value of a class of equal variables; X proposes a parent, H verifies it and takes the best',
    syntax: 'value(X) | parent(X) | depth(X) #N',
    parameters: ({ size = 8, rounds = 6 }) => ({ variables: size, rounds }),
    open: ({ variables = 0, ...rest }) => opaquely(unionFind({ variables, ...rest })),
    learning: { ...SPREADING, labelSteps: 800 },
  },
  {
    name: 'list-summary',
    summary:
      'the greatest of a part of a list, or how often a number occurs in it; H reads eight words at once and halves',
    syntax: 'max(A, B) | count(X, A, B) #N',
    parameters: ({ size = 16, rounds = 3 }) => ({ items: size, rounds }),
    open: ({ items = 0, ...rest }) => opaquely(listSummary({ items, ...rest })),
    learning: { ...CLIMBING, muonRate: 0.01, steps: 3600, labelSteps: 500 },
  },
];

export function opaquely<Q, A>(task: Task<Q, A>): AnyTask {
  return task as unknown as AnyTask;
}

/** The paper asks powers below 64 of 64 elements; smaller and larger contexts in proportion. */
function powersFor(elements: number): number {
  const digits =
    elements < 32 ? Math.ceil(Math.log2(elements)) + 1 : Math.max(6, Math.ceil(Math.log2(elements)));
  return 2 ** Math.max(2, digits);
}

export function taskEntry(name: string): TaskEntry {
  const entry = TASKS.find((task) => task.name === name);
  if (entry) return entry;
  const names = TASKS.map((task) => task.name).join(', ');
  throw new CapstanError('not-found', `task «${name}»: expected one of ${names}`);
}
