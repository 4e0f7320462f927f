/** An assistant with the facts beside it: simple questions are answered from them, the others go on to X. */

import type { Answer } from '../core/answer.ts';
import type { Assistant, Environment } from '../core/assistant.ts';

export function withEnvironment<Q, A>(
  environment: Environment<Q, A>,
  assistant: Assistant<Q, A>,
): Assistant<Q, A> {
  return {
    origin: assistant.origin,
    async answer(questions, scope) {
      const answers: (Answer<A> | undefined)[] = questions.map(environment);
      const rest = questions.filter((_, i) => answers[i] === undefined);
      const others = rest.length > 0 ? await assistant.answer(rest, scope) : [];
      let next = 0;
      return answers.map((answer) => answer ?? others[next++]!);
    },
  };
}
