/** The same assistant, asked each question on its own and all at the same time, so that a quick one does not wait for a slow
 *  one. Where some wait for somebody, the others are answered first, so that all that can be done is done. */

import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { Waiting } from '../core/waiting.ts';

export function each<Q, A>(assistant: Assistant<Q, A>): Assistant<Q, A> {
  return {
    origin: assistant.origin,
    async answer(questions, scope) {
      const results = await Promise.allSettled(
        questions.map((question) => assistant.answer([question], scope)),
      );
      const answers: Answer<A>[] = [];
      const waiting: Waiting[] = [];
      for (const result of results) {
        if (result.status === 'fulfilled') answers.push(...result.value);
        else if (result.reason instanceof Waiting) waiting.push(result.reason);
        else throw result.reason;
      }
      if (waiting.length > 0) throw new Waiting(waiting.flatMap(({ items }) => items));
      return answers;
    },
  };
}
