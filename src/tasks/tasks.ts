/** The tasks by name. Their questions and answers differ in type; whoever looks a task up by name sees them as opaque
 *  and can only hand them back to the task, its overseer and its examiner. */

import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';
import { permutationPowering } from './permutation-powering.ts';

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
  /** What `--size` and `--powers` mean when they are not given. */
  readonly parameters: (given: { readonly size?: number; readonly powers?: number }) => TaskParameters;
  readonly open: (parameters: TaskParameters) => AnyTask;
}

export type TaskParameters = { readonly [name: string]: number };

export const TASKS: readonly TaskEntry[] = [
  {
    name: 'permutation-powering',
    summary: 'σ^k(x) from the facts x → σ(x); H can look up one step and combine two answers',
    syntax: 's^K(X) | s^K(X) #N | s^K(X) [a b c …]',
    parameters: ({ size = 64, powers = powersFor(size) }) => ({ elements: size, powers }),
    open: ({ elements = 0, powers = 0 }) => permutationPowering({ elements, powers }) as unknown as AnyTask,
  },
];

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
