/** Whether somebody who has not seen an answer comes to the same. One that does not know has not come to it. */

import { invariant } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import type { TextQuestion } from '../text/question.ts';

/** Raised when other answers count as the same. */
const VERSION = 1;

export function agreement(assistant: Assistant<TextQuestion, string>): Verifier<TextQuestion, string> {
  const { name: who, groundTruth, version } = assistant.origin;
  const name = `agreement of ${who}`;
  return {
    ...{ name, groundTruth },
    ...(version !== undefined && { version: `agreement ${VERSION} ${version}` }),
    async verify(claims, scope) {
      const questions = claims.map(({ question }) => question);
      const answers = claims.length > 0 ? await assistant.answer(questions, scope) : [];
      invariant(answers.length === claims.length, `${who}: one answer per question`);
      return claims.map(({ answer }, i) => compared(name, answer, answers[i]!));
    },
  };
}

function compared(verifier: string, claimed: string, own: Answer<string>): Verdict {
  if (own.kind === 'known' && plain(own.value) === plain(claimed)) return { verifier, kind: 'pass' };
  if (own.kind === 'known')
    return { verifier, kind: 'fail', reason: `expected ${cut(own.value)}, got ${cut(claimed)}` };
  const cause = causeOf(own);
  const reason = `its own answer is unknown: ${own.reason}`;
  return cause ? { verifier, kind: 'unsure', reason, cause } : { verifier, kind: 'fail', reason };
}

/** What stood in the way of an answer that another time may be given. */
export function causeOf(answer: Answer<unknown>): Verdict['cause'] {
  if (answer.kind === 'known') return undefined;
  return answer.reason === 'budget' || answer.reason === 'unavailable' ? answer.reason : undefined;
}

/** «42», «42.» and « 42» are the same, and so are «Yes» and «yes». */
function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\.$/, '').toLowerCase();
}

const SHOWN = 80;

function cut(text: string): string {
  return text.length > SHOWN ? `«${text.slice(0, SHOWN).toWellFormed()}…»` : `«${text}»`;
}
