/** An assistant in the overseer's chair: it asks nobody and replies at once. So whatever stands around overseers (memory,
 *  people's approval, escalation) stands around assistants too: Amplify^alone(X)(⊥) answers as X does. */

import { invariant } from '../base/errors.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { reply } from '../core/workspace.ts';

export function alone<Q, A>(assistant: Assistant<Q, A>): Overseer<Q, A> {
  return {
    origin: assistant.origin,
    async act(workspaces, scope) {
      const answers = await assistant.answer(
        workspaces.map(({ question }) => question),
        scope,
      );
      invariant(answers.length === workspaces.length, `${assistant.origin.name}: one answer per question`);
      return answers.map(reply);
    },
  };
}
