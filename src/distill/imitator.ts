/** H′ as it learns: decisions that H made, written as words, and a network trained to repeat them. */

import type { Random } from '../base/random.ts';
import type { Transcript } from '../core/workspace.ts';
import { type OptimizerOptions, scheduleAt } from '../network/optimizer.ts';
import { countOf, initialise } from '../network/parameters.ts';
import {
  PREDICTOR_STATE,
  type PredictorShape,
  predictorStep,
  predictorWeights,
} from '../network/predictor.ts';
import { lower } from '../onnx/lower.ts';
import type { Runtime, Session } from '../onnx/runtime.ts';
import {
  actionWords,
  type Language,
  type Predictor,
  predictor,
  predictorShape,
  reading,
  workspaceWords,
} from '../overseers/predictor.ts';

export interface ImitatorOptions {
  readonly width: number;
  readonly optimizer: OptimizerOptions;
  /** Whether it reads all names of a sort alike, by order of appearance, or keeps them apart. */
  readonly names: 'alike' | 'apart';
  /** Decisions in one training step. */
  readonly rows: number;
}

/** Loss from which on a step does more harm than good: where gradients vanish, Adam's steps do not. It counts when so many
 *  batches in a row are below it, since one alone may miss just the decisions that are new. */
const LEARNED = 2e-5;
const LEARNED_IN_A_ROW = 8;
/** One part in so many counts as recent. */
const RECENT = 4;

/** The vectors that are all an imitator is, besides its options: the network's state, and what H decided so far, one
 *  decision after the other, each as its workspace's words, its action's words, and 1 for those that say something. */
export type ImitatorState = { readonly [name: string]: Float32Array };

export class Imitator<Q, A> {
  /** H′ */
  readonly overseer: Predictor<Q, A>;
  readonly shape: PredictorShape;
  readonly #language: Language<Q, A>;
  readonly #options: ImitatorOptions;
  readonly #runtimes: readonly Runtime[];
  readonly #decisions: Float32Array[] = [];
  #session: Promise<Session> | undefined;
  #steps = 0;

