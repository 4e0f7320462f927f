/** A graph of ours as an ONNX graph of standard operators (opset 21). The library ships no training operators, so the
 *  whole training step, gradients and optimizer included, is made of these. Equal expressions are computed once. */

import {
  type Attributes,
  lastAxis,
  lengthOf,
  NORMALIZE_EPSILON,
  type Node,
  type Op,
  type PlainOp,
  schedule,
} from '../autodiff/graph.ts';
import { CapstanError } from '../base/errors.ts';
import { type Attribute, encodeModel, type OnnxNode, type OnnxTensor } from './protobuf.ts';

/** ONNX has one name space for inputs and outputs, so outputs are marked; a state may go in and come out by one name. */
export const OUTPUT_MARK = '=';

/** A graph ready to be loaded: named outputs, and the inputs they need. */
export interface Program {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Floating-point operations of one run: multiplications and additions of its matrix products. */
  readonly operations: number;
}

export function lower(outputs: { readonly [name: string]: Node }): Program {
  const emitter = new Emitter();
  const names = new Map<Node, string>();
  const inputs = new Map<string, Attributes['input']>();
  let operations = 0;
  for (const node of schedule(Object.values(outputs))) {
    const from = node.inputs.map((x) => names.get(x)!);
    const known = emitter.size;
    names.set(node, (LOWERINGS[node.op] as Lowering<Op>)(node, from, emitter));
    if (node.op === 'input') declare(inputs, (node as Node<'input'>).attributes);
    if (node.op === 'matmul' && emitter.size > known)
      operations += 2 * lengthOf(node.shape) * node.inputs[0]!.shape.at(-1)!;
  }
  for (const [name, node] of Object.entries(outputs))
    emitter.output(`${OUTPUT_MARK}${name}`, names.get(node)!);
  const elementType = (node: { readonly type: Node['type'] }) => (node.type === 'int' ? 'int32' : 'float');
  const model = encodeModel({
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs: [...inputs.values()].map((x) => ({ name: x.name, type: elementType(x), shape: x.shape })),
    outputs: Object.entries(outputs).map(([name, x]) => ({
      name: `${OUTPUT_MARK}${name}`,
      type: elementType(x),
      shape: x.shape,
    })),
  });
  return { model, inputs: [...inputs.keys()], outputs: Object.keys(outputs), operations };
}

/** Two inputs of one name are one tensor, so they must be alike. */
function declare(inputs: Map<string, Attributes['input']>, { name, shape, type }: Attributes['input']): void {
  const known = inputs.get(name);
  if (known && (known.type !== type || String(known.shape) !== String(shape)))
    throw new CapstanError(
      'invalid',
      `input ${name}: expected ${known.type}[${known.shape}], got ${type}[${shape}]`,
    );
  inputs.set(name, { name, shape, type });
}

/** Collects nodes and constants; what was emitted before is named, not emitted again. */
class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #known = new Map<string, string>();

  get size(): number {
    return this.nodes.length;
  }

  /** The name of the operator's first output; further ones are that name with «.1», «.2». */
  node(
    op: string,
    inputs: readonly string[],
    attributes: { [name: string]: Attribute } = {},
    outputs = 1,
  ): string {
    const key = JSON.stringify([op, inputs, attributes]);
    const known = this.#known.get(key);
    if (known) return known;
    const name = `%${this.nodes.length}`; // no input is called that
    this.#known.set(key, name);
    const further = Array.from({ length: outputs - 1 }, (_, i) => `${name}.${i + 1}`);
    this.nodes.push({ op, inputs, outputs: [name, ...further], attributes });
    return name;
  }

  output(name: string, value: string): void {
    this.nodes.push({ op: 'Identity', inputs: [value], outputs: [name] });
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    return this.#initializer('float', values, shape);
  }

  /** Axes, shapes and bounds are int64 in ONNX. */
  longs(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#initializer('int64', values, shape);
  }

  ints(values: readonly number[], shape: readonly number[]): string {
    return this.#initializer('int32', values, shape);
  }

  #initializer(type: OnnxTensor['type'], values: readonly number[], shape: readonly number[]): string {
    const key = [type, values, shape].join(' '); // JSON has one null for both infinities
    const known = this.#known.get(key);
    if (known) return known;
    const name = `$${this.initializers.length}`;
    this.#known.set(key, name);
    this.initializers.push({ name, type, shape, values });
    return name;
  }
}

