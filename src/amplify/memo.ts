/** The same assistant, asked each question once. Equal questions are found by their content key, within a call and
 *  across calls. Nothing is kept of a call in which a limit stood in the way: H may have replied without what it
 *  was refused, and another caller may have more. */

import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

export function memo<Q, A>(assistant: Assistant<Q, A>, key: (question: Q) => string): Assistant<Q, A> {
  const kept = new Map<string, Answer<A>>();
  return {
    origin: assistant.origin,
    async answer(questions, scope) {
      const keys = questions.map(key);
      const missing = new Map<string, Q>();
      keys.forEach((name, i) => {
        if (!kept.has(name) && !missing.has(name)) missing.set(name, questions[i]!);
      });
      const fresh = new Map<string, Answer<A>>();
      if (missing.size > 0) {
        const refusals = scope.budget.refusals;
        const answers = await assistant.answer([...missing.values()], scope);
        const free = scope.budget.refusals === refusals;
        let i = 0;
        for (const name of missing.keys()) {
          const answer = answers[i++]!;
          fresh.set(name, answer);
          if (free && (answer.kind === 'known' || answer.reason !== 'budget')) kept.set(name, answer);
        }
      }
      return keys.map((name) => kept.get(name) ?? fresh.get(name)!);
    },
  };
}
