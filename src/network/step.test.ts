/** The network and its training step against PyTorch, whose numbers lie in `test/parity` beside the script that made
 *  them: our interpreter to nine digits, ONNX Runtime to what 32-bit floats allow. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gradients } from '../autodiff/gradient.ts';
import { constant, input, type Node, schedule } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { lower } from '../onnx/lower.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';
import type { OptimizerOptions } from './optimizer.ts';
import { countOf, unpack } from './parameters.ts';
import {
  answering,
  gradientStep,
  STATE,
  type StateName,
  trainingLoss,
  trainingStep,
  updateStep,
} from './step.ts';
import { type BatchShape, type NetworkShape, transformerWeights } from './transformer.ts';

type Numbers = readonly number[];
type State = { readonly [K in StateName]: ArrayLike<number> };
type Kind = OptimizerOptions['kind'];

const INTEGERS = [
  'facts.left',
  'facts.right',
  'questions.left',
  'questions.right',
  'reread',
  'targets',
] as const;

/** `test/parity/network.json`: what PyTorch was given, and what it found. */
interface Parity {
  readonly network: Omit<NetworkShape, 'heads' | 'factsSleep'>;
  readonly batch: BatchShape;
  readonly optimizer: OptimizerOptions;
  readonly layout: readonly { readonly name: string; readonly shape: Numbers }[];
  readonly parameters: Numbers;
  readonly steps: readonly ({
    readonly [K in (typeof INTEGERS)[number] | 'active' | 'awake' | 'weights']: Numbers;
  } & {
    readonly averageRate: number;
  })[];
  readonly cases: readonly {
    readonly heads: number;
    readonly factsSleep: boolean;
    readonly loss: number;
    readonly scores: Numbers;
    readonly gradient: { readonly [weight: string]: Numbers };
    readonly trained: { readonly [K in Kind]: { readonly losses: Numbers } & { [K in StateName]: Numbers } };
  }[];
}

const parity = JSON.parse(
  readFileSync(new URL('../../test/parity/network.json', import.meta.url), 'utf8'),
) as Parity;

/** Largest ‖ours − theirs‖ / ‖theirs‖ of a vector; measured: 1.3e-10, which the twelve digits of the file account for. */
const FLOAT64 = 1e-9;
/** Of scores, losses and gradients in 32-bit floats; measured: 3.2e-7. */
const FLOAT32 = 5e-6;
/** Of what ten steps change in the state in 32-bit floats. Adam divides a gradient by its size, so the rounding of small
 *  ones counts as much as that of large ones; measured: 6.3e-6. */
const FLOAT32_TRAINED = 1e-4;

const shapes: { readonly [input: string]: Numbers } = Object.fromEntries(
  Object.values(schedule(Object.values(graphOf({ heads: 1, factsSleep: true }, 'adam')))).flatMap((node) => {
    if (node.op !== 'input') return [];
    const { name, shape } = (node as Node<'input'>).attributes;
    return [[name, shape]];
  }),
);

type Variant = Pick<NetworkShape, 'heads' | 'factsSleep'>;

function networkOf({ heads, factsSleep = false }: Variant): NetworkShape {
  return { ...parity.network, heads, factsSleep };
}

function graphOf(variant: Variant, kind: Kind, changed: Partial<OptimizerOptions> = {}) {
  return trainingStep(networkOf(variant), parity.batch, { ...parity.optimizer, ...changed, kind });
}

/** Everything a step reads but the state. Bias corrections and warm-up as Kingma & Ba write them, in float64. */
function feedsOf(step: number): { readonly [input: string]: Numbers } {
  const { beta1, beta2, warmUp } = parity.optimizer;
  const { averageRate, ...words } = parity.steps[step]!;
  const t = step + 1;
  return {
    ...words,
    averageRate: [averageRate],
    schedule: [Math.min(1, t / warmUp), 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t)],
  };
}

/** The same for ONNX Runtime. */
function tensorsOf(feeds: { readonly [input: string]: ArrayLike<number> }): Tensors {
  const isInteger = (name: string) => INTEGERS.some((other) => other === name);
  return Object.fromEntries(
    Object.entries(feeds).map(([name, values]) => [
      name,
      { shape: shapes[name]!, data: isInteger(name) ? Int32Array.from(values) : Float32Array.from(values) },
    ]),
  );
}

const start: State = {
  parameters: parity.parameters,
  first: parity.parameters.map(() => 0),
  second: parity.parameters.map(() => 0),
  average: parity.parameters,
};

type Steps = (feeds: { readonly [input: string]: ArrayLike<number> }) => Promise<{
  readonly [output: string]: ArrayLike<number>;
}>;

async function train(step: Steps): Promise<State & { readonly losses: Numbers }> {
  let state = start;
  const losses: number[] = [];
  for (const i of parity.steps.keys()) {
    const out = await step({ ...feedsOf(i), ...state });
    losses.push(out.loss![0]!);
    state = Object.fromEntries(STATE.map((name) => [name, out[name]!])) as State;
  }
  return { ...state, losses };
}

