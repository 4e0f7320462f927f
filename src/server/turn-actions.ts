/** What a person does, as the page says it and as a workspace has it. */

import { CapstanError } from '../base/errors.ts';
import { answerText, known, unknown } from '../core/answer.ts';
import { ask, reply } from '../core/workspace.ts';
import type { Said, TextAction, TextItem } from '../project/actions.ts';
import type { TurnAction } from '../wire/turn.ts';

/** Of 5: «certain» is 1. */
const STEPS = 5;

/** Throws «invalid» where it names an exchange that there is not. */
export function saidOf(action: TurnAction, item: TextItem, confidence: number = STEPS): Said {
  switch (action.kind) {
    case 'reply':
      return decide(reply(known(action.text, confidence / STEPS)));
    case 'ask': {
      const { documents } = item.workspace.question;
      const own = action.documents && documents ? { documents } : {};
      return decide(ask(...action.questions.map((text) => ({ text, ...own }))));
    }
    case 'unknown':
      return decide(reply(unknown('unsure')));
    case 'escalate':
      return decide({ kind: 'escalate', reason: action.reason });
    case 'correct':
      return { kind: 'correct', place: placeOf(action.place, item), answer: known(action.text) };
    case 'verify':
      return { kind: 'verify', place: judgedOf(action.place, item) };
    case 'reject':
      return { kind: 'reject', place: judgedOf(action.place, item), reason: action.reason };
    case 'skip':
      return { kind: 'skip' };
  }
}

/** The way back, for what others decided and what is proposed. `said` is one of those. */
export function actionOf(said: unknown, { workspace }: TextItem): TurnAction {
  const own = said as Said;
  if (own.kind === 'skip') return { kind: 'skip' };
  if (own.kind === 'correct') {
    // What takes an answer back without another one is «reject».
    const text = own.answer.kind === 'known' ? own.answer.value : own.answer.reason;
    return { kind: 'correct', place: own.place + 1, text };
  }
  if (own.kind !== 'decide') {
    const { kind, place, reason = '—' } = own;
    return kind === 'verify' ? { kind, place: place + 1 } : { kind: 'reject', place: place + 1, reason };
  }
  const { action } = own;
  if (action.kind === 'escalate') return { kind: 'escalate', reason: action.reason };
  if (action.kind === 'ask') {
    const questions = action.questions.map(({ text }) => text);
    const documents = action.questions.some((question) => question.documents !== undefined);
    return { kind: 'ask', questions, documents: documents || workspace.question.documents === undefined };
  }
  return action.answer.kind === 'known' ? { kind: 'reply', text: action.answer.value } : { kind: 'unknown' };
}

/** Of an answer that can be right or wrong. */
function judgedOf(place: number, item: TextItem): number {
  const index = placeOf(place, item);
  const { answer } = item.workspace.exchanges[index]!;
  if (answer.kind === 'known') return index;
  throw new CapstanError(
    'invalid',
    `body.action.place: expected an answer that can be right or wrong, the ${place}. is ${answerText(answer)}`,
  );
}

const decide = (action: TextAction): Said => ({ kind: 'decide', action });

function placeOf(place: number, { workspace }: TextItem): number {
  const count = workspace.exchanges.length;
  if (place <= count) return place - 1;
  throw new CapstanError('invalid', `body.action.place: expected 1 to ${count}, got ${place}`);
}
