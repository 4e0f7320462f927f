/** A claim about a power, checked by primitives: powers of σ commute with σ, so y = σ^k(x) exactly if σ^k(σ(x)) = σ(y).
 *  Both look-ups are facts; only σ^k(σ(x)) is asked of the assistant, another question than that of the claim unless σ(x) = x. */

import { agree } from '../core/answer.ts';
import type { Assistant, Check } from '../core/assistant.ts';
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
