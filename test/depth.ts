/** Adaptive depth measured against fixed depths on the same questions of the test pile: accuracy against ground truth, and
 *  cost as answers of X and decisions of H at declared prices, question by question and without a memo. All is fitted on
 *  the calibration pile, where HCH says what is right. */

import { amplify } from '../src/amplify/amplify.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { hch } from '../src/amplify/hch.ts';
import { memo } from '../src/amplify/memo.ts';
import type { Random } from '../src/base/random.ts';
import {
  adaptive,
  atAccuracy,
  type Prices,
  type Trial,
  withinCost,
  worthwhile,
} from '../src/confidence/adaptive-depth.ts';
import { calibratedAssistant } from '../src/confidence/calibrated.ts';
import { calibrate, type Judged } from '../src/confidence/calibration.ts';
import { counting, fitGains } from '../src/confidence/depth-fitting.ts';
import { agree } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { drawExam, drawHeld, type Exam } from '../src/core/exam.ts';
import type { Task } from '../src/core/task.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import type { Examiner } from '../src/evaluate/examiners.ts';

export interface DepthSetting<Q, A> {
  readonly task: Task<Q, A>;
  readonly examiner: Examiner<Q, A>;
  /** X. */
  readonly assistant: Assistant<Q, A>;
  /** Levels asked are 1 … levels, each as often. */
  readonly levels: number;
  /** Contexts per level on the calibration pile and on the test pile. */
  readonly contexts: number;
  readonly tested: number;
  /** Depths are 0 … depth. */
  readonly depth: number;
  readonly prices: Prices;
  readonly random: Random;
}

/** One way to answer the test questions. */
export interface Way {
  readonly name: string;
  readonly accuracy: number;
  readonly cost: number;
  /** Of each question. */
  readonly items: readonly Item[];
}

interface Item {
  readonly right: boolean;
  readonly cost: number;
}

export interface DepthFigures {
  readonly fixed: readonly Way[];
  /** The cheapest fixed depth that is within `SLACK` of the most accurate, on the test questions themselves. */
  readonly best: Way;
  /** Tuned on the calibration pile: the cheapest within half of `SLACK` of the most accurate fixed depth there. */
  readonly adaptive: Way;
  /** Tuned there to half of the mean cost of the best. */
  readonly halved: Way;
  /** Of every multiplier, for the picture. */
  readonly frontier: readonly Way[];
  /** For each question the cheapest depth that is right, or X alone where none is. */
  readonly oracle: Way;
}

/** A depth that is more accurate by less than this is no better. */
export const SLACK = 0.002;
const PER_CONTEXT = 32;
const PER_QUESTION = 4096;
/** Right answers per unit of cost. */
const MULTIPLIERS = [0, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256];

