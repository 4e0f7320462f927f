/** How a mistake of H by a rule goes from level to level, with and without a second decomposition where the task's check refuses:
 *  what a run taught and learned, what becomes of planted mistakes, and trees without a network in them. */

import { amplify } from '../src/amplify/amplify.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { memo } from '../src/amplify/memo.ts';
import { vote } from '../src/amplify/vote.ts';
import { nobody } from '../src/assistants/nobody.ts';
import type { Random } from '../src/base/random.ts';
import { type Answer, known } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import type { Task } from '../src/core/task.ts';
import type { Transcript } from '../src/core/workspace.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import type { Examiner } from '../src/evaluate/examiners.ts';
import type { DistilledItem, NodeOutcome } from '../src/evaluate/propagation.ts';
import { withSecond } from '../src/iterate/defence.ts';
import type { Clustered } from '../src/statistics/clustered.ts';
import {
  type PowerQuestion,
  type PowerTask,
  permutationPowering,
} from '../src/tasks/permutation-powering.ts';

export type Powers = PowerTask;

/** Questions at each of some levels about every element of the same contexts, so that levels can be compared. */
export function asked(
  task: Powers,
  levels: readonly number[],
  contexts: number,
  random: Random,
): readonly (readonly PowerQuestion[])[] {
  return Array.from({ length: contexts }, (_, context) => {
    const stream = random.split(context);
    const sampled = task.sample(stream, { split: 'test', size: task.sizeMax, level: 2 });
    return levels.flatMap((level) =>
      sampled.map((question) => {
        const least = 2 ** (level - 1);
        return { ...question, power: least + stream.below(least) };
      }),
    );
  });
}

/** One overseer and what is done against its mistakes. */
export interface Condition {
  readonly overseer: Overseer<PowerQuestion, number>;
  readonly isVerified: boolean;
}

export interface Measured {
  /** Of Amplify^H(X), the targets. */
  readonly nodes: readonly NodeOutcome[];
  /** X and its targets on the same questions. */
  readonly distilled: readonly DistilledItem[];
  /** What H said first, beside what was made of it. */
  readonly mended: readonly Mended[];
}

export interface Mended extends Clustered {
  readonly level: number;
  readonly wasRight: boolean;
  readonly isRight: boolean;
}

/** What H makes of X's answers, judged. */
export async function measure(
  task: Powers,
  examiner: Examiner<PowerQuestion, number>,
  { overseer, isVerified }: Condition,
  x: Assistant<PowerQuestion, number>,
  contexts: readonly (readonly PowerQuestion[])[],
): Promise<Measured> {
  const questions = contexts.flat();
  const transcripts = new Map<string, Transcript<PowerQuestion, number>>();
  const teacher = memo(x, task.key);
  const amplified = amplify(overseer, withEnvironment(task.environment, teacher), {
    record: (transcript) => transcripts.set(task.key(transcript.question), transcript),
  });
  const targets = isVerified ? withSecond(task, amplified) : memo(amplified, task.key);
  const [own, made] = [
    await teacher.answer(questions, scopeFor(questions.length)),
    await targets.answer(questions, scopeFor(questions.length)),
  ];
  const nodes: NodeOutcome[] = [];
  const distilled: DistilledItem[] = [];
  const mended: Mended[] = [];
  let place = 0;
  for (const [cluster, context] of contexts.entries())
    for (const question of context) {
      const [student, target] = [own[place]!, made[place++]!];
      const { answer, exchanges } = transcripts.get(task.key(question))!;
      const level = task.level(question);
      const right = isRight(examiner, question, target);
      mended.push({ cluster, level, wasRight: isRight(examiner, question, answer), isRight: right });
      const children = exchanges
        .filter((one) => task.environment(one.question) === undefined)
        .map((one) => isRight(examiner, one.question, one.answer));
      nodes.push({ cluster, level, right, children });
      distilled.push({ cluster, level, teacher: right, student: isRight(examiner, question, student) });
    }
  return { nodes, distilled, mended };
}

/** X with mistakes planted in a share of the questions, the same whenever they are asked. */
export function planted(
  task: Powers,
  x: Assistant<PowerQuestion, number>,
  share: number,
  random: Random,
): Assistant<PowerQuestion, number> {
  return {
    origin: { ...x.origin, name: `${x.origin.name} with ${share} planted` },
    async answer(questions, scope) {
      const answers = await x.answer(questions, scope);
      return answers.map((answer, i): Answer<number> => {
        const stream = random.split(task.key(questions[i]!));
        if (answer.kind === 'unknown' || stream.uniform() >= share) return answer;
        const { domain } = questions[i]!.permutation;
        const others = domain.filter((element) => element !== answer.value);
        return known(others[stream.below(others.length)]!, answer.confidence);
      });
    },
  };
}

/** What H makes of the answers below it, and the same verified. */
export type Made<Q, A> = (below: Assistant<Q, A>) => {
  readonly plain: Assistant<Q, A>;
  readonly checked: Assistant<Q, A>;
};

export function bySecond<Q, A>(task: Task<Q, A>, overseer: Overseer<Q, A>): Made<Q, A> {
  return (below) => {
    const plain = memo(amplify(overseer, below), task.key);
    return { plain, checked: memo(withSecond(task, plain), task.key) };
  };
}

/** By what most of these overseers say, who err by different rules; the first is H. */
export function byOthers<Q, A>(task: Task<Q, A>, overseers: readonly Overseer<Q, A>[]): Made<Q, A> {
  return (below) => {
    const all = overseers.map((overseer) => memo(amplify(overseer, below), task.key));
    return { plain: all[0]!, checked: memo(vote(all), task.key) };
  };
}

/** HCH of an erring H with every level verified for a share of the questions, drawn by their keys: the answers of level ℓ are
 *  H's of those of level ℓ − 1, down to the facts. No network errs or mends here. */
export function tower<Q, A>(
  task: Task<Q, A>,
  made: Made<Q, A>,
  levels: number,
  share: number,
  random: Random,
): Assistant<Q, A> {
  let below: Assistant<Q, A> = withEnvironment(task.environment, nobody);
  for (let level = task.levelsOfPrimitives; level <= levels; level++) {
    const { plain, checked } = made(below);
    const lower = below;
    below = {
      origin: plain.origin,
      async answer(questions, scope) {
        const who = questions.map((question) => {
          if (task.level(question) < level || task.environment(question)) return lower;
          return random.split(task.key(question)).uniform() < share ? checked : plain;
        });
        const answers: Answer<A>[] = new Array(questions.length);
        for (const one of new Set(who)) {
          const places = [...who.keys()].filter((i) => who[i] === one);
          const said = await one.answer(
            places.map((i) => questions[i]!),
            scope,
          );
          places.forEach((i, j) => {
            answers[i] = said[j]!;
          });
        }
        return answers;
      },
    };
  }
  return below;
}

/** Right or wrong of an assistant, by level. */
export async function outcomes<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  assistant: Assistant<Q, A>,
  contexts: readonly (readonly Q[])[],
): Promise<readonly NodeOutcome[]> {
  const questions = contexts.flat();
  const answers = await assistant.answer(questions, scopeFor(64 * questions.length));
  let place = 0;
  return contexts.flatMap((context, cluster) =>
    context.map((question) => ({
      ...{ cluster, level: task.level(question), children: [] },
      right: isRight(examiner, question, answers[place++]!),
    })),
  );
}

export const powersTask = (elements: number, powers: number): Powers =>
  permutationPowering({ elements, powers });
