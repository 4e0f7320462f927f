/** A script in the place of a person who has a task of their own: it sees what a person is shown and says what a person
 *  would type. No person was asked, and whoever uses it says so. */

import { ANSWERS, type Answered, answersById, askedIn } from '../src/run/inbox.ts';
import { ownTask } from '../src/run/own.ts';
import { parseAction } from '../src/run/said.ts';
import type { Folder } from '../src/storage/folder.ts';
import { appendLines } from '../src/storage/lines.ts';
import type { ChainQuestion, ChainTask } from '../src/tasks/chain.ts';

export interface InWords {
  /** «ask …» or «reply …»; it gives up where something was asked that it would not have asked. */
  decided(shown: readonly string[]): string;
  /** Answers so many of those that wait in a run, the oldest first. It puts nothing on a ledger. */
  answer(run: Folder, count?: number): void;
  recording(waiting: readonly { readonly shown: readonly string[] }[]): string;
}

/** For the task in that folder. It asks for the first half of a chain, and for the second half from there. */
export function inWords(folder: string): InWords {
  const { open, parameters } = ownTask(folder)!.entry;
  const task = open(parameters({})) as unknown as ChainTask;
  const show = (question: ChainQuestion, path: readonly number[], name: string) => {
    const from = task.encoding.words; // no name has so many
    for (let number = 0; number < from; number++)
      if (task.showAnswer(number) === name) return task.show({ ...question, name: number, path });
    return undefined;
  };
  const decided = ([asked = '', ...heard]: readonly string[]): string => {
    const question = task.parse(asked);
    const { path } = question;
    const cut = Math.ceil(path.length / 2);
    let at = task.showAnswer(question.name);
    for (const part of path.length === 1 ? [path] : [path.slice(0, cut), path.slice(cut)]) {
      const next = show(question, part, at);
      const line = heard.shift();
      if (next === undefined) return 'reply unknown';
      if (line === undefined) return `ask ${next}`;
      if (!line.startsWith(`${next} = `)) return 'reply unknown';
      at = line.slice(next.length + ' = '.length);
      if (at.startsWith('unknown')) return 'reply unknown';
    }
    return `reply ${at}`;
  };
  const line = (shown: readonly string[]) =>
    JSON.stringify({ workspace: shown, action: decided(shown), by: 'person:stand-in' });
  const answer = (run: Folder, count = Number.POSITIVE_INFINITY) => {
    const answered = answersById(run);
    const waiting = askedIn(run).filter(({ id }) => !answered.has(id));
    const said = { by: 'person:stand-in', seconds: 0, time: '2026-01-31T12:00:00.000Z', entry: 0 };
    const answers = waiting
      .slice(0, count)
      .map(({ id, shown }): Answered => ({ id, ...parseAction(task, shown, decided(shown)), ...said }));
    appendLines(run, ANSWERS, answers);
  };
  return { decided, answer, recording: (waiting) => waiting.map(({ shown }) => `${line(shown)}\n`).join('') };
}
