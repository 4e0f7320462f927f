/** Runs over HTTP: which there are, and one of them as it goes. */

import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { GROVE_FILES, groveHere } from '../project/grove.ts';
import { progressOf } from '../project/groves.ts';
import { HOME } from '../project/home.ts';
import type { ProjectLog } from '../project/log.ts';
import { EVALUATION, listRuns, nameOf, openRun } from '../run/folder.ts';
import { answersById, askedIn, takenIn } from '../run/inbox.ts';
import { taskOf } from '../run/own.ts';
import { type ArmState, readState } from '../run/state.ts';
import { Folder } from '../storage/folder.ts';
import { isLocked } from '../storage/lock.ts';
import { RunRow, RunView } from '../wire/run.ts';
import { Name } from '../wire/value.ts';
import { type App, addEndpoint } from './endpoint.ts';
import { viewOf } from './run-view.ts';

/** Of a name in characters. */
const NAME_MOST = 200;

export function addRuns(app: App, log: ProjectLog): void {
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/runs',
      access: 'look',
      summary: 'All runs of the project with their state',
      gives: z.array(RunRow),
    },
    () => [...listRuns(HOME).map(({ path }) => trainingRow(path)), ...treeRows()],
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/runs/{run}',
      access: 'look',
      summary: 'A training run: horizon, curves, gates, alarms, people',
      params: z.object({ run: Name }),
      gives: RunView,
    },
    ({ params: { run } }) => trainingView(pathOf(run), log),
  );
}

/** Of a run by its name; a name is no path. */
export function pathOf(run: string): string {
  const known = listRuns(HOME).find(({ name }) => name === run);
  return known?.path ?? `${HOME}/${run.replaceAll(/[/\\\p{Cc}]|^\.+$/gu, ' ')}`;
}

/** The arm that a run is about. */
export function mainArm(path: string): Folder {
  const isSupervised = openRun(path).file.configuration.overseer === 'truth';
  return new Folder(`${path}/${isSupervised ? 'supervised' : 'ida'}`);
}

function trainingRow(path: string): RunRow {
  const { name } = new Folder(path);
  try {
    const { folder, file } = openRun(path);
    const { configuration, started } = file;
    const state = readState(mainArm(path));
    return {
      ...{ name, started },
      kind: 'training',
      what: configuration.task,
      state: stateOf(path, state),
      steps: state?.progress.step ?? 0,
      horizon: state?.progress.horizons.at(-1) ?? 0,
      waiting: configuration.person ? peopleIn(folder).waiting : 0,
    };
  } catch (error) {
    return { name, kind: 'training', what: 'a run', state: 'damaged', waiting: 0, error: messageOf(error) };
  }
}

/** Of the runs of recipes; how many nodes a tree has is for whoever opens it. */
function treeRows(): readonly RunRow[] {
  const names = new Folder(HOME)
    .list()
    .filter((name) => name.length <= NAME_MOST && new Folder(`${HOME}/${name}`).exists(GROVE_FILES.file));
  return names.map((name) => {
    try {
      const { path, file } = groveHere(name);
      const { state, items } = progressOf(path, file);
      const atWork = isLocked(path) ? 'running' : 'stopped';
      return {
        ...{
          name,
          kind: 'tree',
          what: new Folder(file.recipe).name.slice(0, NAME_MOST),
          started: file.started,
        },
        question: file.root?.text ?? `all of ${new Folder(file.questions ?? '').name}`,
        state: state === 'answered' ? 'finished' : state === 'waiting' ? state : atWork,
        waiting: items.length,
      };
    } catch (error) {
      return { name, kind: 'tree', what: 'a recipe', state: 'damaged', waiting: 0, error: messageOf(error) };
    }
  });
}

function stateOf(path: string, state: ArmState | undefined): RunRow['state'] {
  if (state && state.progress.state !== 'running') return state.progress.state;
  if (isLocked(path)) return 'running';
  return state === undefined ? 'new' : 'stopped';
}

function trainingView(path: string, log: ProjectLog): RunView {
  const { folder, file } = openRun(path);
  const { configuration } = file;
  const name = nameOf(folder);
  return {
    row: trainingRow(path),
    isEvaluated: folder.exists(EVALUATION.page),
    ...viewOf({
      configuration,
      levels: taskOf(folder, configuration).levels,
      state: readState(mainArm(path)),
      entries: log.entries.flatMap(({ entry }) => (entry.run === name ? [entry] : [])),
      ...(configuration.person ? peopleIn(folder) : { decided: 0, waiting: 0 }),
    }),
  };
}

/** Workspaces that a person decided, and those that wait for one. */
function peopleIn(run: Folder): { readonly decided: number; readonly waiting: number } {
  const decided = new Set([
    ...answersById(run).keys(),
    ...takenIn(run).flatMap(({ decisions }) => decisions.map(({ id }) => id)),
  ]);
  return { decided: decided.size, waiting: askedIn(run).filter(({ id }) => !decided.has(id)).length };
}
