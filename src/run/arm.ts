/** One arm of an experiment: IDA itself, or a baseline trained beside it. It trains, looks and saves; an arm that is
 *  resumed goes on from its last save and ends in the same bits. */

import { amplify } from '../amplify/amplify.ts';
import { memo } from '../amplify/memo.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { Examples, encodeLesson } from '../distill/examples.ts';
import { Student } from '../distill/student.ts';
import { accuracy, checkpointExams, pointExams } from '../evaluate/accuracy.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { type IterateOptions, type IterationEvent, iterate, type TrainedEvent } from '../iterate/iterate.ts';
import { START, violationOf } from '../iterate/progress.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { loadCheckpoint, promotable, promote, saveCheckpoint } from '../registry/promotion.ts';
import type { ArmKind, ArmRecord, CurvePoint, IterationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';
import type { Configuration } from './configuration.ts';
import { lineageOf } from './lineage.ts';
import { type ArmState, loadState, saveState } from './state.ts';

export interface ArmPlan<Q, A> {
  /** Name of its folder. */
  readonly key: string;
  readonly kind: ArmKind;
  readonly name: string;
  readonly levelMax?: number;
  readonly overseer: Overseer<Q, A>;
  readonly training: IterateOptions;
}

/** What all arms of a run share. */
export interface Setting<Q, A> {
  readonly task: Task<Q, A>;
  readonly examiner: Examiner<Q, A>;
  readonly configuration: Configuration;
  /** Lends as many fresh runtimes as the configuration has replicas; closes them afterwards. */
  readonly withRuntimes: <T>(use: (runtimes: readonly Runtime[]) => Promise<T>) => Promise<T>;
  /** Seconds that only ever grow. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Called before anything is saved; throws if the run folder is no longer ours. */
  readonly assertHeld: () => void;
  readonly tell: (event: ArmEvent) => void;
}

export type ArmEvent =
  | { readonly kind: 'arm-started'; readonly name: string }
  | {
      readonly kind: 'trained';
      readonly arm: ArmRecord;
      readonly stage: number;
      readonly agreement: number;
      readonly loss: number;
    }
  | { readonly kind: 'looked'; readonly arm: ArmRecord }
  | { readonly kind: 'iteration-ended'; readonly arm: ArmRecord; readonly iteration: IterationRecord };

/** Steps between two looks at the test contexts, and between two saves. */
const LOOK_EVERY = 25;
const SAVE_EVERY = 50;
const FRESH: ArmState = {
  progress: START,
  seconds: 0,
  operations: 0,
  examples: { count: 0, range: [], shards: [] },
  points: [],
  iterations: [],
};

/** Trains to the end, or throws «interrupted». What was not saved yet by then is done again when the run is resumed, as
 *  after any other crash, so a run ends in the same bytes however often it was stopped. */
export function trainArm<Q, A>(
  setting: Setting<Q, A>,
  plan: ArmPlan<Q, A>,
  folder: Folder,
): Promise<ArmRecord> {
  const { task, configuration, signal, withRuntimes } = setting;
  return withRuntimes(async (runtimes) => {
    setting.tell({ kind: 'arm-started', name: plan.name });
    const root = Random.seeded(configuration.seed);
    const student = await Student.fresh(task, configuration.student, runtimes, root.split('weights'));
    const saved = loadState(folder, student.parameterCount);
    if (saved) await student.restore(saved.vectors);
    const arm = new Arm(setting, plan, folder, student, runtimes, saved?.state ?? FRESH);
    const events = iterate(task, plan.overseer, student, plan.training, root, arm.state.progress);
    for await (const event of events) {
      await (event.kind === 'trained' ? arm.trained(event) : arm.iterationEnded(event));
      if (signal.aborted)
        throw new CapstanError(
          'interrupted',
          `stopped after training step ${arm.state.progress.step}; step ${arm.savedStep} is saved`,
        );
    }
    return arm.record();
  });
}

/** The record of an arm that stands at this state. */
export function armRecord<Q, A>(plan: ArmPlan<Q, A>, state: ArmState, trainedParameters: number): ArmRecord {
  return {
    kind: plan.kind,
    name: plan.name,
    ...(plan.levelMax !== undefined && { levelMax: plan.levelMax }),
    groundTruth: plan.overseer.origin.groundTruth || state.progress.groundTruth,
    state: state.progress.state,
    trainedParameters,
    steps: state.progress.step,
    seconds: state.seconds,
    operations: state.operations,
    decisions: state.progress.decisions,
    points: state.points,
    iterations: state.iterations,
  };
}

class Arm<Q, A> {
  state: ArmState;
  readonly #setting: Setting<Q, A>;
  readonly #plan: ArmPlan<Q, A>;
  readonly #folder: Folder;
  readonly #student: Student<Q, A>;
  readonly #runtimes: readonly Runtime[];
  readonly #examples: Examples;
  savedStep: number;
  /** The clock's and the runtime's reading at which this arm's own count is zero. */
  readonly #zeroSeconds: number;
  #zeroOperations: number;

  constructor(
    setting: Setting<Q, A>,
    plan: ArmPlan<Q, A>,
    folder: Folder,
    student: Student<Q, A>,
    runtimes: readonly Runtime[],
    state: ArmState,
  ) {
    this.#setting = setting;
    this.#plan = plan;
    this.#folder = folder;
    this.#student = student;
    this.#runtimes = runtimes;
    this.state = state;
    this.savedStep = state.progress.step;
    this.#examples = new Examples(state.examples);
    this.#zeroSeconds = setting.clock() - state.seconds;
    this.#zeroOperations = operationsOf(runtimes) - state.operations;
  }

  async trained({ progress, stage, lessons, loss }: TrainedEvent<Q, A>): Promise<void> {
    const { task, tell } = this.#setting;
    for (const lesson of lessons) this.#examples.append(encodeLesson(task.encoding, lesson));
    this.#advance({ progress });
    if (progress.step % LOOK_EVERY === 0) {
      this.#advance({ points: [...this.state.points, await this.#aside(() => this.#look(stage.level))] });
      tell({ kind: 'looked', arm: this.record() });
    }
    if (progress.step % SAVE_EVERY === 0) await this.#save();
    const agreement = progress.weight === 0 ? 0 : progress.agreed / progress.weight;
    tell({ kind: 'trained', arm: this.record(), stage: progress.stage, agreement, loss });
  }

  async iterationEnded(event: IterationEvent): Promise<void> {
    const { progress, stage, verdict } = event;
    const { task, examiner, tell } = this.#setting;
    this.#keepExamples(); // a checkpoint names their root
    const checkpoint = await this.#keepCheckpoint(event);
    const exams = checkpointExams(task);
    const figures = await this.#aside(() => accuracy(this.#assistant(), examiner, exams));
    this.#advance({ progress });
    const violation = violationOf(progress.horizons);
    const iteration: IterationRecord = {
      iteration: stage.iteration,
      level: stage.level,
      passed: verdict.passed,
      step: progress.step,
      seconds: this.state.seconds,
      operations: this.state.operations,
      decisions: progress.decisions,
      agreement: verdict.agreement,
      horizon: verdict.horizon,
      accuracy: figures,
      checkpoint,
      dataRoot: this.#examples.root(),
      ...(violation !== undefined && { violation }),
    };
    this.#advance({ iterations: [...this.state.iterations, iteration] });
    await this.#save();
    tell({ kind: 'iteration-ended', arm: this.record(), iteration });
  }

  record(): ArmRecord {
    return armRecord(this.#plan, this.state, this.#student.parameterCount);
  }

  async #save(): Promise<void> {
    this.#keepExamples();
    saveState(this.#folder, this.state, await this.#student.state());
    this.savedStep = this.state.progress.step;
  }

  #keepExamples(): void {
    this.#setting.assertHeld();
    const examples = this.#examples.flush((name, shard) =>
      this.#folder.writeAtomic(`examples/${name}.bin`, shard),
    );
    this.#advance({ examples });
  }

  #advance(change: Partial<ArmState>): void {
    const spent = {
      seconds: this.#setting.clock() - this.#zeroSeconds,
      operations: operationsOf(this.#runtimes) - this.#zeroOperations,
    };
    this.state = { ...this.state, ...spent, ...change };
  }

  /** Looking is no part of what training costs in operations. */
  async #aside<T>(act: () => Promise<T>): Promise<T> {
    const before = operationsOf(this.#runtimes);
    const result = await act();
    this.#zeroOperations += operationsOf(this.#runtimes) - before;
    return result;
  }

  #assistant(): Assistant<Q, A> {
    return this.#student.assistant('X', this.state.progress.groundTruth);
  }

  async #look(frontier: number): Promise<CurvePoint> {
    const { task, examiner } = this.#setting;
    const exams = pointExams(task);
    const assistant = memo(this.#assistant(), task.key);
    const amplified = amplify(task.overseer, assistant);
    const values = async (from: Assistant<Q, A>) =>
      (await accuracy(from, examiner, exams)).map(({ value }) => value);
    const { progress, seconds, operations } = this.state;
    return {
      step: progress.step,
      seconds,
      operations,
      decisions: progress.decisions,
      frontier,
      answerer: await values(assistant),
      amplified: await values(amplified),
    };
  }

  /** Keeps X_n with its lineage; serves it if its gate passed and it never saw ground truth. */
  async #keepCheckpoint(event: IterationEvent): Promise<string> {
    const { average } = await this.#student.state();
    const lineage = lineageOf(this.#setting.configuration, this.#plan, event, {
      parent: this.state.iterations.at(-1)?.checkpoint ?? null,
      dataRoot: this.#examples.root(),
      dataCount: this.#examples.count,
    });
    const name = saveCheckpoint(this.#folder, lineage, this.#student.named(average));
    if (event.verdict.passed && !lineage.groundTruth)
      promote(this.#folder, promotable(loadCheckpoint(this.#folder, name)));
    return name;
  }
}

function operationsOf(runtimes: readonly Runtime[]): number {
  return runtimes.reduce((total, { operations }) => total + operations, 0);
}
