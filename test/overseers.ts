/** Overseers and assistants to test the algebra with: one that adds, ones that do anything, and ones that count. */

import { hashText, Random } from '../src/base/random.ts';
import { type Answer, known, type UnknownReason, unknown } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { type Action, ask, reply } from '../src/core/workspace.ts';
import { scripted } from '../src/overseers/scripted.ts';

/** Answers alone only for one number; otherwise adds the sums of two halves. Unknown halves make the sum unknown. */
export const adder = scripted<readonly number[], number>('H', function* (numbers) {
  if (numbers.length === 1) return known(numbers[0]!);
  const middle = Math.ceil(numbers.length / 2);
  const [left, right] = yield [numbers.slice(0, middle), numbers.slice(middle)];
  if (left?.kind !== 'known') return left!;
  if (right?.kind !== 'known') return right!;
  return known(left.value + right.value);
});

/** An arbitrary pure function from workspaces to actions: asks up to three times up to four questions out of
 *  `questions`, replies, is unsure, or escalates. What it replies depends on every answer it saw. */
export function arbitrary(seed: number, questions: number): Overseer<number, number> {
  return {
    origin: { name: `H${seed}`, groundTruth: false },
    act: async (workspaces) =>
      workspaces.map((workspace): Action<number, number> => {
        const random = Random.seeded(seed).split(JSON.stringify(workspace));
        const question = () => random.below(questions);
        if (workspace.exchanges.length < 8 && random.below(3) > 0)
          return ask(...Array.from({ length: 1 + random.below(4) }, question));
        const choice = random.below(8);
        if (choice === 0) return { kind: 'escalate', reason: 'too hard' };
        return reply(choice === 1 ? unknown('unsure') : known(random.below(1000)));
      }),
  };
}

/** An assistant that knows some answers, some not, each always the same. */
export function oracle(seed: number): Assistant<number, number> {
  const one = (question: number): Answer<number> => {
    const drawn = hashText(`${seed}/${question}`)[0] % 8;
    return drawn === 0 ? unknown('unsure') : known(drawn, drawn / 8);
  };
  return { origin: { name: 'X', groundTruth: false }, answer: async (questions) => questions.map(one) };
}

/** Counts what is spent, independently of any `Budget`. */
export class Meter {
  decisions = 0;
  questions = 0;
  /** The largest `level` an assistant was asked at. */
  depth = 0;

  overseer<Q, A>(inner: Overseer<Q, A>): Overseer<Q, A> {
    return {
      origin: inner.origin,
      act: (workspaces, scope) => {
        this.decisions += workspaces.length;
        return inner.act(workspaces, scope);
      },
    };
  }

  assistant<Q, A>(inner: Assistant<Q, A>, level: number): Assistant<Q, A> {
    return {
      origin: inner.origin,
      answer: (questions, scope) => {
        this.questions += questions.length;
        this.depth = Math.max(this.depth, level);
        return inner.answer(questions, scope);
      },
    };
  }
}

/** Every reason there is; a reason added to the union does not compile until it is named here. */
const REASONS: { readonly [reason in UnknownReason]: true } = {
  nobody: true,
  unsure: true,
  escalated: true,
  budget: true,
  rejected: true,
  unavailable: true,
};

export function isAnswer(answer: Answer<unknown>): boolean {
  return answer.kind === 'known'
    ? answer.confidence >= 0 && answer.confidence <= 1
    : Object.hasOwn(REASONS, answer.reason);
}
