/** What people say about a workspace, as far as two of them say the same: however sure, in whatever spacing, and whatever they
 *  asked in whatever order. */

import { canonical, type Json } from '../base/canonical.ts';
import type { Answer } from '../core/answer.ts';
import { questionKey } from '../text/question.ts';
import type { Said } from './actions.ts';

/** Equal for what counts as the same. */
export function formOf(said: Said): string {
  return canonical(partsOf(said));
}

function partsOf(said: Said): readonly Json[] {
  if (said.kind === 'skip') return ['skip'];
  if (said.kind === 'correct') return ['correct', said.place, ...answerParts(said.answer)];
  if (said.kind !== 'decide') return [said.kind, said.place];
  const { action } = said;
  if (action.kind === 'escalate') return ['escalate'];
  if (action.kind === 'reply') return ['reply', ...answerParts(action.answer)];
  const asked = action.questions.map((question) => questionKey({ ...question, text: plain(question.text) }));
  return ['ask', ...asked.toSorted()];
}

function answerParts(answer: Answer<string>): readonly Json[] {
  return answer.kind === 'known' ? ['known', plain(answer.value)] : ['unknown', answer.reason];
}

function plain(text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/g, ' ');
}

/** How sure, from 0 to 1. */
export function sureOf(said: Said): number {
  if (said.kind !== 'decide' || said.action.kind !== 'reply') return 1;
  const { answer } = said.action;
  return answer.kind === 'known' ? answer.confidence : 1;
}
