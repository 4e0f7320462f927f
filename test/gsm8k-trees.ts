/** Grade-school questions run as trees: the recorded steps are the overseer's, people's recorded answers the assistant's, and
 *  a calculator verifies each before the next is asked. */

import { amplify } from '../src/amplify/amplify.ts';
import { type Verification, verified } from '../src/amplify/verified.ts';
import { recordedAssistant } from '../src/assistants/recorded.ts';
import type { Proportion } from '../src/base/proportion.ts';
import { scopeFor } from '../src/core/budget.ts';
import { GSM8K_PEOPLE, importGsm8k } from '../src/corpora/gsm8k.ts';
import { accuracy } from '../src/evaluate/accuracy.ts';
import { sealGsm8k, textExaminer } from '../src/evaluate/sealed.ts';
import { recordedOverseer } from '../src/overseers/recorded.ts';
import type { TextQuestion } from '../src/text/question.ts';
import { questionOf } from '../src/text/task.ts';
import { type Calculation, calculations, calculator, marksOf } from '../src/verifiers/calculator.ts';
import type { NamedText } from './corpora.ts';

export interface FoundStep {
  /** Numbers from 1. */
  readonly question: number;
  readonly step: number;
  readonly calculations: readonly Calculation[];
}

export interface Trees {
  readonly steps: readonly FoundStep[];
  /** Lines of the file that ask and answer nothing. */
  readonly empty: number;
  readonly trees: {
    readonly roots: number;
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

export async function gsm8kTrees(questions: NamedText): Promise<Trees> {
  const tasks = importGsm8k({ questions }, 'test');
  const asked = tasks.map(questionOf);
  const seen: Verification<TextQuestion, string>[] = [];
  const people = verified(recordedAssistant(tasks, GSM8K_PEOPLE), [calculator<TextQuestion>()], {
    unsure: 'pass',
    remedies: [],
    observe: (one) => seen.push(one),
  });
  const tree = amplify(recordedOverseer(tasks), people);
  const scope = scopeFor(asked.length);
  const answers = await tree.answer(asked, scope);
  const verifications = seen.length;
  const examiner = textExaminer(sealGsm8k(asked, questions), 'truth');
  const [figure] = await accuracy(tree, examiner, [asked.map((question) => [question])]);
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
      roots: asked.length,
      verifications,
      rejected: answers.flatMap((answer, i) =>
        answer.kind === 'unknown' && answer.reason === 'rejected' ? [i + 1] : [],
      ),
      decisions: scope.budget.spent.decisions,
      accuracy: figure!,
    },
    naive: naively(texts.flatMap(marksOf)),
  };
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
