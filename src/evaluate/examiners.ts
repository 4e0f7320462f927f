/** The examiner of every task, by the task's name. */

import { CapstanError } from '../base/errors.ts';
import { chainExaminer } from '../examiners/chain.ts';
import type { Examiner } from '../examiners/examiner.ts';
import { listSummaryExaminer } from '../examiners/list-summary.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { sequentialAssignmentsExaminer } from '../examiners/sequential-assignments.ts';
import { shortestPathExaminer } from '../examiners/shortest-path.ts';
import { unionFindExaminer } from '../examiners/union-find.ts';
import { wildcardSearchExaminer } from '../examiners/wildcard-search.ts';
import { OWN } from '../tasks/chain.ts';
import type { AnyAnswer, AnyQuestion, AnyTask, TaskParameters } from '../tasks/tasks.ts';

export type { Examiner } from '../examiners/examiner.ts';
export type AnyExaminer = Examiner<AnyQuestion, AnyAnswer>;

const EXAMINERS: { readonly [task: string]: (parameters: TaskParameters) => unknown } = {
  'permutation-powering': () => permutationPoweringExaminer,
  'sequential-assignments': ({ depth = 0 }) => sequentialAssignmentsExaminer({ depth }),
  'wildcard-search': () => wildcardSearchExaminer,
  'shortest-path': ({ vertices = 0 }) => shortestPathExaminer({ vertices }),
  'union-find': ({ variables = 0, values = 0 }) => unionFindExaminer({ variables, values }),
  'list-summary': () => listSummaryExaminer,
};

/** The examiner of an open task: its parameters are all given. */
export function examinerOf({ name, parameters }: Pick<AnyTask, 'name' | 'parameters'>): AnyExaminer {
  if (name.startsWith(OWN)) return chainExaminer as unknown as AnyExaminer;
  const open = Object.hasOwn(EXAMINERS, name) ? EXAMINERS[name] : undefined;
  if (!open) throw new CapstanError('not-found', `task «${name}»: expected one with an examiner`);
  return open(parameters) as AnyExaminer;
}
