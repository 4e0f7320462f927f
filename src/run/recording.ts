/** Decisions in a file, one JSON object a line, in the task's own words, to be played back into another run:
 *      {"workspace": ["σ⁵(3)", "σ²(3) = 7"], "action": "ask σ²(7)", "by": "person:ada"}
 *  A decision holds wherever its workspace comes up, as a person is asked about what a workspace shows and nothing else. With
 *  `"at": {"step": 12, "turn": 0}` it arrives no sooner than it did when it was recorded. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';
import type { Point } from '../iterate/decisions.ts';
import type { Folder } from '../storage/folder.ts';
import { parseLines } from '../storage/lines.ts';
import type { Configuration } from './configuration.ts';
import { type ActionText, parseAction } from './said.ts';

/** In a run's folder: what is played back. */
export const KNOWN = 'known.jsonl';

export interface Recorded extends ActionText {
  readonly workspace: readonly string[];
  readonly by: string;
  readonly seconds: number;
  readonly at?: Point;
}

/** Of decisions by the workspace; the last word counts. Throws «invalid» on what is none, with its line. `from`: the file. */
export function readRecording<Q, A>(
  task: Task<Q, A>,
  text: string,
  from: string,
): ReadonlyMap<string, Recorded> {
  const recorded = new Map<string, Recorded>();
  parseLines(text, from).forEach((value, i) => {
    const said = recordedIn(task, value, `${from}, decision ${i + 1}`);
    recorded.set(workspaceKey(said.workspace), said);
  });
  return recorded;
}

/** What is played back into this run. Throws «corrupt» where the file is not the one that it began with. */
export function knownIn<Q, A>(
  run: Folder,
  { person }: Pick<Configuration, 'person'>,
  task: Task<Q, A>,
): ReadonlyMap<string, Recorded> {
  if (person?.known === undefined) return new Map();
  const text = run.readText(KNOWN);
  const found = hash('sha256', text);
  if (found !== person.known)
    throw new CapstanError(
      'corrupt',
      `${run.path}/${KNOWN}: expected content with hash ${person.known}, got ${found}; it was altered`,
    );
  return readRecording(task, text, `${run.path}/${KNOWN}`);
}

export function workspaceKey(lines: readonly string[]): string {
  return lines.join('\n');
}

/** As lines of such a file. */
export function recordingText(recorded: Iterable<Recorded>): string {
  const lines = [...recorded].map(({ workspace, text, by, seconds, at }) =>
    JSON.stringify({ workspace, action: text, by, ...(seconds > 0 && { seconds }), ...(at && { at }) }),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function recordedIn<Q, A>(task: Task<Q, A>, value: unknown, where: string): Recorded {
  const { workspace, action, by = 'person:unknown', seconds = 0, at } = value as Record<string, unknown>;
  const refused = (what: string, got: unknown) =>
    new CapstanError('invalid', `${where}: expected ${what}, got ${JSON.stringify(got)}`);
  if (
    !Array.isArray(workspace) ||
    workspace.length === 0 ||
    !workspace.every((one) => typeof one === 'string')
  )
    throw refused('«workspace», a list of lines', workspace);
  if (typeof action !== 'string') throw refused('«action», as in "ask …" or "reply …"', action);
  if (typeof by !== 'string' || !NAME.test(by) || !by.isWellFormed()) throw refused('«by», a name', by);
  if (typeof seconds !== 'number' || !(seconds >= 0)) throw refused('«seconds», a number from 0', seconds);
  if (at !== undefined && !isPoint(at)) throw refused('«at» with a step and a turn', at);
  try {
    return { ...parseAction(task, workspace, action), workspace, by, seconds, ...(at && { at }) };
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    throw new CapstanError('invalid', `${where}: ${error.message}`, { cause: error });
  }
}

/** As the ledger takes one. */
const NAME = /^\P{Cc}{1,200}$/u;

function isPoint(value: unknown): value is Point {
  const { step, turn } = Object(value) as Partial<Point>;
  return [step, turn].every((one) => Number.isSafeInteger(one) && one! >= 0);
}
