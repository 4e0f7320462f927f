/** A sweep file: what is run with which seeds, and what it is compared with.
 *      {"name": "…", "seeds": [1, 2], "base": {choices}, "runs": [{"label": "…", …choices}], "compare": {"against": "…"}}
 *  Each run is the base, its own choices above it, and one of the seeds. */

import { CapstanError, messageOf } from '../base/errors.ts';
import { type Choices, DATA, NAMES, NOISES, OVERSEERS, RESIDUALS, STUDENTS } from '../run/configuration.ts';
import { TASKS } from '../tasks/tasks.ts';

export interface SweepSpec {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly base: RunChoices;
  readonly runs: readonly RunSpec[];
  readonly compare?: { readonly against: string };
}

/** The seed comes from the sweep's list. */
export type RunChoices = Partial<Omit<Choices, 'seed'>>;

export interface RunSpec extends RunChoices {
  readonly label: string;
  /** Runs are compared inside their group; unset, it is the task with its size. */
  readonly group?: string;
}

/** What a value is checked for; the words follow «expected». */
interface Kind {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
  /** Of an object: its keys, all of which it must have. */
  readonly keys?: (value: object) => Kinds;
}

const TEXT_MAX = 120;
const text: Kind = {
  words: `text of 1 to ${TEXT_MAX} characters`,
  fits: (value) => typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX,
};
const seed: Kind = { words: 'an integer from 0 to 2^53 − 1', fits: (value) => isWhole(value, 0) };
const count: Kind = { words: 'an integer above 0', fits: (value) => isWhole(value, 1) };
const flag: Kind = { words: 'true or false', fits: (value) => typeof value === 'boolean' };
const list: Kind = {
  words: 'a list that is not empty',
  fits: (value) => Array.isArray(value) && value.length > 0,
};
const share: Kind = {
  words: 'a number from 0 to 1',
  fits: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};
const positive: Kind = {
  words: 'a number above 0, at most 100',
  fits: (value) => typeof value === 'number' && value > 0 && value <= 100,
};
const object: Kind = {
  words: 'an object',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
const noise: Kind = { ...object, keys: () => ({ kind: oneOf(NOISES), rate: share }) };
const defence: Kind = {
  ...object,
  keys: (value) => {
    const kind = oneOf(Object.keys(DEFENCES));
    const name = 'kind' in value ? value.kind : undefined;
    return { kind, ...(kind.fits(name) && DEFENCES[name as keyof typeof DEFENCES]) };
  },
};
/** What each needs beside its kind. */
const DEFENCES: { readonly [K in NonNullable<Choices['defence']>['kind']]: Kinds } = {
  vote: { voters: count },
  doubt: { threshold: share },
  verify: {},
  second: {},
};

/** A sweep waits for nobody. */
type Unattended = Omit<RunChoices, 'waiting' | 'humanSeconds' | 'known'>;

const CHOICES: { readonly [key in keyof Required<Unattended>]: Kind } = {
  task: oneOf(TASKS.map(({ name }) => name)),
  size: count,
  powers: count,
  rounds: count,
  overseer: oneOf(OVERSEERS.filter((one) => one !== 'person')),
  decisions: count,
  names: oneOf(NAMES),
  noise,
  defence,
  norms: { ...object, keys: () => ({ iteration: count, share }) },
  audits: count,
  recalibrate: count,
  curriculum: flag,
  horizon: count,
  unknown: oneOf(['masked', 'trained']),
  memo: flag,
  width: count,
  heads: count,
  contexts: count,
  optimizer: oneOf(['adam', 'muon']),
  coolDown: share,
  replicas: count,
  student: oneOf(STUDENTS),
  residual: oneOf(RESIDUALS),
  anchoring: positive,
  ensemble: count,
  data: oneOf(DATA),
  maxSteps: count,
  endless: flag,
};
const RUN: Kinds = { label: text, group: text, ...CHOICES };
const COMPARE: Kinds = { against: text };
const SPEC: Kinds = { name: text, seeds: list, base: object, runs: list, compare: object };

type Kinds = { readonly [key: string]: Kind };

/** The spec in the text of a sweep file; `seeds` takes the place of its own. */
export function parseSpec(source: string, seeds?: readonly number[]): SweepSpec {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new CapstanError('invalid', `sweep file: expected JSON, got ${messageOf(cause)}`, { cause });
  }
  return readSpec(seeds && object.fits(value) ? { ...(value as object), seeds } : value);
}

/** Checks shape and kinds; whether the values go together, `planOf` sees. */
export function readSpec(value: unknown): SweepSpec {
  expectKind('', value, object);
  const spec = value as { readonly [key in keyof SweepSpec]: unknown };
  expectKeys('', spec, SPEC, ['name', 'seeds', 'runs']);
  const { name, seeds, base = {}, runs, compare } = spec as SweepSpec;
  for (const [i, one] of seeds.entries()) expectKind(`seeds[${i}]`, one, seed);
  const repeated = seeds.find((one, i) => seeds.indexOf(one) < i);
  if (repeated !== undefined) throw wrong('seeds', 'different seeds', `${repeated} twice`);
  expectKeys('base', base, CHOICES);
  runs.forEach((run, i) => {
    expectKind(`runs[${i}]`, run, object);
    expectKeys(`runs[${i}]`, run, RUN, ['label']);
    if (run.task === undefined && base.task === undefined)
      throw wrong(`runs[${i}].task`, `${CHOICES.task.words}, here or in base`, 'nothing');
  });
  if (compare !== undefined) {
    expectKeys('compare', compare, COMPARE, ['against']);
    const labels = [...new Set(runs.map(({ label }) => label))];
    if (!labels.includes(compare.against))
      throw wrong('compare.against', `the label of a run, ${oneOf(labels).words}`, shown(compare.against));
  }
  return { name, seeds, base, runs, ...(compare && { compare }) };
}

/** An error of the sweep file: where, what was expected, what was got. */
export function wrong(where: string, expected: string, got: string): CapstanError {
  const place = where === '' ? 'sweep file' : `sweep file: ${where}`;
  return new CapstanError('invalid', `${place}: expected ${expected}, got ${got}`);
}

function expectKeys(where: string, value: object, kinds: Kinds, needed: readonly string[] = []): void {
  const at = (key: string): string => (where === '' ? key : `${where}.${key}`);
  for (const [key, one] of Object.entries(value)) {
    if (!Object.hasOwn(kinds, key)) throw wrong(at(key), unknownKey(key, kinds), 'an unknown key');
    expectKind(at(key), one, kinds[key]!);
  }
  for (const key of needed)
    if (!Object.hasOwn(value, key)) throw wrong(at(key), kinds[key]!.words, 'nothing');
}

function unknownKey(key: string, kinds: Kinds): string {
  if (key === 'seed') return 'no seed here; they are in the list «seeds»';
  return `no key but ${Object.keys(kinds).join(', ')}`;
}

function expectKind(where: string, value: unknown, { words, fits, keys }: Kind): void {
  if (!fits(value)) throw wrong(where, words, shown(value));
  const inside = keys?.(value as object);
  if (inside) expectKeys(where, value as object, inside, Object.keys(inside));
}

function oneOf(values: readonly string[]): Kind {
  return {
    words: `one of ${values.join(', ')}`,
    fits: (value) => values.some((one) => one === value),
  };
}

function isWhole(value: unknown, low: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= low;
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (typeof value === 'string') return `«${value.slice(0, SHOWN_MAX)}»`;
  return String(JSON.stringify(value)).slice(0, SHOWN_MAX);
}
