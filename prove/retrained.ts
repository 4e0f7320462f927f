/** A network that learned an overseer's rule of mistakes; people audit it, a slice is found, somebody else decides there from
 *  then on, and training goes on from the same weights. The people are simulated: their judgements and decisions are those of
 *  the task's own script, without mistakes. */

import { Random } from '../src/base/random.ts';
import type { Assistant } from '../src/core/assistant.ts';
import type { Exam } from '../src/core/exam.ts';
import { Student } from '../src/distill/student.ts';
import { accuracy, checkpointExams } from '../src/evaluate/accuracy.ts';
import { examinerOf } from '../src/evaluate/examiners.ts';
import { iterate } from '../src/iterate/iterate.ts';
import { type Progress, START } from '../src/iterate/progress.ts';
import { directly } from '../src/iterate/supervision.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { corrected } from '../src/oversight/corrected.ts';
import { type ErrorRate, errorRate } from '../src/oversight/estimate.ts';
import { holds, type Rule } from '../src/oversight/slices.ts';
import { questionTraits } from '../src/oversight/traits.ts';
import { mainPlan } from '../src/run/arms.ts';
import { poolOf, roundsByH, slicesIn } from '../src/run/audited.ts';
import { type Choices, configure } from '../src/run/configuration.ts';
import { slipWord } from '../src/run/slice.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { type AnyAnswer, type AnyQuestion, type AnyTask, taskEntry } from '../src/tasks/tasks.ts';

type X = Assistant<AnyQuestion, AnyAnswer>;

export interface Retraining {
  readonly task: string;
  readonly size: number;
  readonly seed: number;
  /** Training steps under the overseer who errs, and under the corrected one. */
  readonly steps: readonly [before: number, after: number];
  readonly audits: number;
}

export interface Figures {
  /** By level, or the examiner's grades. */
  readonly perLevel: readonly Proportion[];
  /** Of the questions in which H was made to err. */
  readonly inSlice: Proportion;
}

export interface Retrained {
  readonly levels: readonly string[];
  /** The rules found: where one holds, the other decides. */
  readonly rules: readonly Rule[];
  readonly rate: ErrorRate;
  readonly before: Figures;
  readonly after: Figures;
  /** Decisions that the other made in H's place, and those that H made meanwhile. */
  readonly taken: number;
  readonly decisions: number;
}

const SHARE = 1 / 8;

export async function retrained({ task: name, size, seed, steps, audits }: Retraining): Promise<Retrained> {
  const noise = { kind: 'systematic', rate: SHARE } as const;
  const choices: Choices = { task: name, size, seed, noise, replicas: 1, maxSteps: steps[0], endless: true };
  const configuration = configure(choices);
  const task = openTask(name, size);
  const examiner = examinerOf(task);
  const plan = mainPlan(task, examiner, configuration);
  const random = Random.seeded(seed);
  const runtimes = [await Runtime.open({ threads: 1, backend: 'auto' })];
  try {
    const student = await Student.fresh(task, configuration.student, runtimes, random.split('weights'));
    const learned = directly(task, plan.overseers);
    const progress = await trained(iterate(task, learned, student, plan.training, random));
    const measure = (x: X) => figuresOf(task, x, plantedIn(task, seed));
    const x = student.assistant('X', false);
    const before = await measure(x);
    const setting = { task, assistant: x, model: '', random: random.split('audit'), audits };
    const pool = await poolOf(setting);
    const rounds = await roundsByH(setting, pool);
    const rules = slicesIn(pool, rounds, setting.random).map(({ rule }) => rule);
    let taken = 0;
    const [h] = plan.overseers;
    const overseer = corrected(h!, task.overseer, {
      isTaken: (question) => rules.some((rule) => holds(rule, questionTraits(task, question))),
      onTaken: (decisions) => {
        taken += decisions;
      },
    });
    // The learning rate rises again, and falls over the second half.
    const { optimizer } = configuration.student;
    const to = steps[0] + steps[1];
    const coolDown = [steps[0] + Math.floor(steps[1] / 2), to] as const;
    const options = { ...configuration.student, optimizer: { ...optimizer, coolDown } };
    const state = await student.state(); // before the runtimes hold another student's
    const going = await Student.fresh(task, options, runtimes, random);
    await going.restore(state);
    const training = { ...plan.training, stepsMax: to };
    const from: Progress = { ...progress, state: 'running' };
    const ended = await trained(
      iterate(task, directly(task, [overseer]), going, training, random.split('corrected'), from),
    );
    return {
      levels: examiner.grades ?? Array.from({ length: task.levels }, (_, i) => `level ${i + 1}`),
      rules,
      rate: errorRate(rounds),
      before,
      after: await measure(going.assistant('X', false)),
      taken,
      decisions: ended.decisions - progress.decisions,
    };
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}

function openTask(name: string, size: number): AnyTask {
  const entry = taskEntry(name);
  return entry.open(entry.parameters({ size }));
}

async function trained(events: ReturnType<typeof iterate<AnyQuestion, AnyAnswer>>): Promise<Progress> {
  let progress = START;
  for await (const event of events) progress = event.progress;
  return progress;
}

/** Whether H errs there: the same word as a run takes (run/arms.ts). */
function plantedIn(task: AnyTask, seed: number): (question: AnyQuestion) => boolean {
  const word = slipWord(task, SHARE, seed)!;
  return (question) =>
    task.encoding.sentence(question).includes(word) && task.environment(question) === undefined;
}

async function figuresOf(
  task: AnyTask,
  x: X,
  isPlanted: (question: AnyQuestion) => boolean,
): Promise<Figures> {
  const examiner = examinerOf(task);
  const exams = checkpointExams(task, examiner);
  const slice: Exam<AnyQuestion> = exams.flat().map((asked) => asked.filter(isPlanted));
  const [inSlice] = await accuracy(x, examiner, [slice]);
  return { perLevel: await accuracy(x, examiner, exams), inSlice: inSlice! };
}
