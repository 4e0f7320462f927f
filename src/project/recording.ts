/** What is on record, as an overseer and as an assistant like any other:
 *      recorded:FILE                all of it, the first where there are several
 *      recorded:FILE#person:ada     what that author did
 *  FILE is a text task (JSON Lines), or a transcript tree that a run has left, or a folder of them. In a workspace of which nothing is on record
 *  the overseer escalates; to a question of which nothing is, the assistant cannot be reached. */

import { hash } from 'node:crypto';
import { recordedAnswers } from '../assistants/recorded.ts';
import { CapstanError } from '../base/errors.ts';
import { known, unknown } from '../core/answer.ts';
import { type Action, reply, type Workspace } from '../core/workspace.ts';
import { NOT_ON_RECORD, recordedActions } from '../overseers/recorded.ts';
import type { TextQuestion } from '../text/question.ts';
import { readTasks, type TextTask } from '../text/task.ts';
import type { Author } from '../transcript/node.ts';
import { readWholeTree } from '../transcript/reader.ts';
import { TREE_FORMAT } from '../transcript/tree.ts';
import { type Replay, replayOf } from '../trees/replay.ts';
import type { Seat } from '../trees/seat.ts';

type Text = Workspace<TextQuestion, string>;

/** Gives the bytes of a file; `name` is for messages, «--overseer recorded:FILE». */
export type ReadFile = (file: string, name: string, expected: string) => Uint8Array;

export type Role = 'overseer' | 'assistant';

export interface RecordingName {
  readonly file: string;
  readonly by?: string;
}

/** The file that is meant, if it is one. */
export function recordingNamed(name: string): RecordingName | undefined {
  const [, file, by] = /^recorded:(.+?)(?:#((?:person|model|script|program):\S+))?$/s.exec(name) ?? [];
  return file === undefined ? undefined : { file, ...(by !== undefined && { by }) };
}

/** The seat of H or X. Throws «not-found», or «invalid» where nothing is on record that it could say. */
export function recordedSeat(
  { file, by }: RecordingName,
  role: Role,
  name: string,
  read: ReadFile,
): Seat<TextQuestion, string> {
  const bytes = read(file, name, 'a recording to read');
  const sha256 = hash('sha256', bytes);
  const { authors, replay } = recordingIn(bytes, file, role, by);
  if (by === undefined ? authors.size === 0 : !authors.has(by))
    throw new CapstanError(
      'invalid',
      `${name}: expected somebody who is on record there${authors.size > 0 ? `, such as ${[...authors].slice(0, SHOWN).join(', ')}` : ''}, got ${by ?? 'nobody'}`,
    );
  const decided = (
    workspace: Text,
  ): { readonly action: Action<TextQuestion, string>; readonly by?: Author } => {
    if (role === 'overseer') return replay.action(workspace) ?? { action: NOT_ON_RECORD };
    const said = replay.answer(workspace.question);
    return said ? { action: reply(said.answer), by: said.by } : { action: reply(unknown('unavailable')) };
  };
  return {
    kind: 'program',
    overseer: {
      origin: { name: `recorded ${by ?? file}`, groundTruth: false },
      act: async (workspaces) => workspaces.map((workspace) => decided(workspace).action),
    },
    // Whatever version of them it was, what is followed here is the record.
    by: (workspace) => ({ ...(decided(workspace).by ?? PROGRAM), version: sha256 }),
    version: sha256,
  };
}

/** Authors named in a message. */
const SHOWN = 5;

interface Recording {
  readonly authors: ReadonlySet<string>;
  readonly replay: Replay;
}

function recordingIn(bytes: Uint8Array, file: string, role: Role, by: string | undefined): Recording {
  const text = new TextDecoder().decode(bytes);
  if (!isHeader(text.split('\n', 1)[0]!)) return taskRecording(readTasks(text, file), role, by);
  const trees = treesIn(text).map((tree, i, { length }) => {
    const name = length === 1 ? file : `${file}, tree ${i + 1}`;
    return readWholeTree([Buffer.from(tree)], { name }).nodes;
  });
  const authors = trees
    .flat()
    .flatMap(({ steps, corrected }) => [
      ...steps.map((step) => step.by.id),
      ...(corrected ? [corrected.by.id] : []),
    ]);
  return { authors: new Set(authors), replay: replayOf(trees, by) };
}

/** Each begins with its header. */
function treesIn(text: string): readonly string[] {
  const trees: string[][] = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (trees.length === 0 || isHeader(line)) trees.push([]);
    trees.at(-1)!.push(line);
  }
  return trees.map((lines) => lines.join(''));
}

/** Whether a line is the header of a transcript tree. */
function isHeader(line: string): boolean {
  if (!line.includes(TREE_FORMAT)) return false;
  try {
    return (JSON.parse(line) as { readonly format?: unknown } | null)?.format === TREE_FORMAT;
  } catch {
    return false;
  }
}

function taskRecording(tasks: readonly TextTask[], role: Role, by: string | undefined): Recording {
  const [actions, answers] = [recordedActions(tasks, by), recordedAnswers(tasks, by)];
  const authors = tasks.flatMap(({ decompositions = [], answers: said = [] }) => [
    ...(role === 'overseer' ? decompositions.map(({ steps }) => steps[0]!.by) : []),
    ...said.map((one) => one.by),
    ...decompositions.flatMap(({ steps }) => steps.flatMap(({ answeredBy }) => answeredBy ?? [])),
  ]);
  const answer: Replay['answer'] = (question) => {
    const said = answers(question);
    return said && { answer: known(said.answer), by: authorOf(said.by) };
  };
  return {
    authors: new Set(authors),
    replay: {
      answer,
      action: (workspace) => {
        const found = actions(workspace);
        if (found) return { action: found.action, by: found.by === undefined ? PROGRAM : authorOf(found.by) };
        const said = workspace.exchanges.length === 0 ? answer(workspace.question) : undefined;
        return said && { action: reply(said.answer), by: said.by };
      },
    },
  };
}

/** Of «person:ada»: tasks name authors so, and have been read. */
function authorOf(id: string): Author {
  return { kind: id.slice(0, id.indexOf(':')) as Author['kind'], id };
}

/** Who hands on, or escalates, what nobody is on record for. */
const PROGRAM: Author = { kind: 'program', id: 'program:recorded' };
