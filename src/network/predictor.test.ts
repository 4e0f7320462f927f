/** The network of H′: against PyTorch, whose numbers lie in `test/parity`, against ONNX Runtime, and against itself. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Node } from '../autodiff/graph.ts';
import { type Feeds, interpret } from '../autodiff/interpreter.ts';
import { Random } from '../base/random.ts';
import { lower } from '../onnx/lower.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { Tensors } from '../onnx/session.ts';
import { OPTIMIZER, type OptimizerOptions, scheduleAt } from './optimizer.ts';
import { countOf, forEachPlace, initialise } from './parameters.ts';
import {
  ACTIONS,
  PREDICTOR_STATE,
  type PredictorShape,
  type PredictorStateName,
  predicting,
  predictorStep,
  predictorWeights,
} from './predictor.ts';

type Numbers = readonly number[];
type Outputs = { readonly [name: string]: Node };
type Found = { readonly [name: string]: ArrayLike<number> };

/** Never clipped, at full rate from the first step on. */
const OPTIONS: OptimizerOptions = { ...OPTIMIZER, warmUp: 1, clip: 1e9 };

interface Case {
  readonly shape: PredictorShape;
  readonly rows: number;
  readonly parameters: Float32Array;
  readonly words: Numbers;
  readonly targets: Numbers;
  readonly weights: Numbers;
}

const shapes: fc.Arbitrary<PredictorShape> = fc.record({
  words: fc.integer({ min: 1, max: 4 }),
  places: fc.integer({ min: 1, max: 4 }),
  actionWords: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 2, max: 5 }),
});
const cases: fc.Arbitrary<Case> = fc
  .record({ shape: shapes, rows: fc.integer({ min: 1, max: 4 }), seed: fc.nat(2 ** 31) })
  .map(({ shape, rows, seed }) => {
    const random = Random.seeded(seed);
    const draw = (name: string, count: number, below: number) => {
      const stream = random.split(name);
      return Array.from({ length: count }, () => stream.below(below));
    };
    const said = rows * shape.actionWords;
    return {
      shape,
      rows,
      parameters: drawn(shape, random),
      words: draw('words', rows * shape.places, shape.words),
      targets: draw('targets', said, shape.words + ACTIONS),
      weights: draw('weights', said, 4).map((weight) => (1 + weight) / (4 * said)),
    };
  });

/** Off their start, so that no bias is zero and no ReLU is at its corner. */
function drawn(shape: PredictorShape, random: Random): Float32Array {
  const noise = random.split('noise');
  return initialise(predictorWeights(shape), random).map((x) => x + 0.3 * noise.normal());
}

const zeros = ({ length }: ArrayLike<number>): Numbers => new Array<number>(length).fill(0);

function feedsOf({ words, targets, weights, parameters }: Omit<Case, 'shape' | 'rows'>, step = 0) {
  return {
    words,
    targets,
    weights,
    parameters,
    first: zeros(parameters),
    second: zeros(parameters),
    schedule: scheduleAt(OPTIONS, step),
  };
}

function interpreted(outputs: Outputs, feeds: Feeds): Found {
  const values = interpret(Object.values(outputs), feeds);
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, values[i]!.data]));
}

const lossOf = (one: Case): number => {
  const { loss } = predictorStep(one.shape, one.rows, OPTIONS);
  return interpret([loss!], feedsOf(one))[0]!.data[0]!;
};

/** [row][place of the action][word], through the loss alone: that of a target is −log p. */
function probabilities(one: Case): readonly (readonly Numbers[])[] {
  const { words: V, places: P, actionWords: O } = one.shape;
  const { loss } = predictorStep(one.shape, 1, OPTIONS);
  return Array.from({ length: one.rows }, (_, row) =>
    Array.from({ length: O }, (_, o) =>
      Array.from({ length: V + ACTIONS }, (_, word) => {
        const asked = {
          words: one.words.slice(row * P, (row + 1) * P),
          targets: new Array<number>(O).fill(word),
          weights: Array.from({ length: O }, (_, i) => Number(i === o)),
          parameters: one.parameters,
        };
        return Math.exp(-interpret([loss!], feedsOf(asked))[0]!.data[0]!);
      }),
    ),
  );
}