/** The largest of the distances between what ten steps changed in the state, and between the losses. */
function distanceTrained(
  ours: State & { readonly losses: Numbers },
  theirs: State & { readonly losses: Numbers },
) {
  const change = (state: State, name: StateName) =>
    Array.from(state[name], (x, i) => x - Number(start[name][i]));
  const distances = STATE.map((name) => distance(change(ours, name), change(theirs, name)));
  return Math.max(...distances, distance(ours.losses, theirs.losses));
}

function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  const norm = (x: Numbers) => Math.hypot(...x);
  const apart = norm(Array.from(ours, (x, i) => x - theirs[i]!)) / norm(Array.from(theirs));
  return Number.isNaN(apart) ? Infinity : apart;
}

function interpreted(outputs: { readonly [name: string]: Node }): Steps {
  const names = Object.keys(outputs);
  return async (feeds) => {
    const values = interpret(Object.values(outputs), feeds);
    return Object.fromEntries(names.map((name, i) => [name, values[i]!.data]));
  };
}

/** Loss, scores, and the gradient of every weight as «d name». */
function slopesOf(variant: Variant): { readonly [name: string]: Node } {
  const network = networkOf(variant);
  const weights = transformerWeights(network);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const { loss, scores } = trainingLoss(network, parity.batch, w);
  const slopes = gradients(loss, Object.values(w));
  return { loss, scores, ...Object.fromEntries(Object.keys(w).map((name, i) => [`d ${name}`, slopes[i]!])) };
}

type Found = { readonly [name: string]: ArrayLike<number> };

/** The largest distance to what PyTorch found, over loss, scores and gradients. */
function distanceSlopes(found: Found, { loss, scores, gradient }: Parity['cases'][number]): number {
  const pairs = Object.entries(gradient).map(([name, slopes]) => distance(found[`d ${name}`]!, slopes));
  return Math.max(...pairs, distance(found.loss!, [loss]), distance(found.scores!, scores));
}

const first = { ...feedsOf(0), parameters: parity.parameters };

describe.each(parity.cases)('with $heads heads, facts that sleep: $factsSleep', (theirs) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ backend: 'native', threads: 1 });
  });
  afterAll(() => runtime.close());

  /** Feeds only what a program reads. */
  async function onnx(outputs: { readonly [name: string]: Node }): Promise<Steps> {
    const program = lower(outputs);
    const session = await runtime.load(program);
    return async (feeds) => {
      const read = Object.fromEntries(program.inputs.map((name) => [name, feeds[name]!]));
      const out = await session.run(tensorsOf(read));
      return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, data]));
    };
  }

  test('PyTorch has the same weights', () => {
    const weights = transformerWeights(networkOf(theirs));
    expect(parity.layout.map(({ name, shape }) => [name, shape])).toEqual(
      weights.map(({ name, shape }) => [name, shape]),
    );
    expect(Object.keys(theirs.gradient)).toEqual(weights.map(({ name }) => name));
  });

  test('loss, scores and gradients are those of PyTorch', async () => {
    const slopes = slopesOf(theirs);
    expect(distanceSlopes(await interpreted(slopes)(first), theirs)).toBeLessThan(FLOAT64);
    expect(distanceSlopes(await (await onnx(slopes))(first), theirs)).toBeLessThan(FLOAT32);
  });

  test.each(['adam', 'muon'] as const)('ten steps of %s are those of PyTorch', async (kind) => {
    const graph = graphOf(theirs, kind);
    const exact = await train(interpreted(graph));
    const rounded = await train(await onnx(graph));
    expect(distanceTrained(exact, theirs.trained[kind])).toBeLessThan(FLOAT64);
    expect(distanceTrained(rounded, theirs.trained[kind])).toBeLessThan(FLOAT32_TRAINED);
    expect(rounded.losses.at(-1)).not.toBe(rounded.losses[0]);
  });

  test('guesses and answers are the words that PyTorch scores highest', async () => {
    const { words } = parity.network;
    const rows = parity.batch.contexts * parity.batch.questions;
    const best = Array.from({ length: rows }, (_, row) => {
      const scores = theirs.scores.slice(row * words, (row + 1) * words);
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      return { word: scores.indexOf(most), share: 1 / powers.reduce((a, b) => a + b, 0) };
    });
    const network = networkOf(theirs);
    const { guesses } = await interpreted(graphOf(theirs, 'adam'))({ ...first, ...start });
    const { answers, confidence } = await interpreted(answering(network, parity.batch, false))(first);
    expect(Array.from(guesses!)).toEqual(best.map(({ word }) => word));
    expect(Array.from(answers!)).toEqual(best.map(({ word }) => word));
    expect(
      distance(
        confidence!,
        best.map(({ share }) => share),
      ),
    ).toBeLessThan(FLOAT64);
  });
});

