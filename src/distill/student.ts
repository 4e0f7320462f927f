/** Distillation (Christiano et al. 2018, §2; not Hinton's): a network trained to give directly the answers that
 *  Amplify^H(teacher) gives. The teacher is the moving average of the student itself. */

import { Answerers, networkAssistant } from '../assistants/network.ts';
import type { Random } from '../base/random.ts';
import { type Answer, agree, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { encodeBatch } from '../network/batch.ts';
import { type OptimizerOptions, scheduleAt } from '../network/optimizer.ts';
import { countOf, forEachPlace, initialise, type Weight } from '../network/parameters.ts';
import { STATE, type StateName, trainingStep } from '../network/step.ts';
import { type BatchShape, type NetworkShape, transformerWeights } from '../network/transformer.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';

export interface StudentOptions {
  /** D, a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly expansion: number;
  readonly optimizer: OptimizerOptions;
  /** Steps over which the teacher averages the student; shorter at the start. */
  readonly averageHorizon: number;
}

/** One context's questions and what they should be answered; «unknown» teaches nothing. */
export interface Lesson<Q, A> {
  readonly questions: readonly Q[];
  readonly targets: readonly Answer<A>[];
}

export interface Learned {
  readonly loss: number;
  /** Per lesson: how many of its known targets the student would have answered the same. */
  readonly agreed: readonly number[];
  /** Per lesson: how many of its targets are known. */
  readonly known: readonly number[];
}

/** The vectors that are all a student is, besides its options. */
export type StudentState = { readonly [K in StateName]: Float32Array };

export class Student<Q, A> {
  readonly network: NetworkShape;
  readonly weights: readonly Weight[];
  readonly #task: Task<Q, A>;
  readonly #options: StudentOptions;
  readonly #runtime: Runtime;
  readonly #answerers: Answerers;
  #trainer: { readonly key: string; readonly session: Session } | undefined;

  private constructor(task: Task<Q, A>, options: StudentOptions, runtime: Runtime) {
    const { width, heads, expansion } = options;
    this.network = { words: task.encoding.words, width, heads, expansion };
    this.weights = transformerWeights(this.network);
    this.#task = task;
    this.#options = options;
    this.#runtime = runtime;
    this.#answerers = new Answerers(runtime);
  }

  /** A student that knows nothing yet. */
  static async fresh<Q, A>(task: Task<Q, A>, options: StudentOptions, runtime: Runtime, random: Random) {
    const student = new Student(task, options, runtime);
    const parameters = initialise(student.weights, random);
    const nothing = new Float32Array(parameters.length);
    await student.restore({ parameters, first: nothing, second: nothing, average: parameters });
    return student;
  }

  /** Takes one optimizer step, number `step` = 0, 1, …, on lessons of equal size, run for `rounds` rounds. */
  async learn(lessons: readonly Lesson<Q, A>[], step: number, rounds: number): Promise<Learned> {
    const { encoding } = this.#task;
    const first = lessons[0]!.questions;
    const shape: BatchShape = {
      contexts: lessons.length,
      facts: encoding.facts(first[0]!).length / 2,
      questions: first.length,
      rounds,
    };
    const rows = shape.contexts * shape.questions;
    const answers = lessons.flatMap(({ targets }) => targets);
    const targets = Int32Array.from(answers, (x) =>
      x.kind === 'known' ? encoding.wordOf(x.value) : encoding.blank,
    );
    const count = answers.reduce((total, { kind }) => total + Number(kind === 'known'), 0);
    const weights = Float32Array.from(answers, ({ kind }) => (kind === 'known' ? 1 / count : 0));
    const wires = Object.fromEntries(STATE.map((name) => [name, name]));
    const session = await this.#trainerFor(shape);
    const rate = 1 / Math.min(this.#options.averageHorizon, 1 + step / 4);
    const out = await session.run(
      {
        ...encodeBatch(
          encoding,
          shape,
          lessons.map(({ questions }) => questions),
        ),
        targets: { shape: [rows], data: targets },
        weights: { shape: [rows], data: weights },
        schedule: { shape: [3], data: scheduleAt(this.#options.optimizer, step) },
        averageRate: { shape: [1], data: Float32Array.of(rate) },
      },
      wires,
      wires,
    );
    return { loss: out.loss!.data[0]!, ...this.#compare(lessons, out.guesses!.data) };
  }

  /** X: the student's moving average, running at least `rounds` rounds and as many as a question has levels. */
  assistant(name: string, groundTruth: boolean, rounds: number): Assistant<Q, A> {
    return networkAssistant({
      name,
      groundTruth,
      encoding: this.#task.encoding,
      network: this.network,
      answerers: this.#answerers,
      slot: 'average',
      rounds: (question) => Math.max(rounds, this.#task.level(question)),
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

  async state(): Promise<StudentState> {
    const vectors = await Promise.all(
      STATE.map(async (name) => (await this.#runtime.get(name)).data as Float32Array),
    );
    return Object.fromEntries(STATE.map((name, i) => [name, vectors[i]!])) as StudentState;
  }

  async restore(state: StudentState): Promise<void> {
    for (const name of STATE)
      await this.#runtime.put(name, { shape: [state[name].length], data: state[name] });
  }

  /** One compiled training graph at a time: stages only ever move on. */
  async #trainerFor(shape: BatchShape): Promise<Session> {
    const key = JSON.stringify(shape);
    if (this.#trainer?.key !== key) {
      await this.#trainer?.session.release();
      const program = lower(trainingStep(this.network, shape, this.#options.optimizer));
      this.#trainer = { key, session: await this.#runtime.load(program) };
    }
    return this.#trainer.session;
  }

  #compare(lessons: readonly Lesson<Q, A>[], guesses: ArrayLike<number>): Omit<Learned, 'loss'> {
    let row = 0;
    const agreed: number[] = [];
    const knowns: number[] = [];
    for (const { targets } of lessons) {
      let same = 0;
      for (const target of targets) {
        const guess = this.#task.encoding.answerOf(guesses[row++]!);
        if (guess !== undefined && agree(target, known(guess))) same++;
      }
      agreed.push(same);
      knowns.push(targets.filter(({ kind }) => kind === 'known').length);
    }
    return { agreed, known: knowns };
  }
}
