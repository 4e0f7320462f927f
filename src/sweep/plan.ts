/** The runs that a sweep file means: one for each label and seed, each with its group, its folder and its configuration. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { type Configuration, configure } from '../run/configuration.ts';
import { type RunSpec, type SweepSpec, wrong } from './spec.ts';

export interface PlannedRun {
  readonly group: string;
  readonly label: string;
  readonly seed: number;
  /** Its folder in that of the sweep. */
  readonly folder: string;
  readonly configuration: Configuration;
}

/** Cores go to runs rather than to replicas of one run: a sweep has enough of them to fill all. */
const REPLICAS = 1;

/** All runs, seed by seed, so that a sweep that is stopped has whole rows to compare. */
export function planOf({ seeds, base, runs }: SweepSpec): readonly PlannedRun[] {
  const named = runs.map((run, i) => {
    const configurations = seeds.map((seed) => configured(base, run, seed, `runs[${i}]`));
    return { label: run.label, group: run.group ?? groupOf(configurations[0]!), configurations };
  });
  named.forEach(({ label, group, configurations }, i) => {
    const first = named.findIndex((other) => other.group === group);
    if (named.findIndex((other) => other.group === group && other.label === label) < i)
      throw wrong(`runs[${i}].label`, `a label that is new in group «${group}»`, `«${label}»`);
    const [own, others] = [questionsOf(configurations[0]!), questionsOf(named[first]!.configurations[0]!)];
    if (own !== others)
      throw wrong(`runs[${i}].group`, `runs of one task in «${group}», as runs[${first}] ${others}`, own);
  });
  const isGrouped = new Set(named.map(({ group }) => group)).size > 1;
  const taken = new Set<string>();
  const names = named.map(({ group, label }) =>
    fresh(safeName(isGrouped ? `${group} ${label}` : label), taken),
  );
  return seeds.flatMap((seed, s) =>
    named.map(({ group, label, configurations }, i) => ({
      group,
      label,
      seed,
      folder: `${names[i]}-seed${seed}`,
      configuration: configurations[s]!,
    })),
  );
}

/** Letters, digits and hyphens of a text, for the disk; never empty. */
export function safeName(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_MAX)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'run' : name;
}

const NAME_MAX = 60;

function fresh(name: string, taken: Set<string>): string {
  let own = name;
  for (let number = 2; taken.has(own); number++) own = `${name}-${number}`;
  taken.add(own);
  return own;
}

function configured(base: SweepSpec['base'], run: RunSpec, seed: number, where: string): Configuration {
  const { label: _, group: __, ...own } = run;
  const task = own.task ?? base.task ?? '';
  try {
    return configure({ replicas: REPLICAS, ...base, ...own, task, seed });
  } catch (cause) {
    // What does not go together is said in the words of the configuration, with the place before it.
    if (cause instanceof CapstanError)
      throw new CapstanError('invalid', `sweep file: ${where}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** What tells the task's questions apart: all parameters but those of the network. */
function questionsOf({ task, parameters }: Configuration): string {
  const asked = Object.entries(parameters).filter(([name]) => name !== 'rounds');
  return [task, ...asked.map(([name, value]) => `${name} ${value}`)].join(', ');
}

/** «permutation-powering 8, powers 16»: the task with its size, and what else a person may choose of the questions. */
function groupOf({ task, parameters }: Configuration): string {
  const { powers, ...others } = parameters;
  const named = `${task} ${Object.values(others)[0] ?? ''}`.trim();
  return powers === undefined ? named : `${named}, powers ${powers}`;
}

/** Where two JSON values differ, in words; at most `limit` places. */
export function differences(there: Json | undefined, here: Json | undefined, limit = 5): readonly string[] {
  const found: string[] = [];
  const compare = (path: string, a: Json | undefined, b: Json | undefined): void => {
    if (found.length >= limit || textOf(a) === textOf(b)) return;
    if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
      const at = (key: string) =>
        Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(at(key), a[key], b[key]);
    } else found.push(`${path === '' ? 'all of it' : path} is ${textOf(a)} there and ${textOf(b)} here`);
  };
  compare('', there, here);
  return found;
}

function isContainer(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function textOf(value: Json | undefined): string {
  return value === undefined ? 'nothing' : canonical(value);
}
