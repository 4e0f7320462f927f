/** One question unfolded: what H asked, what each sub-question was answered and how, down to the leaves that X
 *  answers alone. The answer of the root is Amplify^H(… Amplify^H(X)), the one beside it is X's own. */

import type { Answer } from '../core/answer.ts';
import type { Assistant, Environment, Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import { amplify } from './amplify.ts';

export interface TranscriptTree<Q, A> {
  readonly question: Q;
  /** H's answer from the children below; at a leaf it equals `direct`. */
  readonly answer: Answer<A>;
  /** X's answer, alone. */
  readonly direct: Answer<A>;
  /** Whether it is a simple question, looked up in the facts: `answer` and `direct` are what the environment says. */
  readonly isFact: boolean;
  readonly children: readonly TranscriptTree<Q, A>[];
}

/** `depth` levels of H above X; 0 is X alone. A simple question is a leaf that the environment answers. */
export async function unfold<Q, A>(
  overseer: Overseer<Q, A>,
  environment: Environment<Q, A>,
  assistant: Assistant<Q, A>,
  depth: number,
  question: Q,
  scope: Scope,
): Promise<TranscriptTree<Q, A>> {
  const fact = environment(question);
  const direct = fact ?? (await assistant.answer([question], scope))[0];
  if (fact || depth === 0)
    return { question, answer: direct!, direct: direct!, isFact: fact !== undefined, children: [] };
  const children: TranscriptTree<Q, A>[] = [];
  const unfolding: Assistant<Q, A> = {
    origin: assistant.origin,
    async answer(questions, inner) {
      const trees: TranscriptTree<Q, A>[] = [];
      for (const sub of questions)
        trees.push(await unfold(overseer, environment, assistant, depth - 1, sub, inner));
      children.push(...trees);
      return trees.map((tree) => tree.answer);
    },
  };
  const [answer] = await amplify(overseer, unfolding).answer([question], scope);
  return { question, answer: answer!, direct: direct!, isFact: false, children };
}
