/** The right answers of text tasks in a file of their own, each under the key of its question. It begins with a line that
 *  says what it is, on which every other reader of this program stops. It is a seal and no lock: whoever opens the file
 *  with another program can read it. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { isEqual } from '../base/rational.ts';
import { finalNumber } from '../text/final.ts';
import { booleanAt, inside, jsonLines, objectAt, type Place, textAt, wrong } from '../text/lines.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import { type Examiner, seal } from './examiner.ts';

/** How answers are compared: as what they come to in numbers, or as words. */
export type Comparison = 'number' | 'words';

/** As a corpus has it: to the question of this text, whatever documents it is asked with. */
export interface FoundAnswer {
  readonly text: string;
  readonly answer: string;
  readonly as: Comparison;
  /** Which recorded answers its corpus says are right, by author. */
  readonly right?: { readonly [by: string]: boolean };
}

/** Knows the right answers of the questions that one file is about, and no others. */
export interface TextExaminer extends Examiner<TextQuestion, string> {
  accepts(question: TextQuestion, answer: string): boolean;
  /** What the corpus says of what `by` is on record as having answered. */
  judged(question: TextQuestion, by: string): boolean | undefined;
}

const HEADER = { sealed: 'capstan ground truth: for examiners, never for training', version: 1 };

/** The answers of these questions; the corpus has one to each. */
export function writeSealed(questions: readonly TextQuestion[], answers: readonly FoundAnswer[]): string {
  const found = new Map(answers.map((answer) => [answer.text, answer]));
  const rows = questions.map((question): Row => {
    const answer = found.get(question.text);
    if (!answer)
      throw new CapstanError('invalid', `«${question.text}»: expected an answer to it, the corpus has none`);
    const { text: _, ...rest } = answer;
    return { key: questionKey(question), ...rest };
  });
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return [HEADER, ...rows].map((row) => `${canonical(row as unknown as Json)}\n`).join('');
}

export function readSealed(text: string, file: string): TextExaminer {
  const rows = new Map<string, Row>();
  let isFirst = true;
  for (const [value, place] of jsonLines(text, file)) {
    if (isFirst) expectHeader(value, place);
    else {
      const row = rowOf(value, place);
      if (rows.has(row.key)) throw wrong(inside(place, 'key'), 'one that is new', row.key);
      rows.set(row.key, row);
    }
    isFirst = false;
  }
  if (isFirst) throw new CapstanError('invalid', `${file}: expected sealed answers, got nothing`);
  const rowFor = (question: TextQuestion): Row => {
    const row = rows.get(questionKey(question));
    if (row) return row;
    throw new CapstanError('not-found', `${file}: expected an answer to «${question.text}», there is none`);
  };
  return {
    truth: (question) => seal(rowFor(question).answer),
    accepts: (question, answer) => isSame(rowFor(question), answer),
    judged: (question, by) => rowFor(question).right?.[by],
  };
}

interface Row extends Omit<FoundAnswer, 'text'> {
  readonly key: string;
}

function expectHeader(value: Json, place: Place): void {
  const all = objectAt(value, place);
  if (all.sealed !== HEADER.sealed) throw wrong(place, 'sealed answers', 'another file');
  if (all.version !== HEADER.version)
    throw wrong(inside(place, 'version'), String(HEADER.version), String(all.version));
}

function rowOf(value: Json, place: Place): Row {
  const all = objectAt(value, place, ['key', 'answer', 'as', 'right']);
  const as = textAt(all, 'as', place);
  if (as !== 'number' && as !== 'words') throw wrong(inside(place, 'as'), '«number» or «words»', `«${as}»`);
  const row = { key: textAt(all, 'key', place), answer: textAt(all, 'answer', place), as } as const;
  if (all.right === undefined) return row;
  const right = objectAt(all.right, inside(place, 'right'));
  const marks = Object.keys(right).map((by) => [by, booleanAt(right, by, inside(place, 'right'))] as const);
  return { ...row, right: Object.fromEntries(marks) };
}

function isSame({ answer: right, as }: Row, answer: string): boolean {
  if (as === 'words') return plain(answer) === plain(right);
  const [a, b] = [finalNumber(answer), finalNumber(right)];
  return a !== undefined && b !== undefined && isEqual(a, b);
}

/** Without what makes no difference: case, space, a full stop. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}
