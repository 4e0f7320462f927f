/** Escalation measured: how many questions must go to a person so that of all at most a stated share is kept and wrong, by
 *  whose confidence and by which thresholds. All is fitted on the calibration pile, where HCH says what is right; figures are
 *  of the test pile, against ground truth. Every entrant is tuned by the same conformal rule. */

import { withEnvironment } from '../src/amplify/environment.ts';
import { hch } from '../src/amplify/hch.ts';
import { memo } from '../src/amplify/memo.ts';
import type { Random } from '../src/base/random.ts';
import { combining } from '../src/confidence/combination.ts';
import { type Confidence, confident, sureOf } from '../src/confidence/escalation.ts';
import { fitConfidence, type HeldLevel, judgedContexts } from '../src/confidence/fitting.ts';
import { propagating } from '../src/confidence/propagate.ts';
import {
  type Contexts,
  type Kept,
  levelThresholds,
  plannedThreshold,
  riskForKept,
  riskThreshold,
} from '../src/confidence/threshold.ts';
import { known } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { drawExam, drawHeld, type Exam } from '../src/core/exam.ts';
import type { Task } from '../src/core/task.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import type { Examiner } from '../src/evaluate/examiners.ts';
import type { Scored } from '../src/statistics/roc.ts';

export interface Setting<Q, A> {
  readonly task: Task<Q, A>;
  readonly examiner: Examiner<Q, A>;
  /** X. */
  readonly assistant: Assistant<Q, A>;
  /** H at work. On the calibration pile the task's own says what is right. */
  readonly overseer: Overseer<Q, A>;
  /** Levels asked are 1 … levels, each as often. */
  readonly levels: number;
  /** Contexts per level in each half of the calibration pile, and of the test pile. */
  readonly contexts: number;
  readonly tested: number;
  readonly depth: number;
  readonly random: Random;
}

/** What became of the test questions under one threshold rule. */
export interface Outcome {
  /** Share of questions that a person is asked. */
  readonly escalated: number;
  /** Share of all questions that are kept and wrong. */
  readonly lost: number;
  /** Of those kept. */
  readonly lostOfKept: number;
}

export interface AtRisk {
  readonly risk: number;
  /** Tuned by the conformal rule, so that of all questions this share is kept and wrong, */
  readonly tuned: Outcome;
  /** so that of those kept it is wrong, as planned on the calibration pile, */
  readonly kept: Outcome;
  /** and where the test questions themselves have just that risk over all. */
  readonly equal: Outcome;
}

export interface Entrant {
  readonly name: string;
  /** Share of wrong or unknown answers, with nobody above. */
  readonly base: number;
  /** Of the test questions, unknown left out. */
  readonly scored: readonly Scored[];
  readonly outcomes: readonly AtRisk[];
  /** Share escalated and share kept and wrong, for the picture. */
  readonly curve: readonly (readonly [escalated: number, lost: number])[];
  /** Mean cost per question: answers of X, decisions of H. */
  readonly answers: number;
  readonly decisions: number;
}

export const NAMES = {
  softmax: 'X, one threshold on its softmax',
  calibrated: 'X, calibrated, a threshold per level',
  same: 'taken apart, one threshold on X’s softmax',
  propagated: 'taken apart, propagated alone, a threshold per level',
  combined: 'taken apart, propagated and combined, a threshold per level',
  served: 'taken apart where X is unsure, a threshold per level',
} as const;

/** Questions of each context at most (`core/exam.ts`): so many questions have at least as many contexts as are wanted. */
const PER_CONTEXT = 32;
const PER_QUESTION = 4096;
/** No smaller one can be shown with the contexts that there are. */
const LEAST_RISK = 0.01;