function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  const apart = Math.hypot(...Array.from(ours, (x, i) => x - theirs[i]!));
  const relative = apart / Math.hypot(...Array.from(theirs));
  return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
}

describe('what H′ says', () => {
  test('has probabilities: those of all words at a place of the action sum to 1', () => {
    fc.assert(
      fc.property(cases, (one) => {
        for (const places of probabilities(one))
          for (const place of places) {
            expect(Math.min(...place)).toBeGreaterThanOrEqual(-1e-12);
            expect(place.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          }
      }),
      { numRuns: 10 },
    );
  });

  test('is the likeliest word at every place, with its probability', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { action, confidence } = interpreted(predicting(one.shape, one.rows), {
          words: one.words,
          parameters: one.parameters,
        });
        probabilities(one)
          .flat()
          .forEach((place, i) => {
            expect(confidence![i]).toBeCloseTo(Math.max(...place), 9);
            expect(place[action![i]!]).toBeCloseTo(Math.max(...place), 9);
          });
      }),
      { numRuns: 10 },
    );
  });

  test('does not depend on the other workspaces of a batch', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { places: P, actionWords: O } = one.shape;
        const { parameters } = one;
        const all = interpreted(predicting(one.shape, one.rows), { words: one.words, parameters });
        for (let row = 0; row < one.rows; row++) {
          const words = one.words.slice(row * P, (row + 1) * P);
          const alone = interpreted(predicting(one.shape, 1), { words, parameters });
          for (const name of ['action', 'confidence'])
            expect(Array.from(alone[name]!)).toEqual(Array.from(all[name]!).slice(row * O, (row + 1) * O));
        }
      }),
      { numRuns: 12 },
    );
  });

  test('is renamed with the workspace: words of one embedding and one key are told apart by their places alone', () => {
    fc.assert(
      fc.property(cases, fc.nat(2 ** 31), (one, seed) => {
        const { words: V } = one.shape;
        const random = Random.seeded(seed);
        // Some of the words look alike, and change their names among each other.
        const alike = random
          .shuffle(Array.from({ length: V }, (_, word) => word))
          .slice(0, 1 + random.below(V));
        const names = Array.from({ length: V + ACTIONS }, (_, word) => word);
        random.shuffle(alike).forEach((name, i) => {
          names[alike[i]!] = name;
        });
        const parameters = one.parameters.slice();
        forEachPlace(predictorWeights(one.shape), ({ name, shape: [, columns] }, start) => {
          if (name !== 'embedding' && name !== 'word') return;
          const row = (word: number) => start + word * columns!;
          for (const word of alike)
            parameters.copyWithin(row(word), row(alike[0]!), row(alike[0]!) + columns!);
        });
        const before = probabilities({ ...one, parameters });
        const after = probabilities({ ...one, parameters, words: one.words.map((word) => names[word]!) });
        before.forEach((places, row) => {
          places.forEach((place, o) => {
            place.forEach((share, word) => {
              expect(after[row]![o]![names[word]!]).toBeCloseTo(share, 11);
            });
          });
        });
      }),
      { numRuns: 8 },
    );
  });
});

