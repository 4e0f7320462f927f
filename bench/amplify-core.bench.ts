/** What the algebra itself costs: H scripted, X instant, no network. A sub-question is one that H asks of X. */

import type { Answer } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import type { PowerQuestion } from '../src/tasks/permutation-powering.ts';
import { type Benchmark, built, figure, interleave, median, timed } from './benchmark.ts';

const ELEMENTS = 64;
/** As many as in a training step. */
const CONTEXTS = 16;
/** Powers of 32 to 63: two sub-questions for each question. */
const LEVEL = 6;
const TURNS = 15;
const REPEATS = 20;

export const benchmark: Benchmark = {
  measures: `sub-questions per second of Amplify^H(memo(X)) on 16 contexts × ${ELEMENTS} questions about powers of 32 to 63, beside the same recursion written as one plain function with a map`,
  async run(say) {
    const { amplify } = await built<typeof import('../src/amplify/amplify.ts')>('amplify/amplify');
    const { memo } = await built<typeof import('../src/amplify/memo.ts')>('amplify/memo');
    const { Random } = await built<typeof import('../src/base/random.ts')>('base/random');
    const { known } = await built<typeof import('../src/core/answer.ts')>('core/answer');
    const { scope } = await built<typeof import('../src/core/budget.ts')>('core/budget');
    const { permutationPowering } = await built<typeof import('../src/tasks/permutation-powering.ts')>(
      'tasks/permutation-powering',
    );
    const task = permutationPowering({ elements: ELEMENTS, powers: 2 ** LEVEL });
    const demand = { split: 'train', size: ELEMENTS, level: LEVEL } as const;
    const questions = Array.from({ length: CONTEXTS }, (_, b) =>
      task.sample(Random.seeded(1).split(b), demand),
    ).flat();
    // It need not be right to be asked: one look-up, whatever the power.
    const instantly = ({ permutation, element }: PowerQuestion) => known(permutation.image[element]!);
    const instant: Assistant<PowerQuestion, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (asked) => asked.map(instantly),
    };

    let asked = 0;
    const ours = async (): Promise<readonly Answer<number>[]> => {
      const budget = scope();
      const answers = await amplify(task.overseer, memo(instant, task.key)).answer(questions, budget);
      asked = budget.budget.spent.questions;
      return answers;
    };
    const plain = (): readonly Answer<number>[] => {
      const kept = new Map<string, Answer<number>>();
      const ask = (question: PowerQuestion): number => {
        const key = task.key(question);
        const answer = kept.get(key) ?? instantly(question);
        kept.set(key, answer);
        return answer.kind === 'known' ? answer.value : -1;
      };
      return questions.map(({ permutation, power, element }) => {
        const half = power >> 1;
        const middle = ask({ permutation, power: half, element });
        const last = ask({ permutation, power: half, element: middle });
        return known(power % 2 === 0 ? last : permutation.image[last]!);
      });
    };

    if (JSON.stringify(await ours()) !== JSON.stringify(plain()))
      throw new Error('expected the plain recursion to give the same answers');
    const rate = (work: () => unknown) => async () =>
      (REPEATS * asked) /
      (await timed(async () => {
        for (let i = 0; i < REPEATS; i++) await work();
      }));
    const { own, other } = await interleave(TURNS, { own: rate(ours), other: rate(plain) });
    say(`${TURNS} turns of ${REPEATS} × ${asked} sub-questions`);
    say(
      `ours              median ${Math.round(median(own))}, most ${Math.round(Math.max(...own))} per second`,
    );
    say(
      `plain recursion   median ${Math.round(median(other))}, most ${Math.round(Math.max(...other))} per second`,
    );
    return [
      figure('amplify-core', 'questions/s', median(own), { name: 'plain recursion', value: median(other) }),
    ];
  },
};