export async function escalationFigures<Q, A>(
  setting: Setting<Q, A>,
  risks: readonly number[],
): Promise<{ readonly entrants: readonly Entrant[]; readonly confidence: Confidence }> {
  const { task, examiner, overseer, levels, contexts, tested, depth, random } = setting;
  const all = Array.from({ length: levels }, (_, i) => i + 1);
  const reference = memo(hch(task.overseer, task.environment, levels), task.key);
  const count = { answers: 0 };
  const kept = memo(setting.assistant, task.key);
  const x: Assistant<Q, A> = {
    origin: kept.origin,
    answer: (questions, scope) => {
      count.answers += questions.length;
      return kept.answer(questions, scope);
    },
  };
  const held = all.map((level): HeldLevel<Q> => {
    const drawn = drawHeld(task, 'calibration', level, 2 * contexts * PER_CONTEXT, random).slice(
      0,
      2 * contexts,
    );
    return { level, share: 1 / levels, fit: drawn.slice(0, contexts), thresholds: drawn.slice(contexts) };
  });
  const tests = all.map((level) =>
    drawExam(task, 'test', level, tested * PER_CONTEXT, random.split('test')).slice(0, tested),
  );
  const parts = { overseer, environment: task.environment, assistant: x, level: task.level };
  const confidence = await fitConfidence(parts, held, {
    risk: Math.min(...risks),
    depth,
    method: 'isotonic',
    reference,
  });
  const sure = sureOf(parts, confidence);
  const below = withEnvironment(
    task.environment,
    depth === 1 ? sure : confident(parts, { ...confidence, depth: depth - 1 }),
  );
  const propagated = propagating(overseer, below, confidence);
  const combined = combining(propagated, sure, confidence.combination, task.level);
  const assistants: readonly (readonly [keyof typeof NAMES, Assistant<Q, A>])[] = [
    ['softmax', x],
    ['calibrated', sure],
    ['same', confidenceFrom(combined, x)],
    ['propagated', propagated],
    ['combined', combined],
    ['served', confident(parts, confidence)],
  ];
  const entrants: Entrant[] = [];
  for (const [name, assistant] of assistants) {
    const judged = async (exams: readonly Exam<Q>[]) => {
      const found: Contexts[] = [];
      for (const exam of exams) found.push(await judgedContexts(assistant, reference, exam));
      return found;
    };
    const fitted = await judged(held.map(({ fit }) => fit));
    const calibration = await judged(held.map(({ thresholds }) => thresholds));
    count.answers = 0;
    const figures: Contexts[] = [];
    let decisions = 0;
    for (const exam of tests) {
      const questions = exam.flat();
      const scope = scopeFor(PER_QUESTION * questions.length);
      const answers = await assistant.answer(questions, scope);
      decisions += scope.budget.spent.decisions;
      let place = 0;
      figures.push(
        exam.map((context) =>
          context.map((question): Kept => {
            const answer = answers[place++]!;
            const confidence = answer.kind === 'known' ? answer.confidence : -1;
            return { confidence, right: isRight(examiner, question, answer) };
          }),
        ),
      );
    }
    const n = tests.flat(2).length;
    const oneForAll = name === 'softmax' || name === 'same';
    const thresholdsAt = (risk: number) =>
      oneForAll
        ? // Nothing was fitted for it, so it may have all of the calibration pile.
          all.map(() => riskThreshold([...fitted, ...calibration].flat(), risk))
        : levelThresholds(
            held.map(({ level, share }, i) => ({
              ...{ level, share, planned: fitted[i]!, contexts: calibration[i]! },
            })),
            risk,
          ).map(({ threshold }) => threshold);
    const planned = (contexts: readonly Contexts[]) =>
      contexts.map((one) => ({ share: 1 / levels, planned: one }));
    const outcomes = risks.map((risk) => {
      const equal = plannedThreshold(planned(figures), risk);
      const stricter = riskForKept(planned(oneForAll ? calibration : fitted), risk);
      return {
        risk,
        tuned: outcomeOf(figures, thresholdsAt(risk)),
        kept: outcomeOf(figures, thresholdsAt(Math.max(stricter, LEAST_RISK))),
        equal: outcomeOf(
          figures,
          all.map(() => equal),
        ),
      };
    });
    entrants.push({
      name: NAMES[name],
      base: outcomeOf(
        figures,
        all.map(() => -1),
      ).lost,
      scored: figures.flatMap((level, i) =>
        level.flatMap((context, j) =>
          context.flatMap(({ confidence, right }) =>
            confidence < 0 ? [] : [{ cluster: `${i} ${j}`, score: confidence, right }],
          ),
        ),
      ),
      outcomes,
      curve: curveOf(figures),
      answers: count.answers / n,
      decisions: decisions / n,
    });
  }
  return { entrants, confidence };
}

/** The first one's answers, each as confident as the second is of its own. */
function confidenceFrom<Q, A>(assistant: Assistant<Q, A>, other: Assistant<Q, A>): Assistant<Q, A> {
  return {
    origin: assistant.origin,
    async answer(questions, scope) {
      const answers = await assistant.answer(questions, scope);
      const others = await other.answer(questions, scope);
      return answers.map((answer, i) => {
        const said = others[i]!;
        return answer.kind === 'unknown'
          ? answer
          : known(answer.value, said.kind === 'known' ? said.confidence : 0);
      });
    },
  };
}

/** Levels count alike, and within a level contexts. */
function outcomeOf(levels: readonly Contexts[], thresholds: readonly number[]): Outcome {
  const over = (is: (one: Kept, threshold: number) => boolean) =>
    mean(
      levels.map((contexts, i) =>
        mean(contexts.map((context) => mean(context.map((one) => Number(is(one, thresholds[i]!)))))),
      ),
    );
  const escalated = over((one, threshold) => one.confidence < threshold);
  const lost = over((one, threshold) => one.confidence >= threshold && !one.right);
  return { escalated, lost, lostOfKept: escalated === 1 ? 0 : lost / (1 - escalated) };
}

const POINTS = 100;

function curveOf(levels: readonly Contexts[]): Entrant['curve'] {
  const all = levels.flat(2).map(({ confidence }) => confidence);
  const sorted = [...new Set(all)].sort((a, b) => a - b);
  return Array.from({ length: POINTS + 1 }, (_, i) => {
    const threshold = sorted[Math.floor((i * (sorted.length - 1)) / POINTS)]!;
    const { escalated, lost } = outcomeOf(
      levels,
      levels.map(() => threshold),
    );
    return [escalated, lost] as const;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
