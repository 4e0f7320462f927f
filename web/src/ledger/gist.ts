/** What an entry comes to, in a line. */

import type { EntryRow } from '../../../src/wire/ledger.ts';
import { percent } from '../charts/scale.ts';

const MILLION = 1e6;
const HASH_SHOWN = 8;

/** Figures that tell most, where an entry has them. */
const TELLING = ['iteration', 'level', 'agreement-ppm', 'threshold-ppm', 'examples', 'decisions', 'seconds'];

export function gistOf({ run, figures, words, subjects }: EntryRow): string {
  const told = TELLING.flatMap((name) =>
    figures[name] === undefined ? [] : [`${name.replace(/-ppm$/, '')} ${figureOf(name, figures[name])}`],
  );
  const said = Object.entries(words)
    .filter(([name]) => name !== 'arm' && name !== 'teacher')
    .map(([name, word]) => `${name} ${word}`);
  const about = told.length > 0 ? [] : subjects.slice(0, 1).map(subjectOf);
  return [run, ...said, ...told, ...about].filter(Boolean).join(' · ');
}

function subjectOf({ name, sha256 }: EntryRow['subjects'][number]): string {
  return `${name} ${sha256.slice(0, HASH_SHOWN)}`;
}

/** Shares are written in millionths. */
export function figureOf(name: string, value: number): string {
  return name.endsWith('-ppm') ? percent(value / MILLION) : value.toLocaleString('en');
}
