/** The slow oracle: every operation in plain float64 loops, written for plainness. ONNX must agree with it. */

import { CapstanError } from '../base/errors.ts';
import {
  lengthOf,
  NORMALIZE_EPSILON,
  type Node,
  type Op,
  type PlainOp,
  type Shape,
  schedule,
} from './graph.ts';

export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export type Feeds = { readonly [input: string]: ArrayLike<number> };

/** The values of the outputs, given a value for every input they need. */
export function interpret(outputs: readonly Node[], feeds: Feeds): readonly Value[] {
  const values = new Map<Node, Value>();
  for (const node of schedule(outputs)) {
    const inputs = node.inputs.map((x) => values.get(x)!);
    const data = (KERNELS[node.op] as Kernel<Op>)(node, inputs, feeds);
    values.set(node, { shape: node.shape, data });
  }
  return outputs.map((node) => values.get(node)!);
}

type Kernel<K extends Op> = (node: Node<K>, inputs: readonly Value[], feeds: Feeds) => Float64Array;

const unary =
  (f: (x: number) => number): Kernel<PlainOp> =>
  (_, [x]) =>
    x!.data.map(f);

const binary =
  (f: (a: number, b: number) => number): Kernel<PlainOp> =>
  ({ shape }, [a, b]) =>
    fill(shape, (index) => f(at(a!, index), at(b!, index)));

/** Rewrites each row along the last axis. */
const rowwise =
  (f: (row: Float64Array) => ArrayLike<number>): Kernel<PlainOp> =>
  ({ shape }, [x]) => {
    const width = x!.shape.at(-1)!;
    const out = new Float64Array(lengthOf(shape));
    for (let row = 0; row * width < x!.data.length; row++) {
      const result = f(x!.data.subarray(row * width, (row + 1) * width));
      out.set(result, row * result.length);
    }
    return out;
  };

const KERNELS: { readonly [K in Op]: Kernel<K> } = {
  input: ({ attributes: { name, shape } }, _, feeds) => {
    const given = feeds[name];
    if (given?.length !== lengthOf(shape))
      throw new CapstanError(
        'invalid',
        `input ${name}: expected [${shape}], got ${given?.length ?? 'nothing'}`,
      );
    return Float64Array.from(given);
  },
  constant: ({ attributes: { value } }) => Float64Array.of(value),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  relu: unary((x) => Math.max(x, 0)),
  step: unary((x) => (x > 0 ? 1 : 0)),
  softmax: rowwise(softmaxOf),
  logSoftmax: rowwise(logSoftmaxOf),
  normalize: rowwise((row) => row.map((x) => (x - meanOf(row)) * inverseDeviationOf(row))),
  inverseDeviation: rowwise((row) => [inverseDeviationOf(row)]),
  matmul: ({ shape }, [a, b]) =>
    fill(shape, (index) => {
      const [row, column] = index.slice(-2) as [number, number];
      let total = 0;
      for (let k = 0; k < a!.shape.at(-1)!; k++)
        total += at(a!, [...index.slice(0, -2), row, k]) * at(b!, [...index.slice(0, -2), k, column]);
      return total;
    }),
  transpose: ({ shape, attributes: { order } }, [x]) =>
    fill(shape, (index) =>
      at(
        x!,
        order.map((_, axis) => index[order.indexOf(axis)]!),
      ),
    ),
  reshape: (_, [x]) => x!.data.slice(),
  expand: ({ shape }, [x]) => fill(shape, (index) => at(x!, index)),
  sum: ({ shape }, [x]) => {
    const out = new Float64Array(lengthOf(shape));
    visit(x!.shape, (index, flat) => {
      out[offset(shape, index)]! += x!.data[flat]!;
    });
    return out;
  },
  concat: ({ shape, attributes: { axis } }, parts) => {
    const places = parts.flatMap((part) =>
      Array.from({ length: part.shape[axis]! }, (_, place) => ({ part, place })),
    );
    return fill(shape, (index) => {
      const { part, place } = places[index[axis]!]!;
      return at(part, index.with(axis, place));
    });
  },
  slice: ({ shape, attributes: { axis, start } }, [x]) =>
    fill(shape, (index) => at(x!, index.with(axis, index[axis]! + start))),
  pad: ({ shape, attributes: { axis, before } }, [x]) =>
    fill(shape, (index) => {
      const place = index[axis]! - before;
      return place < 0 || place >= x!.shape[axis]! ? 0 : at(x!, index.with(axis, place));
    }),
  gather: ({ shape }, [table, indices]) =>
    fill(shape, (index) => at(table!, [at(indices!, index.slice(0, -1)), index.at(-1)!])),
  oneHot: ({ shape }, [indices]) =>
    fill(shape, (index) => (at(indices!, index.slice(0, -1)) === index.at(-1) ? 1 : 0)),
  argMax: rowwise((row) => [row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity))]),
};

function fill(shape: Shape, f: (index: readonly number[]) => number): Float64Array {
  const out = new Float64Array(lengthOf(shape));
  visit(shape, (index, flat) => {
    out[flat] = f(index);
  });
  return out;
}

/** Every index of the shape, last axis fastest, with its place in the flat data. */
function visit(shape: Shape, see: (index: readonly number[], flat: number) => void): void {
  const index = shape.map(() => 0);
  for (let flat = 0; flat < lengthOf(shape); flat++) {
    see(index, flat);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
}

/** The element that broadcasting finds at an index: missing leading axes are skipped, axes of length 1 repeat. */
function at(value: Value, index: readonly number[]): number {
  return value.data[offset(value.shape, index)]!;
}

function offset(shape: Shape, index: readonly number[]): number {
  const lead = index.length - shape.length;
  return shape.reduce((flat, length, axis) => flat * length + (length === 1 ? 0 : index[axis + lead]!), 0);
}

function softmaxOf(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = row.map((x) => Math.exp(x - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

// Not log(softmax): that is −∞ where a masked score makes the power underflow.
function logSoftmaxOf(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = row.reduce((sum, x) => sum + Math.exp(x - most), 0);
  return row.map((x) => x - most - Math.log(total));
}

function meanOf(row: Float64Array): number {
  return row.reduce((a, b) => a + b, 0) / row.length;
}

function inverseDeviationOf(row: Float64Array): number {
  const mean = meanOf(row);
  const variance = row.reduce((total, x) => total + (x - mean) ** 2, 0) / row.length;
  return 1 / Math.sqrt(variance + NORMALIZE_EPSILON);
}
