/** X as a language model: it answers alone, from the question and its documents, with how sure it is, or says that it does
 *  not know. */

import type { Json } from '../base/canonical.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { ChatModel } from '../gateway/chat.ts';
import { consult } from '../gateway/consult.ts';
import { contentKey } from '../gateway/key.ts';
import { ABOUT_FENCES, fenced, type Part } from '../text/fence.ts';
import type { TextQuestion } from '../text/question.ts';

export interface LanguageModelAssistantOptions {
  /** Of one answer. */
  readonly tokensMax?: number;
  readonly temperature?: number;
  /** Tells apart several that vote: the same question is asked anew for each. */
  readonly sample?: number;
}

const TOKENS_MAX = 1024;

const INSTRUCTIONS = `You answer one question, alone, from what you know and from its documents if it has any. Others will build on your answer, so answer exactly what is asked and no more: a number as digits, a name as a name, yes or no as one word.

${ABOUT_FENCES}

Reply with one JSON object and nothing else:
- "reason": in a sentence or two, how you come to it
- "known": whether you know the answer; false if it cannot be told from what you have
- "answer": the answer, or "" if you do not know it
- "confidence": the probability that your answer is right, from 0 to 1; honest, since it decides who looks at it next`;

const SCHEMA = {
  type: 'object',
  properties: {
    reason: { type: 'string' },
    known: { type: 'boolean' },
    answer: { type: 'string' },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['reason', 'known', 'answer', 'confidence'],
  additionalProperties: false,
} as const;

interface Said {
  readonly known: boolean;
  readonly answer: string;
  readonly confidence: number;
}

export function languageModelAssistant(
  model: ChatModel,
  options: LanguageModelAssistantOptions = {},
): Assistant<TextQuestion, string> {
  const { tokensMax = TOKENS_MAX, temperature, sample = 0 } = options;
  const version = contentKey({
    model: model.name,
    instructions: INSTRUCTIONS,
    schema: SCHEMA,
    tokensMax,
    temperature: temperature ?? null,
    sample,
  });
  const ask = async (question: TextQuestion, scope: Scope): Promise<Answer<string>> => {
    const said = await consult(
      model,
      {
        messages: [
          { role: 'system', content: INSTRUCTIONS },
          { role: 'user', content: fenced(partsOf(question)) },
        ],
        schema: SCHEMA,
        check,
        tokensMax,
        sample,
        ...(temperature !== undefined && { temperature }),
      },
      scope,
    );
    if (said.kind !== 'reply') return unknown(said.kind);
    const value = said.value as unknown as Said;
    return value.known && check(said.value) === undefined
      ? known(value.answer.trim(), value.confidence)
      : unknown('unsure');
  };
  return {
    origin: { name: sample === 0 ? model.name : `${model.name}/${sample}`, groundTruth: false, version },
    answer: (questions, scope) => Promise.all(questions.map((question) => ask(question, scope))),
  };
}

function partsOf({ text, documents = [] }: TextQuestion): readonly Part[] {
  return [
    { label: 'question', text },
    ...documents.flatMap((document, i) => [
      { label: `name of document ${i + 1}`, text: document.name },
      { label: `document ${i + 1}`, text: document.text },
    ]),
  ];
}

function check(value: Json): string | undefined {
  const { known: isKnown, answer } = value as unknown as Said;
  return isKnown && answer.trim() === '' ? 'answer: expected one, since it is known, got nothing' : undefined;
}
