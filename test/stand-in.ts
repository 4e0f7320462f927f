/** The task's own script in the place of a person: it answers what waits in a run's inbox as a person would, some time after it
 *  was asked. A share of its decisions may be mistakes. No person was asked, and whoever uses it says so. */

import { Random } from '../src/base/random.ts';
import { known, unknown } from '../src/core/answer.ts';
import { scope } from '../src/core/budget.ts';
import { type Action, type Exchange, reply, type Workspace } from '../src/core/workspace.ts';
import { actionText } from '../src/run/actions.ts';
import { ANSWERS, type Answered, answersById, askedIn } from '../src/run/inbox.ts';
import { workspaceKey } from '../src/run/recording.ts';
import { parseAction } from '../src/run/said.ts';
import type { Folder } from '../src/storage/folder.ts';
import { appendLines } from '../src/storage/lines.ts';
import type { PowerQuestion, PowerTask } from '../src/tasks/permutation-powering.ts';

type Own = Workspace<PowerQuestion, number>;

export interface StandInOptions {
  /** Share of workspaces in which it is wrong, by chance but always in the same ones. */
  readonly mistakes?: { readonly share: number; readonly seed: number };
  /** What it does in workspaces that show this, in place of what it would. */
  readonly instead?: ReadonlyMap<string, string>;
}

export class StandIn {
  readonly #task: PowerTask;
  readonly #options: StandInOptions;
  /** Any would do: a script sees no facts. */
  readonly #about: PowerQuestion;

  constructor(task: PowerTask, options: StandInOptions = {}) {
    this.#task = task;
    this.#options = options;
    const demand = { split: 'train', size: task.sizeMax, level: 1 } as const;
    this.#about = task.sample(Random.seeded(1), demand)[0]!;
  }

  /** Answers so many of those that wait, the oldest first; how many it answered. */
  async answer(run: Folder, count = Number.POSITIVE_INFINITY): Promise<number> {
    const answered = answersById(run);
    const waiting = askedIn(run).filter(({ id }) => !answered.has(id));
    const answers: Answered[] = [];
    for (const { id, words, shown } of waiting.slice(0, count)) {
      const said = parseAction(this.#task, shown, await this.#decide(words, shown));
      answers.push({ id, ...said, by: 'person:stand-in', seconds: 0, time: TIME, entry: 0 });
    }
    appendLines(run, ANSWERS, answers);
    return answers.length;
  }

  async #decide(words: readonly number[], shown: readonly string[]): Promise<string> {
    const key = workspaceKey(shown);
    const instead = this.#options.instead?.get(key);
    if (instead !== undefined) return instead;
    const { share = 0, seed = 0 } = this.#options.mistakes ?? {};
    const random = Random.seeded(seed).split(key);
    if (random.uniform() < share) return `reply ${random.below(this.#task.sizeMax)}`;
    return actionText(this.#task, await this.right(this.#workspace(words)));
  }

  /** What the script does; it gives up where something was asked that it would not have asked. */
  async right(workspace: Own): Promise<Action<PowerQuestion, number>> {
    const act = async (own: Own) => (await this.#task.overseer.act([own], scope()))[0]!;
    for (const [i, { question }] of workspace.exchanges.entries()) {
      const action = await act({ ...workspace, exchanges: workspace.exchanges.slice(0, i) });
      const isOwn =
        action.kind === 'ask' && this.#task.show(action.questions[0]!) === this.#task.show(question);
      if (!isOwn) return reply(unknown('unsure'));
    }
    return act(workspace);
  }

  #workspace(words: readonly number[]): Own {
    const { encoding } = this.#task;
    const { sentenceLength, blank } = encoding;
    const question = encoding.questionOf(words.slice(0, sentenceLength), this.#about)!;
    const exchanges: Exchange<PowerQuestion, number>[] = [];
    for (let at = sentenceLength; at < words.length; at += sentenceLength + 1) {
      const asked = encoding.questionOf(words.slice(at, at + sentenceLength), this.#about);
      if (!asked) break;
      const word = words[at + sentenceLength]!;
      const value = encoding.answerOf(word);
      const isKnown = word !== blank && value !== undefined;
      exchanges.push({ question: asked, answer: isKnown ? known(value) : unknown('unsure') });
    }
    return { question, exchanges };
  }
}

const TIME = '2026-01-31T12:00:00.000Z';
