/** Two checkpoints side by side: what each answers to the same held-out questions, and in what their runs differ. */

import { z } from 'zod';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { compareOn } from '../run/compared.ts';
import type { Configuration } from '../run/configuration.ts';
import { openRun } from '../run/folder.ts';
import { taskOf } from '../run/own.ts';
import { readState } from '../run/state.ts';
import { Comparison, type Series, type Side } from '../wire/run.ts';
import { type App, addEndpoint } from './endpoint.ts';
import { settingsOf, viewOf } from './run-view.ts';
import { mainArm, pathOf } from './runs.ts';

/** «run» for its last iteration, «run@3» for the third. */
const SideName = z
  .string()
  .max(200)
  .regex(/^[^@]+(@\d{1,4})?$/);

interface Chosen extends z.infer<typeof Side> {
  readonly path: string;
}

export function addCompare(app: App): void {
  const kept = new Map<string, Promise<Comparison['rows']>>();
  // One at a time: each takes as much of the machine as it gets.
  let last: Promise<unknown> = Promise.resolve();
  const made = (first: Chosen, second: Chosen): Promise<Comparison['rows']> => {
    const rows = last.then(() => rowsOf(first, second));
    last = rows.catch(() => {});
    return rows;
  };
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/compare',
      access: 'look',
      summary: 'Two runs or iterations on the same held-out questions, with a paired test',
      query: z.object({ first: SideName, second: SideName }),
      gives: Comparison,
    },
    async ({ query }) => {
      const [first, second] = [chosen(query.first), chosen(query.second)];
      const key = `${first.checkpoint} ${second.checkpoint}`;
      const rows = kept.get(key) ?? made(first, second);
      kept.set(key, rows);
      if (kept.size > KEPT) kept.delete([...kept.keys()][0]!);
      rows.catch(() => kept.delete(key));
      return { first, second, rows: await rows, ...apartOf(first, second) };
    },
  );
}

/** Comparisons that are not made again. */
const KEPT = 64;

function chosen(given: string): Chosen {
  const [run = '', iteration] = given.split('@');
  const path = pathOf(run);
  const { iterations = [] } = readState(mainArm(path)) ?? {};
  const found =
    iteration === undefined
      ? iterations.at(-1)
      : iterations.find((one) => one.iteration === Number(iteration));
  if (found) return { path, run, checkpoint: found.checkpoint, iteration: found.iteration };
  const which = iteration === undefined ? 'one iteration that ended' : `iteration ${iteration}`;
  throw new CapstanError('not-found', `${run}: expected ${which}, of ${iterations.length} it has none`);
}

async function rowsOf(first: Chosen, second: Chosen): Promise<Comparison['rows']> {
  const sides = [first, second].map(({ path, checkpoint }) => ({ arm: mainArm(path), checkpoint }));
  const task = expectOneTask(first, second);
  const rows = await compareOn(task, sides[0]!, sides[1]!, Random.seeded(0).split('compare'));
  return rows.map((row) => ({ ...row }));
}

function expectOneTask(first: Chosen, second: Chosen) {
  const [one, two] = [first, second].map(({ path }) => openRun(path));
  const [before, after] = [textOf(one!.file.configuration), textOf(two!.file.configuration)];
  if (before !== after)
    throw new CapstanError('invalid', `compare: expected two runs of one task, got ${before} and ${after}`);
  return taskOf(one!.folder, one!.file.configuration);
}

function textOf({ task, parameters }: Configuration): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  return `${task} (${values.join(', ')})`;
}

function apartOf(first: Chosen, second: Chosen): Pick<Comparison, 'settings' | 'series'> {
  const [one, two] = [first, second].map(({ path }) => openRun(path).file.configuration);
  const [before, after] = [new Map(settingsOf(one!)), new Map(settingsOf(two!))];
  const labels = [...new Set([...before.keys(), ...after.keys()])];
  const settings = labels
    .map((label): [string, string, string] => [label, before.get(label) ?? '–', after.get(label) ?? '–'])
    .filter(([, a, b]) => a !== b);
  const [here, there] = [first, second].map(({ path }) => seriesIn(path));
  const series = here!.flatMap((own) => {
    const other = there!.find(({ name, level }) => name === own.name && level === own.level);
    return other ? [{ first: own, second: other }] : [];
  });
  return { settings, series };
}

function seriesIn(path: string): readonly Series[] {
  const { configuration } = openRun(path).file;
  const state = readState(mainArm(path));
  return viewOf({ configuration, levels: 0, state, entries: [], decided: 0, waiting: 0 }).series;
}
