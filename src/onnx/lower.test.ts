/** ONNX Runtime against the interpreter: the same graphs, gradients included, on both backends. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { composite } from '../autodiff/composite.contract.ts';
import { gradients, RULES } from '../autodiff/gradient.ts';
import {
  add,
  constant,
  exp,
  input,
  inverseDeviation,
  matmul,
  mul,
  type Node,
  normalize,
  type Op,
  pad,
  reshape,
  schedule,
  sub,
  sum,
  transposed,
} from '../autodiff/graph.ts';
import { type Feeds, interpret } from '../autodiff/interpreter.ts';
import { EXAMPLES, type Example, lossOf, TIE } from '../autodiff/primitives.contract.ts';
import { lower } from './lower.ts';
import { type Backend, Device, type Tensors } from './session.ts';

/** float32 against float64, relative to the largest element (at least 1): a few roundings of 2^−24 each. */
const TOLERANCE = 1e-6;
/** Random graphs are deep, and their gradients twice as deep. */
const TOLERANCE_DEEP = 1e-4;

const OPS = Object.keys(RULES) as Op[];
const BACKENDS: readonly Backend[] = ['native', 'wasm'];

interface Work {
  readonly outputs: { readonly [name: string]: Node };
  readonly feeds: Feeds;
}

/** The value of an example, and its gradients. */
function workOf(example: Example): Work {
  const { loss, feeds } = lossOf(example);
  const floats = example.inputs.filter((x) => x.type === 'float');
  const slopes = gradients(loss, floats).map((slope, i) => [`${example.title}: slope ${i}`, slope] as const);
  return { outputs: { [example.title]: example.node, ...Object.fromEntries(slopes) }, feeds };
}

/** One graph of many: inputs and outputs have different names. */
function together(works: readonly Work[]): Work {
  return {
    outputs: Object.assign({}, ...works.map(({ outputs }) => outputs)),
    feeds: Object.assign({}, ...works.map(({ feeds }) => feeds)),
  };
}

function tensorsOf({ outputs, feeds }: Work): Tensors {
  const inputs = schedule(Object.values(outputs)).filter((x): x is Node<'input'> => x.op === 'input');
  return Object.fromEntries(
    inputs.map(({ attributes: { name }, shape, type }) => {
      const kind = type === 'int' ? Int32Array : Float32Array;
      return [name, { shape, data: kind.from(feeds[name]!) }];
    }),
  );
}

/** The largest difference between the device and the interpreter, and the output where it is. */
async function disagreement(device: Device, work: Work): Promise<{ error: number; where: string }> {
  const { outputs, feeds } = work;
  const session = await device.load(lower(outputs));
  const found = await device.run(session, tensorsOf(work));
  await device.unload(session);
  const names = Object.keys(outputs);
  expect(Object.keys(found).sort()).toEqual(names.toSorted());
  const all = interpret(Object.values(outputs), feeds).map(({ shape, data: expected }, i) => {
    const where = names[i]!;
    const { data, shape: foundShape } = found[where]!;
    expect(foundShape, where).toEqual(shape);
    expect(data, where).toBeInstanceOf(outputs[where]!.type === 'int' ? Int32Array : Float32Array);
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    const error = expected.reduce((most, x, j) => Math.max(most, Math.abs(x - data[j]!) / largest), 0);
    return { error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error, where };
  });
  return all.reduce((a, b) => (b.error > a.error ? b : a));
}

