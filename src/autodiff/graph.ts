/** Expressions over tensors with static shapes. A node is a value: an operation of the closed set below, its inputs,
 *  its attributes, and the shape that follows. Four total tables give each operation its meaning: its shape (here),
 *  its gradient (`gradient.ts`), its arithmetic (`interpreter.ts`) and its ONNX form (`onnx/lower.ts`).
 *
 *  Binary operations broadcast as NumPy does. Axes count from 0. */

import { CapstanError } from '../base/errors.ts';

export type Shape = readonly number[];
export type Type = 'float' | 'int';

/** The closed set of operations, with what each needs besides its inputs. */
export interface Attributes {
  /** A tensor given at run time. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: Type };
  /** A scalar. */
  readonly constant: { readonly value: number };
  readonly add: Empty;
  readonly sub: Empty;
  readonly mul: Empty;
  readonly div: Empty;
  readonly exp: Empty;
  readonly log: Empty;
  readonly sqrt: Empty;
  /** max(x, 0) */
  readonly relu: Empty;
  /** 1 where x > 0, else 0: the slope of relu. */
  readonly step: Empty;
  /** Over the last axis. */
  readonly softmax: Empty;
  /** Over the last axis. */
  readonly logSoftmax: Empty;
  /** (x − mean) · r over the last axis, with r as below. Ba, Kiros & Hinton 2016, eq. 3, without gain and bias. */
  readonly normalize: Empty;
  /** r = 1 / √(variance + NORMALIZE_EPSILON) over the last axis, kept with length 1. */
  readonly inverseDeviation: Empty;
  /** [… m k] · [… k n] → [… m n]; leading axes broadcast. */
  readonly matmul: Empty;
  readonly transpose: { readonly order: readonly number[] };
  readonly reshape: { readonly shape: Shape };
  /** Repeats along axes of length 1, and new leading ones. */
  readonly expand: { readonly shape: Shape };
  /** Over the axes, kept with length 1. */
  readonly sum: { readonly axes: readonly number[] };
  readonly concat: { readonly axis: number };
  readonly slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Zeros before and after along one axis: what slice undoes. */
  readonly pad: { readonly axis: number; readonly before: number; readonly after: number };
  /** Rows of a table [V C] by indices […] → [… C]. */
  readonly gather: Empty;
  /** Indices […] → [… depth] of zeros and a one. */
  readonly oneHot: { readonly depth: number };
  /** Index of the largest along the last axis, the first among equals: [… n] → […]. */
  readonly argMax: Empty;
}

type Empty = { readonly [none: string]: never };

export type Op = keyof Attributes;
/** Operations that need nothing besides their inputs. */
export type PlainOp = { [K in Op]: Empty extends Attributes[K] ? K : never }[Op];

export interface Node<K extends Op = Op> {
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[K];
  readonly shape: Shape;
  readonly type: Type;
}

export const NORMALIZE_EPSILON = 1e-5;

const NONE: Empty = {};

export function input(name: string, shape: Shape, type: Type = 'float'): Node<'input'> {
  return { op: 'input', inputs: [], attributes: { name, shape, type }, shape, type };
}
export function constant(value: number): Node {
  return make('constant', [], { value });
}
export const add = (a: Node, b: Node): Node => make('add', [a, b], NONE);
export const sub = (a: Node, b: Node): Node => make('sub', [a, b], NONE);
export const mul = (a: Node, b: Node): Node => make('mul', [a, b], NONE);
export const div = (a: Node, b: Node): Node => make('div', [a, b], NONE);
export const exp = (x: Node): Node => make('exp', [x], NONE);
export const log = (x: Node): Node => make('log', [x], NONE);
export const sqrt = (x: Node): Node => make('sqrt', [x], NONE);
export const relu = (x: Node): Node => make('relu', [x], NONE);
export const step = (x: Node): Node => make('step', [x], NONE);
export const softmax = (x: Node): Node => make('softmax', [x], NONE);
export const logSoftmax = (x: Node): Node => make('logSoftmax', [x], NONE);
export const normalize = (x: Node): Node => make('normalize', [x], NONE);
export const inverseDeviation = (x: Node): Node => make('inverseDeviation', [x], NONE);
export const matmul = (a: Node, b: Node): Node => make('matmul', [a, b], NONE);
export const transpose = (x: Node, order: readonly number[]): Node => make('transpose', [x], { order });
export const reshape = (x: Node, shape: Shape): Node => make('reshape', [x], { shape });
export const expand = (x: Node, shape: Shape): Node => make('expand', [x], { shape });
export const sum = (x: Node, axes: readonly number[]): Node => make('sum', [x], { axes });
export const concat = (parts: readonly Node[], axis: number): Node => make('concat', parts, { axis });
export const slice = (x: Node, axis: number, start: number, end: number): Node =>
  make('slice', [x], { axis, start, end });
export const pad = (x: Node, axis: number, before: number, after: number): Node =>
  make('pad', [x], { axis, before, after });
export const gather = (table: Node, indices: Node): Node => make('gather', [table, indices], NONE);
export const oneHot = (indices: Node, depth: number): Node => make('oneHot', [indices], { depth });
export const argMax = (x: Node): Node => make('argMax', [x], NONE);

export const lastAxis = (x: Node): number => x.shape.length - 1;
export const lengthOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
/** Swaps the last two axes. */
export function transposed(x: Node): Node {
  const order = x.shape.map((_, axis) => axis);
  order.push(...order.splice(-2).reverse());
  return transpose(x, order);
}

