/** How people oversee a run of a recipe, as its tree.json has it, and hidden test questions as a file has them: JSON lines,
 *  each a workspace and what is expected of whoever decides about it.
 *      {"question": "…", "documents"?, "exchanges"?: [{"question": "…", "answer": "…"}], "expected": {"reply": "…"}}
 *  `expected` may also be {"ask": ["…"]}, {"unknown": true} or {"escalate": true}; where a model proposes, `proposed` is of the
 *  same form, else the missing proposal would tell them apart. */

import type { Json } from '../base/canonical.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import { known, unknown } from '../core/answer.ts';
import { type Action, ask, reply, type Workspace } from '../core/workspace.ts';
import type { Document, TextQuestion } from '../text/question.ts';

export interface TurnsFile {
  /** So many people decide about each workspace. */
  readonly reviewers: number;
  readonly freshEyes: boolean;
  readonly suggestion: 'hidden' | 'first';
  readonly gold?: {
    /** Of the turns that are handed out. */
    readonly share: number;
    readonly questions: readonly GoldQuestion[];
  };
}

export interface GoldQuestion {
  readonly workspace: Workspace<TextQuestion, string>;
  readonly expected: Action<TextQuestion, string>;
  /** What is to be proposed, as what waits comes with proposals. */
  readonly proposed?: Action<TextQuestion, string>;
}

const QUESTIONS_MAX = 1000;

/** Throws «invalid», naming the line, for what is none. */
export function parseGold(text: string, name: string): readonly GoldQuestion[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > QUESTIONS_MAX)
    throw new CapstanError(
      'invalid',
      `${name}: expected 1 to ${QUESTIONS_MAX} test questions, one on each line, got ${lines.length}`,
    );
  return lines.map((line, i) => {
    try {
      return questionIn(JSON.parse(line) as Json);
    } catch (error) {
      throw new CapstanError('invalid', `${name}, line ${i + 1}: ${messageOf(error)}`, { cause: error });
    }
  });
}

function questionIn(value: Json): GoldQuestion {
  const {
    question,
    documents,
    exchanges = [],
    expected,
    proposed,
    ...others
  } = objectOf(value, 'a test question');
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new Error(`expected no «${stranger}»`);
  const own: TextQuestion = {
    text: textOf(question, 'question'),
    ...(documents !== undefined && { documents: listOf(documents, 'documents').map(documentOf) }),
  };
  return {
    workspace: {
      question: own,
      exchanges: listOf(exchanges, 'exchanges').map((one) => {
        const { question: asked, answer } = objectOf(one, 'an exchange');
        return {
          question: questionLike(own, textOf(asked, 'question of an exchange')),
          answer: known(textOf(answer, 'answer')),
        };
      }),
    },
    expected: actionOf(own, expected, 'expected'),
    ...(proposed !== undefined && { proposed: actionOf(own, proposed, 'proposed') }),
  };
}

function actionOf(own: TextQuestion, value: Json | undefined, what: string): Action<TextQuestion, string> {
  const { reply: said, ask: asked, unknown: isUnknown, escalate } = objectOf(value, `«${what}»`);
  if (said !== undefined) return reply(known(textOf(said, 'reply')));
  if (asked !== undefined)
    return ask(...listOf(asked, 'ask').map((text) => questionLike(own, textOf(text, 'a question of ask'))));
  if (isUnknown === true) return reply(unknown('unsure'));
  if (escalate === true) return { kind: 'escalate', reason: what };
  throw new Error(`«${what}»: expected «reply», «ask», «unknown» or «escalate»`);
}

/** A sub-question sees the documents of the question. */
function questionLike({ documents }: TextQuestion, text: string): TextQuestion {
  return { text, ...(documents && { documents }) };
}

function documentOf(value: Json): Document {
  const { name, text } = objectOf(value, 'a document');
  return { name: textOf(name, 'name of a document'), text: textOf(text, 'text of a document') };
}

function objectOf(value: Json | undefined, what: string): { readonly [name: string]: Json } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as { readonly [name: string]: Json };
  throw new Error(`${what}: expected an object`);
}

function listOf(value: Json, what: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new Error(`«${what}»: expected a list`);
}

function textOf(value: Json | undefined, what: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Error(`«${what}»: expected a text`);
}
