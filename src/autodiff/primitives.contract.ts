/** Small graphs for every operation, with inputs: what the gradient table and the ONNX form are both held to.
 *  The table is total, so an operation without examples does not compile. */

import { Random } from '../base/random.ts';
import {
  add,
  argMax,
  concat,
  constant,
  div,
  exp,
  expand,
  gather,
  input,
  inverseDeviation,
  lengthOf,
  log,
  logSoftmax,
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
  slice,
  softmax,
  sqrt,
  step,
  sub,
  sum,
  transpose,
  transposed,
} from './graph.ts';
import type { Feeds } from './interpreter.ts';

export interface Example {
  readonly title: string;
  readonly node: Node;
  readonly inputs: readonly Node<'input'>[];
  readonly feeds: Feeds;
}

/** A loss of the example's result: its elements, weighed each by its own number, summed. */
export interface Loss {
  readonly loss: Node;
  readonly feeds: Feeds;
}

/** Integers become floats so that the loss of any example is a float. */
const INDICES_MAX = 8;

export function lossOf({ title, node, feeds }: Example): Loss {
  return weighed(node.type === 'int' ? [oneHot(node, INDICES_MAX)] : [node], feeds, `${title}: weight`);
}

/** One element out of many tensors. The name tells the weights from all other inputs. */
export function weighed(nodes: readonly Node[], feeds: Feeds, name: string): Loss {
  const given = new Given(name);
  const total = nodes.map((node) => sumAll(mul(node, given.signed(node.shape)))).reduce(add);
  return { loss: total, feeds: { ...feeds, ...given.feeds } };
}

