/** Whoever asks the questions of an evaluation: each X, H with its help, H all the way down, and the arms beside them. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { Random } from '../base/random.ts';
import { confident, thresholdsOf } from '../confidence/escalation.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Transcript } from '../core/workspace.ts';
import type { Replayed } from '../evaluate/auditability.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import { mainPlan } from '../run/arms.ts';
import type { CalibrationFile } from '../run/calibrated.ts';
import type { Configuration } from '../run/configuration.ts';
import { taskAt } from '../run/norms.ts';
import { inspected } from '../run/serve.ts';
import type { AnyAnswer, AnyQuestion, AnyTask } from '../tasks/tasks.ts';
import { type Heard, hear } from './deceivers.ts';
import { finalTest, type Held, heldFor, type Sizes } from './exams.ts';
import { type Foretold, foretell } from './foretold.ts';
import { looksOf } from './norms.ts';
import type { Beside, Calibrated, Deeper, Observed, OnPolicy, Sheet } from './observed.ts';
import { type Planted, plant } from './planted.ts';
import {
  type Asked,
  allTheWay,
  askedOf,
  knowing,
  type Node,
  nodesOf,
  type Reading,
  type Said,
  UNKNOWN,
} from './sheet.ts';

export interface AskOptions {
  readonly sizes: Sizes;
  /** Levels of H above an X at most. */
  readonly depthMax: number;
  /** After each piece of work, with how many there are. */
  readonly tell: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

const EVALUATION = Random.seeded(0).split('evaluation');
const PLANTING = EVALUATION.split('planted');
const DECEIVING = EVALUATION.split('deceivers');
const FORETELLING = EVALUATION.split('foretold');

type AnyAssistant = Assistant<AnyQuestion, AnyAnswer>;

export class Observer {
  /** With H as it is at first. */
  readonly #task: AnyTask;
  /** With H as it is in the last iteration: it is that one which is asked. */
  readonly #reading: Reading<AnyQuestion, AnyAnswer>;
  readonly #configuration: Configuration;
  readonly #checkpoints: readonly Checkpoint[];
  readonly #runtime: Runtime;
  readonly #calibration: CalibrationFile | undefined;
  readonly #options: AskOptions;
  #done = 0;

  constructor(
    task: AnyTask,
    configuration: Configuration,
    checkpoints: readonly Checkpoint[],
    runtime: Runtime,
    calibration: CalibrationFile | undefined,
    options: AskOptions,
  ) {
    this.#task = task;
    this.#reading = { task: taskAt(task, configuration, checkpoints.length), examiner: examinerOf(task) };
    this.#configuration = configuration;
    this.#checkpoints = checkpoints;
    this.#runtime = runtime;
    this.#calibration = calibration;
    this.#options = options;
  }

  async all(
    supervised: Checkpoint | undefined,
  ): Promise<
    Pick<
      Observed,
      | ('test' | 'anchor' | 'calibration' | 'check')
      | ('beside' | 'planted' | 'deceived' | 'foretold' | 'calibrated' | 'norms' | 'replays')
    >
  > {
    const { task, examiner } = this.#reading;
    const { sizes } = this.#options;
    const xs = [
      nobody as AnyAssistant,
      ...(await Promise.all(this.#checkpoints.map((one) => this.#load(one)))),
    ];
    const held = finalTest(task, examiner, sizes.test);
    const test = await this.#sheet(held, xs);
    const anchor = await this.#sheet(heldFor(task, examiner, 'anchor', sizes.anchor), xs);
    const calibration = await this.#sheet(
      heldFor(task, examiner, 'calibration', sizes.calibration),
      xs.slice(-1),
    );
    const check = await this.#sheet(heldFor(task, examiner, 'check', sizes.check), xs.slice(-1));
    const last = xs.at(-1)!;
    return {
      test,
      anchor,
      calibration,
      check,
      beside: await this.#beside(held.asked, anchor, xs, supervised),
      planted: await this.#planted(test, last),
      deceived: await this.#deceived(test, last),
      foretold: await this.#foretold(test, last),
      calibrated: await this.#calibrated(held.asked, xs),
      norms: await this.#norms(anchor, xs.slice(1)),
      replays: await this.#step(() => this.#replays(check, last)),
    };
  }

  async #planted({ asked, amplified, x }: Sheet, last: AnyAssistant): Promise<readonly Planted[]> {
    const { task } = this.#reading;
    const asIs = this.#overseer;
    const nodes = amplified.at(-1);
    if (!asIs || !nodes) return [];
    const plots = nodes.map((node, i) => ({
      node,
      cluster: asked[i]!.context,
      direct: x.at(-1)![i]!.answer,
    }));
    const assistant = withEnvironment(task.environment, memo(last, task.key));
    const clean = this.#configuration.noise ? task.overseer : asIs;
    return this.#step(() =>
      plant(this.#reading, { asIs, clean }, assistant, plots, this.#options.sizes.planted, PLANTING),
    );
  }