describe('a training step', () => {
  test('has the gradient that central differences find', () => {
    const width = 1e-5;
    fc.assert(
      fc.property(cases, (one) => {
        const graph = predictorStep(one.shape, one.rows, OPTIONS);
        const feeds = feedsOf(one);
        // The first moment after the first step is (1 − β₁) times the gradient.
        const gradient = Array.from(interpreted(graph, feeds).first!, (m) => m / (1 - OPTIONS.beta1));
        const at = (i: number, by: number): number => {
          const parameters = Float64Array.from(one.parameters);
          parameters[i]! += by;
          return interpret([graph.loss!], { ...feeds, parameters })[0]!.data[0]!;
        };
        // A few of each weight.
        forEachPlace(predictorWeights(one.shape), (_, start, end) => {
          for (let i = start; i < end; i += Math.ceil((end - start) / 4)) {
            const slope = (at(i, width) - at(i, -width)) / (2 * width);
            expect(Math.abs(slope - gradient[i]!)).toBeLessThan(1e-7);
          }
        });
      }),
      { numRuns: 5 },
    );
  });

  test('lowers the loss of its batch, if it is small, and the loss it tells is that before it', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const small = predictorStep(one.shape, one.rows, { ...OPTIONS, learningRate: 1e-5 });
        const { parameters, loss } = interpreted(small, feedsOf(one));
        expect(loss![0]).toBe(lossOf(one));
        // Not rounded to 32 bits, as such a step would be.
        const moved = { ...one, parameters: parameters as unknown as Float32Array };
        expect(lossOf(moved)).toBeLessThan(loss![0]!);
      }),
      { numRuns: 12 },
    );
  });

  test('learns nothing from words of weight 0: other targets there change no bit', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, chosen) => {
        const place = chosen % one.targets.length;
        const weights = one.weights.with(place, 0);
        const target = (one.targets[place]! + 1) % (one.shape.words + ACTIONS);
        const graph = predictorStep(one.shape, one.rows, OPTIONS);
        const other = { ...one, weights, targets: one.targets.with(place, target) };
        expect(interpreted(graph, feedsOf(other))).toEqual(interpreted(graph, feedsOf({ ...one, weights })));
      }),
      { numRuns: 10 },
    );
  });
});

describe('on ONNX Runtime', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ backend: 'native', threads: 1 });
  });
  afterAll(() => runtime.close());

  /** Of what one step makes of a state, and of a loss; Adam divides small gradients by their size. */
  const ROUNDED = 1e-4;

  async function onnx(outputs: Outputs, one: Case): Promise<Found> {
    const { shape, rows } = one;
    const sizes: { readonly [name: string]: Numbers } = {
      words: [rows, shape.places],
      targets: [rows, shape.actionWords],
      weights: [rows, shape.actionWords, 1],
      schedule: [3],
    };
    const program = lower(outputs);
    const session = await runtime.load(program);
    const feeds: Feeds = feedsOf(one);
    const tensors: Tensors = Object.fromEntries(
      program.inputs.map((name) => {
        const data = (name === 'words' || name === 'targets' ? Int32Array : Float32Array).from(feeds[name]!);
        return [name, { shape: sizes[name] ?? [data.length], data }];
      }),
    );
    const out = await session.run(tensors);
    await session.release();
    return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, data]));
  }

  test('it says and learns what the interpreter finds, whatever its shape', () =>
    fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const says = predicting(one.shape, one.rows);
        const [said, exact] = [await onnx(says, one), interpreted(says, feedsOf(one))];
        expect(Array.from(said.action!)).toEqual(Array.from(exact.action!));
        expect(distance(said.confidence!, exact.confidence!)).toBeLessThan(1e-5);
        const step = predictorStep(one.shape, one.rows, OPTIONS);
        const [rounded, next] = [await onnx(step, one), interpreted(step, feedsOf(one))];
        for (const name of [...PREDICTOR_STATE, 'loss'])
          expect(distance(rounded[name]!, next[name]!), name).toBeLessThan(ROUNDED);
      }),
      { numRuns: 12 },
    ));
});

