/** An assistant of which every answer passes verifiers before whoever asked sees it. What is done about one that does not is
 *  a list of remedies, tried in order, each a bounded number of times; after the last the answer is "unknown: rejected".
 *
 *      answer → verifiers → passes? → parent
 *                  ↑ no: the next remedy  (retry · show · decompose · escalate) → … → rejected
 *
 *  Whoever answers in the end, a person too, is verified like the first. "Unknown" claims nothing and is handed on.
 *  Where a person is waited for, all of it is asked again later: what costs should be remembered below it, by a memo, and
 *  `observe` then sees the same verifications again. */

import { CapstanError, expectInteger, invariant } from '../base/errors.ts';
import { type Answer, unknown } from '../core/answer.ts';
import type { Assistant, Claim, Origin } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';

export type Remedy<Q, A> =
  /** The same question again, to the same assistant: for one that answers differently each time, or, as `question` words it,
   *  for one that remembers. */
  | { readonly kind: 'retry'; readonly times: number; question?(question: Q): Q }
  /** The question with the answer that was rejected and why, as `question` words it, to the same assistant. */
  | {
      readonly kind: 'show';
      readonly times: number;
      question(question: Q, rejected: A, verdicts: readonly Verdict[]): Q;
    }
  /** To one that takes it apart further, or knows more. */
  | { readonly kind: 'decompose'; readonly assistant: Assistant<Q, A> }
  /** To a person. */
  | { readonly kind: 'escalate'; readonly assistant: Assistant<Q, A> };

export interface VerifiedOptions<Q, A> {
  /** What it counts as that a verifier cannot tell. */
  readonly unsure: 'pass' | 'fail';
  readonly remedies: readonly Remedy<Q, A>[];
  /** Sees every verification, in the order in which they happen. */
  readonly observe?: (seen: Verification<Q, A>) => void;
}

export interface Verification<Q, A> {
  readonly question: Q;
  readonly answer: A;
  /** Of the verifiers in order, up to the first that rejects it: those after it are not asked. */
  readonly verdicts: readonly Verdict[];
  readonly isAccepted: boolean;
  readonly after: 'answer' | Remedy<Q, A>['kind'];
}

/** Of one remedy. */
export const TIMES_MAX = 16;

export function verified<Q, A>(
  assistant: Assistant<Q, A>,
  verifiers: readonly Verifier<Q, A>[],
  options: VerifiedOptions<Q, A>,
): Assistant<Q, A> {
  const { unsure, remedies } = options;
  if (verifiers.length === 0) throw new CapstanError('invalid', 'verifiers: expected at least one, got none');
  for (const remedy of remedies)
    if ('times' in remedy) expectInteger(`times of «${remedy.kind}»`, remedy.times, 1, TIMES_MAX);
  const isRejected = ({ kind }: Verdict) => kind === 'fail' || (kind === 'unsure' && unsure === 'fail');
  return {
    origin: originOf(assistant.origin, verifiers, remedies),
    async answer(questions, scope) {
      const first = await answersOf(assistant, questions, scope);
      const desks = questions.map(
        (question, i): Desk<Q, A> => ({ question, answer: first[i]!, verdicts: [] }),
      );
      let open = await reject(verifiers, desks, 'answer', options, isRejected, scope);
      for (const remedy of remedies)
        for (let turn = 0; turn < ('times' in remedy ? remedy.times : 1) && open.length > 0; turn++)
          open = await remedied(remedy, open);
      for (const desk of open) desk.answer = unknown(desk.isUnaffordable ? 'budget' : 'rejected');
      return desks.map(({ answer }) => answer);

      /** Those of them that are rejected still. What is not affordable stays as it is, and is no more asked. */
      async function remedied(remedy: Remedy<Q, A>, rejected: readonly Desk<Q, A>[]) {
        scope.signal?.throwIfAborted();
        const askable = rejected.filter(({ isUnaffordable }) => !isUnaffordable);
        const granted = scope.budget.take('questions', askable.length);
        for (const desk of askable.slice(granted)) desk.isUnaffordable = true;
        const asked = askable.slice(0, granted);
        const asker = 'assistant' in remedy ? remedy.assistant : assistant;
        const worded = asked.map((desk) => wordedFor(remedy, desk));
        const answers = await answersOf(asker, worded, scope);
        const known = asked.filter((desk, i) => {
          const answer = answers[i]!;
          if (answer.kind === 'known') desk.answer = answer;
          return answer.kind === 'known';
        });
        const still = await reject(verifiers, known, remedy.kind, options, isRejected, scope);
        return rejected.filter((desk) => !known.includes(desk) || still.includes(desk));
      }
    },
  };
}

