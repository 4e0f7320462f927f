/** The task in words. The only file of the report that knows a task by name; any other task reads well without it. */

import type { RunRecord } from './record.ts';

export interface Subject {
  readonly title: string;
  /** What a question is. */
  readonly question: string;
  /** «to answer …» at all levels. */
  readonly learned: string;
  /** Of H: «can …». */
  readonly overseer: string;
  /** «powers up to 7» */
  upTo(level: number): string;
  /** Short, beside a level's number: «k 32–63». */
  range(level: number): string;
}

export function subjectOf(record: RunRecord): Subject {
  return record.task === 'permutation-powering' ? permutationPowering(record) : anyTask(record);
}

function permutationPowering({ levels, levelsOfPrimitives, parameters }: RunRecord): Subject {
  const elements = parameters.elements;
  const upTo = (level: number) => `powers up to ${2 ** level - 1}`;
  return {
    title: 'Permutation powering',
    question: `Given a permutation σ${elements ? ` of ${elements} elements` : ''} as a list of its single steps x → σ(x): what is σᵏ(x)? Levels are the binary digits of k.`,
    learned: `${upTo(levels)} on permutations it had never seen`,
    overseer: `can only look up single steps and combine answers: alone it gets no further than ${upTo(levelsOfPrimitives)}`,
    upTo,
    range: (level) => (level === 1 ? 'k = 1' : `k ${2 ** (level - 1)}–${2 ** level - 1}`),
  };
}

function anyTask({ task, levels, levelsOfPrimitives }: RunRecord): Subject {
  const upTo = (level: number) => `questions up to level ${level}`;
  return {
    title: String(task),
    question: 'Each level is answered by combining answers of the level before.',
    learned: `${upTo(levels)} in contexts it had never seen`,
    overseer: `can answer alone only ${upTo(levelsOfPrimitives)}`,
    upTo,
    range: () => '',
  };
}
