/** Reverse-mode differentiation: graphs in, graphs out. One rule per operation, the table is total.
 *  A rule gets the node and the gradient g of the loss with respect to it, and gives those of its inputs. */

import { CapstanError } from '../base/errors.ts';
import {
  add,
  constant,
  div,
  exp,
  expand,
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

export type GradientRule<K extends Op> = (node: Node<K>, g: Node) => readonly (Node | undefined)[];
export type GradientRules = { readonly [K in Op]: GradientRule<K> };

/** d(loss)/d(x) for each x, shaped like x. The loss has one element. */
export function gradients(loss: Node, wrt: readonly Node[], rules: GradientRules = RULES): readonly Node[] {
  if (lengthOf(loss.shape) !== 1)
    throw new CapstanError('invalid', `gradients: expected a loss of one element, got [${loss.shape}]`);
  const found = new Map<Node, Node>([[loss, expand(constant(1), loss.shape)]]);
  const order = schedule([loss]);
  const needed = dependents(order, wrt);
  for (const node of order.toReversed()) {
    const g = found.get(node);
    if (!g || !node.inputs.some((x) => needed.has(x))) continue;
    const parts = (rules[node.op] as GradientRule<Op>)(node, g);
    node.inputs.forEach((x, i) => {
      const part = parts[i];
      if (!part || !needed.has(x)) return;
      const sofar = found.get(x);
      found.set(x, sofar ? add(sofar, part) : part);
    });
  }
  return wrt.map((x) => found.get(x) ?? expand(constant(0), x.shape));
}

/** The nodes that depend on one of `wrt`; no gradient is built for others. */
function dependents(order: readonly Node[], wrt: readonly Node[]): ReadonlySet<Node> {
  const needed = new Set<Node>(wrt);
  for (const node of order) if (node.inputs.some((x) => needed.has(x))) needed.add(node);
  return needed;
}

/** Sums g over the axes along which an input of that shape was repeated. */
function unbroadcast(g: Node, shape: Shape): Node {
  const lead = g.shape.length - shape.length;
  const axes = g.shape.flatMap((length, axis) =>
    axis < lead || (shape[axis - lead] === 1 && length > 1) ? [axis] : [],
  );
  if (axes.length === 0) return g;
  const summed = sum(g, axes);
  return lead === 0 ? summed : reshape(summed, shape);
}

const over = (x: Node): readonly number[] => [lastAxis(x)];
const negative = (x: Node): Node => mul(x, constant(-1));
const nothing = (): readonly undefined[] => [];

export const RULES: GradientRules = {
  input: nothing,
  constant: nothing,
  add: ({ inputs: [a, b] }, g) => [unbroadcast(g, a!.shape), unbroadcast(g, b!.shape)],
  sub: ({ inputs: [a, b] }, g) => [unbroadcast(g, a!.shape), unbroadcast(negative(g), b!.shape)],
  mul: ({ inputs: [a, b] }, g) => [unbroadcast(mul(g, b!), a!.shape), unbroadcast(mul(g, a!), b!.shape)],
  div: (node, g) => {
    const [a, b] = node.inputs;
    return [unbroadcast(div(g, b!), a!.shape), unbroadcast(negative(mul(g, div(node, b!))), b!.shape)];
  },
  exp: (node, g) => [mul(g, node)],
  log: ({ inputs: [x] }, g) => [div(g, x!)],
  sqrt: (node, g) => [div(mul(g, constant(0.5)), node)],
  relu: ({ inputs: [x] }, g) => [mul(g, step(x!))],
  step: nothing,
  softmax: (node, g) => [mul(node, sub(g, sum(mul(g, node), over(node))))],
  logSoftmax: (node, g) => [sub(g, mul(exp(node), sum(g, over(node))))],
  // With y the result and r the inverse deviation: r · (g − mean(g) − y · mean(g·y)).
  normalize: (node, g) => {
    const [x] = node.inputs;
    const mean = (v: Node): Node => mul(sum(v, over(node)), constant(1 / node.shape.at(-1)!));
    return [mul(inverseDeviation(x!), sub(sub(g, mean(g)), mul(node, mean(mul(g, node)))))];
  },
  // r = (variance + ε)^(−1/2), so dr/dx = −r³ · (x − mean)/n = −r² · y/n.
  inverseDeviation: (node, g) => {
    const [x] = node.inputs;
    return [mul(mul(mul(g, mul(node, node)), normalize(x!)), constant(-1 / x!.shape.at(-1)!))];
  },
  matmul: ({ inputs: [a, b] }, g) => [
    unbroadcast(matmul(g, transposed(b!)), a!.shape),
    unbroadcast(matmul(transposed(a!), g), b!.shape),
  ],
  transpose: ({ attributes: { order } }, g) => [
    transpose(
      g,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  reshape: ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  expand: ({ inputs: [x] }, g) => [unbroadcast(g, x!.shape)],
  sum: ({ inputs: [x] }, g) => [expand(g, x!.shape)],
  concat: ({ inputs, attributes: { axis } }, g) => {
    let start = 0;
    return inputs.map((x) => {
      start += x.shape[axis]!;
      return slice(g, axis, start - x.shape[axis]!, start);
    });
  },
  slice: ({ inputs: [x], attributes: { axis, start, end } }, g) => [
    pad(g, axis, start, x!.shape[axis]! - end),
  ],
  pad: ({ inputs: [x], attributes: { axis, before } }, g) => [
    slice(g, axis, before, before + x!.shape[axis]!),
  ],
  // Indices taken twice add up: [V T] · [T C].
  gather: ({ inputs: [table, indices] }, g) => {
    const [words, width] = table!.shape as [number, number];
    const rows = lengthOf(indices!.shape);
    const taken = reshape(oneHot(indices!, words), [rows, words]);
    return [matmul(transposed(taken), reshape(g, [rows, width])), undefined];
  },
  oneHot: nothing,
  argMax: nothing,
};
