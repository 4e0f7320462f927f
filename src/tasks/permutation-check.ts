/** A claim about a power, checked by primitives: powers of σ commute with σ, so y = σ^k(x) exactly if σ^k(σ(x)) = σ(y).
 *  Both look-ups are facts; only σ^k(σ(x)) is asked of the assistant, another question than that of the claim unless σ(x) = x. */

import { type Answer, agree, known, unknown } from '../core/answer.ts';
import type { Assistant, Check } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { PowerQuestion } from './permutation-powering.ts';

/** The assistant has the facts beside it. A claim falls if it does not know: where X has not learned these powers yet,
 *  let it be Amplify^H(X). Blind to an assistant whose mistakes commute with σ, such as taking k for k + 1. */
export function permutationCheck(assistant: Assistant<PowerQuestion, number>): Check<PowerQuestion, number> {
  return async (claims, scope) => {
    const looks = claims.flatMap(({ question: { permutation, element }, answer }) =>
      [element, answer].map((from): PowerQuestion => ({ permutation, power: 1, element: from })),
    );
    const looked = await assistant.answer(looks, scope);
    const stepped: PowerQuestion[] = [];
    const wanted = claims.map(({ question }, i) => {
      const [from, to] = [looked[2 * i]!, looked[2 * i + 1]!];
      if (from.kind === 'unknown' || to.kind === 'unknown') return undefined;
      stepped.push({ ...question, element: from.value });
      return to;
    });
    const reached = stepped.length > 0 ? await assistant.answer(stepped, scope) : [];
    let next = 0;
    return wanted.map((to) => to !== undefined && agree(reached[next++]!, to));
  };
}

/** σ^k(x) by another way: the y with σ²(y) = σ^k(σ²(x)). Of x itself only look-ups are asked, so whoever errs about x, or about
 *  σ(x) as the check may, need not err here; where two steps lead back to x they say all. Finding y takes two look-ups of
 *  every name. */
export function permutationSecond(
  assistant: Assistant<PowerQuestion, number>,
): Assistant<PowerQuestion, number> {
  return {
    origin: { ...assistant.origin, name: `Second(${assistant.origin.name})` },
    async answer(questions, scope) {
      const [once, twice] = await orbits(
        questions.map((question) => ({ question, element: question.element })),
        scope,
      );
      const isBack = (i: number) => twice[i] === questions[i]!.element;
      const asked = [...questions.keys()].filter((i) => twice[i] !== undefined && !isBack(i));
      const moved = asked.map((i): PowerQuestion => ({ ...questions[i]!, element: twice[i]! }));
      const reached = moved.length > 0 ? await assistant.answer(moved, scope) : [];
      const names = asked.flatMap((i) =>
        questions[i]!.permutation.image.map((_, element) => ({ question: questions[i]!, element })),
      );
      const ends = (await orbits(names, scope))[1];
      const found = new Map<number, Answer<number>>();
      let start = 0;
      for (const [place, i] of asked.entries()) {
        const to = reached[place]!;
        const { length } = questions[i]!.permutation.image;
        const y = to.kind === 'known' ? ends.slice(start, start + length).indexOf(to.value) : -1;
        if (to.kind === 'known' && y >= 0) found.set(i, known(y, to.confidence));
        start += length;
      }
      return questions.map(({ element, power }, i) =>
        isBack(i) ? known(power % 2 === 0 ? element : once[i]!) : (found.get(i) ?? unknown('unsure')),
      );
    },
  };

  /** σ(x) and σ²(x) of each, by look-ups; undefined where there is none. */
  async function orbits(from: readonly Start[], scope: Scope) {
    const step = async (elements: readonly (number | undefined)[]) => {
      const looks = elements.flatMap((element, i): readonly PowerQuestion[] =>
        element === undefined ? [] : [{ ...from[i]!.question, power: 1, element }],
      );
      const looked = looks.length > 0 ? await assistant.answer(looks, scope) : [];
      let place = 0;
      return elements.map((element) => {
        const answer = element === undefined ? undefined : looked[place++];
        return answer?.kind === 'known' ? answer.value : undefined;
      });
    };
    const once = await step(from.map(({ element }) => element));
    return [once, await step(once)] as const;
  }
}

/** An element of the context of a question. */
interface Start {
  readonly question: PowerQuestion;
  readonly element: number;
}
