/** Distillation (Christiano et al. 2018, §2; not Hinton's): a network trained to give directly the answers that
 *  Amplify^H(teacher) gives. The teacher is the moving average of the student itself; or, where every iteration begins with
 *  fresh weights, the X of the one before; or the mean of an ensemble that learns beside it. */

import { Answerers, type NetworkAssistantOptions, networkAssistant } from '../assistants/network.ts';
import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Answer, agree, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { encodeBatch } from '../network/batch.ts';
import { answererOf, networkWeights, SHARES } from '../network/composite.ts';
import { type OptimizerOptions, scheduleAt } from '../network/optimizer.ts';
import { countOf, forEachPlace, initialise, type Weight } from '../network/parameters.ts';
import type { BatchShape, NetworkShape } from '../network/transformer.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';
import { bootstraps, type EnsembleOptions, sharesOf } from './ensemble.ts';
import { Replicas, type StudentState, shares } from './replicas.ts';
import { keptOf, networkAt, type ResidualOptions, succeeded } from './residual.ts';

export interface StudentOptions extends ResidualOptions {
  /** D, a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly expansion: number;
  readonly optimizer: OptimizerOptions;
  /** How many runtimes share each step; part of what determines the bits, whatever the machine. */
  readonly replicas: number;
  /** Steps over which the teacher averages the student; shorter at the start. */
  readonly averageHorizon: number;
  /** Whether "unknown" is a target like any other, or teaches nothing. */
  readonly learnsUnknown: boolean;
  readonly ensemble?: EnsembleOptions;
}

/** One context's questions and what they should be answered. */
export interface Lesson<Q, A> {
  readonly questions: readonly Q[];
  readonly targets: readonly Answer<A>[];
  /** How much it counts, if not as much as any other. */
  readonly weight?: number;
}

export interface Learned {
  readonly loss: number;
  /** For every question of every lesson: whether the student would have answered as it was taught; undefined where it
   *  was taught nothing. */
  readonly agreed: readonly (readonly (boolean | undefined)[])[];
}

/** Slots of a runtime: parameters that are compared with, and those of the X whom H asks. */
const EARLIER = 'earlier';
const PREVIOUS = 'previous';

export class Student<Q, A> {
  readonly #task: Task<Q, A>;
  readonly #options: StudentOptions;
  readonly #random: Random;
  readonly #replicas: Replicas;
  readonly #answerers: Answerers;
  /** 1, 2, … */
  #iteration = 1;
  /** All that learns, and what answers of it. */
  #learner: NetworkShape;
  #previous: Float32Array | undefined;

