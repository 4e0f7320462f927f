/** What accuracy is told apart by: the grades of a task that has them, else its levels. */

import type { RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';

export interface Grades {
  /** «level», «distance», «depth»; «grade» where the names share no first word. */
  readonly kind: string;
  /** Whether they are the levels, which gates and horizon are about. */
  readonly areLevels: boolean;
  /** Easiest first, in the order of every array of accuracies. */
  readonly all: readonly Grade[];
}

export interface Grade {
  /** Its place in an array of accuracies. */
  readonly index: number;
  /** «level 3», «distance 5–8» */
  readonly name: string;
  /** The same where its kind is said already: «3», «5–8». */
  readonly short: string;
  /** Short, beside it: «k 4–7». */
  readonly range: string;
}

/** More than any task has; a page is not a list to overflow. */
const GRADES_MAX = 64;

export function gradesOf(record: RunRecord): Grades {
  const subject = subjectOf(record);
  if (!record.grades) {
    const all = levelsOf(record).map((level) => ({
      index: level - 1,
      name: `level ${level}`,
      short: String(level),
      range: subject.range(level),
    }));
    return { kind: 'level', areLevels: true, all };
  }
  const names = record.grades.slice(0, GRADES_MAX);
  const { kind = 'grade', shorts } = sharedKind(names);
  const all = names.map((name, index) => ({ index, name, short: shorts[index]!, range: '' }));
  return { kind, areLevels: false, all };
}

/** The first word, where all names begin with it, and what is left of them. */
export function sharedKind(names: readonly string[]): {
  readonly kind?: string;
  readonly shorts: readonly string[];
} {
  const parts = names.map((name) => /^(\S+) (.+)$/su.exec(name));
  const kind = parts[0]?.[1];
  if (kind === undefined || parts.some((part) => part?.[1] !== kind)) return { shorts: names };
  return { kind, shorts: parts.map((part) => part![2]!) };
}

/** 1 … levels. */
export function levelsOf(record: RunRecord): readonly number[] {
  const count = Math.max(0, Math.min(GRADES_MAX, Math.floor(record.levels) || 0));
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** At the beginning of a line or a cell. */
export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
