/** Carries out a run folder from wherever it stands to the end: IDA, then its baselines if wanted, then the report. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { VERSION } from '../base/version.ts';
import { accuracy, overall, pointExams } from '../evaluate/accuracy.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import type { BackendOptions } from '../onnx/session.ts';
import { promoted, servedIn } from '../registry/promotion.ts';
import type { Revoked } from '../registry/revocation.ts';
import type { ArmRecord, ExampleNode, RunRecord } from '../report/record.ts';
import { renderReport } from '../report/report.ts';
import { Folder } from '../storage/folder.ts';
import { LOCK, lockFolder } from '../storage/lock.ts';
import type { AnyAnswer, AnyQuestion } from '../tasks/tasks.ts';
import { trainArm } from './arm.ts';
import { baselinePlans, mainPlan } from './arms.ts';
import { type Recorder, runBegan, runEnded } from './chronicle.ts';
import { exampleOf } from './example.ts';
import { FILE, nameOf, openRun, type RunFile } from './folder.ts';
import { Inbox, type InboxEvent } from './inbox.ts';
import { Lender } from './lender.ts';
import { taskAt } from './norms.ts';
import { expectUnchanged, OWN_FILES, taskOf } from './own.ts';
import type { ArmPlan } from './plan.ts';
import { KNOWN, knownIn } from './recording.ts';
import { checkpointAssistant } from './serve.ts';
import type { ArmEvent, Setting } from './setting.ts';

export interface RunOptions extends BackendOptions {
  /** The machine in words, for the report. */
  readonly machine: string;
  /** Seconds that only ever grow. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly tell: (event: RunEvent) => void;
  /** Puts what happens on the ledger, before it takes effect. */
  readonly record: Recorder;
  /** Who started it and answers for it, as on the ledger: «person:ada». */
  readonly by: string;
  /** Why work has to halt in this project, if it has to: looked at after every step. */
  readonly halted: () => string | undefined;
  /** Who promotes a checkpoint whose gate has passed: the gate, or people later. */
  readonly promotion: () => 'gate' | 'people';
  /** What may not be served whatever the files say: a restored backup may have forgotten it. */
  readonly revoked: () => Revoked;
  /** Waits a moment for people; without it a run that has nothing else to do but to wait for them stops. */
  readonly pause?: (() => Promise<void>) | undefined;
}

export type RunEvent =
  | { readonly kind: 'opened'; readonly file: RunFile; readonly fallback: string | undefined }
  | InboxEvent
  | ArmEvent;

export interface RunResult {
  readonly record: RunRecord;
  /** Seconds during which this process was inside ONNX Runtime, on whichever thread. */
  readonly busySeconds: number;
}

/** Throws «interrupted» when the signal says so; `carryOut` goes on from what was saved. */
export async function carryOut(path: string, options: RunOptions): Promise<RunResult> {
  const { folder, file } = openRun(path);
  if (file.version !== VERSION)
    throw new CapstanError(
      'invalid',
      `run ${path}: expected one started by Capstan ${VERSION}, got ${file.version}; going on would mix their bits`,
    );
  expectUnchanged(file.configuration, file.taskFolder);
  const lock = lockFolder(path);
  try {
    folder.sweep();
    const name = nameOf(folder);
    const began = runBegan(
      options.record,
      name,
      folder,
      file.configuration,
      options.by,
      folder.list().some((entry) => isWork(entry)),
    );
    const lender = new Lender(file.configuration.student.replicas, options, (fallback) =>
      options.tell({ kind: 'opened', file, fallback }),
    );
    const ended = (state: string) => runEnded(options.record, name, began, state, folder);
    try {
      const record = await new Run(folder, file, lender, () => lock.assertHeld(), options, began).all();
      ended(record.arms[0]!.state);
      return { record, busySeconds: lender.meter.seconds };
    } catch (error) {
      // Where the ledger itself cannot be written, the missing half shows.
      quietly(() => ended(error instanceof CapstanError ? error.code : 'a bug'));
      throw error;
    }
  } finally {
    lock.release();
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
  }
}

/** Whether a file or folder of a run is there only when it has been worked on. */
function isWork(name: string): boolean {
  return name !== FILE && name !== LOCK && name !== KNOWN && !OWN_FILES.includes(name);
}

class Run {
  readonly #folder: Folder;
  readonly #file: RunFile;
  readonly #setting: Setting<AnyQuestion, AnyAnswer>;
  readonly #machine: string;

