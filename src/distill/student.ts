/** Distillation (Christiano et al. 2018, §2; not Hinton's): a network trained to give directly the answers that
 *  Amplify^H(teacher) gives. The teacher is the moving average of the student itself. */

import { Answerers, networkAssistant } from '../assistants/network.ts';
import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Answer, agree, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { encodeBatch, networkFor } from '../network/batch.ts';
import { type OptimizerOptions, scheduleAt } from '../network/optimizer.ts';
import { countOf, forEachPlace, initialise, type Weight } from '../network/parameters.ts';
import { type BatchShape, type NetworkShape, transformerWeights } from '../network/transformer.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';
import { Replicas, type StudentState, shares } from './replicas.ts';

export interface StudentOptions {
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
}

/** One context's questions and what they should be answered. */
export interface Lesson<Q, A> {
  readonly questions: readonly Q[];
  readonly targets: readonly Answer<A>[];
}

export interface Learned {
  readonly loss: number;
  /** For every question of every lesson: whether the student would have answered as it was taught; undefined where it
   *  was taught nothing. */
  readonly agreed: readonly (readonly (boolean | undefined)[])[];
}

/** The slot of a runtime for parameters of before. */
const EARLIER = 'earlier';

export class Student<Q, A> {
  readonly network: NetworkShape;
  readonly weights: readonly Weight[];
  readonly #task: Task<Q, A>;
  readonly #options: StudentOptions;
  readonly #replicas: Replicas;
  readonly #answerers: Answerers;

  private constructor(task: Task<Q, A>, options: StudentOptions, runtimes: readonly Runtime[]) {
    this.network = networkFor(task.encoding, options);
    this.weights = transformerWeights(this.network);
    this.#task = task;
    this.#options = options;
    this.#replicas = new Replicas(runtimes, this.network, options.optimizer);
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
    const student = new Student(task, options, runtimes);
    const parameters = initialise(student.weights, random);
    const nothing = new Float32Array(parameters.length);
    await student.restore({ parameters, first: nothing, second: nothing, average: parameters });
    return student;
  }

  /** Takes one optimizer step, number `step` = 0, 1, …, on lessons of equal size, in `rounds` rounds. */
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
    const taught = lessons.flatMap(({ targets }) => targets).filter((target) => this.#teaches(target)).length;
    const rate = 1 / Math.min(this.#options.averageHorizon, 1 + step / 4);
    const outputs = await this.#replicas.step(
      shape,
      parts.map((part) => this.#feeds(part, shape, taught)),
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

  #feeds(lessons: readonly Lesson<Q, A>[], shape: BatchShape, taught: number): Tensors {
    const { encoding } = this.#task;
    const answers = lessons.flatMap(({ targets }) => targets);
    const words = answers.map((x) => (x.kind === 'known' ? encoding.wordOf(x.value) : encoding.blank));
    const weights = answers.map((target) => (this.#teaches(target) ? 1 / taught : 0));
    const questions = lessons.map((lesson) => lesson.questions);
    return {
      ...encodeBatch(encoding, shape, questions),
      targets: { shape: [answers.length], data: Int32Array.from(words) },
      weights: { shape: [answers.length], data: Float32Array.from(weights) },
    };
  }

  /** X: the student's moving average. */
  assistant(name: string, groundTruth: boolean): Assistant<Q, A> {
    return this.#speaking(name, groundTruth, 'average');
  }

  /** An X of before: a network of the same shape with these parameters. The one made last is the only one there is. */
  async earlier(name: string, groundTruth: boolean, parameters: Float32Array): Promise<Assistant<Q, A>> {
    const tensor = { shape: [parameters.length], data: parameters };
    await Promise.all(this.#replicas.runtimes.map((runtime) => runtime.put(EARLIER, tensor)));
    return this.#speaking(name, groundTruth, EARLIER);
  }

  #speaking(name: string, groundTruth: boolean, slot: string): Assistant<Q, A> {
    return networkAssistant({
      name,
      groundTruth,
      encoding: this.#task.encoding,
      network: this.network,
      answerers: this.#answerers,
      slot,
    });
  }

  /** A flat vector cut into the weights it holds. */
  named(flat: Float32Array): readonly { name: string; shape: readonly number[]; values: Float32Array }[] {
    const tensors: { name: string; shape: readonly number[]; values: Float32Array }[] = [];
    forEachPlace(this.weights, ({ name, shape }, start, end) => {
      tensors.push({ name, shape, values: flat.slice(start, end) });
    });
    return tensors;
  }

  get parameterCount(): number {
    return countOf(this.weights);
  }

  state(): Promise<StudentState> {
    return this.#replicas.state();
  }

  restore(state: StudentState): Promise<void> {
    return this.#replicas.restore(state);
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