  private constructor(
    task: Task<Q, A>,
    options: StudentOptions,
    runtimes: readonly Runtime[],
    random: Random,
  ) {
    const { anchoring, ensemble } = options;
    this.#task = task;
    this.#options = options;
    this.#random = random;
    this.#learner = networkAt(task.encoding, options, 1);
    this.#replicas = new Replicas(runtimes, this.#learner, options.optimizer, {
      ...(anchoring !== undefined && { anchoring }),
      ...(ensemble && { soft: ensemble }),
    });
    this.#answerers = new Answerers(runtimes);
  }

  /** A student that knows nothing yet, trained on all of the runtimes together. */
  static async fresh<Q, A>(
    task: Task<Q, A>,
    options: StudentOptions,
    runtimes: readonly Runtime[],
    random: Random,
  ): Promise<Student<Q, A>> {
    if (runtimes.length !== options.replicas)
      throw new CapstanError(
        'invalid',
        `runtimes: expected ${options.replicas} for as many replicas, got ${runtimes.length}`,
      );
    const student = new Student(task, options, runtimes, random);
    const parameters = initialise(networkWeights(student.#learner), random);
    const nothing = new Float32Array(parameters.length);
    await student.restore({ parameters, first: nothing, second: nothing, average: parameters });
    return student;
  }

  /** The next iteration begins: with fresh weights, with X_n beside it, with members that count as often as they were right,
   *  or as if nothing happened. `agreements`: of each member with what it was to say. */
  async begin(iteration: number, agreements?: readonly number[]): Promise<void> {
    this.#iteration = iteration;
    if (!this.#begins) return;
    const { fresh } = this.#options;
    const to = networkAt(this.#task.encoding, this.#options, iteration);
    const weights = networkWeights(to);
    const born = fresh ? initialise(weights, this.#random.split(iteration)) : undefined;
    const state = succeeded(await this.state(), this.#learner, to, born);
    if (agreements && agreements.length > 0)
      forEachPlace(weights, ({ name }, start) => {
        if (name !== SHARES) return;
        for (const vector of [state.parameters, state.average]) vector.set(sharesOf(agreements), start);
      });
    await this.restore(state, iteration);
  }

  /** The last one that began. */
  get iteration(): number {
    return this.#iteration;
  }

  /** The network that answers. */
  get network(): NetworkShape {
    return answererOf(this.#learner);
  }

  /** Of the network that answers: the beginning of every vector. */
  get weights(): readonly Weight[] {
    return networkWeights(this.network);
  }

  /** The same of the X of an iteration. */
  weightsAt(iteration: number): readonly Weight[] {
    return networkWeights(answererOf(networkAt(this.#task.encoding, this.#options, iteration)));
  }

  /** How many numbers each vector has in an iteration. */
  lengthAt(iteration: number): number {
    return countOf(networkWeights(networkAt(this.#task.encoding, this.#options, iteration)));
  }

  /** Takes one optimizer step, number `step` = 0, 1, … of these weights, on lessons of equal size, in `rounds` rounds. */
  async learn(lessons: readonly Lesson<Q, A>[], step: number, rounds: number): Promise<Learned> {
    const parts = shares(lessons, this.#replicas.runtimes.length);
    const { encoding } = this.#task;
    const first = lessons[0]!.questions;
    const shape: BatchShape = {
      contexts: parts[0]!.length,
      facts: encoding.facts(first[0]!).length / encoding.slots.length,
      questions: first.length,
      rounds,
    };
    const chance = this.#random.split('step').split(this.#iteration).split(step);
    const members = this.#options.ensemble?.members ?? 0;
    // How often each lesson counts: for the student, then for each member.
    const times = [lessons.map(() => 1), ...bootstraps(members, lessons.length, chance.split('bootstrap'))];
    const counts = times.map((row) => row.map((count, i) => count * (lessons[i]!.weight ?? 1)));
    const counted = shares(
      lessons.map((lesson, i) => ({ lesson, counts: counts.map((row) => row[i]!) })),
      parts.length,
    );
    const totals = counts.map((row) =>
      row.reduce((sum, count, i) => sum + count * this.#taughtIn(lessons[i]!), 0),
    );
    const rate = 1 / Math.min(this.#options.averageHorizon, 1 + step / 4);
    const outputs = await this.#replicas.step(
      shape,
      counted.map((part, i) => this.#feeds(part, shape, totals, chance.split(i))),
      {
        schedule: { shape: [3], data: scheduleAt(this.#options.optimizer, step) },
        averageRate: { shape: [1], data: Float32Array.of(rate) },
      },
    );
    const loss = outputs.reduce((total, output) => total + output.loss!.data[0]!, 0);
    return {
      loss,
      agreed: this.#compare(
        lessons,
        outputs.flatMap(({ guesses }) => [...guesses!.data]),
      ),
    };
  }

  #feeds(
    part: readonly { readonly lesson: Lesson<Q, A>; readonly counts: readonly number[] }[],
    shape: BatchShape,
    totals: readonly number[],
    chance: Random,
  ): Tensors {
    const { encoding } = this.#task;
    const answers = part.flatMap(({ lesson }) => lesson.targets);
    const words = answers.map((x) => (x.kind === 'known' ? encoding.wordOf(x.value) : encoding.blank));
    const [weights, ...ofMembers] = totals.map((total, row) =>
      part.flatMap(({ lesson, counts }) =>
        // A member may have drawn nothing that teaches.
        lesson.targets.map((target) => (total > 0 && this.#teaches(target) ? counts[row]! / total : 0)),
      ),
    );
    const questions = part.map(({ lesson }) => lesson.questions);
    const rows = answers.length;
    return {
      ...encodeBatch(encoding, shape, questions),
      targets: { shape: [rows], data: Int32Array.from(words) },
      weights: { shape: [rows], data: Float32Array.from(weights!) },
      ...(ofMembers.length > 0 && {
        memberWeights: { shape: [ofMembers.length, rows], data: Float32Array.from(ofMembers.flat()) },
      }),
      ...(this.#learner.earlier?.how === 'input' && { kept: { shape: [rows], data: keptOf(rows, chance) } }),
    };
  }

  #taughtIn({ targets }: Lesson<Q, A>): number {
    return targets.filter((target) => this.#teaches(target)).length;
  }

  /** X: the student's moving average. */
  assistant(name: string, groundTruth: boolean): Assistant<Q, A> {
    return networkAssistant(this.speaking(name, groundTruth));
  }

  /** X, and whom H asks: X itself, the mean of the ensemble, or either as it was at the end of the iteration before (nobody in
   *  the first). */
  voices(
    name: string,
    groundTruth: boolean,
  ): { readonly x: Assistant<Q, A>; readonly teacher: Assistant<Q, A> } {
    const { fresh, ensemble } = this.#options;
    const x = this.assistant(name, groundTruth);
    if (!fresh && !ensemble) return { x, teacher: x };
    if (fresh && !this.#previous) return { x, teacher: nobody };
    const teacher = networkAssistant({
      ...this.speaking(name, groundTruth),
      ...(fresh && {
        network: networkAt(this.#task.encoding, this.#options, this.#iteration - 1),
        slot: PREVIOUS,
      }),
      voice: ensemble ? 'ensemble' : 'student',
    });
    return { x, teacher };
  }

  /** What its state needs besides its vectors: which iteration it is in, if that makes a difference. */
  get succession(): { readonly iteration?: number } {
    return this.#begins ? { iteration: this.#iteration } : {};
  }

  /** Whether iterations begin with anything but what the one before ended with. */
  get #begins(): boolean {
    const { fresh, residual, anchoring, ensemble } = this.#options;
    return (fresh ?? false) || residual !== undefined || anchoring !== undefined || ensemble !== undefined;
  }

  /** Whether every iteration begins with fresh weights, and the number of its steps with 0. */
  get isBornAnew(): boolean {
    return this.#options.fresh === true;
  }

  /** Each member of the ensemble, if there is one. */
  members(groundTruth: boolean): readonly Assistant<Q, A>[] {
    return Array.from({ length: this.#options.ensemble?.members ?? 0 }, (_, k) =>
      networkAssistant({ ...this.speaking(`member ${k + 1}`, groundTruth), voice: k }),
    );
  }

  /** The X of an iteration before, with these parameters. The one made last is the only one there is. */
  async earlier(
    name: string,
    groundTruth: boolean,
    parameters: Float32Array,
    iteration: number,
  ): Promise<NetworkAssistantOptions<Q, A>> {
    await this.#put(EARLIER, parameters);
    const network = answererOf(networkAt(this.#task.encoding, this.#options, iteration));
    return { ...this.speaking(name, groundTruth), network, slot: EARLIER };
  }

  /** What X answers by. */
  speaking(name: string, groundTruth: boolean): NetworkAssistantOptions<Q, A> {
    const { encoding } = this.#task;
    const [network, answerers] = [this.#learner, this.#answerers];
    return { name, groundTruth, encoding, network, answerers, slot: 'average' };
  }

  async #put(slot: string, data: Float32Array): Promise<void> {
    const tensor = { shape: [data.length], data };
    await Promise.all(this.#replicas.runtimes.map((runtime) => runtime.put(slot, tensor)));
  }

  /** A flat vector cut into the weights it holds. */
  named(flat: Float32Array): readonly { name: string; shape: readonly number[]; values: Float32Array }[] {
    const tensors: { name: string; shape: readonly number[]; values: Float32Array }[] = [];
    forEachPlace(this.weights, ({ name, shape }, start, end) => {
      tensors.push({ name, shape, values: flat.slice(start, end) });
    });
    return tensors;
  }

  /** Parameters that training may change. */
  get parameterCount(): number {
    return countOf(networkWeights(this.#learner).filter(({ frozen }) => !frozen));
  }

  async state(): Promise<StudentState> {
    return { ...(await this.#replicas.state()), ...(this.#previous && { previous: this.#previous }) };
  }

  /** As it was in that iteration. */
  async restore(state: StudentState, iteration = 1): Promise<void> {
    this.#iteration = iteration;
    this.#learner = networkAt(this.#task.encoding, this.#options, iteration);
    this.#previous = state.previous;
    await this.#replicas.become(this.#learner);
    await this.#replicas.restore(state);
    if (state.previous) await this.#put(PREVIOUS, state.previous);
  }

  #teaches(target: Answer<A>): boolean {
    return target.kind === 'known' || this.#options.learnsUnknown;
  }

  #compare(lessons: readonly Lesson<Q, A>[], guesses: ArrayLike<number>): Learned['agreed'] {
    let row = 0;
    return lessons.map(({ targets }) =>
      targets.map((target) => {
        const guess = this.#task.encoding.answerOf(guesses[row++]!);
        if (!this.#teaches(target)) return undefined;
        return guess === undefined ? target.kind === 'unknown' : agree(target, known(guess));
      }),
    );
  }
}