describe('a step shared by replicas', () => {
  const one = parity.cases.find(({ factsSleep }) => factsSleep)!;
  const network = networkOf(one);
  const replicas = parity.batch.contexts;
  const part = { ...parity.batch, contexts: 1 };

  /** The words of one context out of those of all: the axis of contexts is the first, but for what differs from round to round. */
  function share(feeds: { readonly [input: string]: Numbers }, context: number) {
    const { rounds: R } = parity.batch;
    return Object.fromEntries(
      Object.entries(feeds).map(([name, values]) => {
        const rows = name === 'reread' || name === 'active' || name === 'awake' ? R : 1;
        const width = values.length / rows / replicas;
        const cut = (row: number) => values.slice((row * replicas + context) * width).slice(0, width);
        return [name, Array.from({ length: rows }, (_, row) => cut(row)).flat()];
      }),
    );
  }

  test('has the gradients of its parts add up, and is the whole step', async () => {
    const { schedule: dates, averageRate, ...words } = feedsOf(0);
    const kind = 'adam';
    const whole = await interpreted(graphOf(one, kind))({ ...feedsOf(0), ...start });
    const half = interpreted(gradientStep(network, part));
    const parts = await Promise.all(
      Array.from({ length: replicas }, (_, context) =>
        half({ ...share(words, context), parameters: start.parameters }),
      ),
    );
    const gradients = Object.fromEntries(parts.map(({ gradient }, i) => [`gradient${i}`, gradient!]));
    const options = { ...parity.optimizer, kind } as const;
    const update = interpreted(updateStep(network, replicas, options));
    const next = await update({ ...gradients, ...start, schedule: dates!, averageRate: averageRate! });
    for (const name of STATE) expect(distance(next[name]!, whole[name]!)).toBeLessThan(1e-12);
    const loss = parts.reduce((total, { loss }) => total + loss![0]!, 0);
    expect(distance([loss], whole.loss!)).toBeLessThan(1e-12);
    expect(parts.flatMap(({ guesses }) => Array.from(guesses!))).toEqual(Array.from(whole.guesses!));
  });
});

describe('the comparison bites', () => {
  const [theirs] = parity.cases as [Parity['cases'][number]];

  /** Where one constant of a graph is off by a hundred-thousandth. */
  function perturbed(
    outputs: { readonly [name: string]: Node },
    which: Node,
  ): { readonly [name: string]: Node } {
    const copies = new Map<Node, Node>();
    for (const node of schedule(Object.values(outputs))) {
      const { value } = node.attributes as { readonly value: number };
      const inputs = node.inputs.map((x) => copies.get(x)!);
      copies.set(node, node === which ? constant(value * (1 + 1e-5)) : { ...node, inputs });
    }
    return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, copies.get(node)!]));
  }

  test('an error of 1e-5 in any one constant of network or gradients is seen', async () => {
    const slopes = slopesOf(theirs);
    const constants = schedule(Object.values(slopes)).filter(({ op }) => op === 'constant');
    expect(constants.length).toBeGreaterThan(10);
    for (const one of constants) {
      const found = await interpreted(perturbed(slopes, one))(first);
      expect(distanceSlopes(found, theirs)).toBeGreaterThan(10 * FLOAT64);
    }
  });

  test.each([
    ['adam', 'learningRate'],
    ['adam', 'beta1'],
    ['adam', 'beta2'],
    ['adam', 'clip'],
    ['muon', 'learningRate'],
    ['muon', 'muonRate'],
    ['muon', 'beta1'],
  ] as const)('an error of 1e-5 in the %s option %s is seen', async (kind, option) => {
    const changed = { [option]: parity.optimizer[option] * (1 + 1e-5) };
    const found = await train(interpreted(graphOf(theirs, kind, changed)));
    expect(distanceTrained(found, theirs.trained[kind])).toBeGreaterThan(100 * FLOAT64);
  });

  test('one head is not two, and Muon is not Adam', async () => {
    const [one, two] = parity.cases as [Parity['cases'][number], Parity['cases'][number]];
    expect(distance(one.scores, two.scores)).toBeGreaterThan(0.01);
    expect(distanceTrained(one.trained.adam, one.trained.muon)).toBeGreaterThan(0.1);
  });

  test('a fact that takes part in one round more is seen, and none of it is read by a network whose facts do not sleep', async () => {
    const sleeping = parity.cases.find(({ factsSleep }) => factsSleep)!;
    const words = parity.steps[0]!.awake.map((own, place) => (place === 0 ? 1 - own : own));
    const distanceOf = async (one: Parity['cases'][number]) =>
      distanceSlopes(await interpreted(slopesOf(one))({ ...first, awake: words }), one);
    expect(await distanceOf(sleeping)).toBeGreaterThan(1e-3);
    expect(await distanceOf(theirs)).toBeLessThan(FLOAT64);
  });

  test('a wrong word is seen, and a question that rests too early', async () => {
    const { weights, active } = parity.steps[0]!;
    const row = weights.findIndex((weight, place) => weight > 0 && active[place] === 1);
    for (const name of [...INTEGERS, 'active'] as const) {
      const words = [...parity.steps[0]![name]];
      // Of a fact, any word; of a question, one that is taught.
      const place = name.startsWith('fact') ? 0 : row;
      words[place] = name === 'active' ? 0 : (words[place]! + 1) % parity.network.words;
      const found = await interpreted(slopesOf(theirs))({ ...first, [name]: words });
      expect(distanceSlopes(found, theirs), name).toBeGreaterThan(1e-3);
    }
  });
});
