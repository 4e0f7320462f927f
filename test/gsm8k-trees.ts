/** Grade-school questions run as trees: the recorded steps are the overseer's, people's recorded answers the assistant's, and
 *  a calculator verifies each before the next is asked. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scope } from '../src/core/budget.ts';
import { importGsm8k } from '../src/corpora/gsm8k.ts';
import { accuracy } from '../src/evaluate/accuracy.ts';
import { sealGsm8k, textExaminer } from '../src/evaluate/sealed.ts';
import { recordedSeat } from '../src/project/recording.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { questionKey, type TextQuestion } from '../src/text/question.ts';
import { questionOf, type TextTask, writeTasks } from '../src/text/task.ts';
import { type Plan, Trees } from '../src/trees/trees.ts';
import { type Calculation, calculations, calculator, marksOf } from '../src/verifiers/calculator.ts';
import type { NamedText } from './corpora.ts';

export interface FoundStep {
  /** Numbers from 1. */
  readonly question: number;
  readonly step: number;
  readonly calculations: readonly Calculation[];
}

export interface Found {
  readonly steps: readonly FoundStep[];
  /** Lines of the file that ask and answer nothing. */
  readonly empty: number;
  readonly trees: {
    readonly roots: number;
    /** Of answers to steps. */
    readonly verifications: number;
    /** Numbers of the questions of which a step was rejected. */
    readonly rejected: readonly number[];
    /** Decisions of the overseer. */
    readonly decisions: number;
    readonly accuracy: Proportion;
  };
  readonly naive: Naive;
}

/** What a reader of marks would find that knows less. */
export interface Naive {
  readonly marks: number;
  /** With parentheses. */
  readonly parentheses: number;
  /** Of which the value is written as a calculation: «3/4». */
  readonly fractions: number;
  /** Of the rest, those that binary floating point finds unequal. */
  readonly unequal: number;
}

export async function gsm8kTrees(questions: NamedText): Promise<Found> {
  const tasks = importGsm8k({ questions }, 'test');
  const asked = tasks.map(questionOf);
  const grown = await grow(tasks);
  const examiner = textExaminer(sealGsm8k(asked, questions), 'truth');
  const [figure] = await accuracy(answering(asked, grown), examiner, [asked.map((question) => [question])]);
  const steps = tasks.flatMap(({ decompositions }, i) =>
    decompositions![0]!.steps.map((step, j) => ({
      question: i + 1,
      step: j + 1,
      calculations: calculations(step.answer!),
    })),
  );
  const texts = tasks.flatMap(({ decompositions }) => decompositions![0]!.steps.map((step) => step.answer!));
  return {
    steps,
    empty: linesOf(questions) - steps.length,
    trees: {
      roots: grown.length,
      verifications: sum(grown.map((one) => one.verifications)),
      rejected: grown.flatMap(({ answer }, i) =>
        answer.kind === 'unknown' && answer.reason === 'rejected' ? [i + 1] : [],
      ),
      decisions: sum(grown.map((one) => one.decisions)),
      accuracy: figure!,
    },
    naive: naively(texts.flatMap(marksOf)),
  };
}

interface Grown {
  readonly answer: Answer<string>;
  readonly verifications: number;
  readonly decisions: number;
}

/** As «capstan run arithmetic.ts --questions» grows them: all at the same time, on the disk, with the recording as H and as
 *  X. */
async function grow(tasks: readonly TextTask[]): Promise<readonly Grown[]> {
  const read = () => Buffer.from(writeTasks(tasks));
  const plan: Plan = {
    policy: 'gsm8k',
    overseer: recordedSeat({ file: 'gsm8k.jsonl' }, 'overseer', 'H', read),
    assistant: recordedSeat({ file: 'gsm8k.jsonl' }, 'assistant', 'X', read),
    verifiers: [calculator<TextQuestion>()],
  };
  const asked = tasks.map((task) => ({ root: questionOf(task), scope: scope({ depth: 1 }) }));
  const folder = mkdtempSync(join(tmpdir(), 'capstan-gsm8k-'));
  const trees = Trees.open(join(folder, 'trees.db'), { now: () => new Date().toISOString() });
  const grown: Grown[] = [];
  try {
    await trees.answerEach(asked, plan, 'gsm8k', async (place, outcome) => {
      if (outcome.kind === 'waiting') throw new Error('a recording waits for nobody');
      const { root, scope: own } = asked[place]!;
      const [top, ...steps] = await trees.transcript(root, plan, 'gsm8k', own);
      const verifications = steps.filter(({ verdicts }) => verdicts.length > 0).length;
      grown[place] = { answer: outcome.answer, verifications, decisions: top!.steps.length };
    });
  } finally {
    trees.close();
    rmSync(folder, { recursive: true });
  }
  return grown;
}

/** What they came to. */
function answering(asked: readonly TextQuestion[], grown: readonly Grown[]): Assistant<TextQuestion, string> {
  const answers = new Map(asked.map((question, i) => [questionKey(question), grown[i]!.answer]));
  return {
    origin: { name: 'trees', groundTruth: false },
    answer: async (questions) => questions.map((question) => answers.get(questionKey(question))!),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** All but the last of each answer, which is the final answer. */
function linesOf({ text }: NamedText): number {
  const answers = text.split('\n').flatMap((line) => (line === '' ? [] : [String(JSON.parse(line).answer)]));
  return answers.reduce((sum, answer) => sum + answer.trim().split('\n').length - 1, 0);
}

function naively(marks: readonly string[]): Naive {
  const simple = marks.filter((mark) => !mark.includes('('));
  const decimal = simple.filter((mark) => /^[\d.]+$/.test(mark.split('=')[1]!.replace(/^-/, '')));
  const unequal = decimal.filter((mark) => {
    const [expression, value] = mark.split('=');
    // Only digits and operators get here.
    return /^[-+*/\d. ]+$/.test(expression!) && new Function(`return ${expression}`)() !== Number(value);
  });
  return {
    marks: marks.length,
    parentheses: marks.length - simple.length,
    fractions: simple.length - decimal.length,
    unequal: unequal.length,
  };
}