type Lowering<K extends Op> = (node: Node<K>, inputs: readonly string[], emit: Emitter) => string;

const direct =
  (op: string, attributes: { [name: string]: Attribute } = {}): Lowering<PlainOp> =>
  (_, inputs, emit) =>
    emit.node(op, inputs, attributes);

/** LayerNormalization's third output is the inverse deviation, which the gradient needs. */
function layerNormalization(x: Node, name: string, emit: Emitter): string {
  const width = x.shape.at(-1)!;
  const ones = emit.floats(new Array<number>(width).fill(1), [width]);
  return emit.node(
    'LayerNormalization',
    [name, ones],
    { axis: -1, epsilon: { float: NORMALIZE_EPSILON } },
    3,
  );
}

const LOWERINGS: { readonly [K in Op]: Lowering<K> } = {
  input: ({ attributes: { name } }) => name,
  constant: ({ attributes: { value } }, _, emit) => emit.floats([value], []),
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  relu: direct('Relu'),
  step: (_, [x], emit) => emit.node('Cast', [emit.node('Greater', [x!, emit.floats([0], [])])], { to: 1 }),
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  normalize: (node, [x], emit) => layerNormalization(node.inputs[0]!, x!, emit),
  inverseDeviation: (node, [x], emit) => `${layerNormalization(node.inputs[0]!, x!, emit)}.2`,
  matmul: direct('MatMul'),
  transpose: ({ attributes: { order } }, inputs, emit) => emit.node('Transpose', inputs, { perm: order }),
  reshape: ({ shape }, [x], emit) => emit.node('Reshape', [x!, emit.longs(shape)]),
  expand: ({ shape }, [x], emit) => emit.node('Expand', [x!, emit.longs(shape)]),
  sum: ({ attributes: { axes } }, [x], emit) =>
    emit.node('ReduceSum', [x!, emit.longs(axes)], { keepdims: 1, noop_with_empty_axes: 1 }),
  concat: ({ attributes: { axis } }, inputs, emit) => emit.node('Concat', inputs, { axis }),
  slice: ({ attributes: { axis, start, end } }, [x], emit) =>
    emit.node('Slice', [x!, emit.longs([start]), emit.longs([end]), emit.longs([axis])]),
  // All axes are written out: ONNX Runtime 1.30 moves a Transpose through a Pad as if its optional axes were not there.
  pad: ({ attributes: { axis, before, after }, shape }, [x], emit) => {
    const along = (length: number) => shape.map((_, other) => (other === axis ? length : 0));
    return emit.node('Pad', [x!, emit.longs([...along(before), ...along(after)])]);
  },
  gather: (_, inputs, emit) => emit.node('Gather', inputs, { axis: 0 }),
  // Of the possible type combinations ONNX Runtime has (int32, int32, float).
  oneHot: ({ attributes: { depth }, shape }, [indices], emit) => {
    const isScalar = shape.length === 1; // which OneHot does not take
    const some = isScalar ? emit.node('Reshape', [indices!, emit.longs([1])]) : indices!;
    const ones = emit.node('OneHot', [some, emit.ints([depth], []), emit.floats([0, 1], [2])], { axis: -1 });
    return isScalar ? emit.node('Reshape', [ones, emit.longs(shape)]) : ones;
  },
  argMax: (node, [x], emit) =>
    emit.node('Cast', [emit.node('ArgMax', [x!], { axis: lastAxis(node.inputs[0]!), keepdims: 0 })], {
      to: 6,
    }),
};
