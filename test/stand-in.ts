/** A script in the place of a person: it answers what waits in a run's inbox as a person would, some time after it
 *  was asked, and wrongly where it is told to. No person was asked, and whoever uses it says so. */

import { Random } from '../src/base/random.ts';
import { known, unknown } from '../src/core/answer.ts';
import type { Exchange, Workspace } from '../src/core/workspace.ts';
import { ANSWERS, type Answered, type Asked, answersById, askedIn } from '../src/run/inbox.ts';
import { workspaceKey } from '../src/run/recording.ts';
import { parseAction } from '../src/run/said.ts';
import type { Folder } from '../src/storage/folder.ts';
import { appendLines } from '../src/storage/lines.ts';
import type { PowerQuestion, PowerTask } from '../src/tasks/permutation-powering.ts';

type Own = Workspace<PowerQuestion, number>;

export interface StandInOptions {
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

  /** Answers so many of those that wait, the oldest first; how many it answered. It puts nothing on a ledger. */
  answer(run: Folder, count = Number.POSITIVE_INFINITY): number {
    const said = this.decisions(run, count);
    const answers = said.map(({ item: { id, shown }, text }): Answered => {
      const own = parseAction(this.#task, shown, text);
      return { id, ...own, by: STAND_IN, seconds: 0, time: TIME, entry: 0 };
    });
    appendLines(run, ANSWERS, answers);
    return answers.length;
  }

  /** The same as a recording. */
  recording(run: Folder): string {
    const said = this.decisions(run);
    const lines = said.map(({ item: { shown }, text }) =>
      JSON.stringify({ workspace: shown, action: text, by: STAND_IN }),
    );
    return lines.map((line) => `${line}\n`).join('');
  }

  decisions(
    run: Folder,
    count = Number.POSITIVE_INFINITY,
  ): readonly { readonly item: Asked; readonly text: string }[] {
    const answered = answersById(run);
    const waiting = askedIn(run).filter(({ id }) => !answered.has(id));
    return waiting.slice(0, count).map((item) => ({ item, text: this.#decide(item.words, item.shown) }));
  }

  #decide(words: readonly number[], shown: readonly string[]): string {
    const key = workspaceKey(shown);
    const instead = this.#options.instead?.get(key);
    if (instead !== undefined) return instead;
    return decided(this.#workspace(words));
  }

  /** The one of this id in a run's inbox. */
  workspace(run: Folder, id: string): Own {
    return this.#workspace(askedIn(run).find((item) => item.id === id)!.words);
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

/** Halves, then one step more if the power is odd, as the task's script does. It gives up where something was asked that it would
 *  not have asked, or an answer is unknown. */
export function decided({ question: { power, element }, exchanges }: Own): string {
  const half = power >> 1;
  const plan = half === 0 ? [1] : power % 2 ? [half, half, 1] : [half, half];
  let reached = element;
  for (const [i, { question, answer }] of exchanges.entries()) {
    const isOwn = question.power === plan[i] && question.element === reached;
    if (!isOwn || answer.kind === 'unknown') return 'reply unknown';
    reached = answer.value;
  }
  const step = plan[exchanges.length];
  return step === undefined ? `reply ${reached}` : `ask s^${step}(${reached})`;
}

const STAND_IN = 'person:stand-in';
const TIME = '2026-01-31T12:00:00.000Z';
