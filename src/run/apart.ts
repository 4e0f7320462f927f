/** On which questions two assistants say different things: level by level, on contexts that neither trained on. */

import type { Random } from '../base/random.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { drawExam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';

export interface Apart {
  readonly level: number;
  /** How often they say the same; two that do not know do. */
  readonly same: Proportion;
  /** The first few on which they do not, as texts. */
  readonly examples: readonly {
    readonly question: string;
    readonly before: string;
    readonly after: string;
  }[];
}

const EXAMPLES = 3;

/** `questions`: at each level up to `levelMax`, at least. */
export async function apart<Q, A>(
  task: Task<Q, A>,
  [before, after]: readonly [Assistant<Q, A>, Assistant<Q, A>],
  levelMax: number,
  questions: number,
  random: Random,
): Promise<readonly Apart[]> {
  const show = (answer: Answer<A>) =>
    answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`;
  const levels: Apart[] = [];
  for (let level = 1; level <= levelMax; level++) {
    const exam = drawExam(task, 'gate', level, questions, random);
    const asked = exam.flat();
    const [one, two] = [
      await before.answer(asked, scopeFor(asked.length)),
      await after.answer(asked, scopeFor(asked.length)),
    ];
    const isSame = (i: number) =>
      agree(one[i]!, two[i]!) || (one[i]!.kind === 'unknown' && two[i]!.kind === 'unknown');
    let i = 0;
    const counts = exam.map((context) => ({
      right: context.filter(() => isSame(i++)).length,
      n: context.length,
    }));
    const differing = [...asked.keys()].filter((place) => !isSame(place)).slice(0, EXAMPLES);
    const examples = differing.map((place) => ({
      question: task.show(asked[place]!),
      before: show(one[place]!),
      after: show(two[place]!),
    }));
    levels.push({ level, same: proportion(counts), examples });
  }
  return levels;
}
