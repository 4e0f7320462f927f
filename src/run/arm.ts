/** One arm of an experiment: IDA itself, or a baseline trained beside it. It trains, looks and saves; an arm that is
 *  resumed goes on from its last save and ends in the same bits. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import { type NetworkAssistantOptions, networkAssistant } from '../assistants/network.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { Examples, encodeLesson } from '../distill/examples.ts';
import { Student } from '../distill/student.ts';
import { accuracy, checkpointExams, overall, pointExams } from '../evaluate/accuracy.ts';
import { Apprenticeship } from '../iterate/apprenticeship.ts';
import { Correspondence } from '../iterate/correspondence.ts';
import { type Stage, stages } from '../iterate/curriculum.ts';
import { targetsOf } from '../iterate/defence.ts';
import { type IterationEvent, iterate, type TrainedEvent } from '../iterate/iterate.ts';
import { START, violationOf } from '../iterate/progress.ts';
import { compare } from '../iterate/ratchet.ts';
import { Replaying } from '../iterate/replaying.ts';
import type { Supervision } from '../iterate/supervision.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Audited, Compared } from '../registry/checkpoint.ts';
import { loadCheckpoint, servedIn } from '../registry/promotion.ts';
import type {
  ArmRecord,
  CalibrationRecord,
  CurvePoint,
  Fidelity,
  IterationRecord,
  RetentionRecord,
} from '../report/record.ts';
import { proportion } from '../statistics/proportion.ts';
import type { Folder } from '../storage/folder.ts';
import { type Learner, learnerOf, learnerState, prefixed, producerOf } from './apprentice.ts';
import { gatesLooked, type Look, type Place, trainingStarted, trainingStopped } from './chronicle.ts';
import { keepCheckpoint } from './keep.ts';
import { fallIn, lineageOf } from './lineage.ts';
import { type Changed, changeNorms } from './norms.ts';
import { type ArmPlan, armRecord, overseersIn, supervisionOf, taskIn } from './plan.ts';
import { causeAt, recalibrateServed } from './recalibrated.ts';
import { retained } from './retained.ts';
import { parametersIn } from './serve.ts';
import type { Setting } from './setting.ts';
import { type ArmState, loadState, saveState } from './state.ts';
import { heldBy, UNWATCHED, type Watched, watch } from './watched.ts';

/** Steps between two looks at the test contexts, and between two saves. */
const LOOK_EVERY = 25;
const SAVE_EVERY = 50;
/** On which H′ is compared with H at the end, one question each. */
const FIDELITY_CONTEXTS = 1000;
const TEST = Random.seeded(0).split('test');
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
    const saved = loadState(folder, (iteration) => student.lengthAt(iteration));
    if (saved) await student.restore(saved.vectors, saved.state.iteration);
    const replaying = new Replaying(task, plan.training.curriculum, root, saved?.vectors.replay);
    const apprentice = plan.learned
      ? await learnerOf({ ...setting, overseer: plan.overseers[0]! }, runtimes, root, saved)
      : undefined;
    const learning = { student, apprentice, replaying };
    const arm = new Arm(setting, plan, folder, learning, runtimes, saved?.state ?? FRESH);
    const supervision: Supervision<Q, A> = apprentice ?? supervisionOf(plan, task);
    if (apprentice instanceof Correspondence) apprentice.onWaiting = () => arm.rest();
    arm.begin();
    try {
      const events = iterate(task, supervision, student, plan.training, root, arm.state.progress, replaying);
      for await (const event of events) {
        await (event.kind === 'trained' ? arm.trained(event) : arm.iterationEnded(event));
        const halted = signal.aborted ? '' : setting.halted();
        if (halted !== undefined)
          throw new CapstanError(
            'interrupted',
            `stopped after training step ${arm.state.progress.step}${halted && ` (${halted})`}; step ${arm.savedStep} is saved`,
          );
      }
      await arm.ended();
    } catch (error) {
      arm.stopped(error);
      throw error;
    }
    return arm.record();
  });
}

/** What learns in an arm, and what is taught again. */
interface Learning<Q, A> {
  readonly student: Student<Q, A>;
  readonly apprentice: Learner<Q, A> | undefined;
  readonly replaying: Replaying<Q, A>;
}

class Arm<Q, A> {
  state: ArmState;
  readonly #setting: Setting<Q, A>;
  readonly #plan: ArmPlan<Q, A>;
  readonly #folder: Folder;
  readonly #student: Student<Q, A>;
  readonly #runtimes: readonly Runtime[];
  readonly #examples: Examples;
  readonly #apprentice: Learner<Q, A> | undefined;
  readonly #replaying: Replaying<Q, A>;
  savedStep: number;
  /** The intent on the ledger, while it trains. */
  #training: number | undefined;
  /** At gates that did not pass, and not on the ledger yet. */
  #looks: readonly Look[] = [];
  /** The clock's and the runtime's reading at which this arm's own count is zero. */
  readonly #zeroSeconds: number;
  #zeroOperations: number;

