/** capstan runs: what has been run. */

import type { Command } from 'commander';
import { messageOf } from '../base/errors.ts';
import { type GroveRow, listGroves } from '../project/groves.ts';
import { HOME } from '../project/home.ts';
import { listRuns, openRun } from '../run/folder.ts';
import { readState } from '../run/state.ts';
import { Folder } from '../storage/folder.ts';
import { oneLine } from './text.ts';

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('List the runs in a folder')
    .argument('[folder]', 'the folder that holds them', HOME)
    .option('--json', 'print one JSON array')
    .action((home: string, { json }: { json?: boolean }) => {
      const runs = listRuns(home).map(({ name, path }) => describe(name, path));
      const rows = [...runs, ...listGroves(home)].sort((a, b) => (a.name < b.name ? -1 : 1));
      if (json) console.log(JSON.stringify(rows));
      else if (rows.length === 0) console.log(`no runs in ${home}; «npm start» makes one`);
      else for (const line of linesOf(rows)) console.log(line);
    });
}

function linesOf(rows: readonly (Row | GroveRow)[]): readonly string[] {
  const states = rows.map((row) => ('questions' in row ? grownState(row) : row.state));
  return rows.map((row, i) => {
    const { name, error } = row;
    const rest =
      'questions' in row ? grownText(row) : `${String(row.steps).padStart(6)} steps  horizon ${row.horizon}`;
    return `${name.padEnd(longest(rows.map((one) => one.name)))}  ${states[i]!.padEnd(longest(states))} ${rest}${error ? `  ${error}` : ''}`;
  });
}

function grownState({ state, waiting }: GroveRow): string {
  if (state !== 'waiting') return state;
  return waiting === 0 ? 'can go on' : `waiting for ${waiting}`;
}

/** Columns of a question in a list. */
const SHOWN = 50;

function grownText({ questions, question = '', started = '' }: GroveRow): string {
  const begun = started.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
  return `${String(questions).padStart(6)} questions  begun ${begun}  ${oneLine(question, SHOWN)}`;
}

interface Row {
  readonly name: string;
  readonly path: string;
  readonly state: 'new' | 'unfinished' | 'finished' | 'gate-failed' | 'damaged';
  readonly steps: number;
  readonly horizon: number;
  readonly task?: string;
  readonly seed?: number;
  readonly started?: string;
  readonly error?: string;
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}

function describe(name: string, path: string): Row {
  try {
    const { file } = openRun(path);
    const arm = file.configuration.overseer === 'truth' ? 'supervised' : 'ida';
    const progress = readState(new Folder(`${path}/${arm}`))?.progress;
    return {
      name,
      path,
      task: file.configuration.task,
      seed: file.configuration.seed,
      started: file.started,
      // Whether a process is at work in it cannot be told without taking its lock.
      state: progress === undefined ? 'new' : progress.state === 'running' ? 'unfinished' : progress.state,
      steps: progress?.step ?? 0,
      horizon: progress?.horizons.at(-1) ?? 0,
    };
  } catch (error) {
    return { name, path, state: 'damaged', steps: 0, horizon: 0, error: messageOf(error) };
  }
}
