/** Whether the files of what was measured of a run's models say what the ledger says: which of them is in force, and that each
 *  figure on the record is the file's own. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Entry, Subject } from '../ledger/entry.ts';
import { auditsIn, auditsText } from '../run/audited.ts';
import { readCalibration } from '../run/calibrated.ts';
import {
  auditSaid,
  calibrationSaid,
  fileOf,
  MEASURED,
  MEASURES,
  type Measured,
  nextOf,
  type Said,
} from '../run/measured.ts';
import type { Folder } from '../storage/folder.ts';
import { type Life, subjectOf } from './life.ts';

/** What a process left that was killed in between: a file that is on the record and has not taken its place, or another. */
export type Left = 'recorded' | 'left over' | undefined;

/** Throws «corrupt» where the file in force is not what the ledger says. */
export function leftOf(run: Folder, kind: Measured, { entries }: Pick<Life, 'entries'>): Left {
  const own = entries.filter((entry) => entry.kind === kind);
  const [last, before] = [own.at(-1), own.at(-2)].map((entry) => entry && subjectOf(entry, MEASURED[kind]));
  const [now, next] = [MEASURED[kind], nextOf(kind)].map((name) => hashOf(run, name));
  if (now === last) return next === undefined ? undefined : 'left over';
  if (now === before && next === last) return 'recorded';
  const expected =
    last === undefined ? 'no file that the ledger does not know' : `${last}, as in entry ${own.at(-1)!.seq}`;
  throw fault(run, MEASURED[kind], expected, now ?? 'none');
}

/** The files that are accounted for, and those that are not on the record. Throws «corrupt» where an entry and its file differ. */
export function auditMeasured(
  run: Folder,
  life: Life,
): { readonly files: readonly string[]; readonly unrecorded: readonly string[] } {
  const models = new Set(
    life.entries.filter(({ kind }) => kind === 'gate-decided').map((gate) => subjectOf(gate, 'checkpoint')),
  );
  const unrecorded: string[] = [];
  for (const kind of MEASURES) {
    const left = leftOf(run, kind, life);
    if (left !== undefined) unrecorded.push(`${nextOf(kind)}: ${WORDS[left]}`);
    const entries = life.entries.filter((entry) => entry.kind === kind);
    const inForce = left === 'recorded' ? entries.slice(0, -1) : entries;
    for (const [entry, said] of SAID[kind](run, inForce)) {
      const differs = faultOf(entry, said);
      if (differs !== undefined)
        throw fault(run, MEASURED[kind], `the ${differs} of entry ${entry.seq}`, 'others');
    }
    for (const entry of entries)
      if (!models.has(subjectOf(entry, 'checkpoint')))
        throw fault(
          run,
          MEASURED[kind],
          'a checkpoint that went through a gate of this run',
          subjectOf(entry, 'checkpoint') ?? 'none',
        );
  }
  return { files: MEASURES.flatMap((kind) => [MEASURED[kind], nextOf(kind)]), unrecorded };
}

const WORDS = {
  recorded: 'on the record, and not in force yet; measuring again sees to that',
  'left over': 'left by a process that was killed, and not in force',
} as const;

type Pair = readonly [entry: Entry, said: Said];

/** What the file in force says, beside each of its entries. */
const SAID: { readonly [kind in Measured]: (run: Folder, entries: readonly Entry[]) => readonly Pair[] } = {
  'model-calibrated': (run, entries) => {
    const [last, file] = [entries.at(-1), readCalibration(run)];
    return last && file ? [[last, calibrationSaid(file, namedIn(last, 'model-calibrated'))]] : [];
  },
  'model-audited': (run, entries) => {
    const records = auditsIn(run);
    return entries.map((entry, i) => {
      const until = auditsText(records.slice(0, i + 1));
      const record = records[i];
      const file = fileOf('model-audited', until);
      return [entry, record && records.length === entries.length ? auditSaid(record, file) : {}];
    });
  },
};

function namedIn(entry: Entry, kind: Measured): Subject {
  return { name: MEASURED[kind], sha256: subjectOf(entry, MEASURED[kind]) ?? '' };
}

/** Which part differs. Whoever judged is a person where it says so, and then the sheet is named too. */
function faultOf(entry: Entry, { subjects = [], figures = {}, words = {} }: Said): string | undefined {
  const named = entry.subjects?.filter(({ name }) => name !== SHEET) ?? [];
  const parts: readonly (readonly [name: string, own: object | undefined, said: object])[] = [
    ['subjects', named, subjects],
    ['figures', entry.figures, figures],
    ['words', entry.words, words],
  ];
  const other = parts.find(([, own = {}, said]) => textOf(own) !== textOf(said));
  if (other) return other[0];
  return (words.judge === 'person') === (entry.actor.kind === 'person') ? undefined : 'actor';
}

function textOf(value: object): string {
  return canonical(value as unknown as Json);
}

/** What an entry calls the sheet that a person filled in. */
export const SHEET = 'sheet';

function hashOf(run: Folder, name: string): string | undefined {
  return run.exists(name) ? hash('sha256', run.read(name)) : undefined;
}

function fault({ path }: Folder, file: string, expected: string, got: string): CapstanError {
  return new CapstanError('corrupt', `${path}/${file}: expected ${expected}, got ${got}`);
}
