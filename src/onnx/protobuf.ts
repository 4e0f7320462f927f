/** The few ONNX messages we write, in protobuf's wire format.
 *  Field numbers: onnx/onnx.proto3 of ONNX 1.16. Wire format: protobuf.dev/programming-guides/encoding. */

export type Attribute = number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers, or floats. */
  readonly attributes?: { readonly [name: string]: Attribute };
}

export type ElementType = 'float' | 'int32' | 'int64';

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface OnnxSignature {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxSignature[];
  readonly outputs: readonly OnnxSignature[];
}

const IR_VERSION = 10;
const OPSET = 21;
/** TensorProto.DataType */
const ELEMENT_CODE: { readonly [T in ElementType]: number } = { float: 1, int32: 6, int64: 7 };
/** AttributeProto.AttributeType */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** A ModelProto of one graph. */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const body = message(
    ...graph.nodes.map((node) => field(1, encodeNode(node))),
    field(2, text('capstan')),
    ...graph.initializers.map((tensor) => field(5, encodeTensor(tensor))),
    ...graph.inputs.map((signature) => field(11, encodeSignature(signature))),
    ...graph.outputs.map((signature) => field(12, encodeSignature(signature))),
  );
  return message(
    integer(1, IR_VERSION),
    field(2, text('capstan')),
    field(7, body),
    field(8, integer(2, OPSET)),
  );
}

function encodeNode({ op, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    ...inputs.map((name) => field(1, text(name))),
    ...outputs.map((name) => field(2, text(name))),
    field(4, text(op)),
    ...Object.entries(attributes).map(([name, value]) => field(5, encodeAttribute(name, value))),
  );
}

function encodeAttribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'number')
    return message(field(1, text(name)), integer(3, value), integer(20, ATTRIBUTE_INT));
  if ('float' in value)
    return message(field(1, text(name)), float(2, value.float), integer(20, ATTRIBUTE_FLOAT));
  return message(field(1, text(name)), ...value.map((item) => integer(8, item)), integer(20, ATTRIBUTE_INTS));
}

function encodeTensor({ name, type, shape, values }: OnnxTensor): Uint8Array {
  const raw =
    type === 'float'
      ? Float32Array.from(values)
      : type === 'int32'
        ? Int32Array.from(values)
        : BigInt64Array.from(values, BigInt);
  return message(
    ...shape.map((length) => integer(1, length)),
    integer(2, ELEMENT_CODE[type]),
    field(8, text(name)),
    field(9, new Uint8Array(raw.buffer)), // little-endian, as every platform of Node is
  );
}

/** ValueInfoProto { name, type: { tensor_type: { elem_type, shape: { dim: { dim_value } } } } } */
function encodeSignature({ name, type, shape }: OnnxSignature): Uint8Array {
  const dimensions = message(...shape.map((length) => field(1, integer(1, length))));
  const tensor = message(integer(1, ELEMENT_CODE[type]), field(2, dimensions));
  return message(field(1, text(name)), field(2, field(1, tensor)));
}

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/** Length-delimited: texts, bytes and embedded messages. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return message(varint(BigInt(number * 8 + WIRE_BYTES)), varint(BigInt(bytes.length)), bytes);
}

function integer(number: number, value: number): Uint8Array {
  return message(varint(BigInt(number * 8 + WIRE_VARINT)), varint(BigInt.asUintN(64, BigInt(value))));
}

function float(number: number, value: number): Uint8Array {
  return message(varint(BigInt(number * 8 + WIRE_FIXED32)), new Uint8Array(Float32Array.of(value).buffer));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function message(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
