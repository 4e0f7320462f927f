/** Training steps of our network as the benchmarks take them: on one thread, on a batch that permutation powering
 *  would ask, with words and targets drawn by our own chance. */

import type { Node } from '../src/autodiff/graph.ts';
import type { Random } from '../src/base/random.ts';
import type { OptimizerOptions } from '../src/network/optimizer.ts';
import type { BatchShape, NetworkShape } from '../src/network/transformer.ts';
import { built, timed } from './benchmark.ts';

/** Contexts in a step, as `capstan run` has. */
const CONTEXTS = 16;

export interface StepCase {
  readonly network: NetworkShape;
  readonly batch: BatchShape;
  readonly optimizer: OptimizerOptions;
  readonly averageHorizon: number;
  /** Words, targets and weights, flat, by name. */
  readonly words: { readonly [name: string]: readonly number[] };
}

/** A step on full-size contexts of so many facts, with a question about each. */
export async function stepCase(width: number, facts: number, rounds: number): Promise<StepCase> {
  const { Random } = await built<typeof import('../src/base/random.ts')>('base/random');
  const { OPTIMIZER } = await built<typeof import('../src/network/optimizer.ts')>('network/optimizer');
  const random = Random.seeded(1);
  const batch = { contexts: CONTEXTS, facts, questions: facts, rounds };
  const [rows, blank, element] = [CONTEXTS * facts, 0, 3]; // words: a blank, two digits, the elements
  const domain = Array.from({ length: facts }, (_, x) => element + x);
  const perContext = (words: (stream: Random) => readonly number[], name: string) =>
    Array.from({ length: CONTEXTS }, (_, b) => words(random.split(name).split(b))).flat();
  const digits = random.split('reread');
  const asked = random.split('rounds'); // half of the questions are at the frontier, the others anywhere below
  const own = Array.from({ length: CONTEXTS }, () => (asked.below(2) ? rounds : 1 + asked.below(rounds)));
  return {
    network: { slots: ['left', 'right'], words: element + facts, width, heads: 1, expansion: 2 },
    batch,
    optimizer: OPTIMIZER,
    averageHorizon: 50,
    words: {
      'facts.left': perContext(() => domain, 'left'),
      'facts.right': perContext((stream) => stream.shuffle(domain), 'right'),
      'questions.left': new Array<number>(rows).fill(blank),
      'questions.right': perContext(() => domain, 'question'),
      reread: Array.from({ length: rounds * rows }, () => 1 + digits.below(2)),
      active: Array.from({ length: rounds * rows }, (_, i) =>
        Number(Math.floor(i / rows) < own[Math.floor((i % rows) / facts)]!),
      ),
      targets: perContext((stream) => stream.shuffle(domain), 'targets'),
      weights: new Array<number>(rows).fill(1 / rows),
    },
  };
}

export interface Stepper {
  readonly parameters: number;
  /** Floating-point operations of one step, matrix products only. */
  readonly operations: number;
  /** Takes so many steps from the start; gives the seconds that they took, asking and answering included. Went it on
   *  where it stopped, it would know its one batch by heart, and arithmetic on vanishing gradients is slow. */
  take(steps: number): Promise<number>;
  /** Of the last step. */
  loss(): number;
  close(): Promise<void>;
}

export async function openStepper({
  network,
  batch,
  optimizer,
  averageHorizon,
  words,
}: StepCase): Promise<Stepper> {
  const { Random } = await built<typeof import('../src/base/random.ts')>('base/random');
  const { scheduleAt } = await built<typeof import('../src/network/optimizer.ts')>('network/optimizer');
  const { initialise } = await built<typeof import('../src/network/parameters.ts')>('network/parameters');
  const { STATE, trainingStep } = await built<typeof import('../src/network/step.ts')>('network/step');
  const { transformerWeights, batchInputs } =
    await built<typeof import('../src/network/transformer.ts')>('network/transformer');
  const { lower } = await built<typeof import('../src/onnx/lower.ts')>('onnx/lower');
  const { Runtime } = await built<typeof import('../src/onnx/runtime.ts')>('onnx/runtime');

  const runtime = await Runtime.open({ backend: 'native', threads: 1 });
  const program = lower(trainingStep(network, batch, optimizer));
  const session = await runtime.load(program);
  const parameters = initialise(transformerWeights(network), Random.seeded(1));
  const nothing = new Float32Array(parameters.length);
  const start = { parameters, first: nothing, second: nothing, average: parameters };
  const wires = Object.fromEntries(STATE.map((name) => [name, name]));
  const rows = batch.contexts * batch.questions;
  const feeds = {
    ...Object.fromEntries(
      Object.values(batchInputs(network, batch))
        .flat()
        .map((node) => {
          const { shape, type } = node;
          const { name } = (node as Node<'input'>).attributes;
          const data = type === 'int' ? Int32Array.from(words[name]!) : Float32Array.from(words[name]!);
          return [name, { shape, data }];
        }),
    ),
    targets: { shape: [rows], data: Int32Array.from(words.targets!) },
    weights: { shape: [rows], data: Float32Array.from(words.weights!) },
  };
  let loss = Number.NaN;
  return {
    parameters: parameters.length,
    operations: program.operations,
    async take(steps) {
      for (const name of STATE) await runtime.put(name, { shape: [parameters.length], data: start[name] });
      return timed(async () => {
        for (let step = 0; step < steps; step++) {
          const rate = 1 / Math.min(averageHorizon, 1 + step / 4);
          const changing = {
            schedule: { shape: [3], data: scheduleAt(optimizer, step) },
            averageRate: { shape: [1], data: Float32Array.of(rate) },
          };
          const out = await session.run({ ...feeds, ...changing }, wires, wires);
          loss = out.loss!.data[0]!;
        }
      });
    },
    loss: () => loss,
    close: () => runtime.close(),
  };
}