  async #norms({ asked }: Sheet, xs: readonly AnyAssistant[]): Promise<Observed['norms']> {
    const { norms } = this.#configuration;
    if (!norms) return [];
    const [before, after] = [this.#task, taskAt(this.#task, this.#configuration, norms.iteration)];
    const changing = { norms, before, after, checkpoints: this.#checkpoints, xs };
    return this.#step(() => looksOf(changing, this.#reading, asked));
  }

  async #deceived({ asked, amplified }: Sheet, last: AnyAssistant): Promise<readonly Heard[]> {
    const [overseer, nodes] = [this.#overseer, amplified.at(-1)];
    if (!overseer || !nodes) return [];
    const x = memo(last, this.#reading.task.key);
    const { planted } = this.#options.sizes;
    return this.#step(() => hear(this.#reading, overseer, x, asked, nodes, planted, DECEIVING));
  }

  async #foretold({ asked }: Sheet, last: AnyAssistant): Promise<Foretold> {
    const overseer = this.#overseer;
    if (!overseer) return { guesses: [], explained: new Set() };
    const x = memo(last, this.#reading.task.key);
    const { planted } = this.#options.sizes;
    return this.#step(() => foretell(this.#reading.task, overseer, x, asked, planted, FORETELLING));
  }

  async #calibrated(
    asked: readonly Asked<AnyQuestion>[],
    xs: readonly AnyAssistant[],
  ): Promise<Calibrated | undefined> {
    const [iteration, calibration] = [this.#iterationCalibrated, this.#calibration];
    if (!iteration || !calibration) return undefined;
    const { task } = this.#reading;
    const { overseer, environment, level, key } = task;
    const assistant = memo(xs[iteration]!, key);
    const whole = confident({ overseer, environment, assistant, level }, calibration.confidence);
    const said = await this.#step(() => askedOf(this.#reading, memo(whole, key), asked));
    const needed = thresholdsOf(calibration.confidence);
    const escalated = said.map(
      ({ answer, confidence }, place) =>
        answer === UNKNOWN || confidence < needed(level(asked[place]!.question)),
    );
    return { iteration, said, escalated };
  }

  /** From 1; 0 where its checkpoint is none of these. */
  get #iterationCalibrated(): number {
    return 1 + this.#checkpoints.findIndex(({ hash }) => hash === this.#calibration?.checkpoint);
  }

  /** Batches are others then, so answers must not depend on their neighbours. */
  async #replays({ asked, x }: Sheet, last: AnyAssistant): Promise<readonly Replayed[]> {
    const again = await askedOf(this.#reading, last, asked.toReversed());
    return x.at(-1)!.map(({ answer }, i) => ({
      cluster: asked[i]!.context,
      first: String(answer),
      again: String(again[asked.length - 1 - i]!.answer),
    }));
  }

  #load(checkpoint: Checkpoint): Promise<AnyAssistant> {
    return inspected(this.#reading.task, checkpoint, this.#runtime);
  }

  /** H as the run has it, by which targets were made or H′ was taught; undefined of a person. */
  get #overseer() {
    const { task, examiner } = this.#reading;
    if (this.#configuration.overseer === 'person') return undefined;
    if (this.#configuration.overseer === 'truth') return task.overseer;
    return mainPlan(task, examiner, this.#configuration).overseers[0];
  }

  async #sheet(held: Held<AnyQuestion>, xs: readonly AnyAssistant[]): Promise<Sheet> {
    const { asked } = held;
    const overseer = this.#overseer;
    const truth = await askedOf(this.#reading, knowing(this.#reading), asked);
    const way = overseer && allTheWay(this.#reading, overseer, asked);
    const h = way && (await this.#step(() => askedOf(this.#reading, way.assistant, asked)));
    const x: (readonly Said[])[] = [];
    const amplified: (readonly Node<AnyQuestion>[])[] = [];
    for (const one of xs) {
      const remembered = memo(one, this.#reading.task.key);
      x.push(await this.#step(() => askedOf(this.#reading, remembered, asked)));
      const assistant = withEnvironment(this.#reading.task.environment, remembered);
      if (overseer)
        amplified.push(await this.#step(() => nodesOf(this.#reading, overseer, assistant, asked)));
    }
    const onPolicy = way ? await this.#onPolicy(way.assistant, amplified.at(-1)!) : [];
    return { ...held, truth, h, hNodes: way?.nodes ?? [], x, amplified, onPolicy };
  }

  async #onPolicy(h: AnyAssistant, nodes: readonly Node<AnyQuestion>[]): Promise<readonly OnPolicy[]> {
    const { task } = this.#reading;
    const children = nodes.flatMap(({ context, children }) => children.map((child) => ({ context, child })));
    const each = [...new Map(children.map((one) => [task.key(one.child.question), one])).values()];
    const asked = each.map(({ context, child: { question, level } }) => ({ question, level, context }));
    const said = await askedOf(this.#reading, h, asked);
    return each.map(({ context, child }, i) => ({ context, level: child.level, x: child, h: said[i]! }));
  }

  async #beside(
    asked: readonly Asked<AnyQuestion>[],
    anchor: Sheet,
    xs: readonly AnyAssistant[],
    supervised: Checkpoint | undefined,
  ): Promise<Beside> {
    const last = xs.at(-1)!;
    const { task } = this.#reading;
    const overseer = this.#overseer;
    const before = this.#runtime.operations;
    await askedOf(this.#reading, last, asked);
    const operations = (this.#runtime.operations - before) / asked.length;
    const clean =
      this.#configuration.noise &&
      (await this.#step(() =>
        askedOf(this.#reading, allTheWay(this.#reading, task.overseer, asked).assistant, asked),
      ));
    const depths: Deeper[] = [];
    for (let depth = 1; overseer && depth <= this.#options.depthMax; depth++)
      depths.push(await this.#step(() => this.#deeper(overseer, last, depth, asked)));
    const anchored: (readonly (readonly Said[])[])[] = [];
    for (const [n, x] of xs.entries()) {
      const above: (readonly Said[])[] = [anchor.x[n]!];
      for (let depth = 1; overseer && depth <= this.#options.depthMax; depth++)
        above.push((await this.#step(() => this.#deeper(overseer, x, depth, anchor.asked))).said);
      anchored.push(above);
    }
    return {
      clean,
      depths,
      anchored,
      supervised:
        supervised &&
        (await this.#step(async () => askedOf(this.#reading, await this.#load(supervised), asked))),
      operations,
    };
  }

  /** Amplify^H of itself, `depth` times, over X; equal questions are asked once. */
  async #deeper(
    overseer: Overseer<AnyQuestion, AnyAnswer>,
    last: AnyAssistant,
    depth: number,
    asked: readonly Asked<AnyQuestion>[],
  ): Promise<Deeper> {
    const { task } = this.#reading;
    const before = this.#runtime.operations;
    let decisions = 0;
    const record = ({ exchanges }: Transcript<AnyQuestion, AnyAnswer>) => {
      decisions += exchanges.length + 1;
    };
    let assistant = memo(last, task.key);
    for (let level = 0; level < depth; level++)
      assistant = memo(amplify(overseer, withEnvironment(task.environment, assistant), { record }), task.key);
    const said = await askedOf(this.#reading, assistant, asked);
    return { depth, said, decisions, operations: this.#runtime.operations - before };
  }

  /** Counted for whoever waits. */
  async #step<T>(act: () => Promise<T>): Promise<T> {
    this.#options.signal.throwIfAborted();
    const result = await act();
    this.#options.tell(++this.#done, this.#steps);
    return result;
  }

  get #steps(): number {
    const each = this.#overseer ? 2 : 1;
    const all = this.#checkpoints.length + 1;
    const sheets = 2 * (all * each) + 2 * each + (this.#overseer ? 7 : 0);
    return (
      1 +
      sheets +
      (this.#overseer ? this.#options.depthMax * (1 + all) : 0) +
      (this.#configuration.noise ? 1 : 0) +
      (this.#configuration.norms ? 1 : 0) +
      (this.#iterationCalibrated ? 1 : 0)
    );
  }
}