/** A question on its way: its last answer, and what was said of that. */
interface Desk<Q, A> {
  readonly question: Q;
  answer: Answer<A>;
  verdicts: readonly Verdict[];
  isUnaffordable?: boolean;
}

function originOf<Q, A>(
  { name, groundTruth }: Origin,
  verifiers: readonly Origin[],
  remedies: readonly Remedy<Q, A>[],
): Origin {
  const others = remedies.flatMap((remedy) => ('assistant' in remedy ? [remedy.assistant.origin] : []));
  return {
    name: `Verified(${[name, ...verifiers.map((one) => one.name), ...others.map((one) => one.name)].join(', ')})`,
    groundTruth: groundTruth || [...verifiers, ...others].some((one) => one.groundTruth),
  };
}

async function answersOf<Q, A>(
  assistant: Assistant<Q, A>,
  questions: readonly Q[],
  scope: Scope,
): Promise<readonly Answer<A>[]> {
  if (questions.length === 0) return [];
  const answers = await assistant.answer(questions, scope);
  invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
  return answers;
}

function wordedFor<Q, A>(remedy: Remedy<Q, A>, { question, answer, verdicts }: Desk<Q, A>): Q {
  invariant(answer.kind === 'known', 'what was rejected was known');
  switch (remedy.kind) {
    case 'retry':
      return remedy.question?.(question) ?? question;
    case 'show':
      return remedy.question(question, answer.value, verdicts);
    default:
      return question;
  }
}

/** Has what is known verified; those desks of which the answer is rejected. */
async function reject<Q, A>(
  verifiers: readonly Verifier<Q, A>[],
  desks: readonly Desk<Q, A>[],
  after: Verification<Q, A>['after'],
  { observe }: VerifiedOptions<Q, A>,
  isRejected: (verdict: Verdict) => boolean,
  scope: Scope,
): Promise<readonly Desk<Q, A>[]> {
  const claims = desks.flatMap((desk): readonly Pending<Q, A>[] => {
    desk.verdicts = [];
    return desk.answer.kind === 'known' ? [{ desk, question: desk.question, answer: desk.answer.value }] : [];
  });
  let standing: readonly Pending<Q, A>[] = claims;
  for (const verifier of verifiers) {
    if (standing.length === 0) break;
    const shown = standing.map(({ question, answer }) => ({ question, answer }));
    const verdicts = await verifier.verify(shown, scope);
    invariant(verdicts.length === standing.length, `${verifier.name}: one verdict per claim`);
    standing = standing.filter(({ desk }, i) => {
      desk.verdicts = [...desk.verdicts, verdicts[i]!];
      return !isRejected(verdicts[i]!);
    });
  }
  for (const { desk, question, answer } of claims) {
    const isAccepted = !desk.verdicts.some(isRejected);
    observe?.({ question, answer, verdicts: desk.verdicts, isAccepted, after });
  }
  return claims.map(({ desk }) => desk).filter(({ verdicts }) => verdicts.some(isRejected));
}

interface Pending<Q, A> extends Claim<Q, A> {
  readonly desk: Desk<Q, A>;
}