/** Every node that the outputs need, each once, inputs before users. */
export function schedule(outputs: readonly Node[]): readonly Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: deep graphs would overflow the call stack.
  const stack: { node: Node; ready: boolean }[] = [...outputs]
    .reverse()
    .map((node) => ({ node, ready: false }));
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const { node, ready } = entry;
    if (ready) order.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, ready: true });
      for (let i = node.inputs.length - 1; i >= 0; i--) stack.push({ node: node.inputs[i]!, ready: false });
    }
  }
  return order;
}

function make<K extends Op>(op: K, inputs: readonly Node[], attributes: Attributes[K]): Node {
  const { arity, type, shape } = RULES[op] as FormRule<K>;
  if (arity.length !== inputs.length && op !== 'concat') fail(op, inputs, `${arity.length} inputs`);
  inputs.forEach((x, i) => {
    if (x.type !== arity[op === 'concat' ? 0 : i]) fail(op, inputs, `types (${arity.join(', ')})`);
  });
  return {
    op,
    inputs,
    attributes,
    shape: shape(
      inputs.map((x) => x.shape),
      attributes,
      inputs,
    ),
    type,
  };
}

function fail(op: Op, inputs: readonly Node[], expected: string): never {
  const got = inputs.map((x) => `${x.type}[${x.shape}]`).join(' · ');
  throw new CapstanError('invalid', `${op}: expected ${expected}, got ${got || 'nothing'}`);
}

interface FormRule<K extends Op> {
  readonly arity: readonly Type[];
  readonly type: Type;
  readonly shape: (shapes: readonly Shape[], attributes: Attributes[K], inputs: readonly Node[]) => Shape;
}

const elementwise: FormRule<PlainOp> = { arity: ['float'], type: 'float', shape: ([x]) => x! };
const binary = (op: Op): FormRule<PlainOp> => ({
  arity: ['float', 'float'],
  type: 'float',
  shape: ([a, b], _, inputs) => broadcast(op, a!, b!, inputs),
});

/** The shape of every operation's result; throws where the inputs do not fit. */
const RULES: { readonly [K in Op]: FormRule<K> } = {
  input: { arity: [], type: 'float', shape: (_, { shape }) => shape },
  constant: { arity: [], type: 'float', shape: () => [] },
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  exp: elementwise,
  log: elementwise,
  sqrt: elementwise,
  relu: elementwise,
  step: elementwise,
  softmax: elementwise,
  logSoftmax: elementwise,
  normalize: elementwise,
  inverseDeviation: { ...elementwise, shape: ([x]) => x!.with(-1, 1) },
  matmul: {
    arity: ['float', 'float'],
    type: 'float',
    shape: ([a, b], _, inputs) => {
      if (a!.length < 2 || b!.length < 2 || a!.at(-1) !== b!.at(-2))
        fail('matmul', inputs, '[… m k] · [… k n]');
      return [...broadcast('matmul', a!.slice(0, -2), b!.slice(0, -2), inputs), a!.at(-2)!, b!.at(-1)!];
    },
  },
  transpose: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { order }, inputs) => {
      if (order.toSorted().some((axis, i) => axis !== i) || order.length !== x!.length)
        fail('transpose', inputs, `order [${order}]`);
      return order.map((axis) => x![axis]!);
    },
  },
  reshape: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { shape }, inputs) => {
      if (lengthOf(x!) !== lengthOf(shape)) fail('reshape', inputs, `the size of [${shape}]`);
      return shape;
    },
  },
  expand: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { shape }, inputs) => {
      if (String(broadcast('expand', x!, shape, inputs)) !== String(shape))
        fail('expand', inputs, `fits [${shape}]`);
      return shape;
    },
  },
  sum: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { axes }, inputs) => {
      if (!axes.every((axis) => axis in x!)) fail('sum', inputs, `axes [${axes}]`);
      return x!.map((length, axis) => (axes.includes(axis) ? 1 : length));
    },
  },
  concat: {
    arity: ['float'],
    type: 'float',
    shape: (shapes, { axis }, inputs) => {
      const rest = (shape: Shape) => String(shape.with(axis, 0));
      if (shapes.length === 0 || shapes.some((shape) => rest(shape) !== rest(shapes[0]!)))
        fail('concat', inputs, `shapes equal but for axis ${axis}`);
      return shapes[0]!.with(
        axis,
        shapes.reduce((length, shape) => length + shape[axis]!, 0),
      );
    },
  },
  slice: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { axis, start, end }, inputs) => {
      if (!(start >= 0 && start < end && end <= (x![axis] ?? 0)))
        fail('slice', inputs, `axis ${axis} to hold ${start} … ${end}`);
      return x!.with(axis, end - start);
    },
  },
  pad: {
    arity: ['float'],
    type: 'float',
    shape: ([x], { axis, before, after }) => x!.with(axis, before + x![axis]! + after),
  },
  gather: {
    arity: ['float', 'int'],
    type: 'float',
    shape: ([table, indices], _, inputs) => {
      if (table!.length !== 2) fail('gather', inputs, 'a table [V C]');
      return [...indices!, table![1]!];
    },
  },
  oneHot: { arity: ['int'], type: 'float', shape: ([indices], { depth }) => [...indices!, depth] },
  argMax: { arity: ['float'], type: 'int', shape: ([x]) => x!.slice(0, -1) },
};

/** NumPy's rule: align right, lengths are equal or 1. */
function broadcast(op: Op, a: Shape, b: Shape, inputs: readonly Node[]): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1) fail(op, inputs, 'shapes that broadcast');
    return left === 1 ? right : left;
  });
}
