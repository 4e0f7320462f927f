/** Our bytes against a decoder that is not ours, and against ONNX Runtime. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attribute, encodeModel, type OnnxGraph } from './protobuf.ts';
import { Device } from './session.ts';

/** The fields we write, as onnx/onnx.proto (ONNX 1.16) numbers them. */
const DESCRIPTOR = `
  syntax = "proto2";
  message OperatorSetId { optional string domain = 1; optional int64 version = 2; }
  message Model {
    optional int64 ir_version = 1; optional string producer_name = 2; optional Graph graph = 7;
    repeated OperatorSetId opset_import = 8;
  }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string op_type = 4;
    repeated Attribute attribute = 5;
  }
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; repeated int64 ints = 8;
    optional int32 type = 20;
  }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; }
  message TensorShape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional TensorShape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message ValueInfo { optional string name = 1; optional Type type = 2; }
`;

/** What we use of protobufjs, which is here only because another package needs it. */
interface Protobuf {
  readonly default: {
    parse(
      descriptor: string,
      options: { readonly keepCase: boolean },
    ): { readonly root: { lookupType(name: string): MessageType } };
  };
}
interface MessageType {
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): unknown;
}

const PACKAGE = 'protobufjs';
const protobuf = await (import(PACKAGE) as Promise<Protobuf>).catch(() => undefined);

function decode(graph: OnnxGraph): unknown {
  const type = protobuf!.default.parse(DESCRIPTOR, { keepCase: true }).root.lookupType('Model');
  return type.toObject(type.decode(encodeModel(graph)), { longs: String, bytes: Array, arrays: false });
}

const EMPTY: OnnxGraph = { nodes: [], initializers: [], inputs: [], outputs: [] };

const ofAttribute = (value: Attribute): OnnxGraph => ({
  ...EMPTY,
  nodes: [{ op: 'Op', inputs: ['a', '', 'b'], outputs: ['c'], attributes: { it: value } }],
});

const modelOf = (graph: object): unknown => ({
  ir_version: '10',
  producer_name: 'capstan',
  graph: { name: 'capstan', ...graph },
  opset_import: [{ version: '21' }],
});

const modelOfAttribute = (attribute: object): unknown =>
  modelOf({ node: [{ input: ['a', '', 'b'], output: ['c'], op_type: 'Op', attribute: [attribute] }] });

/** Around every change of length of a varint, and the ends of what a number holds exactly. */
const EDGES = [7, 14, 21, 28, 31, 32, 35, 42, 49, 52]
  .flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
  .concat([0, 1, Number.MAX_SAFE_INTEGER])
  .flatMap((value) => (value === 0 ? [0] : [value, -value]));

describe.skipIf(!protobuf)('an independent decoder reads back', () => {
  test('nodes, tensors and signatures, every field', () => {
    const found = decode({
      nodes: [{ op: 'Add', inputs: ['x', 'ÿ «7»'], outputs: ['sum'] }],
      initializers: [
        { name: 'f', type: 'float', shape: [2, 1], values: [1.5, -0.1] },
        { name: 'i', type: 'int32', shape: [1], values: [-2] },
        { name: 'l', type: 'int64', shape: [], values: [-(2 ** 40)] },
      ],
      inputs: [{ name: 'x', type: 'float', shape: [2, 300] }],
      outputs: [{ name: 'sum', type: 'int32', shape: [] }],
    });
    expect(found).toEqual(
      modelOf({
        node: [{ input: ['x', 'ÿ «7»'], output: ['sum'], op_type: 'Add' }],
        initializer: [
          { dims: ['2', '1'], data_type: 1, name: 'f', raw_data: bytesOf(Float32Array.of(1.5, -0.1)) },
          { dims: ['1'], data_type: 6, name: 'i', raw_data: bytesOf(Int32Array.of(-2)) },
          { data_type: 7, name: 'l', raw_data: bytesOf(BigInt64Array.of(-(2n ** 40n))) },
        ],
        input: [
          {
            name: 'x',
            type: {
              tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: '2' }, { dim_value: '300' }] } },
            },
          },
        ],
        output: [{ name: 'sum', type: { tensor_type: { elem_type: 6, shape: {} } } }],
      }),
    );
  });

  test('integers at every edge of the varint, negative ones too', () => {
    for (const value of EDGES)
      expect(decode(ofAttribute(value))).toEqual(modelOfAttribute({ name: 'it', i: String(value), type: 2 }));
  });

  test('any integer and any list of integers', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.array(fc.maxSafeInteger(), { minLength: 1 }), (value, list) => {
        const i = Object.is(value, -0) ? '0' : String(value);
        expect(decode(ofAttribute(value))).toEqual(modelOfAttribute({ name: 'it', i, type: 2 }));
        expect(decode(ofAttribute(list))).toEqual(
          modelOfAttribute({ name: 'it', ints: list.map((item) => String(item)), type: 7 }),
        );
      }),
    );
  });

  test('any float of 32 bits', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(decode(ofAttribute({ float: value }))).toEqual(
          modelOfAttribute({ name: 'it', f: value, type: 1 }),
        );
      }),
    );
  });

  test.each([0, 127, 128, 16_383, 16_384, 3_000_000])('a name of %d bytes', (length) => {
    const name = 'n'.repeat(length);
    const graph = { ...EMPTY, nodes: [{ op: name, inputs: [], outputs: [] }] };
    expect(decode(graph)).toEqual(modelOf({ node: [{ op_type: name }] }));
  });
});

test('a negative integer takes ten bytes, as int64 of the wire format does', () => {
  const minusOne = [0x18, ...new Array<number>(9).fill(0xff), 0x01];
  expect(Buffer.from(encodeModel(ofAttribute(-1))).includes(Buffer.from(minusOne))).toBe(true);
});

test('a number that is no integer is refused, not rounded', () => {
  expect(() => encodeModel(ofAttribute(0.5))).toThrow(RangeError);
});

test('ONNX Runtime loads it, and computes with its attributes and tensors', async () => {
  const device = await Device.open({ backend: 'native', threads: 1 });
  const model = encodeModel({
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [1, 0] } },
      { op: 'Add', inputs: ['t', 'c'], outputs: ['a'] },
      { op: 'LeakyRelu', inputs: ['a'], outputs: ['l'], attributes: { alpha: { float: 0.5 } } },
      { op: 'Concat', inputs: ['l', 'l'], outputs: ['=y'], attributes: { axis: -1 } },
    ],
    initializers: [{ name: 'c', type: 'float', shape: [2, 1], values: [-2, 10] }],
    inputs: [{ name: 'x', type: 'float', shape: [1, 2] }],
    outputs: [{ name: '=y', type: 'float', shape: [2, 2] }],
  });
  const session = await device.load({ model, inputs: ['x'], outputs: ['y'], operations: 0 });
  const { y } = await device.run(session, { x: { shape: [1, 2], data: Float32Array.of(1, 2) } });
  expect(y).toEqual({ shape: [2, 2], data: Float32Array.of(-0.5, -0.5, 12, 12) });
});

function bytesOf({ buffer }: Float32Array | Int32Array | BigInt64Array): number[] {
  return [...new Uint8Array(buffer)];
}