  constructor(
    setting: Setting<Q, A>,
    plan: ArmPlan<Q, A>,
    folder: Folder,
    { student, apprentice, replaying }: Learning<Q, A>,
    runtimes: readonly Runtime[],
    state: ArmState,
  ) {
    this.#apprentice = apprentice;
    this.#replaying = replaying;
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

  /** Before any step. */
  begin(): void {
    const { progress, iterations } = this.state;
    if (progress.state !== 'running') return;
    const parent = iterations.at(-1)?.checkpoint;
    this.#training = trainingStarted(this.#setting.record, this.#place, progress.step, parent);
  }

  /** Says that training ended without a gate. Where the ledger cannot be written, the missing half shows. */
  stopped(error: unknown): void {
    if (this.#training === undefined) return;
    const state = error instanceof CapstanError ? error.code : 'a bug';
    const { step } = this.state.progress;
    try {
      trainingStopped(this.#setting.record, this.#place, this.#training, step, state, this.#looks);
    } catch (failed) {
      if (!(failed instanceof CapstanError)) throw failed;
    }
  }

  get #place(): Place {
    const { name, began } = this.#setting;
    return { run: name, arm: this.#plan.key, began };
  }

  async trained({ progress, stage, lessons, loss, look }: TrainedEvent<Q, A>): Promise<void> {
    const { task, tell } = this.#setting;
    const { step, looks: number } = progress;
    if (look) this.#looks = [...this.#looks, { ...look, ...stage, number, step: step - 1 }];
    for (const lesson of lessons) this.#examples.append(encodeLesson(task.encoding, lesson));
    this.#advance({ progress });
    if (step % LOOK_EVERY === 0) {
      this.#advance({ points: [...this.state.points, await this.#aside(() => this.#look(stage))] });
      tell({ kind: 'looked', arm: this.record() });
    }
    if (step % SAVE_EVERY === 0) await this.#save();
    const agreement = progress.weight === 0 ? 0 : progress.agreed / progress.weight;
    tell({ kind: 'trained', arm: this.record(), stage: progress.stage, agreement, loss });
  }

  async iterationEnded(event: IterationEvent): Promise<void> {
    const { progress, stage, verdict } = event;
    const { task, examiner, tell } = this.#setting;
    if (this.#apprentice instanceof Correspondence) this.#apprentice.expectStanding();
    this.#keepExamples(); // a checkpoint names their root
    const comparison = await this.#compared(event);
    const watched = await this.#watched(event);
    const change = await this.#changed(event);
    const { checkpoint, passed, decided } = await this.#keepCheckpoint(
      event,
      comparison,
      watched?.audited,
      change,
    );
    const exams = checkpointExams(task, examiner);
    const teacher = memo(this.#assistant(), task.key);
    const figures = await this.#aside(() => accuracy(teacher, examiner, exams));
    const targets = await this.#aside(() =>
      accuracy(this.#targets(teacher, stage.iteration), examiner, exams),
    );
    const retention = await this.#aside(() => this.#retained(stage));
    this.#advance({
      progress,
      ...(watched && { watch: watched.next(passed) }),
      ...(change && { norms: change.norms }),
    });
    const violation =
      violationOf(progress.horizons) ??
      (comparison ? fallIn(comparison) : undefined) ??
      (watched ? heldBy(watched.audited) : undefined);
    const iteration: IterationRecord = {
      iteration: stage.iteration,
      level: stage.level,
      passed,
      step: progress.step,
      seconds: this.state.seconds,
      operations: this.state.operations,
      decisions: progress.decisions,
      agreement: verdict.agreement,
      horizon: verdict.horizon,
      accuracy: figures,
      targets,
      ...(retention && { retention }),
      checkpoint,
      dataRoot: this.#examples.root(),
      ...(watched && { audits: watched.record }),
      ...(violation !== undefined && { violation }),
    };
    const { iterations } = this.state;
    this.#advance({ iterations: [...iterations, iteration] });
    const calibration = await this.#recalibrate(iteration, decided);
    const ended = { ...iteration, ...(calibration && { calibration }) };
    this.#advance({ iterations: [...iterations, ended] });
    await this.#save();
    tell({ kind: 'iteration-ended', arm: this.record(), iteration: ended });
  }

  /** At the end: how faithful H′ is to H on questions that the loop asks last. Nothing learns from it. */
  async ended(): Promise<void> {
    const { task } = this.#setting;
    const apprentice = this.#apprentice;
    // A person answers no thousand questions more.
    if (!(apprentice instanceof Apprenticeship) || this.state.fidelity) return;
    const random = TEST.split('fidelity');
    const contexts = Array.from({ length: FIDELITY_CONTEXTS }, (_, i) =>
      task.sample(random.split(i), { split: 'gate', size: task.sizeMax, level: 1 + (i % task.levels) }),
    );
    const questions = contexts.map((asked, i) => asked[random.split('one').split(i).below(asked.length)]!);
    const assistant = withEnvironment(task.environment, memo(this.#assistant(), task.key));
    const { right, exact, decisions } = await this.#aside(() => apprentice.test(questions, assistant));
    const each = (ok: boolean) => ({ right: ok ? 1 : 0, n: 1 });
    const fidelity: Fidelity = {
      functional: proportion(right.map(each)),
      exact: proportion(exact.map((same, i) => ({ right: same, n: decisions[i]! }))),
      learnedFrom: this.state.progress.decisions,
    };
    this.#advance({ fidelity });
    await this.#save();
  }

  /** Before it waits for somebody, which may take days. */
  rest(): Promise<void> {
    return this.#save();
  }

  record(): ArmRecord {
    return armRecord(this.#plan, this.state, this.#student.parameterCount);
  }

  async #save(): Promise<void> {
    this.#keepExamples();
    const apprentice = this.#apprentice;
    if (apprentice) this.#advance(learnerState(apprentice));
    const vectors = await this.#student.state();
    const learned = apprentice ? prefixed(await apprentice.imitator.state()) : {};
    apprentice?.imitator.overseer.forget(); // a resumed run begins with nothing remembered too
    this.#recordLooks();
    this.#advance(this.#student.succession);
    saveState(this.#folder, this.state, { ...vectors, ...learned, replay: this.#replaying.state() });
    this.savedStep = this.state.progress.step;
  }

  /** What is saved is on the record. */
  #recordLooks(): void {
    if (this.#training === undefined) return;
    gatesLooked(this.#setting.record, this.#place, this.#training, this.#looks);
    this.#looks = [];
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

  /** What X is taught; where that is the ground truth, what H would make of X. */
  #targets(teacher: Assistant<Q, A>, iteration: number): Assistant<Q, A> {
    const { task } = this.#setting;
    const assistant = withEnvironment(task.environment, teacher);
    const { defence } = this.#plan;
    const overseers = overseersIn(this.#plan, iteration);
    if (overseers[0]!.origin.groundTruth) return amplify(task.overseer, assistant);
    return this.#apprentice?.targets(assistant) ?? targetsOf(task, overseers, defence, assistant, teacher);
  }

  async #look({ level: frontier, iteration }: Stage): Promise<CurvePoint> {
    const { task, examiner } = this.#setting;
    const exams = pointExams(task, examiner);
    const assistant = memo(this.#assistant(), task.key);
    const amplified = this.#targets(assistant, iteration);
    const own = await accuracy(assistant, examiner, exams);
    const justified = await accuracy(amplified, examiner, exams);
    const { progress, seconds, operations } = this.state;
    return {
      step: progress.step,
      seconds,
      operations,
      decisions: progress.decisions,
      frontier,
      answerer: own.map(({ value }) => value),
      amplified: justified.map(({ value }) => value),
      overall: { answerer: overall(own), amplified: overall(justified) },
    };
  }

  /** With the last one that passed, if this one passed its gate too. It depends on nothing but the run: not on what a person
   *  has made of the one before since. */
  async #compared({ stage, verdict }: IterationEvent): Promise<Compared | null> {
    const last = this.state.iterations.findLast(({ passed }) => passed);
    const { task } = this.#setting;
    if (!verdict.passed || !last || this.#plan.overseers[0]!.origin.groundTruth) return null;
    const served = networkAssistant(await this.#earlier(last));
    const candidate = memo(this.#assistant(), task.key);
    const amplified = this.#targets(candidate, stage.iteration);
    const { ratchet, curriculum } = this.#plan.training;
    const comparisons = stages(task, curriculum).filter(({ gated }) => gated).length - 1;
    const random = Random.seeded(this.#setting.configuration.seed).split('ratchet').split(stage.iteration);
    const { worst, ...compared } = await this.#aside(() =>
      compare({ task, candidate, served, amplified, level: stage.level, comparisons }, ratchet, random),
    );
    return { with: last.checkpoint, ...compared, margin: ratchet.margin, ...worst };
  }

  /** By H itself, if the run has audits and X_n passed its gate. Baselines have none. */
  async #watched({ stage, verdict }: IterationEvent): Promise<Watched | undefined> {
    const { task, configuration } = this.#setting;
    const { watch: options, seed } = configuration;
    if (!options || !verdict.passed || this.#plan.kind !== 'ida') return undefined;
    const { level, iteration } = stage;
    const candidate = memo(this.#assistant(), task.key);
    const random = Random.seeded(seed).split('watch');
    const state = this.state.watch ?? UNWATCHED;
    const asked = taskIn(this.#plan, task, iteration);
    return this.#aside(() => watch({ task: asked, candidate, level, iteration }, options, state, random));
  }

  /** The norms that H has from the next iteration on, if they change then. */
  async #changed({ progress, stage }: IterationEvent): Promise<Changed | undefined> {
    const { task } = this.#setting;
    const { change } = this.#plan;
    if (!change || progress.state !== 'running' || stage.iteration + 1 !== change.iteration) return undefined;
    const x = memo(this.#assistant(), task.key);
    return this.#aside(() => changeNorms(task, change, x, this.#replaying, progress.decisions));
  }

  /** What is served by now, if the run is to see to its confidence and it is time. Baselines are served to nobody. */
  async #recalibrate(
    { iteration, audits }: IterationRecord,
    cause: number,
  ): Promise<CalibrationRecord | undefined> {
    const { folder: run, configuration, ...setting } = this.#setting;
    const { recalibrate: options } = configuration;
    const why = options && causeAt(options, iteration, audits?.alarm !== undefined);
    const checkpoint = servedIn(this.#folder);
    const served = this.state.iterations.find((one) => one.checkpoint === checkpoint);
    if (!why || !served || this.#plan.kind !== 'ida') return undefined;
    const assistant = networkAssistant(await this.#earlier(served));
    const during = { iteration, cause: why };
    const task = taskIn(this.#plan, setting.task, served.iteration);
    const one = { ...setting, task, run, assistant, checkpoint: served.checkpoint, during, cause };
    return this.#aside(() => recalibrateServed(one, options));
  }

  /** Of the X of the iteration before, whether or not it passed. */
  async #retained({ level, iteration }: Stage): Promise<RetentionRecord | undefined> {
    const { task, examiner } = this.#setting;
    const last = this.state.iterations.at(-1);
    if (!last) return undefined;
    const now = this.#student.speaking('X', this.state.progress.groundTruth);
    return retained(
      task,
      examiner,
      await this.#earlier(last),
      now,
      (x) => this.#targets(x, iteration),
      level,
    );
  }

  /** X of an iteration that ended. */
  async #earlier({ checkpoint, iteration }: IterationRecord): Promise<NetworkAssistantOptions<Q, A>> {
    const weights = this.#student.weightsAt(iteration);
    const parameters = parametersIn(loadCheckpoint(this.#folder, checkpoint), weights);
    return this.#student.earlier(`X${iteration}`, this.state.progress.groundTruth, parameters, iteration);
  }

  /** Keeps X_n with its lineage; serves it if it passed and never saw ground truth. */
  async #keepCheckpoint(
    event: IterationEvent,
    comparison: Compared | null,
    audits: Audited | undefined,
    change: Changed | undefined,
  ): Promise<{ readonly checkpoint: string; readonly passed: boolean; readonly decided: number }> {
    const { average } = await this.#student.state();
    const { iteration } = event.stage;
    const data = {
      parent: this.state.iterations.at(-1)?.checkpoint ?? null,
      dataRoot: this.#examples.root(),
      dataCount: this.#examples.count,
    };
    const lineage = lineageOf(this.#setting.configuration, this.#plan, event, data, comparison, audits);
    const { record, promotion, revoked } = this.#setting;
    const kept = keepCheckpoint(
      { folder: this.#folder, record, place: this.#place, promotion, revoked },
      {
        training: this.#training!, // iterations end in what `begin`, or the one before, has begun
        looks: this.#looks,
        producer: await producerOf(overseersIn(this.#plan, iteration)[0]!.origin, this.#apprentice),
        decisions: event.progress.decisions,
        change: change && { norms: change.norms.at(-1)!, dropped: change.dropped },
        goesOn: event.progress.state === 'running',
      },
      lineage,
      this.#student.named(average),
    );
    this.#training = kept.training;
    this.#looks = [];
    if (kept.refusal) throw kept.refusal;
    const { checkpoint, decided } = kept;
    return { checkpoint, decided, passed: lineage.gate?.passed === true };
  }
}

function operationsOf(runtimes: readonly Runtime[]): number {
  return runtimes.reduce((total, { operations }) => total + operations, 0);
}
