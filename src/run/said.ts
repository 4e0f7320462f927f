/** What a person types about a workspace, in the task's own words: «ask s^2(3)», «reply 7», «reply unknown». */

import { CapstanError } from '../base/errors.ts';
import type { Task } from '../core/task.ts';

export interface ActionText {
  /** As `actionWords` are. */
  readonly action: readonly number[];
  readonly kind: 'ask' | 'reply';
  /** In one form, whatever way it was typed. */
  readonly text: string;
}

/** `shown`: the workspace, its question first. Throws «invalid» on what makes no sense there. */
export function parseAction<Q, A>(task: Task<Q, A>, shown: readonly string[], text: string): ActionText {
  const [, verb, rest = ''] = /^\s*(\w+)\s*(.*?)\s*$/su.exec(text) ?? [];
  if (verb === 'ask') return parseAsk(task, shown, rest);
  if (verb === 'reply') return parseReply(task, rest);
  throw new CapstanError(
    'invalid',
    `«${text}»: expected «ask» and a question, or «reply» and an answer or «unknown»`,
  );
}

function parseAsk<Q, A>(task: Task<Q, A>, shown: readonly string[], text: string): ActionText {
  const { encoding, asksMax } = task;
  const asked = shown.length - 1;
  if (asked >= asksMax)
    throw new CapstanError(
      'invalid',
      `«ask ${text}»: expected a reply, since ${asked} questions were asked and ${asksMax} may be`,
    );
  const question = task.parse(typed(text));
  const isOwn = task.show(question) === shown[0];
  if (isOwn && task.environment(question) === undefined)
    throw new CapstanError(
      'invalid',
      `«ask ${text}»: expected a smaller question, got the one that is asked`,
    );
  return {
    kind: 'ask',
    action: [encoding.words, ...encoding.sentence(question)],
    text: `ask ${task.show(question)}`,
  };
}

function parseReply<Q, A>({ encoding, showAnswer }: Task<Q, A>, text: string): ActionText {
  const reply = (word: number, shown: string): ActionText => ({
    kind: 'reply',
    action: [encoding.words + 1, word],
    text: `reply ${shown}`,
  });
  if (/^unknown(:|$)/.test(text)) return reply(encoding.blank, 'unknown');
  const shown: string[] = [];
  for (let word = 0; word < encoding.words; word++) {
    const answer = encoding.answerOf(word);
    if (answer === undefined) continue;
    if (showAnswer(answer) === text) return reply(word, text);
    if (shown.length < SHOWN) shown.push(showAnswer(answer));
  }
  throw new CapstanError(
    'invalid',
    `«reply ${text}»: expected one as in ${shown.join(', ')}, … or «unknown»`,
  );
}

/** Answers in a message. */
const SHOWN = 5;

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Questions are shown with powers as superscripts, and typed with «^». */
function typed(text: string): string {
  return text.replace(
    /[⁰¹²³⁴⁵⁶⁷⁸⁹]+/gu,
    (digits) => `^${[...digits].map((one) => SUPERSCRIPTS.indexOf(one)).join('')}`,
  );
}
