/** The answers of a tree that pass verification, and what is done about the others. A remedy that asks the same again words
 *  it otherwise, since the same words would only bring back the same answer out of memory; whoever leans on the answer leans
 *  on what those words brought too. */

import { type Remedy, type VerifiedOptions, verified } from '../amplify/verified.ts';
import { unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { Waiting } from '../core/waiting.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Collector } from './collector.ts';

type Text = TextQuestion;

/** What is done about an answer that is rejected, one after the other:
 *      retry       the question again
 *      show        the question, with the answer that was rejected and why
 *      decompose   H takes it apart, though it be simple
 *      escalate    whoever is above says
 *  After the last the answer is unknown. */
export const REMEDIES = ['retry', 'show', 'decompose', 'escalate'] as const;
export type RemedyKind = (typeof REMEDIES)[number];

export interface CheckedOptions {
  readonly verifiers: readonly Verifier<Text, string>[];
  /** Without it: shown once, then to whoever is above. */
  readonly remedies?: readonly RemedyKind[] | undefined;
  /** H, whatever the question. */
  readonly apart: Assistant<Text, string>;
  readonly above?: Assistant<Text, string> | undefined;
  /** Told that the answer to the first leans on the answer to the second. */
  lean(question: Text, on: Text): void;
  readonly tell?: Collector | undefined;
}

export function checked(inner: Assistant<Text, string>, options: CheckedOptions): Assistant<Text, string> {
  const { verifiers, tell } = options;
  const remedies = remediesOf(options);
  const around = (observe?: VerifiedOptions<Text, string>['observe']) =>
    verified(inner, verifiers, { unsure: 'pass', remedies, ...(observe && { observe }) });
  return {
    origin: around().origin,
    async answer([question], scope) {
      const verdicts: Verdict[] = [];
      const sees = around((seen) => verdicts.push(...seen.verdicts));
      try {
        const [answer] = await sees.answer([question!], scope);
        tell?.settled(question!, answer, verdicts, scope);
        return [answer!];
      } catch (error) {
        if (error instanceof Waiting) tell?.settled(question!, undefined, verdicts, scope);
        throw error;
      }
    },
  };
}

function remediesOf({ remedies, apart, above, lean }: CheckedOptions): readonly Remedy<Text, string>[] {
  const leaning = (question: Text, added: string): Text => {
    const worded = { ...question, text: `${question.text}\n\n${added}` };
    lean(question, worded);
    return worded;
  };
  const kinds = remedies ?? (above ? ['show', 'escalate'] : ['show']);
  return kinds.flatMap((kind, i): readonly Remedy<Text, string>[] => {
    if (kind === 'retry') {
      const before = kinds.slice(0, i).filter((one) => one === kind).length;
      const again = `Answer it anew: what was answered was rejected. This is attempt ${before + 2}.`;
      return [{ kind, times: 1, question: (question) => leaning(question, again) }];
    }
    if (kind === 'show')
      return [
        {
          ...{ kind, times: 1 },
          question: (question, rejected, verdicts) => leaning(question, shown(rejected, verdicts)),
        },
      ];
    if (kind === 'decompose') return [{ kind, assistant: takingApart(apart, leaning) }];
    return above ? [{ kind, assistant: above }] : [];
  });
}

/** An answer that was rejected, and why. */
function shown(rejected: string, verdicts: readonly Verdict[]): string {
  const reasons = verdicts.flatMap(({ kind, reason }) => (kind === 'pass' || !reason ? [] : [reason]));
  return `This answer was rejected: ${rejected}\nBecause: ${reasons.join('; ')}`;
}

const APART =
  'Take this apart into smaller questions first: an answer that was given to it as a whole was rejected.';

/** At the last level there is nothing below to ask. */
function takingApart(
  apart: Assistant<Text, string>,
  leaning: (question: Text, added: string) => Text,
): Assistant<Text, string> {
  return {
    origin: apart.origin,
    async answer([question], scope) {
      if (scope.depth > 0) return apart.answer([leaning(question!, APART)], scope);
      scope.budget.refuse();
      return [unknown('budget')];
    },
  };
}
