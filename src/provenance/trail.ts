/** From an answer that is on the record back to what gave it: the answer itself, opened from its commitment, what
 *  corrections say of it, and the model behind it. */

import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { contentOf } from '../record/content.ts';
import { type AnswerRecord, type Corrections, type Judgement, judge, leansOn, readAnswer } from './answer.ts';
import { subjectOf } from './life.ts';
import { type ModelCauses, whyModel } from './why.ts';

export interface AnswerCauses {
  /** Its name: the commitment to it. */
  readonly answer: string;
  readonly entry: Entry;
  /** Undefined where it was erased. */
  readonly record: AnswerRecord | undefined;
  readonly judgement: Judgement | undefined;
  readonly model: ModelCauses;
}

/** What is meant by the beginning of a name: a model in each run that has it, or an answer. `path`: of the ledger. */
export function why(
  path: string,
  entries: readonly Entry[],
  beginning: string,
): { readonly models: readonly ModelCauses[]; readonly answer?: AnswerCauses } {
  const models = whyModel(entries, beginning);
  const answers = entries.filter((entry) => nameOf(entry)?.startsWith(beginning));
  if (models.length + answers.length === 0)
    throw new CapstanError(
      'not-found',
      `${beginning}: expected a checkpoint or an answer on the ledger, got none`,
    );
  if (answers.length > 1 || (answers.length === 1 && models.length > 0))
    throw new CapstanError('usage', `${beginning}: expected the beginning of one name, got that of several`);
  const [entry] = answers;
  return entry ? { models, answer: whyAnswer(path, entries, entry) } : { models };
}

function whyAnswer(path: string, entries: readonly Entry[], entry: Entry): AnswerCauses {
  const text = contentOf(path, entries, entry, 'answer');
  const record = text === undefined ? undefined : readAnswer(text);
  const checkpoint = subjectOf(entry, 'checkpoint')!;
  const models = whyModel(entries, checkpoint);
  const model = models.find(({ run }) => run === entry.run) ?? models[0];
  if (!model)
    throw new CapstanError(
      'corrupt',
      `entry ${entry.seq}: expected an answer of a checkpoint that went through a gate, got one of ${checkpoint}`,
    );
  const judgement = record && judge(record, correctionsOn(path, entries, record.task));
  return { answer: nameOf(entry)!, entry, record, judgement, model };
}

/** The commitment to a recorded answer. */
function nameOf({ kind, content }: Entry): string | undefined {
  if (kind !== 'answer-recorded') return undefined;
  return content?.find(({ field }) => field === 'answer')?.commitment;
}

/** What people said is right, the last word for each question; what was erased says nothing. */
export function correctionsOn(path: string, entries: readonly Entry[], task: string): Corrections {
  const corrections = new Map<string, { answer: string; seq: number }>();
  for (const entry of entries) {
    if (entry.kind !== 'answer-corrected' || entry.words?.task !== task) continue;
    const [key, answer] = ['key', 'answer'].map((field) => contentOf(path, entries, entry, field));
    if (key !== undefined && answer !== undefined) corrections.set(key, { answer, seq: entry.seq });
  }
  return corrections;
}

/** The entries of recorded answers that lean on another answer to this question. */
export function answersLeaningOn(
  path: string,
  entries: readonly Entry[],
  { name }: { readonly name: string },
  key: string,
  answer: string,
): readonly number[] {
  const recorded = entries.filter(({ kind, words }) => kind === 'answer-recorded' && words?.task === name);
  const leaning = recorded.filter((entry) => {
    const text = contentOf(path, entries, entry, 'answer');
    return text !== undefined && leansOn(readAnswer(text), key, answer);
  });
  return leaning.map(({ seq }) => seq);
}
