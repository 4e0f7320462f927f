/** Random graphs of smooth-enough values: every float operation, stacked up to six deep. */

import fc from 'fast-check';
import {
  add,
  concat,
  constant,
  div,
  exp,
  expand,
  gather,
  inverseDeviation,
  lastAxis,
  lengthOf,
  log,
  logSoftmax,
  matmul,
  mul,
  type Node,
  normalize,
  type Op,
  pad,
  relu,
  reshape,
  type Shape,
  schedule,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  transposed,
} from './graph.ts';
import { interpret, type Value } from './interpreter.ts';
import { type Example, Given } from './primitives.contract.ts';

const DEPTH_MAX = 6;
const LENGTH_MAX = 36;
/** Where a graph is steeper or closer to a kink than this, finite differences say little; and where a row varies
 *  little about a large mean, 32 bits do. */
const VALUE_MAX = 30;
const KINK_DISTANCE = 0.02;
const INVERSE_DEVIATION_MAX = 5;
const DEVIATIONS_MAX = 5;

const KINDS = [
  'add',
  'sub',
  'mul',
  'div',
  'exp',
  'log',
  'sqrt',
  'relu',
  'softmax',
  'logSoftmax',
  'normalize',
  'inverseDeviation',
  'matmul',
  'transpose',
  'reshape',
  'expand',
  'sum',
  'concat',
  'slice',
  'pad',
  'gather',
] as const satisfies readonly Op[];

interface Growth {
  readonly kind: (typeof KINDS)[number];
  readonly left: number;
  readonly right: number;
  readonly place: number;
}

const growth: fc.Arbitrary<Growth> = fc.record({
  kind: fc.constantFrom(...KINDS),
  left: fc.nat(1000),
  right: fc.nat(1000),
  place: fc.nat(1000),
});

/** Graphs whose values stay small and away from kinks; shrinks to fewer operations. */
export const composite: fc.Arbitrary<Example> = fc
  .array(growth, { minLength: 3, maxLength: 10 })
  .map(grow)
  .filter(isTame);

function grow(growths: readonly Growth[]): Example {
  const given = new Given('composite');
  const [rows, row, cube] = [given.signed([2, 3]), given.signed([3]), given.signed([2, 1, 2])];
  const pool: { node: Node; depth: number }[] = [rows, row, cube].map((node) => ({ node, depth: 0 }));
  for (const { kind, left, right, place } of growths) {
    // The newest come first, so that graphs are deep rather than wide.
    const shallow = pool.filter(({ depth }) => depth < DEPTH_MAX).reverse();
    const a = shallow[left % Math.min(3, shallow.length)]!;
    const b = shallow[right % shallow.length]!;
    const node = GROW[kind](a.node, b.node, place, given);
    if (lengthOf(node.shape) <= LENGTH_MAX) pool.push({ node, depth: Math.max(a.depth, b.depth) + 1 });
  }
  const node = pool.at(-1)!.node;
  const needed = new Set(schedule([node]));
  const inputs = given.inputs.filter((x) => needed.has(x));
  return { title: 'composite', node, inputs, feeds: given.feeds };
}

type Grow = (a: Node, b: Node, place: number, given: Given) => Node;

const total = (x: Node): Node =>
  sum(
    x,
    x.shape.map((_, axis) => axis),
  );
/** b where it broadcasts with a, else its sum. */
const fitting = (a: Node, b: Node): Node => (broadcasts(a.shape, b.shape) ? b : reshape(total(b), []));
const square = (x: Node): Node => mul(x, x);
const matrix = (x: Node): Node => (x.shape.length < 2 ? reshape(x, [1, lengthOf(x.shape)]) : x);

const GROW: { readonly [K in (typeof KINDS)[number]]: Grow } = {
  add: (a, b) => add(a, fitting(a, b)),
  sub: (a, b) => sub(fitting(a, b), a),
  mul: (a, b) => mul(a, fitting(a, b)),
  div: (a, b) => div(a, add(square(fitting(a, b)), constant(0.5))),
  exp: (a) => exp(mul(a, constant(0.3))),
  log: (a) => log(add(square(a), constant(0.5))),
  sqrt: (a) => sqrt(add(square(a), constant(0.5))),
  relu: (a) => relu(a),
  softmax: (a) => softmax(matrix(a)),
  logSoftmax: (a) => logSoftmax(matrix(a)),
  normalize: (a) => normalize(matrix(a)),
  inverseDeviation: (a) => inverseDeviation(matrix(a)),
  matmul: (a, b) => {
    const [left, right] = [matrix(a), transposed(matrix(b))];
    const fits = left.shape.at(-1) === right.shape.at(-2);
    return matmul(
      left,
      fits && broadcasts(left.shape.slice(0, -2), right.shape.slice(0, -2)) ? right : transposed(left),
    );
  },
  transpose: (a) => transposed(matrix(a)),
  reshape: (a, _, place) => {
    const last = [1, 2, 3, 4]
      .filter((width) => lengthOf(a.shape) % width === 0)
      .at(place % 2 === 0 ? -1 : 0)!;
    return reshape(a, [lengthOf(a.shape) / last, last]);
  },
  expand: (a, _, place) => expand(a, [1 + (place % 2), ...a.shape]),
  sum: (a, _, place) => (a.shape.length === 0 ? a : sum(a, [place % a.shape.length])),
  concat: (a, _, place) => {
    const x = matrix(a);
    return concat([x, square(x)], place % x.shape.length);
  },
  slice: (a, _, place) => {
    const x = matrix(a);
    const axis = place % x.shape.length;
    const start = place % x.shape[axis]!;
    return slice(x, axis, start, Math.min(start + 2, x.shape[axis]!));
  },
  pad: (a, _, place) => {
    const x = matrix(a);
    return pad(x, place % x.shape.length, place % 2, 1);
  },
  gather: (a, _, __, given) => {
    const x = matrix(a);
    const table = reshape(x, [lengthOf(x.shape) / x.shape[lastAxis(x)]!, x.shape[lastAxis(x)]!]);
    return gather(table, given.index([3], table.shape[0]!));
  },
};

function broadcasts(a: Shape, b: Shape): boolean {
  return a.toReversed().every((length, i) => {
    const other = b.at(-1 - i) ?? 1;
    return length === other || length === 1 || other === 1;
  });
}

function isTame({ node, feeds }: Example): boolean {
  const order = schedule([node]);
  const values = new Map(interpret(order, feeds).map((value, i) => [order[i]!, value]));
  return order.every((x) => {
    const value = values.get(x)!;
    if (!within(value, 0, VALUE_MAX)) return false;
    if (x.op === 'relu') return within(values.get(x.inputs[0]!)!, KINK_DISTANCE, VALUE_MAX);
    if (x.op !== 'normalize' && x.op !== 'inverseDeviation') return true;
    const [r, deviations] = interpret(
      [inverseDeviation(x.inputs[0]!), mul(x.inputs[0]!, inverseDeviation(x.inputs[0]!))],
      feeds,
    );
    return within(r!, 0, INVERSE_DEVIATION_MAX) && within(deviations!, 0, DEVIATIONS_MAX);
  });
}

function within({ data }: Value, least: number, most: number): boolean {
  return data.every((x) => Math.abs(x) >= least && Math.abs(x) <= most);
}
