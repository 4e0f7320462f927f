/** GSM8K (Cobbe et al. 2021, arXiv 2110.14168), in the files' own formats: `test_socratic.jsonl` has for each question
 *      sub-question ** step with <<calculation=value>>          one line a step: written by people, asked by a model
 *      #### final answer
 *  and `example_model_solutions.jsonl` what four models answered. The final answers and which model was right are ground
 *  truth: they are not read here, but by `examiners/gsm8k.ts`. */

import type { Split } from '../core/task.ts';
import { inside, jsonLines, objectAt, type Place, shown, textAt, wrong } from '../text/lines.ts';
import type { RecordedAnswer, RecordedStep, Source, TextTask } from '../text/task.ts';

/** Who wrote the steps. */
export const GSM8K_PEOPLE = 'person:gsm8k';
/** Who asked the sub-questions afterwards. */
export const GSM8K_ASKER = 'model:gsm8k-socratic';

/** The models of the solutions, weakest first: trained to answer, and with a verifier that chose among 100 answers. */
export const GSM8K_MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];

const SOURCE: Source = { name: 'GSM8K', license: 'MIT', url: 'https://github.com/openai/grade-school-math' };

export interface Gsm8kFiles {
  readonly questions: { readonly text: string; readonly file: string };
  /** `example_model_solutions.jsonl` */
  readonly solutions?: { readonly text: string; readonly file: string };
}

export function importGsm8k({ questions, solutions }: Gsm8kFiles, split: Split): readonly TextTask[] {
  const answers = solutions ? solutionsOf(solutions.text, solutions.file) : new Map<string, never>();
  const tasks: TextTask[] = [];
  for (const [value, place] of jsonLines(questions.text, questions.file)) {
    const all = objectAt(value, place);
    const question = textAt(all, 'question', place);
    const steps = stepsOf(textAt(all, 'answer', place), inside(place, 'answer'));
    const said = answers.get(question);
    if (solutions && !said)
      throw wrong(inside(place, 'question'), `one that ${solutions.file} has solutions of`, shown(question));
    tasks.push({
      id: `gsm8k-${split}-${String(tasks.length + 1).padStart(ID_DIGITS, '0')}`,
      question,
      decompositions: [{ given: 'everything', steps }],
      ...(said && { answers: said }),
      split,
      source: SOURCE,
    });
  }
  return tasks;
}

const ID_DIGITS = 4;
const FINAL = '####';
const SEPARATOR = ' ** ';

function stepsOf(answer: string, place: Place): readonly RecordedStep[] {
  const lines = answer.split('\n').filter((line) => line.trim() !== '');
  if (!lines.at(-1)?.startsWith(FINAL))
    throw wrong(place, `a last line «${FINAL} …»`, shown(lines.at(-1) ?? ''));
  const steps = lines.slice(0, -1).flatMap((line, i): readonly RecordedStep[] => {
    const at = line.indexOf(SEPARATOR);
    const [question, text] = [line.slice(0, at).trim(), line.slice(at + SEPARATOR.length).trim()];
    if (at < 0 || question === '')
      throw wrong(place, `«sub-question${SEPARATOR}step» as step ${i + 1}`, shown(line));
    // Two lines of the test file ask and answer nothing; what follows them does.
    return text === '' ? [] : [{ question, by: GSM8K_ASKER, answer: text, answeredBy: GSM8K_PEOPLE }];
  });
  if (steps.length === 0) throw wrong(place, 'one step at least', 'none');
  return steps;
}

/** By question. Whether a solution is right stands beside it and is not looked at. */
function solutionsOf(text: string, file: string): ReadonlyMap<string, readonly RecordedAnswer[]> {
  const found = new Map<string, readonly RecordedAnswer[]>();
  for (const [value, place] of jsonLines(text, file)) {
    const all = objectAt(value, place);
    const answers = GSM8K_MODELS.map((model): RecordedAnswer => {
      const solution = objectAt(all[model], inside(place, model));
      return { by: `model:${model}`, answer: textAt(solution, 'solution', inside(place, model)) };
    });
    found.set(textAt(all, 'question', place), answers);
  }
  return found;
}
