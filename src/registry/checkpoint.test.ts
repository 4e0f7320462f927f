import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../base/canonical.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type Lineage,
  type Tensor,
} from './checkpoint.ts';

const LINEAGE: Lineage = {
  task: 'permutation-powering',
  parameters: { elements: 8, power: 16 },
  iteration: 3,
  level: 2,
  parent: null,
  seed: 7,
  configuration: { learningRate: 2e-3, schedule: [1, 2, { warm: true }] },
  configurationHash: 'c'.repeat(64),
  step: 400,
  dataRoot: 'd'.repeat(64),
  dataCount: 51_200,
  teacher: 'Amplify^H(X_ema)',
  groundTruth: false,
  gate: { agreement: 0.97, low: 0.95, high: 0.98, n: 512, threshold: 0.85, passed: true, comparison: null },
  figures: { loss: 0.01, größte: 1e-7 },
  version: '0.1.0',
};
const TENSORS: readonly Tensor[] = [
  {
    name: 'layer.weight',
    shape: [2, 3],
    values: Float32Array.of(1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0),
  },
  { name: 'bias', shape: [1], values: Float32Array.of(1e-38) },
  { name: 'scale', shape: [], values: Float32Array.of(3) },
];

describe('a checkpoint', () => {
  test('comes back as it was', () => {
    const { bytes, hash } = encodeCheckpoint(LINEAGE, TENSORS);
    expect(decodeCheckpoint(bytes, hash)).toEqual({ hash, lineage: LINEAGE, tensors: TENSORS });
  });

  test('comes back as it was, whatever its names, shapes and numbers', () => {
    const values = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.float32Array({ minLength: n, maxLength: n }));
    const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__');
    const tensor = fc.record({ name, values }).map((given) => ({ ...given, shape: [given.values.length] }));
    const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 });
    const configuration = fc
      .jsonValue({ noUnicodeString: false })
      .map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(tensors, configuration, (tensors, configuration) => {
        const lineage = { ...LINEAGE, configuration };
        const { bytes, hash } = encodeCheckpoint(lineage, tensors);
        expect(bytes).toEqual(encodeCheckpoint(lineage, tensors).bytes);
        expect(decodeCheckpoint(bytes, hash)).toEqual({ hash, lineage, tensors });
      }),
      { numRuns: 40 },
    );
  });

  test('has the same bytes in whatever order the lineage was built', () => {
    const reversed = Object.fromEntries(Object.entries(LINEAGE).reverse()) as unknown as Lineage;
    expect(encodeCheckpoint(reversed, TENSORS).hash).toBe(encodeCheckpoint(LINEAGE, TENSORS).hash);
  });

  test('keeps its bytes from release to release', () => {
    expect(encodeCheckpoint(LINEAGE, TENSORS).hash).toMatchInlineSnapshot(
      `"8bb9c8895d13a230d15b23952aaf506f3485c0f5652595ab7968e542e2186448"`,
    );
  });

  test('is refused when made of what cannot be', () => {
    const [first] = TENSORS as readonly [Tensor];
    const invalid = expect.objectContaining({ code: 'invalid' });
    expect(() => encodeCheckpoint(LINEAGE, [first, first])).toThrow(invalid);
    expect(() => encodeCheckpoint(LINEAGE, [{ ...first, name: '__metadata__' }])).toThrow(invalid);
    expect(() => encodeCheckpoint(LINEAGE, [{ ...first, shape: [6.5] }])).toThrow(invalid);
    expect(() => encodeCheckpoint(LINEAGE, [{ ...first, shape: [5] }])).toThrow(invalid);
    expect(() => encodeCheckpoint({ ...LINEAGE, figures: { loss: Number.NaN } }, TENSORS)).toThrow(invalid);
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  test.skipIf(!python)(`is read by Python${python ? '' : ' (skipped: needs python3)'}`, () => {
    const { bytes } = encodeCheckpoint(LINEAGE, TENSORS);
    const { stdout, stderr } = spawnSync('python3', ['-c', READ_WITH_PYTHON], {
      input: bytes,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const found = JSON.parse(stdout);
    expect(found.aligned).toBe(true);
    expect(found.format).toBe('capstan-checkpoint-1');
    expect(found.lineage).toEqual(LINEAGE);
    const shown = (value: number) =>
      Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? value : `${value}`.slice(0, 3);
    expect(found.tensors).toEqual(
      TENSORS.map(({ name, shape, values }) => [name, shape, [...values].map(shown)]),
    );
  });
});

const READ_WITH_PYTHON = `
import json, math, struct, sys
file = sys.stdin.buffer.read()
(n,) = struct.unpack('<Q', file[:8])
header = json.loads(file[8:8 + n])
metadata = header.pop('__metadata__')
def shown(x): return str(x).replace('nan', 'NaN').replace('inf', 'Inf') if not math.isfinite(x) or str(x) == '-0.0' else x
def values(entry):
    begin, end = entry['data_offsets']
    assert entry['dtype'] == 'F32'
    return [shown(x) for x in struct.unpack('<%df' % ((end - begin) // 4), file[8 + n + begin:8 + n + end])]
tensors = sorted(header.items(), key=lambda item: item[1]['data_offsets'])
print(json.dumps({'aligned': n % 8 == 0, 'format': metadata['format'], 'lineage': json.loads(metadata['lineage']),
                  'tensors': [[name, entry['shape'], values(entry)] for name, entry in tensors]}))
`;

describe('bytes that are no checkpoint', () => {
  const { bytes, hash: expected } = encodeCheckpoint(LINEAGE, TENSORS);
  const header = bytes.subarray(8, 8 + Number(Buffer.from(bytes).readBigUInt64LE())).toString();
  const outcome = (forged: Uint8Array, expectedHash?: string): Checkpoint | unknown => {
    try {
      return decodeCheckpoint(forged, expectedHash);
    } catch (error) {
      return error;
    }
  };

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', Buffer.of(), /truncated: got 0 bytes, expected 8/],
    ['a part of the length', bytes.subarray(0, 5), /truncated: got 5 bytes, expected 8/],
    ['a part of the header', bytes.subarray(0, 50), /truncated: got 50 bytes, expected \d{3,}/],
    ['a part of the data', bytes.subarray(0, -1), /truncated: got \d+ bytes, expected \d+$/],
    ['something behind', Buffer.concat([bytes, Buffer.of(0)]), /safetensors: expected \d+ bytes, got \d+/],
    ['a header of 2^64 - 1 bytes', Buffer.alloc(100, 0xff), /truncated: got 100 bytes/],
    ['a header that is not JSON', file('no JSON'), /expected a header in JSON/],
    ['a header that is a list', file('[]'), /expected a header in JSON, got a list/],
    ['a header of a million brackets', file('['.repeat(1e6)), /expected a header in JSON/],
    [
      'a dtype of a million brackets',
      file(`{"a":{"dtype":${'['.repeat(1e6)}${']'.repeat(1e6)}}}`),
      /dtype F32, got a list/,
    ],
    ['metadata that are not texts', file('{"__metadata__":{"format":1}}'), /__metadata__: expected texts/],
    [
      'the tensors of somebody else',
      file('{"__metadata__":{"format":"pt"}}'),
      /expected format «capstan-checkpoint-1», got pt/,
    ],
    ['no metadata', file('{}'), /expected format «capstan-checkpoint-1», got undefined/],
    [
      'another dtype',
      file('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 4),
      /dtype F32, got BF16/,
    ],
    ['a negative size', file(tensor('[-1,-1]', 0, 4), 4), /«a»: expected a shape, got a list/],
    ['a huge size', file(tensor('[9007199254740991]', 0, 4), 4), /expected 36028797018963964 bytes/],
    [
      'offsets far outside',
      file(tensor('[250000000000]', 0, 1e12), 4),
      /truncated: got \d+ bytes, expected 10{5}/,
    ],
    ['offsets backwards', file(tensor('[1]', 4, 0), 4), /expected 4 bytes for its shape, got -4/],
    [
      'three offsets',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4),
      /expected two data offsets/,
    ],
    ['a gap', file(tensor('[1]', 4, 8), 8), /no gap after byte 0, got 4/],
    [
      'an overlap',
      file(`${tensor('[2]', 0, 8).slice(0, -1)},${tensor('[1]', 4, 8).slice(1).replace('a', 'b')}`, 8),
      /«b»: expected no overlap/,
    ],
    ['a lineage that is no JSON', withLineage('{'), /a lineage with a valid «task», got \{/],
    [
      'a lineage without a seed',
      withLineage(canonical({ ...plain(), seed: null })),
      /a valid «seed», got null/,
    ],
    [
      'a ground truth that is neither',
      withLineage(canonical({ ...plain(), groundTruth: 'no' })),
      /«groundTruth», got no/,
    ],
    [
      'a gate without a decision',
      withLineage(canonical({ ...plain(), gate: { n: 3 } })),
      /«gate», got an object/,
    ],
  ])('are refused for what is wrong with them: %s', (_, forged, message) => {
    const error = outcome(forged);
    expect(error).toMatchObject({ name: 'CapstanError', code: 'corrupt' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.length).toBeLessThan(400);
  });

  test('are never taken for the expected ones, wherever cut or changed by a bit', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(outcome(bytes.subarray(0, length), expected)).toMatchObject({ code: 'corrupt' });
    for (let bit = 0; bit < bytes.length * 8; bit++)
      expect(outcome(flipped(bit), expected)).toMatchObject({ code: 'corrupt' });
  });

  test('are corrupt or a checkpoint of their own hash, wherever changed, if nothing is expected', () => {
    const valid = (found: unknown) => typeof found === 'object' && found !== null && 'tensors' in found;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const found = outcome(flipped(bit));
      if (valid(found)) expect(found).toMatchObject({ hash: hash('sha256', flipped(bit)) });
      else expect(found).toMatchObject({ code: 'corrupt' });
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.json({ maxDepth: 4 }),
        fc.nat(40),
        (noise, json, size) => {
          for (const forged of [
            noise,
            Buffer.concat([bytes, noise, Buffer.of(0)]),
            file(json, size),
            file(`{"a":${json}}`, size),
          ])
            expect(outcome(forged)).toMatchObject({ code: 'corrupt' });
        },
      ),
    );
  });

  function flipped(bit: number): Uint8Array {
    const forged = Buffer.from(bytes);
    forged[bit >> 3]! ^= 1 << (bit & 7);
    return forged;
  }

  function file(text: string, size = 0): Uint8Array {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return Buffer.concat([length, Buffer.from(text), Buffer.alloc(size)]);
  }

  function tensor(shape: string, begin: number, end: number): string {
    return `{"a":{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}}`;
  }

  function plain(): { readonly [name: string]: Json } {
    return JSON.parse(JSON.parse(header).__metadata__.lineage);
  }

  function withLineage(lineage: string): Uint8Array {
    return file(canonical({ __metadata__: { format: 'capstan-checkpoint-1', lineage } }));
  }
});
