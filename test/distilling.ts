/** How much one way to distil keeps: a run of equal steps in every iteration, whatever its gates would say, looked at whenever an
 *  iteration ends. */

import { amplify } from '../src/amplify/amplify.ts';
import { withEnvironment } from '../src/amplify/environment.ts';
import { memo } from '../src/amplify/memo.ts';
import { networkAssistant, probabilities } from '../src/assistants/network.ts';
import { CapstanError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';
import { drawHeld } from '../src/core/exam.ts';
import type { StudentState } from '../src/distill/replicas.ts';
import { Student } from '../src/distill/student.ts';
import { accuracy, isRight, testExams } from '../src/evaluate/accuracy.ts';
import { examinerOf } from '../src/evaluate/examiners.ts';
import { type Retention, retention, stepBetween } from '../src/evaluate/retention.ts';
import { type IterateOptions, iterate } from '../src/iterate/iterate.ts';
import { type Progress, START } from '../src/iterate/progress.ts';
import { Replaying } from '../src/iterate/replaying.ts';
import { directly } from '../src/iterate/supervision.ts';
import type { Runtime } from '../src/onnx/runtime.ts';
import { mainPlan } from '../src/run/arms.ts';
import { type Choices, configure } from '../src/run/configuration.ts';
import { type AnyAnswer, type AnyQuestion, taskEntry } from '../src/tasks/tasks.ts';

export interface Ended extends Retention {
  readonly iteration: number;
  readonly level: number;
  /** Accuracy of X at every level up to the frontier. */
  readonly x: readonly number[];
  /** Mean total variation from the X before, on anchors that are the same in every iteration; 0 … 1. */
  readonly drift: number;
}

export interface Distilled {
  readonly iterations: readonly Ended[];
  /** Accuracy of the last X at each level of the task. */
  readonly levels: readonly number[];
  /** Of the mean of the ensemble, if there is one. */
  readonly ensemble?: readonly number[];
  readonly steps: number;
  readonly operations: number;
  /** Whether X is wrong, in the order of the questions: 0 or 1; the same of each member. */
  readonly wrong: readonly number[];
  readonly members: readonly (readonly number[])[];
}

export interface Plan {
  readonly choices: Choices;
  /** Of the first iteration, and of each after it. */
  readonly steps: readonly [first: number, each: number];
  /** Questions of an exam at each level. */
  readonly questions: number;
}

/** How a run stands at the end of its first iteration, which is the same however iterations follow on each other. */
export interface Opening {
  readonly progress: Progress;
  readonly state: StudentState;
  readonly replay: Float32Array;
  readonly operations: number;
}

/** Gates that let pass, after all steps of the iteration. */
function evenly(training: IterateOptions, stepsPerIteration: number): IterateOptions {
  const gate = { ...training.gate, advance: 0, finish: 0, questions: 16, stepsMin: Number.MAX_SAFE_INTEGER };
  return { ...training, gate, stepsPerIteration, stepsMax: Number.MAX_SAFE_INTEGER };
}

/** What all of a run needs, from what is chosen. */
async function begun(runtime: Runtime, choices: Choices) {
  const configuration = configure({ ...choices, replicas: 1 });
  const task = taskEntry(configuration.task).open(configuration.parameters);
  const examiner = examinerOf(task);
  const random = Random.seeded(configuration.seed);
  const plan = mainPlan(task, examiner, configuration);
  const student = await Student.fresh(task, configuration.student, [runtime], random.split('weights'));
  return { task, examiner, random, plan, student, supervision: directly(task, plan.overseers, plan.defence) };
}

export async function opened(runtime: Runtime, { choices, steps: [first] }: Plan): Promise<Opening> {
  const { task, random, plan, student, supervision } = await begun(runtime, choices);
  const training = evenly(plan.training, first);
  const replay = new Replaying(task, training.curriculum, random);
  const before = runtime.operations;
  for await (const { kind, progress } of iterate(task, supervision, student, training, random, START, replay))
    if (kind === 'iteration-ended') {
      if (progress.state !== 'running')
        throw new CapstanError('invalid', `a run: expected to reach its frontier within ${first} steps`);
      return {
        progress,
        state: await student.state(),
        replay: replay.state(),
        operations: runtime.operations - before,
      };
    }
  throw new CapstanError('invalid', 'a run: expected an iteration to end');
}

export async function distilled(
  runtime: Runtime,
  { choices, steps: [, each], questions }: Plan,
  opening: Opening,
): Promise<Distilled> {
  const { task, examiner, random, plan, student, supervision } = await begun(runtime, choices);
  await student.restore(opening.state);
  const training = evenly(plan.training, each);
  const replay = new Replaying(task, training.curriculum, random, opening.replay);
  const exams = testExams(task, examiner, questions, Random.seeded(0).split('distilling'));
  // The same for all seeds, iterations and ways.
  const anchors = exams.map((_, i) =>
    drawHeld(task, 'anchor', i + 1, questions, Random.seeded(0).split('anchors')),
  );
  const flatOf = async () => {
    const { average } = await student.state();
    return student.named(average).flatMap(({ values }) => [...values]);
  };
  let aside = runtime.operations - opening.operations;
  let previous = { parameters: Float32Array.from(await flatOf()), iteration: 1 };
  const iterations: Ended[] = [];
  let steps = 0;
  const events = iterate(task, supervision, student, training, random, opening.progress, replay);
  for await (const event of events) {
    steps = event.progress.step;
    if (event.kind === 'trained') continue;
    const start = runtime.operations;
    const { iteration, level } = event.stage;
    const x = memo(student.assistant('X', false), task.key);
    const upTo = exams.slice(0, level);
    const options = await student.earlier('before', false, previous.parameters, previous.iteration);
    const old = memo(networkAssistant(options), task.key);
    const amplified = amplify(plan.overseers[0]!, withEnvironment(task.environment, old));
    const asked = anchors.slice(0, level).flat(2);
    iterations.push({
      ...(await retention({ before: old, after: x, amplified }, examiner, upTo)),
      iteration,
      level,
      x: (await accuracy(x, examiner, upTo)).map(({ value }) => value),
      drift: stepBetween(
        await probabilities(student.speaking('X', false), asked),
        await probabilities(options, asked),
      ),
    });
    previous = { parameters: Float32Array.from(await flatOf()), iteration };
    aside += runtime.operations - start;
  }
  const operations = runtime.operations - aside;
  const asked = exams.flat(2);
  const wrongOf = async (assistant: Assistant<AnyQuestion, AnyAnswer>) => {
    const answers = await assistant.answer(asked, scopeFor(asked.length));
    return answers.map((answer, i) => (isRight(examiner, asked[i]!, answer) ? 0 : 1));
  };
  const levelsOf = async (assistant: Assistant<AnyQuestion, AnyAnswer>) =>
    (await accuracy(assistant, examiner, exams)).map(({ value }) => value);
  const { x, teacher } = student.voices('X', false);
  const members: (readonly number[])[] = [];
  for (const member of student.members(false)) members.push(await wrongOf(member));
  return {
    iterations,
    levels: await levelsOf(x),
    ...(members.length > 0 && { ensemble: await levelsOf(teacher) }),
    steps,
    operations,
    wrong: await wrongOf(x),
    members,
  };
}