describe.each(BACKENDS)('on the %s backend', (backend) => {
  let device: Device;
  beforeAll(async () => {
    device = await Device.open({ backend, threads: 1 });
    expect(device.backend).toBe(backend);
  });

  test.each(OPS)('%s and its gradient are what the interpreter says', async (op) => {
    const { error, where } = await disagreement(device, together(EXAMPLES[op].map(workOf)));
    expect(error, where).toBeLessThanOrEqual(TOLERANCE);
  });

  test('random graphs and their gradients are what the interpreter says', async () => {
    const agree = fc.asyncProperty(composite, async (example) => {
      expect((await disagreement(device, workOf(example))).error).toBeLessThanOrEqual(TOLERANCE_DEEP);
    });
    await fc.assert(agree, { numRuns: backend === 'native' ? 120 : 40 });
  });

  // ONNX Runtime moves the Transpose through the Pad, and forgot that a Pad may name its axes.
  test('a pad of one axis stays one of that axis next to a transpose', async () => {
    const x = input('x', [2, 1, 2]);
    const turned = transposed(x);
    const work = {
      outputs: { z: transposed(exp(pad(add(turned, turned), 0, 0, 1))), row: pad(turned, 2, 1, 2) },
      feeds: { x: [1, 2, 3, 4] },
    };
    expect((await disagreement(device, work)).error).toBeLessThanOrEqual(TOLERANCE);
  });

  test('the first among equals is the largest', async () => {
    const { error } = await disagreement(device, { outputs: { first: TIE.node }, feeds: TIE.feeds });
    expect(error).toBe(0);
  });

  test('constants are told apart, infinities included', async () => {
    const values = [0, 1, -1, 1e-9, 1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const outputs = Object.fromEntries(values.map((value) => [`constant ${value}`, constant(value)]));
    const found = await device.run(await device.load(lower(outputs)), {});
    expect(Object.values(found).map(({ data }) => data[0])).toEqual(values.map(Math.fround));
  });

  test('an input may be called anything, an output like an input, and an output may be an input', async () => {
    const names = ['n0', 'c0', 'x.1', '=x', 'ÿ', 'a b', 'word «7»'];
    const inputs = names.map((name) => input(name, [1]));
    const total = inputs.reduce<Node>((sum, x) => add(sum, mul(x, constant(2))), constant(1));
    const work = {
      outputs: { n0: total, same: inputs[0]!, c0: exp(total) },
      feeds: Object.fromEntries(names.map((name, i) => [name, [i / 10]])),
    };
    expect((await disagreement(device, work)).error).toBeLessThanOrEqual(TOLERANCE);
  });
});

describe('a program', () => {
  const x = input('x', [2, 3, 4]);
  const y = input('y', [4, 5]);

  test('counts two operations for each multiplication of its matrix products, and no others', () => {
    expect(lower({ z: exp(add(x, constant(1))) }).operations).toBe(0);
    expect(lower({ z: matmul(x, y) }).operations).toBe(2 * (2 * 3) * 4 * 5);
    expect(lower({ z: matmul(reshape(y, [1, 5, 4]), transposed(x)) }).operations).toBe(2 * 2 * 5 * 4 * 3);
  });

  test('counts a gradient: twice the work of a matrix product', () => {
    const loss = sum(matmul(x, y), [0, 1, 2]);
    const [dx, dy] = gradients(loss, [x, y]);
    expect(lower({ loss, dx: dx!, dy: dy! }).operations).toBe(3 * lower({ loss }).operations);
  });

  test('names its inputs and outputs', () => {
    const { inputs, outputs } = lower({ b: matmul(x, y), a: x });
    expect({ inputs, outputs }).toEqual({ inputs: ['x', 'y'], outputs: ['b', 'a'] });
  });

  test('computes equal expressions once', () => {
    const made = () => matmul(exp(mul(x, constant(2))), add(y, constant(2)));
    const once = made();
    const twice = lower({ z: add(made(), made()) });
    expect(twice).toEqual(lower({ z: add(once, once) }));
    expect(twice.operations).toBe(lower({ z: once }).operations);
  });

  test('refuses two inputs of one name that are not alike', () => {
    const outputs = { a: input('x', [2, 3]), b: input('x', [3, 2]) };
    expect(() => lower(outputs)).toThrow('input x: expected float[2,3], got float[3,2]');
  });

  test('normalizes once for a result and its inverse deviation', () => {
    const { model } = lower({ z: normalize(x), r: inverseDeviation(x), s: normalize(x) });
    const text = Buffer.from(model).toString('latin1');
    expect(text.split('LayerNormalization')).toHaveLength(2);
  });

  test('keeps apart what differs in an attribute or the order of inputs alone', () => {
    const text = (outputs: Work['outputs']) => Buffer.from(lower(outputs).model).toString('latin1');
    expect(text({ a: sum(x, [0]), b: sum(x, [1]), c: sum(x, [0]) }).split('ReduceSum')).toHaveLength(3);
    const one = constant(1);
    expect(text({ a: sub(x, one), b: sub(one, x), c: sub(x, one) }).split('Sub')).toHaveLength(3);
  });

  test('is the same bytes for the same graph', () => {
    const made = () => lower({ z: matmul(normalize(input('x', [2, 3])), input('y', [3, 1])) });
    expect(made()).toEqual(made());
  });
});
