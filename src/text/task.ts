/** A text task as it is written down: one line of JSON for each question, with what people and models are on record as
 *  having said about it. `docs/text-task.schema.json` is the same for other programs. What the right answer is does not
 *  stand here: it lies sealed in a file beside, for examiners. */

import { canonical, type Json } from '../base/canonical.ts';
import type { Split } from '../core/task.ts';
import {
  inside,
  type JsonObject,
  jsonLines,
  kindOf,
  listAt,
  objectAt,
  type Place,
  textAt,
  textsAt,
  wrong,
} from './lines.ts';
import { type Document, questionKey, type TextQuestion } from './question.ts';

export interface TextTask {
  /** Unique in its file. */
  readonly id: string;
  readonly question: string;
  readonly documents?: readonly Document[];
  /** Where the answer is one of these. */
  readonly choices?: readonly string[];
  /** How the question was taken apart, by each who did. */
  readonly decompositions?: readonly Decomposition[];
  /** What was answered to the whole question. */
  readonly answers?: readonly RecordedAnswer[];
  readonly split: Split;
  readonly source: Source;
}

export interface Decomposition {
  /** What a step is shown: the question and all steps before it («everything»), or only the answers that it names as #1,
   *  #2, … («references»). */
  readonly given: 'everything' | 'references';
  readonly steps: readonly RecordedStep[];
}

export interface RecordedStep {
  readonly question: string;
  /** Who asked it: «person:…», «model:…», «script:…» or «program:…». */
  readonly by: string;
  readonly answer?: string;
  readonly answeredBy?: string;
  /** Where its answer was found, by whoever looked. */
  readonly evidence?: readonly string[];
}

export interface RecordedAnswer {
  readonly by: string;
  readonly answer: string;
}

export interface Source {
  readonly name: string;
  /** SPDX identifier. */
  readonly license: string;
  readonly url?: string;
}

/** A form of the file's name that people will know it by. */
export const TASKS_FILE = 'tasks.jsonl';

const SPLITS: readonly string[] = ['train', 'gate', 'test'];
const GIVEN: readonly string[] = ['everything', 'references'];
const AUTHOR = /^(?:person|model|script|program):[^\s]+$/;

/** Reads a whole file; `file` is its name, for messages. */
export function readTasks(text: string, file: string): readonly TextTask[] {
  const tasks: TextTask[] = [];
  const ids = new Map<string, number>();
  const questions = new Map<string, number>();
  for (const [value, place] of jsonLines(text, file)) {
    const task = taskOf(value, place);
    expectNew(ids, task.id, place, 'id');
    expectNew(questions, questionKey(questionOf(task)), place, 'question');
    tasks.push(task);
  }
  return tasks;
}

/** One line for each, which reads back as it is. */
export function writeTasks(tasks: readonly TextTask[]): string {
  return tasks.map((task) => `${canonical(task as unknown as Json)}\n`).join('');
}

/** As overseers and assistants are asked it. */
export function questionOf({ question, documents }: TextTask): TextQuestion {
  return { text: question, ...(documents && { documents }) };
}

function expectNew(seen: Map<string, number>, key: string, place: Place, field: string): void {
  const before = seen.get(key);
  if (before !== undefined) throw wrong(inside(place, field), 'one that is new', `that of line ${before}`);
  seen.set(key, place.line);
}

export function taskOf(value: Json, place: Place): TextTask {
  if (isSealed(value)) throw wrong(place, 'a text task', 'ground truth, which only examiners read');
  const all = objectAt(value, place, FIELDS);
  return {
    id: textAt(all, 'id', place),
    question: textAt(all, 'question', place),
    ...(all.documents !== undefined && { documents: listAt(all, 'documents', place, documentOf) }),
    ...(all.choices !== undefined && { choices: choicesOf(all, place) }),
    ...(all.decompositions !== undefined && {
      decompositions: listAt(all, 'decompositions', place, decompositionOf),
    }),
    ...(all.answers !== undefined && { answers: listAt(all, 'answers', place, answerOf) }),
    split: oneAt(all, 'split', place, SPLITS) as Split,
    source: sourceOf(all.source, inside(place, 'source')),
  };
}

/** Whether it is the first line of a file of ground truth. */
function isSealed(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'sealed' in value;
}

const FIELDS = ['id', 'question', 'documents', 'choices', 'decompositions', 'answers', 'split', 'source'];

function documentOf(value: Json, place: Place): Document {
  const document = objectAt(value, place, ['name', 'text']);
  return { name: textAt(document, 'name', place), text: textAt(document, 'text', place) };
}

function choicesOf(all: JsonObject, place: Place): readonly string[] {
  const choices = textsAt(all, 'choices', place);
  if (choices.length < 2 || new Set(choices).size < choices.length)
    throw wrong(inside(place, 'choices'), 'two or more, all different', kindOf(choices.join(', ')));
  return choices;
}

function decompositionOf(value: Json, place: Place): Decomposition {
  const all = objectAt(value, place, ['given', 'steps']);
  const steps = listAt(all, 'steps', place, stepOf);
  if (steps.length === 0) throw wrong(inside(place, 'steps'), 'one step at least', 'none');
  return { given: oneAt(all, 'given', place, GIVEN) as Decomposition['given'], steps };
}

function stepOf(value: Json, place: Place): RecordedStep {
  const all = objectAt(value, place, ['question', 'by', 'answer', 'answeredBy', 'evidence']);
  if ((all.answer === undefined) !== (all.answeredBy === undefined))
    throw wrong(place, 'answer and answeredBy together', 'one of them');
  return {
    question: textAt(all, 'question', place),
    by: authorAt(all, 'by', place),
    ...(all.answer !== undefined && {
      answer: textAt(all, 'answer', place),
      answeredBy: authorAt(all, 'answeredBy', place),
    }),
    ...(all.evidence !== undefined && { evidence: textsAt(all, 'evidence', place) }),
  };
}

function answerOf(value: Json, place: Place): RecordedAnswer {
  const all = objectAt(value, place, ['by', 'answer']);
  return { by: authorAt(all, 'by', place), answer: textAt(all, 'answer', place) };
}

function sourceOf(value: Json | undefined, place: Place): Source {
  const all = objectAt(value, place, ['name', 'license', 'url']);
  return {
    name: textAt(all, 'name', place),
    license: textAt(all, 'license', place),
    ...(all.url !== undefined && { url: textAt(all, 'url', place) }),
  };
}

function authorAt(all: JsonObject, name: string, place: Place): string {
  const author = textAt(all, name, place);
  if (AUTHOR.test(author)) return author;
  throw wrong(inside(place, name), '«person:…», «model:…», «script:…» or «program:…»', kindOf(author));
}

function oneAt(all: JsonObject, name: string, place: Place, values: readonly string[]): string {
  const value = textAt(all, name, place);
  if (values.includes(value)) return value;
  throw wrong(inside(place, name), `one of ${values.join(', ')}`, kindOf(value));
}