const sumAll = (x: Node): Node =>
  reshape(
    sum(
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

/** Hands out inputs and remembers a value for each. Values are floats of 32 bits, so that both arithmetics start
 *  from the same numbers; none is near 0, where relu, step, log and division are not smooth. */
export class Given {
  readonly inputs: Node<'input'>[] = [];
  readonly feeds: { [name: string]: readonly number[] } = {};
  readonly #name: string;
  readonly #random: Random;

  constructor(name: string) {
    this.#name = name;
    this.#random = Random.seeded(1).split(name);
  }

  /** ±0.2 … ±1.5 */
  signed(shape: Shape): Node {
    return this.#input(shape, 'float', () => (this.#random.below(2) * 2 - 1) * this.#between(0.2, 1.5));
  }

  /** 0.3 … 1.5 */
  positive(shape: Shape): Node {
    return this.#input(shape, 'float', () => this.#between(0.3, 1.5));
  }

  /** 0 … count − 1 */
  index(shape: Shape, count: number): Node {
    return this.#input(shape, 'int', () => this.#random.below(count));
  }

  /** The values themselves. */
  exactly(values: readonly number[], shape: Shape, type: 'float' | 'int'): Node {
    const rest = values.values();
    return this.#input(shape, type, () => rest.next().value!);
  }

  #between(least: number, most: number): number {
    return Math.fround(least + (most - least) * this.#random.uniform());
  }

  #input(shape: Shape, type: 'float' | 'int', value: () => number): Node {
    const node = input(`${this.#name} ${this.inputs.length}`, shape, type);
    this.inputs.push(node);
    this.feeds[node.attributes.name] = Array.from({ length: lengthOf(shape) }, value);
    return node;
  }
}

type Builders = { readonly [title: string]: (given: Given) => Node };

function examples(op: Op, builders: Builders): readonly Example[] {
  return Object.entries(builders).map(([title, build]) => {
    const given = new Given(`${op} ${title}`);
    const node = build(given);
    return { title: `${op} ${title}`, node, inputs: given.inputs, feeds: given.feeds };
  });
}

type Binary = (a: Node, b: Node) => Node;

const broadcasting = (f: Binary): Builders => ({
  'of equal shapes': (x) => f(x.signed([2, 3]), x.signed([2, 3])),
  'of scalars': (x) => f(x.signed([]), x.signed([])),
  'of a matrix and a scalar': (x) => f(x.signed([2, 3]), x.signed([])),
  'of a scalar and a matrix': (x) => f(x.signed([]), x.signed([2, 3])),
  'of a matrix and a row': (x) => f(x.signed([2, 3]), x.signed([3])),
  'of a row and a matrix': (x) => f(x.signed([3]), x.signed([2, 3])),
  'of a column and a row': (x) => f(x.signed([2, 1]), x.signed([1, 3])),
  'of a batch and a column': (x) => f(x.signed([2, 3, 2]), x.signed([3, 1])),
  'of a middle axis and a batch': (x) => f(x.signed([1, 3, 1]), x.signed([2, 3, 2])),
  'of leading ones': (x) => f(x.signed([1, 1, 2]), x.signed([2])),
  'of one tensor twice': (x) => {
    const both = x.signed([2, 2]);
    return f(both, both);
  },
});

const elementwise = (f: (x: Node) => Node, kind: 'signed' | 'positive' = 'signed'): Builders => ({
  'of a scalar': (x) => f(x[kind]([])),
  'of a row': (x) => f(x[kind]([5])),
  'of a batch': (x) => f(x[kind]([2, 1, 3])),
});

const overRows = (f: (x: Node) => Node): Builders => ({
  'of a row': (x) => f(x.signed([4])),
  'of a matrix': (x) => f(x.signed([3, 4])),
  'of a batch': (x) => f(x.signed([2, 2, 3])),
  'of two columns': (x) => f(x.signed([3, 2])),
});

const BUILDERS: { readonly [K in Op]: Builders } = {
  input: { itself: (x) => x.signed([2, 3]), 'without axes': (x) => x.signed([]) },
  constant: {
    alone: () => constant(2.5),
    'in a sum': (x) => add(x.signed([2]), constant(-0.75)),
    'twice in a product': (x) => mul(mul(x.signed([2]), constant(3)), constant(3)),
  },
  add: broadcasting(add),
  sub: broadcasting(sub),
  mul: broadcasting(mul),
  div: broadcasting(div),
  exp: elementwise(exp),
  log: elementwise(log, 'positive'),
  sqrt: elementwise(sqrt, 'positive'),
  relu: elementwise(relu),
  step: elementwise(step),
  softmax: overRows(softmax),
  logSoftmax: {
    ...overRows(logSoftmax),
    // A masked score makes the power underflow, and the logarithm must not become −∞.
    'of a masked row': (x) => logSoftmax(add(x.signed([2, 3]), x.exactly([0, -1000, 0], [3], 'float'))),
  },
  normalize: overRows(normalize),
  inverseDeviation: overRows(inverseDeviation),
  matmul: {
    'of matrices': (x) => matmul(x.signed([2, 3]), x.signed([3, 4])),
    'of square matrices': (x) => matmul(x.signed([2, 2]), x.signed([2, 2])),
    'of a row and a column': (x) => matmul(x.signed([1, 3]), x.signed([3, 1])),
    'of a column and a row': (x) => matmul(x.signed([3, 1]), x.signed([1, 2])),
    'of batches': (x) => matmul(x.signed([2, 2, 3]), x.signed([2, 3, 2])),
    'of a batch and a matrix': (x) => matmul(x.signed([2, 2, 3]), x.signed([3, 2])),
    'of a matrix and a batch': (x) => matmul(x.signed([2, 3]), x.signed([2, 3, 2])),
    'of batches that broadcast both ways': (x) => matmul(x.signed([2, 1, 2, 3]), x.signed([1, 2, 3, 1])),
    'of a matrix and itself': (x) => {
      const a = x.signed([2, 3]);
      return matmul(a, transposed(a));
    },
  },
  transpose: {
    'of a matrix': (x) => transpose(x.signed([2, 3]), [1, 0]),
    'of a square matrix': (x) => transpose(x.signed([2, 2]), [1, 0]),
    // A cycle of three differs from its inverse; with equal lengths the shape does not tell them apart.
    'of a cube': (x) => transpose(x.signed([2, 2, 2]), [1, 2, 0]),
    'of a batch': (x) => transpose(x.signed([2, 3, 1, 2]), [0, 2, 3, 1]),
  },
  reshape: {
    'to a row': (x) => reshape(x.signed([2, 3]), [6]),
    'to another matrix': (x) => reshape(x.signed([2, 3]), [3, 2]),
    'from a scalar': (x) => reshape(x.signed([]), [1, 1]),
    'to a scalar': (x) => reshape(x.signed([1, 1]), []),
  },
  expand: {
    'along the last axis': (x) => expand(x.signed([2, 1]), [2, 3]),
    'along the first axis': (x) => expand(x.signed([1, 3]), [2, 3]),
    'along a middle axis': (x) => expand(x.signed([2, 1, 2]), [2, 3, 2]),
    'along new axes': (x) => expand(x.signed([2]), [2, 3, 2]),
    'of a scalar': (x) => expand(x.signed([]), [2, 2]),
    'to the same shape': (x) => expand(x.signed([2]), [2]),
  },
  sum: {
    'over the first axis': (x) => sum(x.signed([2, 3]), [0]),
    'over the last axis': (x) => sum(x.signed([2, 3]), [1]),
    'over a middle axis': (x) => sum(x.signed([2, 3, 2]), [1]),
    'over two axes': (x) => sum(x.signed([2, 3, 2]), [0, 2]),
    'over all axes': (x) => sum(x.signed([2, 3]), [0, 1]),
    'over no axis': (x) => sum(x.signed([2, 3]), []),
  },
  concat: {
    'of rows': (x) => concat([x.signed([2]), x.signed([1]), x.signed([2])], 0),
    'along the first axis': (x) => concat([x.signed([1, 2]), x.signed([2, 2])], 0),
    'along the last axis': (x) => concat([x.signed([2, 1]), x.signed([2, 2])], 1),
    'along a middle axis': (x) => concat([x.signed([2, 2, 2]), x.signed([2, 1, 2])], 1),
    'of one': (x) => concat([x.signed([2, 2])], 1),
    'of one tensor twice': (x) => {
      const both = x.signed([2, 2]);
      return concat([both, both], 0);
    },
  },
  slice: {
    'at the start': (x) => slice(x.signed([4]), 0, 0, 1),
    'at the end of the last axis': (x) => slice(x.signed([2, 4]), 1, 2, 4),
    'inside the first axis': (x) => slice(x.signed([4, 2]), 0, 1, 3),
    'inside a middle axis': (x) => slice(x.signed([2, 4, 2]), 1, 1, 2),
    'of all': (x) => slice(x.signed([2, 3]), 1, 0, 3),
  },
  pad: {
    before: (x) => pad(x.signed([2]), 0, 2, 0),
    'after, along the last axis': (x) => pad(x.signed([2, 2]), 1, 0, 1),
    'around, along the first axis': (x) => pad(x.signed([2, 2]), 0, 1, 2),
    'around, along a middle axis': (x) => pad(x.signed([2, 1, 2]), 1, 2, 1),
    nowhere: (x) => pad(x.signed([2, 2]), 1, 0, 0),
  },
  gather: {
    'of one row': (x) => gather(x.signed([3, 2]), x.exactly([2], [], 'int')),
    // Rows taken twice and never.
    'of repeated rows': (x) => gather(x.signed([4, 2]), x.exactly([1, 3, 1, 1], [4], 'int')),
    'of a batch of rows': (x) => gather(x.signed([3, 2]), x.index([2, 2], 3)),
    'of the first and the last': (x) => gather(x.signed([3, 1]), x.exactly([0, 2], [2], 'int')),
  },
  oneHot: {
    'of one index': (x) => oneHot(x.exactly([1], [], 'int'), 3),
    'of repeated indices': (x) => oneHot(x.exactly([2, 0, 2], [3], 'int'), 4),
    'of a batch': (x) => oneHot(x.index([2, 2], 3), 3),
    'times a matrix': (x) => matmul(oneHot(x.index([2], 3), 3), x.signed([3, 2])),
  },
  argMax: {
    'of a row': (x) => argMax(x.signed([4])),
    'of a batch': (x) => argMax(x.signed([2, 3, 4])),
    'of a matrix': (x) => argMax(x.signed([3, 5])),
  },
};

export const EXAMPLES = Object.fromEntries(
  Object.entries(BUILDERS).map(([op, builders]) => [op, examples(op as Op, builders)]),
) as { readonly [K in Op]: readonly Example[] };

/** Not in EXAMPLES, for finite differences do not hold there: the first among equals. */
export const TIE: Example = examples('argMax', {
  'of equals': (x) => argMax(x.exactly([1, 3, 3, -2, -2, -2], [2, 3], 'float')),
})[0]!;
