/** Trees of questions that last: Amplify^H of itself, question by question, so that none waits for another, and out of
 *  memory as far as it goes. Whatever stops the program, asked again it comes to the same place.
 *      T = each(answered(Amplify^H(T)))        down to a depth, and there X alone */

import { type AmplifyOptions, amplify } from '../amplify/amplify.ts';
import { each } from '../amplify/each.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { Budget, type Scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';
import { Flights } from './flights.ts';
import type { Correction, Memory } from './memory.ts';

export interface TreeOptions<Q extends object, A> {
  readonly memory: Memory<Q, A>;
  /** Version of all that shapes an answer: of H, of X, of what verifies. */
  readonly policy: string;
  /** Which questions go to X at once. Without it, those at the last level. */
  readonly isSimple?: (question: Q) => boolean;
  /** Stands between each question and what answers it: verification, for one. `apart` takes any question apart. */
  readonly around?: (assistant: Assistant<Q, A>, apart: Assistant<Q, A>) => Assistant<Q, A>;
  /** Keys of the answers that were not remembered, so that what they cost is known when the tree is told. */
  readonly anew: Set<string>;
  /** Told what came of each question that is walked. With it all are walked, those too whose answers are kept. */
  readonly tell?: {
    answered(transcript: Transcript<Q, A>, scope: Scope): void;
    corrected(question: Q, correction: Correction<A>, scope: Scope): void;
  };
}

/** H is asked about every question that is not simple, X about the others. The depth of the scope must be finite: it is what
 *  ends a question that leans on itself. */
export function tree<Q extends object, A>(
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  options: TreeOptions<Q, A>,
): Assistant<Q, A> {
  const { memory, isSimple = () => false, around = (inner) => inner, tell } = options;
  const self: Assistant<Q, A> = {
    origin: assistant.origin,
    answer: (questions, scope) => all.answer(questions, scope),
  };
  const node = answered((record) => amplify(overseer, self, { record }), options);
  const computed = around(
    {
      origin: node.origin,
      answer: ([question], scope) =>
        (scope.depth <= 0 || isSimple(question!) ? assistant : node).answer([question!], scope),
    },
    node,
  );
  const all = each<Q, A>({
    origin: node.origin,
    async answer([question], scope) {
      const correction = memory.correction(question!);
      if (!correction) return computed.answer([question!], scope);
      tell?.corrected(question!, correction, scope);
      return [correction.answer];
    },
  });
  return all;
}

/** One question at a time, each once: out of memory, or with whoever is at it, or anew. */
function answered<Q extends object, A>(
  make: (record: NonNullable<AmplifyOptions<Q, A>['record']>) => Assistant<Q, A>,
  { memory, policy, anew, tell }: TreeOptions<Q, A>,
): Assistant<Q, A> {
  const flights = new Flights<Answer<A>>();
  const walked = new Map<string, Answer<A>>();
  const work = async (key: string, question: Q, scope: Scope) => {
    const { refusals } = scope.budget;
    const { corrections } = memory;
    let transcript: Transcript<Q, A> | undefined;
    const [answer] = await make((own) => {
      transcript = own;
    }).answer([question], scope);
    // It follows from decisions that are written, so nobody waits for it; and where a limit stood in the way, with a
    // larger one it could be another.
    tell?.answered(transcript!, scope);
    if (scope.budget.refusals === refusals) memory.keep(key, transcript!, corrections);
    return answer!;
  };
  return {
    origin: make(() => {}).origin,
    async answer([question], scope) {
      const key = memory.answerKey(policy, question!, scope.depth);
      const known = tell ? walked.get(key) : memory.answer(key);
      if (known) return [known];
      if (!tell) anew.add(key);
      // What was remembered cost nothing: no limit of this run stood in its way, and it is told whole.
      const isFree = tell && !anew.has(key) && memory.answer(key);
      const own = isFree ? { ...scope, budget: new Budget() } : scope;
      // Whatever it waits for has fewer levels below, so nothing waits for itself.
      const answer = await flights.board(key, own, (inner) => work(key, question!, inner));
      if (tell) walked.set(key, answer);
      return [answer];
    },
  };
}
