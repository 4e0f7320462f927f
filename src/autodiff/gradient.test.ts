/** Gradients against finite differences in float64, and every gradient rule broken to see the check notice. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { composite } from './composite.contract.ts';
import { type GradientRule, type GradientRules, gradients, RULES } from './gradient.ts';
import {
  add,
  argMax,
  constant,
  div,
  expand,
  input,
  inverseDeviation,
  lastAxis,
  lengthOf,
  matmul,
  mul,
  type Node,
  normalize,
  type Op,
  oneHot,
  pad,
  relu,
  reshape,
  type Shape,
  schedule,
  slice,
  step,
  sub,
  sum,
  transpose,
  transposed,
} from './graph.ts';
import { type Feeds, interpret, type Value } from './interpreter.ts';
import { EXAMPLES, type Example, type Loss, lossOf, weighed } from './primitives.contract.ts';

/** Largest difference allowed, relative to the largest slope. */
const TOLERANCE = 1e-6;
/** Slopes below this count as this: a slope of zero has no relative error. */
const SLOPE_FLOOR = 1e-3;
/** Half the width of the inner difference. */
const H = 5e-4;

const OPS = Object.keys(RULES) as Op[];

/** d(loss)/d(x) by central differences of the fourth order: (8(f₁ − f₋₁) − (f₂ − f₋₂)) / 12h. */
function slopes({ loss, feeds }: Loss, x: Node<'input'>): readonly number[] {
  const { name } = x.attributes;
  const values = Array.from(feeds[name]!);
  const at = (i: number, steps: number): number => {
    const moved: Feeds = { ...feeds, [name]: values.with(i, values[i]! + steps * H) };
    return interpret([loss], moved)[0]!.data[0]!;
  };
  return values.map((_, i) => (8 * (at(i, 1) - at(i, -1)) - (at(i, 2) - at(i, -2))) / (12 * H));
}