/** `test/parity/predictor.json`: what PyTorch was given, and what it found. */
interface Parity {
  readonly shape: PredictorShape;
  readonly rows: number;
  readonly optimizer: OptimizerOptions;
  readonly layout: readonly { readonly name: string; readonly shape: Numbers }[];
  readonly parameters: Numbers;
  readonly steps: readonly {
    readonly words: Numbers;
    readonly targets: Numbers;
    readonly weights: Numbers;
  }[];
  readonly probabilities: Numbers;
  readonly gradient: { readonly [weight: string]: Numbers };
  readonly trained: { readonly losses: Numbers } & { readonly [K in PredictorStateName]: Numbers };
}

describe('PyTorch', () => {
  /** What the twelve digits of the file allow. */
  const FLOAT64 = 1e-9;
  const theirs = JSON.parse(
    readFileSync(new URL('../../test/parity/predictor.json', import.meta.url), 'utf8'),
  ) as Parity;
  const { shape, rows } = theirs;
  const weights = predictorWeights(shape);

  /** All steps, with one option changed or none. */
  function train(change: Partial<OptimizerOptions> = {}): Parity['trained'] {
    const options = { ...theirs.optimizer, ...change };
    const graph = predictorStep(shape, rows, options);
    const nothing = zeros(theirs.parameters);
    let state: Found = { parameters: theirs.parameters, first: nothing, second: nothing };
    const losses = theirs.steps.map((step, t) => {
      const { beta1, beta2, warmUp } = options;
      const schedule = [
        Math.min(1, (t + 1) / warmUp),
        1 / (1 - beta1 ** (t + 1)),
        1 / (1 - beta2 ** (t + 1)),
      ];
      const { loss, ...next } = interpreted(graph, { ...step, ...state, schedule });
      state = next;
      return loss![0]!;
    });
    return { ...(state as unknown as Parity['trained']), losses };
  }
  const distanceTrained = (ours: Parity['trained']): number => {
    const moved = (state: Parity['trained']) =>
      Array.from(state.parameters, (x, i) => x - theirs.parameters[i]!);
    const names = ['first', 'second', 'losses'] as const;
    return Math.max(
      distance(moved(ours), moved(theirs.trained)),
      ...names.map((name) => distance(ours[name], theirs.trained[name])),
    );
  };

  test('has the same weights', () => {
    expect(theirs.layout).toEqual(weights.map(({ name, shape }) => ({ name, shape })));
    expect(theirs.parameters.length).toBe(countOf(weights));
  });

  test('finds the same probabilities', () => {
    const [{ words }] = theirs.steps as [Parity['steps'][number]];
    const parameters = Float64Array.from(theirs.parameters) as unknown as Float32Array;
    const ours = probabilities({ shape, rows, words, targets: [], weights: [], parameters });
    expect(distance(ours.flat(2), theirs.probabilities)).toBeLessThan(FLOAT64);
  });

  test('finds the same gradient of every weight, and every weight has one', () => {
    const { first } = interpreted(predictorStep(shape, rows, OPTIONS), {
      ...feedsOf({ ...theirs.steps[0]!, parameters: Float64Array.from(theirs.parameters) as never }),
    });
    forEachPlace(weights, ({ name }, start, end) => {
      const ours = Array.from(first!).slice(start, end);
      const gradient = ours.map((m) => m / (1 - OPTIONS.beta1));
      expect(Math.hypot(...gradient), name).toBeGreaterThan(1e-4);
      expect(distance(gradient, theirs.gradient[name]!), name).toBeLessThan(FLOAT64);
    });
  });

  test('ends in the same state after the same steps, clipped ones among them', () => {
    expect(distanceTrained(train())).toBeLessThan(FLOAT64);
  });

  test.each(['learningRate', 'beta1', 'beta2', 'clip'] as const)(
    'would notice an error of 1e-5 in the option %s',
    (option) => {
      const changed = theirs.optimizer[option] * (1 + 1e-5);
      expect(distanceTrained(train({ [option]: changed }))).toBeGreaterThan(100 * FLOAT64);
    },
  );
});