export async function depthFigures<Q, A>(setting: DepthSetting<Q, A>): Promise<DepthFigures> {
  const { task, examiner, levels, contexts, tested, depth, prices, random } = setting;
  const all = Array.from({ length: levels }, (_, i) => i + 1);
  const drawn = (draw: (questions: number, level: number) => Exam<Q>, count: number) =>
    all.map((level) => draw(count * PER_CONTEXT, level).slice(0, count));
  const calibration = drawn(
    (questions, level) => drawHeld(task, 'calibration', level, questions, random),
    contexts,
  );
  const asked = drawn(
    (questions, level) => drawExam(task, 'test', level, questions, random.split('test')),
    tested,
  ).flat(2);
  const { overseer, environment, level } = task;
  const reference = memo(hch(overseer, environment, levels), task.key);
  const x = memo(setting.assistant, task.key);
  const sure = await sureOf(x, reference, calibration, level);
  const counted = counting(sure);
  const parts = { overseer, environment, assistant: counted.assistant, level };
  const fixedAt = (d: number): Assistant<Q, A> =>
    d === 0 ? counted.assistant : amplify(overseer, withEnvironment(environment, fixedAt(d - 1)));

  /** One question after the other, so that each has its cost; what X says is remembered, and paid for again. */
  const wayOf = async (
    name: string,
    assistant: Assistant<Q, A>,
    questions: readonly Q[],
    isItRight: (
      question: Q,
      i: number,
      answer: Awaited<ReturnType<typeof assistant.answer>>[number],
    ) => boolean,
  ): Promise<Way> => {
    await assistant.answer(questions, scopeFor(PER_QUESTION * questions.length));
    const items: Item[] = [];
    for (const [i, question] of questions.entries()) {
      const before = counted.count();
      const scope = scopeFor(PER_QUESTION);
      const [answer] = await assistant.answer([question], scope);
      const cost =
        prices.answer * (counted.count() - before) + prices.decision * scope.budget.spent.decisions;
      items.push({ cost, right: isItRight(question, i, answer!) });
    }
    return way(name, items);
  };
  const onTest = (name: string, assistant: Assistant<Q, A>) =>
    wayOf(name, assistant, asked, (question, _, answer) => isRight(examiner, question, answer));
  const tuning = calibration.flat(2);
  const truth = await reference.answer(tuning, scopeFor(PER_QUESTION * tuning.length));
  const onTuning = (name: string, assistant: Assistant<Q, A>) =>
    wayOf(name, assistant, tuning, (_, i, answer) => agree(answer, truth[i]!));

  const depths = Array.from({ length: depth + 1 }, (_, d) => d);
  const fixed: Way[] = [];
  const tunedFixed: Way[] = [];
  for (const d of depths) {
    fixed.push(await onTest(`depth ${d}`, fixedAt(d)));
    tunedFixed.push(await onTuning(`depth ${d}`, fixedAt(d)));
  }
  const trials: Trial[] = [];
  const frontier: Way[] = [];
  // A decomposition's price is at least that of one decision: with dear ones the same trade has a smaller multiplier.
  for (const multiplier of MULTIPLIERS.map((one) => one / Math.max(1, prices.decision / 2))) {
    const gains = await fitGains(parts, calibration, {
      ...{ multiplier, prices, depth, reference, dependence: 0 },
    });
    const isWorth = worthwhile(gains, multiplier);
    const whole = adaptive(
      { ...parts, dependence: 0, isWorth: (question, own) => isWorth(level(question), own) },
      depth,
    );
    const { accuracy, cost } = await onTuning('adaptive', whole);
    trials.push({ multiplier, accuracy, cost });
    frontier.push(await onTest(`adaptive, η ${multiplier}`, whole));
  }
  const wayAt = (trial: Trial | undefined) =>
    frontier[trials.indexOf(trial ?? trials.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)))]!;
  const goal = bestOf(tunedFixed);
  const most = Math.max(...tunedFixed.map(({ accuracy }) => accuracy));
  return {
    fixed,
    best: bestOf(fixed),
    adaptive: wayAt(atAccuracy(trials, most - SLACK / 2)),
    halved: wayAt(withinCost(trials, goal.cost / 2)),
    frontier,
    oracle: way(
      'oracle',
      asked.map((_, i) => {
        const items = fixed.map(({ items }) => items[i]!);
        const right = items.filter((one) => one.right);
        return right.length === 0 ? items[0]! : right.reduce((a, b) => (b.cost < a.cost ? b : a));
      }),
    ),
  };
}

function bestOf(ways: readonly Way[]): Way {
  const most = Math.max(...ways.map(({ accuracy }) => accuracy));
  return ways.filter(({ accuracy }) => accuracy >= most - SLACK).reduce((a, b) => (b.cost < a.cost ? b : a));
}

function way(name: string, items: readonly Item[]): Way {
  const mean = (of: (item: Item) => number) => items.reduce((sum, one) => sum + of(one), 0) / items.length;
  return { name, items, accuracy: mean(({ right }) => Number(right)), cost: mean(({ cost }) => cost) };
}

async function sureOf<Q, A>(
  x: Assistant<Q, A>,
  reference: Assistant<Q, A>,
  exams: readonly Exam<Q>[],
  level: (question: Q) => number,
): Promise<Assistant<Q, A>> {
  const questions = exams.flat(2);
  const scope = () => scopeFor(PER_QUESTION * questions.length);
  const truth = await reference.answer(questions, scope());
  const answers = await x.answer(questions, scope());
  const judged = answers.flatMap((answer, i): readonly Judged[] =>
    answer.kind === 'unknown'
      ? []
      : [{ level: level(questions[i]!), confidence: answer.confidence, right: agree(answer, truth[i]!) }],
  );
  return calibratedAssistant(x, calibrate('isotonic', judged, reference.origin.groundTruth), level);
}