function errorOf(found: Value, x: Node, expected: readonly number[]): number {
  if (String(found.shape) !== String(x.shape)) return Number.POSITIVE_INFINITY;
  const largest = Math.max(SLOPE_FLOOR, ...expected.map(Math.abs));
  const error = Math.max(0, ...expected.map((slope, i) => Math.abs(slope - found.data[i]!) / largest));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** What the gradients must be: slopes, and zero for integers. */
function expectedOf(inputs: readonly Node<'input'>[], loss: Loss): readonly (readonly number[])[] {
  return inputs.map((x) =>
    x.type === 'int' ? new Array<number>(lengthOf(x.shape)).fill(0) : slopes(loss, x),
  );
}

const remembered = new Map<Example, { loss: Loss; expected: readonly (readonly number[])[] }>();

/** The largest error of the first derivatives; infinite where no graph of the right shape comes out.
 *  Rules are broken in the example alone: a sign lost there and again in the loss around it would go unnoticed. */
function firstError(example: Example, inside: GradientRules = RULES, around: GradientRules = RULES): number {
  const known = remembered.get(example);
  const loss = known?.loss ?? lossOf(example);
  const expected = known?.expected ?? expectedOf(example.inputs, loss);
  remembered.set(example, { loss, expected });
  try {
    const rules = within(example, inside, around);
    const found = interpret(gradients(loss.loss, example.inputs, rules), loss.feeds);
    return Math.max(0, ...example.inputs.map((x, i) => errorOf(found[i]!, x, expected[i]!)));
  } catch (error) {
    if (error instanceof CapstanError || error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function within({ node }: Example, inside: GradientRules, around: GradientRules): GradientRules {
  const own = new Set(schedule([node]));
  const choose = (op: Op): GradientRule<Op> => {
    return (x, g) => ((own.has(x) ? inside : around)[op] as GradientRule<Op>)(x, g);
  };
  return Object.fromEntries(OPS.map((op) => [op, choose(op)])) as unknown as GradientRules;
}

/** The same for the gradient of the gradient, weighed into one number. */
function secondError(example: Example): number {
  const { loss, feeds } = lossOf(example);
  const floats = example.inputs.filter((x) => x.type === 'float');
  if (floats.length === 0) return 0;
  const slope = weighed(gradients(loss, floats), feeds, 'direction');
  const found = interpret(gradients(slope.loss, floats), slope.feeds);
  return Math.max(...floats.map((x, i) => errorOf(found[i]!, x, slopes(slope, x))));
}

describe.each(OPS)('the gradient of %s', (op) => {
  test.each(EXAMPLES[op].map((example) => [example.title, example] as const))(
    'is the slope: %s',
    (_, example) => {
      expect(schedule([example.node]).map((node) => node.op)).toContain(op);
      expect(firstError(example)).toBeLessThanOrEqual(TOLERANCE);
    },
  );

  test('has itself a gradient that is the slope', () => {
    for (const example of EXAMPLES[op])
      expect(secondError(example), example.title).toBeLessThanOrEqual(TOLERANCE);
  });
});

test.each(['step', 'oneHot', 'argMax'] as const)('%s is flat: its gradient is zero', (op) => {
  for (const example of EXAMPLES[op]) {
    if (example.node.op !== op) continue;
    const { loss, feeds } = lossOf(example);
    for (const { data } of interpret(gradients(loss, example.inputs), feeds))
      expect(new Set(data)).toEqual(new Set([0]));
  }
});

describe('gradients', () => {
  const x = input('x', [2]);
  const feeds = { x: [3, -2] };

  test('of random graphs are the slopes', () => {
    fc.assert(
      fc.property(composite, (example) => {
        expect(firstError(example)).toBeLessThanOrEqual(TOLERANCE);
      }),
      { numRuns: 400 },
    );
  });

  test('are zero, in the shape asked for, where the loss does not depend', () => {
    const [none] = interpret(gradients(reshape(slice(input('y', [3]), 0, 0, 1), []), [x]), feeds);
    expect(none).toEqual({ shape: [2], data: Float64Array.of(0, 0) });
  });

  test('are given with respect to inner nodes and to the loss itself', () => {
    const inner = mul(x, x);
    const loss = sum(mul(inner, constant(5)), [0]);
    const values = interpret(gradients(loss, [inner, loss, x]), feeds);
    expect(values.map(({ data }) => [...data])).toEqual([[5, 5], [1], [30, -20]]);
  });

  test('add up over all the ways a node is used', () => {
    const loss = sum(add(mul(x, x), mul(x, constant(10))), [0]);
    expect([...interpret(gradients(loss, [x]), feeds)[0]!.data]).toEqual([16, 6]);
  });

  test('of a loss of several elements are refused', () => {
    expect(() => gradients(x, [x])).toThrow('gradients: expected a loss of one element, got [2]');
  });
});

/** Sums nothing: what «forgetting to unbroadcast» leaves. */
const unsummed = (g: Node): Node => g;
/** Takes the first of the repeats instead of their sum: the right shape, the wrong numbers. */
function firstOf(g: Node, shape: Shape): Node {
  const lead = g.shape.length - shape.length;
  const first = g.shape.reduce(
    (x, length, axis) => (length > (shape[axis - lead] ?? 1) ? slice(x, axis, 0, 1) : x),
    g,
  );
  return reshape(first, shape);
}

type Reduce = (g: Node, shape: Shape) => Node;
/** A rule of a broadcasting operation, but for how repeats are reduced. */
const broadcasting = <K extends Op>(
  rule: (a: Node, b: Node, g: Node, node: Node<K>) => readonly [Node, Node],
): Mutants<K> => {
  const reducing =
    (reduce: Reduce): GradientRule<K> =>
    (node, g) => {
      const [a, b] = node.inputs as readonly [Node, Node];
      const [left, right] = rule(a, b, g, node);
      return [reduce(left, a.shape), reduce(right, b.shape)];
    };
  return { 'forgets to unbroadcast': reducing(unsummed), 'takes the first repeat': reducing(firstOf) };
};

type Mutants<K extends Op> = { readonly [what: string]: GradientRule<K> };

const negative = (x: Node): Node => mul(x, constant(-1));
const rows = (x: Node): Node => sum(x, [lastAxis(x)]);
const mean = (x: Node): Node => mul(rows(x), constant(1 / x.shape.at(-1)!));
const isSquare = (x: Node): boolean => x.shape.at(-1) === x.shape.at(-2);
/** To an integer input, which must get nothing. */
const leak = (g: Node): Node => reshape(rows(g), g.shape.slice(0, -1));

/** Plausible mistakes in each rule. Dropping, negating and scaling a part is done to every rule below. */
const MISTAKES: { readonly [K in Op]: Mutants<K> } = {
  input: {},
  constant: {},
  add: broadcasting((_, __, g) => [g, g]),
  sub: broadcasting((_, __, g) => [g, negative(g)]),
  mul: {
    ...broadcasting((a, b, g) => [mul(g, b), mul(g, a)]),
    'exchanges the factors': ({ inputs: [a, b] }, g) => [summed(mul(g, a!), a!), summed(mul(g, b!), b!)],
  },
  div: {
    ...broadcasting((_, b, g, node) => [div(g, b), negative(mul(g, div(node, b)))]),
    'forgets a divisor': (node, g) => [
      RULES.div(node, g)[0],
      summed(negative(mul(g, node)), node.inputs[1]!),
    ],
  },
  exp: { 'takes the input for the result': ({ inputs: [x] }, g) => [mul(g, x!)] },
  log: { multiplies: ({ inputs: [x] }, g) => [mul(g, x!)] },
  sqrt: { 'forgets the half': (node, g) => [div(g, node)] },
  relu: {
    'lets everything through': (_, g) => [g],
    'lets the other side through': ({ inputs: [x] }, g) => [mul(g, step(negative(x!)))],
  },
  step: {
    'lets the gradient through': (_, g) => [g],
    'takes the slope of relu': ({ inputs: [x] }, g) => [mul(g, step(x!))],
  },
  softmax: {
    'forgets the coupling': (node, g) => [mul(node, g)],
    'couples without weights': (node, g) => [mul(node, sub(g, rows(g)))],
  },
  logSoftmax: {
    'forgets the coupling': (_, g) => [g],
    'couples without weights': (_, g) => [sub(g, rows(g))],
    'couples with the logarithms': (node, g) => [sub(g, mul(node, rows(g)))],
  },
  normalize: {
    'forgets the deviation': (node, g) => [sub(sub(g, mean(g)), mul(node, mean(mul(g, node))))],
    'forgets the mean': (node, g) => [
      mul(inverseDeviation(node.inputs[0]!), sub(g, mul(node, mean(mul(g, node))))),
    ],
    'forgets the correlation': (node, g) => [mul(inverseDeviation(node.inputs[0]!), sub(g, mean(g)))],
  },
  inverseDeviation: {
    'forgets a power': (node, g) => [inverseSlope(mul(g, node), node)],
    'adds a power': (node, g) => [inverseSlope(mul(g, mul(node, mul(node, node))), node)],
    'forgets the length': (node, g) => [
      mul(RULES.inverseDeviation(node, g)[0]!, constant(node.inputs[0]!.shape.at(-1)!)),
    ],
  },
  matmul: {
    ...broadcasting((a, b, g) => [matmul(g, transposed(b)), matmul(transposed(a), g)]),
    'forgets to transpose the right': ({ inputs: [a, b] }, g) => [
      summed(matmul(g, isSquare(b!) ? b! : transposed(b!)), a!),
      summed(matmul(transposed(a!), g), b!),
    ],
    'forgets to transpose the left': ({ inputs: [a, b] }, g) => [
      summed(matmul(g, transposed(b!)), a!),
      summed(matmul(isSquare(a!) ? a! : transposed(a!), g), b!),
    ],
  },
  transpose: {
    'takes the order for its inverse': ({ attributes: { order } }, g) => [transpose(g, order)],
    'only reshapes': ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  },
  reshape: {
    'reads by columns': ({ inputs: [x] }, g) => [reshape(g.shape.length < 2 ? g : transposed(g), x!.shape)],
  },
  expand: {
    'forgets to unbroadcast': (_, g) => [g],
    'takes the first repeat': ({ inputs: [x] }, g) => [firstOf(g, x!.shape)],
    'averages the repeats': (node, g) => [
      mul(RULES.expand(node, g)[0]!, constant(lengthOf(node.inputs[0]!.shape) / lengthOf(node.shape))),
    ],
  },
  sum: {
    averages: (node, g) => [
      mul(RULES.sum(node, g)[0]!, constant(lengthOf(node.shape) / lengthOf(node.inputs[0]!.shape))),
    ],
    'gives it to the first alone': ({ inputs: [x], attributes: { axes } }, g) => [
      axes.reduce((part, axis) => pad(part, axis, 0, x!.shape[axis]! - 1), g),
    ],
  },
  concat: {
    'starts every part at 0': ({ inputs, attributes: { axis } }, g) =>
      inputs.map((x) => slice(g, axis, 0, x.shape[axis]!)),
    'counts from the end': ({ inputs, attributes: { axis } }, g) => {
      let end = g.shape[axis]!;
      return inputs.map((x) => {
        end -= x.shape[axis]!;
        return slice(g, axis, end, end + x.shape[axis]!);
      });
    },
  },
  slice: {
    'pads at the wrong end': ({ inputs: [x], attributes: { axis, start, end } }, g) => [
      pad(g, axis, x!.shape[axis]! - end, start),
    ],
  },
  pad: {
    'cuts at the wrong end': ({ inputs: [x], attributes: { axis, after } }, g) => [
      slice(g, axis, after, after + x!.shape[axis]!),
    ],
  },
  gather: {
    'averages rows taken twice': (node, g) => {
      const [table, indices] = node.inputs as readonly [Node, Node];
      const words = table.shape[0]!;
      const counts = sum(reshape(oneHot(indices, words), [lengthOf(indices.shape), words]), [0]);
      const atLeastOne = add(relu(sub(counts, constant(1))), constant(1));
      return [div(RULES.gather(node, g)[0]!, transposed(atLeastOne))];
    },
    'gives the indices a gradient': (node, g) => [RULES.gather(node, g)[0]!, leak(g)],
  },
  oneHot: { 'gives the indices a gradient': (_, g) => [leak(g)] },
  argMax: {
    'lets the gradient through': ({ inputs: [x] }, g) => [expand(reshape(g, [...g.shape, 1]), x!.shape)],
    'gives it to the largest': ({ inputs: [x] }, g) => [
      mul(oneHot(argMax(x!), x!.shape.at(-1)!), reshape(g, [...g.shape, 1])),
    ],
  },
};

/** Integers have no gradient to pass on, so argMax's rule is only asked when a rule above it is broken too. */
const LEAKING: GradientRules = { ...RULES, oneHot: MISTAKES.oneHot['gives the indices a gradient']! };

/** Dropping, negating, and scaling each part of a rule's result. */
function damages<K extends Op>(op: K): Mutants<K> {
  const rule = RULES[op] as GradientRule<Op>;
  const nodes = EXAMPLES[op].flatMap(({ node }) => schedule([node])).filter((node) => node.op === op);
  const parts = nodes.map((node) => (node.type === 'int' ? [] : rule(node, expand(constant(1), node.shape))));
  const count = Math.max(...parts.map((given) => given.length));
  const spoilt = (which: number, spoil: (part: Node) => Node | undefined): GradientRule<K> => {
    return (node, g) => rule(node, g).map((part, i) => (i === which && part ? spoil(part) : part));
  };
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => i)
      .filter((i) => parts.some((given) => given[i]))
      .flatMap((i) => [
        [`drops part ${i}`, spoilt(i, () => undefined)],
        [`negates part ${i}`, spoilt(i, negative)],
        [`scales part ${i} by 1.1`, spoilt(i, (part) => mul(part, constant(1.1)))],
      ]),
  );
}

function summed(g: Node, x: Node): Node {
  return RULES.expand(expandOf(x, g.shape), g)[0]!;
}

function expandOf(x: Node, shape: Shape): Node<'expand'> {
  return { op: 'expand', inputs: [x], attributes: { shape }, shape, type: 'float' };
}

function inverseSlope(weight: Node, node: Node): Node {
  const [x] = node.inputs;
  return mul(mul(weight, normalize(x!)), constant(-1 / x!.shape.at(-1)!));
}

describe.each(OPS)('a broken rule of %s is noticed', (op) => {
  const around = op === 'argMax' ? LEAKING : RULES;
  const mutants = Object.entries<GradientRule<never>>({ ...damages(op), ...MISTAKES[op] });

  test('and the right one is not', () => {
    const errors = EXAMPLES[op].map((example) => firstError(example, RULES, around));
    expect(Math.max(...errors)).toBeLessThanOrEqual(TOLERANCE);
    const nodes = EXAMPLES[op].flatMap(({ node }) => schedule([node]));
    const used = nodes.some((node) => node.op === op && node.inputs.length > 0);
    expect(mutants.length > 0, 'an operation of inputs has a rule to break').toBe(used);
  });

  if (mutants.length > 0)
    test.each(mutants)('that %s', (_, rule) => {
      const errors = EXAMPLES[op].map((example) => firstError(example, { ...RULES, [op]: rule }, around));
      expect(Math.max(...errors)).toBeGreaterThan(TOLERANCE);
    });
});