  constructor(language: Language<Q, A>, options: ImitatorOptions, runtimes: readonly Runtime[]) {
    const { encoding, asksMax } = language;
    this.#language = options.names === 'alike' ? language : { encoding: { ...encoding, names: [] }, asksMax };
    this.#options = options;
    this.#runtimes = runtimes;
    this.shape = predictorShape(language, options.width);
    this.overseer = predictor(this.#language, this.shape, runtimes, slot('parameters'));
  }

  static async fresh<Q, A>(
    language: Language<Q, A>,
    options: ImitatorOptions,
    runtimes: readonly Runtime[],
    random: Random,
  ): Promise<Imitator<Q, A>> {
    const imitator = new Imitator(language, options, runtimes);
    const parameters = initialise(predictorWeights(imitator.shape), random);
    const nothing = new Float32Array(parameters.length);
    await imitator.restore(
      { parameters, first: nothing, second: nothing, decisions: new Float32Array(0) },
      0,
    );
    return imitator;
  }

  /** How many decisions of H it knows. */
  get decisions(): number {
    return this.#decisions.length;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Remembers what H decided in these transcripts. */
  remember(transcripts: readonly Transcript<Q, A>[]): void {
    for (const transcript of transcripts)
      this.#decisions.push(...decisionsOf(this.#language, this.shape, transcript));
  }

  /** The same of one decision, in words: those of its workspace, and those of the action. */
  hear(workspace: readonly number[], action: readonly number[]): void {
    this.#decisions.push(decisionOf(this.#language, this.shape, workspace, action));
  }

  /** Takes at most that many optimizer steps, fewer if nothing is left to learn, on decisions of which half are drawn from
   *  all and half from the last quarter, since what H is asked about changes as X learns. Returns the last loss per word. */
  async learn(steps: number, random: Random): Promise<number> {
    const [trainer] = this.#runtimes as [Runtime];
    const { rows, optimizer } = this.#options;
    this.#session ??= trainer.load(lower(predictorStep(this.shape, rows, optimizer)));
    const session = await this.#session;
    let loss = Number.POSITIVE_INFINITY;
    for (let i = 0, learned = 0; i < steps && learned < LEARNED_IN_A_ROW; i++) {
      const feeds = this.#batch(random.split(i));
      const data = scheduleAt(optimizer, this.#steps++);
      data[0]! *= 1 - i / steps; // rests at the end, so that what acts next is not shaken by the last batch
      const schedule = { shape: [3], data };
      const out = await session.run({ ...feeds, schedule }, WIRES, WIRES);
      loss = out.loss!.data[0]!;
      learned = loss > LEARNED ? 0 : learned + 1;
    }
    const parameters = await trainer.get(slot('parameters'));
    for (const other of this.#runtimes.slice(1)) await other.put(slot('parameters'), parameters);
    this.overseer.forget();
    return loss;
  }

  #batch(random: Random) {
    const { rows } = this.#options;
    const { places: P, actionWords: O } = this.shape;
    const words = new Int32Array(rows * P);
    const targets = new Int32Array(rows * O);
    const weights = new Float32Array(rows * O);
    let said = 0;
    for (let row = 0; row < rows; row++) {
      const count = this.#decisions.length;
      const among = row % 2 ? count : Math.ceil(count / RECENT);
      const decision = this.#decisions[count - 1 - random.below(among)]!;
      words.set(decision.subarray(0, P), row * P);
      targets.set(decision.subarray(P, P + O), row * O);
      weights.set(decision.subarray(P + O), row * O);
      for (let o = 0; o < O; o++) said += decision[P + O + o]!;
    }
    return {
      words: { shape: [rows, P], data: words },
      targets: { shape: [rows, O], data: targets },
      weights: { shape: [rows, O, 1], data: weights.map((weight) => weight / said) },
    };
  }

  async state(): Promise<ImitatorState> {
    const vectors = await Promise.all(PREDICTOR_STATE.map((name) => this.#runtimes[0]!.get(slot(name))));
    const size = this.shape.places + 2 * this.shape.actionWords;
    const decisions = new Float32Array(this.#decisions.length * size);
    this.#decisions.forEach((decision, i) => {
      decisions.set(decision, i * size);
    });
    return {
      ...Object.fromEntries(PREDICTOR_STATE.map((name, i) => [name, vectors[i]!.data as Float32Array])),
      decisions,
    };
  }

  /** `steps`: how many it had taken. */
  async restore(state: ImitatorState, steps: number): Promise<void> {
    this.#steps = steps;
    const size = this.shape.places + 2 * this.shape.actionWords;
    this.#decisions.length = 0;
    const { decisions = NOTHING } = state;
    for (let at = 0; at < decisions.length; at += size) this.#decisions.push(decisions.slice(at, at + size));
    for (const runtime of this.#runtimes)
      for (const name of PREDICTOR_STATE)
        await runtime.put(slot(name), { shape: [state[name]!.length], data: state[name]! });
    this.overseer.forget();
  }

  get parameterCount(): number {
    return countOf(predictorWeights(this.shape));
  }
}

/** Before the first decision. */
const NOTHING = new Float32Array(0);

const slot = (name: string): string => `predictor.${name}`;
const WIRES = Object.fromEntries(PREDICTOR_STATE.map((name) => [name, slot(name)]));

/** One decision for every exchange, and the reply. */
function decisionsOf<Q, A>(
  language: Language<Q, A>,
  { places, actionWords: O }: PredictorShape,
  { question, exchanges, answer }: Transcript<Q, A>,
): Float32Array[] {
  const actions = [
    ...exchanges.map((exchange) => ({ kind: 'ask' as const, questions: [exchange.question] })),
    { kind: 'reply' as const, answer },
  ];
  return actions.map((action, i) => {
    const words = workspaceWords(language, { question, exchanges: exchanges.slice(0, i) });
    return decisionOf(language, { places, actionWords: O }, words, actionWords(language.encoding, action));
  });
}

function decisionOf<Q, A>(
  language: Language<Q, A>,
  { places: P, actionWords: O }: Pick<PredictorShape, 'places' | 'actionWords'>,
  workspace: readonly number[],
  action: readonly number[],
): Float32Array {
  const { words, naming } = reading(language, workspace);
  const decision = new Float32Array(P + 2 * O);
  decision.set(words);
  decision.set(action.map(naming.alias), P);
  decision.fill(1, P + O, P + O + action.length);
  return decision;
}
