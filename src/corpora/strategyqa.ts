/** StrategyQA (Geva et al. 2021, arXiv 2101.02235), in the files' own formats: `dev.json` is one list of questions with the
 *  steps that people took them apart into, where #1 is the answer of the first, and the paragraphs that each step was
 *  answered from; `bart_decomp_dev_predictions.jsonl` has the steps that a model predicted. The answers, yes or no, are
 *  ground truth: they are not read here. The facts that a question's author had in mind are a document, if wanted. */

import type { Json } from '../base/canonical.ts';
import type { Split } from '../core/task.ts';
import { inside, jsonFile, jsonLines, objectAt, shown, textAt, textsAt, wrong } from '../text/lines.ts';
import type { Decomposition, RecordedStep, Source, TextTask } from '../text/task.ts';

export const STRATEGYQA_PEOPLE = 'person:strategyqa';
export const STRATEGYQA_PREDICTOR = 'model:bart-decomposition';

const SOURCE: Source = { name: 'StrategyQA', license: 'MIT', url: 'https://github.com/eladsegal/strategyqa' };
const CHOICES = ['yes', 'no'];

export interface StrategyqaFiles {
  readonly questions: { readonly text: string; readonly file: string };
  /** `bart_decomp_dev_predictions.jsonl` */
  readonly predictions?: { readonly text: string; readonly file: string };
  /** Whether each question is asked with its author's facts as a document. */
  readonly withFacts?: boolean;
}

export function importStrategyqa(files: StrategyqaFiles, split: Split): readonly TextTask[] {
  const { questions, predictions, withFacts } = files;
  const predicted = predictions ? predictionsOf(predictions.text, predictions.file) : undefined;
  const [list, place] = jsonFile(questions.text, questions.file);
  if (!Array.isArray(list)) throw wrong(place, 'a list of questions', 'something else');
  return list.map((value: Json, i): TextTask => {
    const here = inside(place, `[${i}]`);
    const all = objectAt(value, here);
    const id = textAt(all, 'qid', here);
    const prediction = predicted?.get(id);
    if (predicted && !prediction)
      throw wrong(inside(here, 'qid'), `one that ${predictions!.file} has`, shown(id));
    return {
      id: `strategyqa-${id}`,
      question: textAt(all, 'question', here),
      ...(withFacts && {
        documents: [{ name: 'facts', text: textsAt(all, 'facts', here).join('\n') }],
      }),
      choices: CHOICES,
      decompositions: [
        decomposition(textsAt(all, 'decomposition', here), STRATEGYQA_PEOPLE, evidenceOf(all.evidence)),
        ...(prediction ? [decomposition(prediction, STRATEGYQA_PREDICTOR, [])] : []),
      ],
      split,
      source: SOURCE,
    };
  });
}

function decomposition(
  questions: readonly string[],
  by: string,
  evidence: readonly (readonly string[])[],
): Decomposition {
  const steps = questions.map((question, i): RecordedStep => {
    const found = evidence[i] ?? [];
    return { question, by, ...(found.length > 0 && { evidence: found }) };
  });
  return { given: 'references', steps };
}

function predictionsOf(text: string, file: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [value, place] of jsonLines(text, file)) {
    const all = objectAt(value, place);
    const steps = textsAt(all, 'decomposition', place);
    if (steps.length === 0) throw wrong(inside(place, 'decomposition'), 'one step at least', 'none');
    found.set(textAt(all, 'qid', place), steps);
  }
  return found;
}

/** For each step the names of paragraphs that any annotator gave, once each. What is no name of a paragraph («operation»,
 *  «no_evidence») stands for none. */
function evidenceOf(annotators: Json | undefined): readonly (readonly string[])[] {
  if (!Array.isArray(annotators)) return [];
  const bySteps = annotators.filter((steps): steps is readonly Json[] => Array.isArray(steps));
  const count = Math.max(0, ...bySteps.map(({ length }) => length));
  return Array.from({ length: count }, (_, i) => {
    const names = bySteps.flatMap((steps) => namesIn(steps[i] ?? null));
    return [...new Set(names)];
  });
}

const NO_PARAGRAPH: readonly string[] = ['operation', 'no_evidence', ''];

function namesIn(value: Json): readonly string[] {
  if (typeof value === 'string') return NO_PARAGRAPH.includes(value) ? [] : [value];
  return Array.isArray(value) ? value.flatMap(namesIn) : [];
}
