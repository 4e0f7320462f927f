/** How often each member of an ensemble says what it was to say, on contexts that nothing else uses: what it counts by in the next
 *  iteration (`distill/ensemble.ts`). */

import type { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { drawHeld } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { agreement } from './gate.ts';

/** Questions that each is asked. */
const ANCHORS = 256;

export interface Poll {
  /** Of each member, 0 … 1. */
  readonly agreements: readonly number[];
  /** Overseer decisions that it took. */
  readonly decisions: number;
}

/** `amplified`: what they were taught. `level`: the frontier. */
export async function poll<Q, A>(
  task: Task<Q, A>,
  members: readonly Assistant<Q, A>[],
  amplified: Assistant<Q, A>,
  level: number,
  random: Random,
): Promise<Poll> {
  const agreements: number[] = [];
  let decisions = 0;
  if (members.length === 0) return { agreements, decisions };
  const exam = drawHeld(task, 'anchor', level, ANCHORS, random);
  for (const assistant of members) {
    const heard = await agreement({ assistant, amplified }, [exam]);
    agreements.push(heard.perLevel[0]!.value);
    decisions += heard.decisions;
  }
  return { agreements, decisions };
}
