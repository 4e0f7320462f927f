/** Escalation on GSM8K's recorded answers: four language models, their votes and what code verifies of them, and a person
 *  above. Questions are dealt to three parts by their key: one to fit confidences on, one for thresholds, one for figures. */

import { memo } from '../src/amplify/memo.ts';
import { vote } from '../src/amplify/vote.ts';
import { weightedVote } from '../src/amplify/weighted.ts';
import { recordedAssistant } from '../src/assistants/recorded.ts';
import { calibratedAssistant } from '../src/confidence/calibrated.ts';
import { calibrate, type Judged } from '../src/confidence/calibration.ts';
import { type Contexts, plannedThreshold, riskThreshold } from '../src/confidence/threshold.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { GSM8K_MODELS, importGsm8k } from '../src/corpora/gsm8k.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import type { Forecast } from '../src/evaluate/calibration-error.ts';
import { sealGsm8k, textExaminer } from '../src/evaluate/sealed.ts';
import { questionKey, type TextQuestion } from '../src/text/question.ts';
import { questionOf } from '../src/text/task.ts';
import { calculator } from '../src/verifiers/calculator.ts';
import { conclusion } from '../src/verifiers/conclusion.ts';
import { coverage } from '../src/verifiers/coverage.ts';
import type { NamedText } from './corpora.ts';
import { graded, untied } from './ladder.ts';

type X = Assistant<TextQuestion, string>;

export interface TextEntrant {
  readonly name: string;
  /** Share of wrong or unknown answers. */
  readonly base: number;
  readonly forecasts: readonly Forecast[];
  readonly outcomes: readonly {
    readonly risk: number;
    readonly escalated: number;
    readonly lost: number;
    /** Escalated where the figures' own questions have just that risk. */
    readonly equal: number;
  }[];
}

export const TEXT_NAMES = {
  votes: 'vote of the four, one threshold on its share of votes',
  weighted: 'weighted vote, calibrated',
  verified: 'weighted vote, verified by code, calibrated',
} as const;

export async function gsm8kFigures(
  questions: NamedText,
  solutions: NamedText,
  risks: readonly number[],
  seed: number,
): Promise<readonly TextEntrant[]> {
  const tasks = importGsm8k({ questions, solutions }, 'test');
  const asked = tasks.map(questionOf);
  const examiner = textExaminer(sealGsm8k(asked, questions, solutions), 'truth');
  const part = (of: (place: number) => boolean) =>
    asked.filter((question) =>
      of((Number.parseInt(questionKey(question).slice(0, 8), 16) + seed * STRIDE) % PARTS),
    );
  const [fit, thresholds, held] = [part((n) => n < 3), part((n) => n >= 3 && n < 6), part((n) => n >= 6)];
  const verifiers = [calculator<TextQuestion>(), conclusion<TextQuestion>(), coverage()];
  const models = GSM8K_MODELS.map((name) => recordedAssistant(tasks, `model:${name}`));
  const gradedBy = async (own: typeof verifiers): Promise<readonly X[]> => {
    const found: X[] = [];
    for (const model of models) found.push(memo(await graded(model, own, examiner, fit), questionKey));
    return found;
  };
  const [plain, checked] = [await gradedBy([]), await gradedBy(verifiers)];
  const judge = async (x: X, some: readonly TextQuestion[]) => {
    const answers = await x.answer(some, scopeFor(some.length));
    return answers.map((answer, i) => ({
      confidence: answer.kind === 'known' ? answer.confidence : -1,
      right: isRight(examiner, some[i]!, answer),
    }));
  };
  const sure = async (x: X): Promise<X> => {
    const judged = (await judge(x, fit)).flatMap((one): readonly Judged[] =>
      one.confidence < 0 ? [] : [{ level: 1, ...one }],
    );
    return calibratedAssistant(x, calibrate('isotonic', judged, true), () => 1);
  };
  const entrants: readonly (readonly [keyof typeof TEXT_NAMES, X])[] = [
    ['votes', untied(vote(plain))],
    ['weighted', await sure(untied(weightedVote(plain)))],
    ['verified', await sure(untied(weightedVote(checked)))],
  ];
  const figures: TextEntrant[] = [];
  for (const [name, x] of entrants) {
    const alone = async (some: readonly TextQuestion[]): Promise<Contexts> =>
      (await judge(x, some)).map((one) => [one]);
    const [own, tuning] = [
      await alone(held),
      await alone(name === 'votes' ? [...fit, ...thresholds] : thresholds),
    ];
    const all = own.flat();
    const share = (is: (one: (typeof all)[number]) => boolean) => all.filter(is).length / all.length;
    figures.push({
      name: TEXT_NAMES[name],
      base: share(({ right }) => !right),
      forecasts: all.flatMap((one, i) => (one.confidence < 0 ? [] : [{ cluster: i, ...one }])),
      outcomes: risks.map((risk) => {
        const threshold = riskThreshold(tuning, risk);
        const equal = plannedThreshold([{ share: 1, planned: own }], risk);
        return {
          risk,
          escalated: share(({ confidence }) => confidence < threshold),
          lost: share(({ confidence, right }) => confidence >= threshold && !right),
          equal: share(({ confidence }) => confidence < equal),
        };
      }),
    });
  }
  return figures;
}

/** Of so many parts, three to fit on, three for thresholds, the others for figures; a seed deals them anew. */
const PARTS = 10;
const STRIDE = 3;
