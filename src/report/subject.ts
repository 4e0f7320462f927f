/** The tasks in words. The only file of the report that knows a task by name; any other task reads well without it. */

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

/** What of a record tells its task. */
export type SubjectOf = Pick<RunRecord, 'task' | 'parameters' | 'levels' | 'levelsOfPrimitives' | 'grades'>;

export function subjectOf(record: SubjectOf): Subject {
  return (SUBJECTS.get(record.task) ?? anyTask)(record);
}

const SUBJECTS: ReadonlyMap<string, (record: SubjectOf) => Subject> = new Map([
  ['permutation-powering', permutationPowering],
  ['sequential-assignments', sequentialAssignments],
  ['wildcard-search', wildcardSearch],
  ['shortest-path', shortestPath],
  ['union-find', unionFind],
  ['list-summary', listSummary],
]);

function permutationPowering({ levels, levelsOfPrimitives, parameters }: SubjectOf): Subject {
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

/** A variable d assignments deep is of level 1 + 3d. */
const LEVELS_PER_DEPTH = 3;

function sequentialAssignments({ levels, parameters: { variables, table } }: SubjectOf): Subject {
  const upTo = (level: number) => {
    const depth = Math.floor((level - 1) / LEVELS_PER_DEPTH);
    if (depth === 0) return 'variables with a value of their own';
    return `variables up to ${depth === 1 ? 'one assignment' : `${depth} assignments`} deep`;
  };
  return {
    title: 'Sequential assignments',
    question: `Given ${variables ? `${variables} variables and ` : ''}assignments x := f(y, z)${table ? ', f being the same everywhere' : ', with a table of f'}: what is the value of x? Each assignment that x rests on adds three levels.`,
    learned: `${upTo(levels)} in programs it had never seen`,
    overseer: `can only look up and resolve one argument at a time: alone it knows ${upTo(1)}`,
    upTo,
    range: () => '',
  };
}

function wildcardSearch({ levels, levelsOfPrimitives, parameters: { strings } }: SubjectOf): Subject {
  const upTo = (level: number) =>
    `patterns with up to ${level === 1 ? 'one wildcard' : `${level} wildcards`}`;
  return {
    title: 'Wildcard search',
    question: `Given ${strings ? `${strings} ` : ''}strings of a and b, each worth +1 or −1: what is the sum over those that match a pattern? Levels are how many wildcards * it has.`,
    learned: `${upTo(levels)} about strings it had never seen`,
    overseer: `can only look up single strings and add two sums: alone it gets no further than ${upTo(levelsOfPrimitives)}`,
    upTo,
    range: (level) => '*'.repeat(Math.max(0, Math.min(level, 8))),
  };
}

function shortestPath({ parameters: { vertices } }: SubjectOf): Subject {
  return {
    title: 'Shortest path',
    question: `Given the directed edges between ${vertices ? `${vertices} ` : ''}vertices: how far is b from a, and which step leads there?`,
    learned: 'distances and first steps in graphs it had never seen',
    overseer:
      'can only look up single edges and compare a few steps: alone it finds neighbours and nothing farther',
    upTo: () => 'all distances',
    range: () => '',
  };
}

function unionFind({ parameters: { variables } }: SubjectOf): Subject {
  return {
    title: 'Union find',
    question: `Given equalities between ${variables ? `${variables} ` : ''}variables and one value for each class of equal ones: what is the value of x? Depth counts the equalities from x to where its value is given.`,
    learned: 'the values of equal variables in forests it had never seen',
    overseer:
      'can only look up single equalities and compare a few variables: alone it knows values that are given',
    upTo: () => 'all depths',
    range: () => '',
  };
}

/** H looks up so many numbers; a level more is twice as many. */
const LIST_LOOK_UPS = 4;

function listSummary({ levels, levelsOfPrimitives, parameters: { items } }: SubjectOf): Subject {
  const longest = (level: number) => Math.min(LIST_LOOK_UPS * 2 ** (level - 1), items ?? Infinity);
  const upTo = (level: number) => `parts of up to ${longest(level)} numbers`;
  return {
    title: 'List summary',
    question: `Given a list${items ? ` of ${items} numbers` : ''}: what is the greatest in a part of it, or how often does one occur there? Levels are how often a part has to be halved.`,
    learned: `${upTo(levels)} of lists it had never seen`,
    overseer: `can only look up four numbers, or combine the answers about two halves: alone it gets no further than ${upTo(levelsOfPrimitives)}`,
    upTo,
    range: (level) => (level === 1 ? `1–${longest(1)}` : `${longest(level - 1) + 1}–${longest(level)}`),
  };
}

function anyTask({ task, levels, levelsOfPrimitives, grades }: SubjectOf): Subject {
  const upTo = (level: number) => `questions up to level ${level}`;
  return {
    title: String(task),
    question: grades ? '' : 'Each level is answered by combining answers of the level before.',
    learned: `${upTo(levels)} in contexts it had never seen`,
    overseer:
      levelsOfPrimitives === 0
        ? 'can answer no level alone'
        : `can answer alone only ${upTo(levelsOfPrimitives)}`,
    upTo,
    range: () => '',
  };
}