  constructor(
    folder: Folder,
    file: RunFile,
    lender: Lender,
    assertHeld: () => void,
    options: RunOptions,
    began: number,
  ) {
    const { configuration } = file;
    this.#folder = folder;
    this.#file = file;
    this.#machine = options.machine;
    const task = taskOf(folder, configuration);
    this.#setting = {
      task,
      examiner: examinerOf(task),
      configuration,
      folder,
      withRuntimes: (use) => lender.with(use),
      assertHeld,
      clock: options.clock,
      signal: options.signal,
      tell: options.tell,
      name: nameOf(folder),
      record: options.record,
      began,
      halted: options.halted,
      promotion: options.promotion,
      revoked: options.revoked,
      decisionsFrom: (from) =>
        new Inbox(folder, knownIn(folder, configuration, task), from, {
          pause: options.pause,
          stopped: () => options.signal.aborted || options.halted() !== undefined,
          tell: options.tell,
          assertHeld,
        }),
    };
  }

  async all(): Promise<RunRecord> {
    const { task, examiner, configuration } = this.#setting;
    const ida = await this.#train(mainPlan(task, examiner, configuration));
    const arms = [ida];
    const isServed = servedIn(new Folder(`${this.#folder.path}/ida`)) !== undefined;
    const example = ida.kind === 'ida' && isServed ? await this.#example() : undefined;
    if (this.#file.baselines) {
      this.#write(arms, example); // what there is, in case a long baseline is interrupted
      arms.push(await this.#overseerAlone());
      for (const plan of baselinePlans(task, examiner, configuration, ida.steps)) {
        arms.push(await this.#train(plan));
        this.#write(arms, example);
      }
    }
    return this.#write(arms, example);
  }

  #train(plan: ArmPlan<AnyQuestion, AnyAnswer>): Promise<ArmRecord> {
    return trainArm(this.#setting, plan, new Folder(`${this.#folder.path}/${plan.key}`));
  }

  /** H with nobody to ask: what primitives reach, with no training at all. */
  async #overseerAlone(): Promise<ArmRecord> {
    const { task, examiner } = this.#setting;
    const exams = pointExams(task, examiner);
    const bottom = withEnvironment(task.environment, nobody);
    const figures = await accuracy(amplify(task.overseer, bottom), examiner, exams);
    const values = figures.map(({ value }) => value);
    const all = overall(figures);
    const spent = { step: 0, seconds: 0, operations: 0, decisions: exams.flat(2).length };
    return {
      kind: 'overseer-alone',
      name: 'H alone',
      groundTruth: false,
      state: 'finished',
      trainedParameters: 0,
      steps: 0,
      seconds: 0,
      operations: 0,
      decisions: spent.decisions,
      points: [
        {
          ...spent,
          frontier: task.levels,
          answerer: values,
          overall: { answerer: all, amplified: all },
        },
      ],
      iterations: [],
    };
  }

  /** A hard held-out question, answered by what the run serves. */
  #example(): Promise<ExampleNode> {
    const { task, examiner, configuration, withRuntimes } = this.#setting;
    return withRuntimes(async ([runtime]) => {
      const checkpoint = promoted(new Folder(`${this.#folder.path}/ida`));
      const assistant = await checkpointAssistant(task, checkpoint, runtime!);
      const { level, iteration } = checkpoint.lineage;
      const asked = taskAt(task, configuration, iteration);
      const random = Random.seeded(configuration.seed).split('example');
      const [question] = task.sample(random, { split: 'test', size: task.sizeMax, level });
      return exampleOf(asked, examiner, assistant, question!, Math.max(1, level - task.levelsOfPrimitives));
    });
  }

  #write(arms: readonly ArmRecord[], example: RunRecord['example']): RunRecord {
    const { task, examiner, configuration } = this.#setting;
    const { advance, finish } = configuration.training.gate;
    const record: RunRecord = {
      task: configuration.task,
      parameters: configuration.parameters,
      levels: task.levels,
      ...(examiner.grades && { grades: examiner.grades }),
      levelsOfPrimitives: task.levelsOfPrimitives,
      seed: configuration.seed,
      started: this.#file.started,
      version: this.#file.version,
      command: this.#file.command,
      machine: this.#machine,
      gates: { advance, finish },
      ...(configuration.noise && { noise: configuration.noise }),
      ...(configuration.defence && { defence: configuration.defence.kind }),
      ...(configuration.norms && { norms: configuration.norms }),
      arms,
      ...(example && { example }),
    };
    this.#setting.assertHeld();
    this.#folder.writeAtomic('record.json', `${JSON.stringify(record, null, 1)}\n`);
    this.#folder.writeAtomic('report.html', renderReport(record));
    return record;
  }
}
