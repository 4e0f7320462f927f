/** The optimizers beside their definitions; ten whole steps are compared with PyTorch in `step.test.ts`. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { input, matmul, slice, transposed } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { Random } from '../base/random.ts';
import { OPTIMIZER, type OptimizerOptions, scheduleAt, update } from './optimizer.ts';
import { countOf, type Weight, zeros } from './parameters.ts';

const weights: readonly Weight[] = [
  { name: 'wide', shape: [3, 5], initial: zeros, hidden: true },
  { name: 'bias', shape: [4], initial: zeros, hidden: false },
  { name: 'tall', shape: [6, 2], initial: zeros, hidden: true },
];
const COUNT = countOf(weights);

interface State {
  readonly parameters: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

const nothing = new Float64Array(COUNT);
const start: State = { parameters: nothing, first: nothing, second: nothing };

function stepOf(options: OptimizerOptions, state: State, gradient: ArrayLike<number>, step: number): State {
  const [parameters, first, second] = ['parameters', 'first', 'second'].map((name) => input(name, [COUNT]));
  const nodes = { parameters: parameters!, first: first!, second: second! };
  const next = update(options, weights, nodes, input('gradient', [COUNT]));
  const feeds = { ...state, gradient, schedule: scheduleAt(options, step) };
  const [p, m, v] = interpret([next.parameters, next.first, next.second], feeds);
  return { parameters: p!.data, first: m!.data, second: v!.data };
}

const normals = (seed: number, scale: number): Float64Array => {
  const random = Random.seeded(seed);
  return Float64Array.from({ length: COUNT }, () => scale * random.normal());
};
const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));
const gradient = fc
  .tuple(fc.nat(2 ** 31), fc.double({ min: -3, max: 3, noNaN: true }))
  .map(([seed, scale]) => normals(seed, 10 ** scale));

describe('the schedule', () => {
  test('corrects the moments as Kingma & Ba do, and warms up linearly', () => {
    const options = { ...OPTIMIZER, warmUp: 10 };
    for (let step = 0; step < 30; step++) {
      const t = step + 1;
      const exact = [Math.min(1, t / 10), 1 / (1 - 0.9 ** t), 1 / (1 - 0.98 ** t)];
      expect([...scheduleAt(options, step)]).toEqual(exact.map(Math.fround));
    }
  });

  test('ends at rates that no longer change', () => {
    expect([...scheduleAt(OPTIMIZER, 1e6)]).toEqual([1, 1, 1]);
  });

  test('cools down linearly between two steps, if it is told to, and stays at 0', () => {
    const rate = (step: number) => scheduleAt({ ...OPTIMIZER, warmUp: 10, coolDown: [40, 80] }, step)[0];
    expect([0, 9, 20, 40].map(rate)).toEqual([0.1, 1, 1, 1].map(Math.fround));
    expect([50, 60, 79, 80, 1000].map(rate)).toEqual([0.75, 0.5, 0.025, 0, 0].map(Math.fround));
    // A run that is shorter than its warm-up never gets to the full rate.
    expect(scheduleAt({ ...OPTIMIZER, warmUp: 10, coolDown: [2, 6] }, 4)[0]).toBe(0.5);
  });
});

describe('clipping', () => {
  test('scales a gradient beyond the limit to it, and leaves the others as they are', () => {
    fc.assert(
      fc.property(gradient, fc.double({ min: 0.1, max: 10, noNaN: true }), (g, clip) => {
        const { first } = stepOf({ ...OPTIMIZER, clip }, start, g, 0);
        const scale = (1 - OPTIMIZER.beta1) * Math.min(1, clip / norm(g));
        const apart = norm(Array.from(first, (m, i) => m - scale * g[i]!)) / (scale * norm(g));
        // A norm of zero would have no slope, so its square is enlarged by 1e-12.
        expect(apart).toBeLessThan(1e-10 + 1e-12 / norm(g) ** 2);
      }),
    );
  });

  test('survives a gradient of zero', () => {
    for (const kind of ['adam', 'muon'] as const) {
      const next = stepOf({ ...OPTIMIZER, kind }, start, nothing, 0);
      expect(norm(next.parameters)).toBe(0);
    }
  });
});

describe('Adam', () => {
  test('first moves every parameter by the rate against the sign of its gradient', () => {
    fc.assert(
      fc.property(gradient, (g) => {
        const { parameters } = stepOf({ ...OPTIMIZER, warmUp: 1, clip: 1e9 }, start, g, 0);
        for (const [i, moved] of Array.from(parameters).entries())
          if (Math.abs(g[i]!) > 1e-3) expect(moved / (-Math.sign(g[i]!) * 2e-3)).toBeCloseTo(1, 4);
      }),
    );
  });

  test('moves by the same when all gradients are scaled alike', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (seed) => {
        const run = (scale: number) => {
          let state = start;
          for (let step = 0; step < 5; step++)
            state = stepOf({ ...OPTIMIZER, clip: 1e9 }, state, normals(seed + step, scale), step);
          return state.parameters;
        };
        const [one, thousand] = [run(1), run(1000)];
        const apart = norm(Array.from(one, (x, i) => x - thousand[i]!)) / norm(one);
        // ε is added to √v, which can be as small as a thousandth of the gradients' scale.
        expect(apart).toBeLessThan(1e-4);
      }),
    );
  });
});

describe('Muon', () => {
  const muon = { ...OPTIMIZER, kind: 'muon', warmUp: 1 } as const;

  test('moves a hidden matrix by one whose singular values are about 1, times the rate', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (seed) => {
        const { parameters } = stepOf(muon, start, normals(seed, 1), 0);
        const places = { wide: [0, 15, 3, 5], tall: [19, 31, 6, 2] } as const;
        for (const [from, to, rows, columns] of Object.values(places)) {
          const moved = Array.from(parameters).slice(from, to);
          const rate = muon.muonRate * Math.sqrt(Math.max(1, columns / rows));
          const squares = (norm(moved) / rate) ** 2; // the sum of the squared singular values
          const rank = Math.min(rows, columns);
          // The five steps of Jordan et al. leave singular values between about 0.7 and 1.2; tiny ones stay smaller.
          expect(squares / rank).toBeLessThan(1.25 ** 2);
          expect(squares / rank).toBeGreaterThan(0.3);
        }
      }),
    );
  });

  test('turns with its gradient: an orthogonal change of basis goes through', () => {
    const angle = 0.7;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const turn = [cos, -sin, sin, cos];
    const tall = slice(input('x', [COUNT]), 0, 19, 31);
    const rotate = (flat: ArrayLike<number>): Float64Array => {
      const matrix = input('m', [6, 2]);
      const data = interpret([tall], { x: flat })[0]!.data;
      const turned = interpret([matmul(matrix, transposed(input('t', [2, 2])))], { m: data, t: turn })[0]!
        .data;
      return Float64Array.from({ length: COUNT }, (_, i) => (i < 19 ? flat[i]! : turned[i - 19]!));
    };
    const g = normals(11, 0.01); // below the limit of clipping
    const before = rotate(stepOf(muon, start, g, 0).parameters);
    const after = stepOf(muon, start, rotate(g), 0).parameters;
    expect(norm(Array.from(after, (x, i) => x - before[i]!))).toBeLessThan(1e-9 * norm(before));
  });

  test('leaves to Adam what is no hidden matrix', () => {
    const g = normals(5, 1);
    const [adam, mixed] = [stepOf({ ...OPTIMIZER, warmUp: 1 }, start, g, 0), stepOf(muon, start, g, 0)];
    const bias = (state: State) => Array.from(state.parameters).slice(15, 19);
    expect(bias(mixed)).toEqual(bias(adam));
    expect(mixed.first).toEqual(adam.first);
    expect(mixed.second).toEqual(adam.second);
  });
});
