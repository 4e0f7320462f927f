/** All test questions of GSM8K as trees that are on the disk: steps written by people, sub-questions by a model, each step verified by a
 *  calculator. What does not verify is listed in docs/gsm8k-steps.md. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CapstanError } from '../src/base/errors.ts';
import { type Calculation, decimalOf } from '../src/verifiers/calculator.ts';
import { GSM8K, isThere, named } from '../test/corpora.ts';
import { type FoundStep, gsm8kTrees } from '../test/gsm8k-trees.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';

const QUESTIONS = 1319;
const LIST = 'docs/gsm8k-steps.md';

export const proof: Proof = {
  claim: `All ${QUESTIONS} test questions of GSM8K run as trees with the recorded steps as overseer and the calculator as verifier; every calculation that is marked holds exactly.`,
  defaults: { seeds: [1], sizes: [] },
  async prove() {
    if (!isThere(GSM8K))
      throw new CapstanError(
        'not-found',
        `${GSM8K.questions}: expected GSM8K there, or CAPSTAN_DATA to name the folder`,
      );
    const { steps, empty, trees, naive } = await gsm8kTrees(named(GSM8K.questions));
    const checks = new Checks();
    const isMarked = ({ calculations }: FoundStep) => calculations[0]?.where === 'mark';
    const isPlain = ({ calculations }: FoundStep) => calculations[0]?.where === 'words';
    const holds = ({ calculations }: FoundStep) => calculations.every(({ held }) => held === 'exact');
    const [marked, inWords, silent] = [
      steps.filter(isMarked),
      steps.filter(isPlain),
      steps.filter(({ calculations }) => calculations.length === 0),
    ];
    checks.hold(trees.roots === QUESTIONS, `${trees.roots} questions`);
    for (const { question, step } of marked.filter((one) => !holds(one)))
      checks.hold(false, `question ${question}, step ${step}: a mark does not hold exactly`);
    const off = steps.filter(({ calculations }) => calculations.some(({ held }) => held === 'off'));
    checks.hold(
      trees.rejected.join() === [...new Set(off.map(({ question }) => question))].join(),
      'the trees that are rejected are not those with a step that does not hold',
    );
    writeFileSync(join(REPOSITORY, LIST), listOf(steps));
    const share = (part: readonly FoundStep[]) => [part.length, percent(part.length / steps.length)];
    const rows = [
      ['steps', ...share(steps)],
      ['with a marked calculation', ...share(marked)],
      ['— of which every mark holds exactly', ...share(marked.filter(holds))],
      ['without a mark, with a calculation in words', ...share(inWords)],
      ['— of which every one holds exactly', ...share(inWords.filter(holds))],
      ['— of which one does not hold', ...share(off)],
      ['with no calculation at all', ...share(silent)],
    ];
    const notes = [
      `${trees.roots} trees, ${trees.decisions} decisions of the recorded overseer, ${trees.verifications} answers verified before the overseer saw them. In ${trees.rejected.length} trees a step was rejected and the root is unknown (questions ${trees.rejected.join(', ')}). The last step of a tree says what the answer key says in ${withInterval(trees.accuracy, percent)}: what is missing is words («so it takes 3 days»), cents for dollars, and those ${trees.rejected.length}.`,
      `The file has ${steps.length + empty} lines of steps, of which ${empty} ask and answer nothing. It has ${naive.marks} marks. A reader of marks that knows no parentheses stumbles over ${naive.parentheses}, one that wants a decimal for a value over ${naive.fractions} more, and with binary floating point and === ${naive.unequal} more are unequal («0.8-0.5=0.3»): ${naive.parentheses + naive.fractions + naive.unequal} in all. None of them is a mistake of whoever wrote it.`,
      `What does not verify: ${LIST}.`,
    ];
    return {
      text: `${table(['', 'steps', 'share'], rows)}\n\n${notes.join('\n\n')}`,
      failures: checks.failures,
    };
  },
};

function listOf(steps: readonly FoundStep[]): string {
  const found = steps.flatMap(({ question, step, calculations }) =>
    calculations
      .filter(({ held }) => held !== 'exact')
      .map(
        (one) =>
          `- Question ${question}, step ${step}: \`${arithmetic(one.expression)}\` = \`${one.value}\`; it comes to ${said(one)}.`,
      ),
  );
  const without = (where: 'words' | undefined) =>
    steps
      .filter(({ calculations }) => calculations[0]?.where === where)
      .map(({ question, step }) => `${question}.${step}`)
      .join(', ');
  return `# Steps of GSM8K that do not verify

Written by \`npm run prove gsm8k\`. Questions are numbered as in \`test_socratic.jsonl\`, from 1; steps as they come, those that
say nothing left out. GSM8K is Cobbe et al. 2021 (arXiv 2110.14168), MIT licence.

## A calculation that does not hold, or not exactly

${found.join('\n')}

A calculation whose value is cut off («33.333...») passes as rounded; «off» fails, and ends its tree.

## No mark, but a calculation in words

Question and step. All but those above hold exactly.

${without('words')}

## No calculation that could be checked

Question and step: definitions, equations with unknowns, and plain words. The calculator cannot tell; the trees go on.

${without(undefined)}
`;
}

/** Without the words of the question. */
function arithmetic(expression: string): string {
  return expression.replace(/[\p{L}’']+ ?/gu, '');
}

function said({ exact, held }: Calculation): string {
  return `${exact ? decimalOf(exact) : 'nothing'} (${held})`;
}
