/** Named float32 tensors and a few texts in one file, in the safetensors format, which Python opens without us:
 *     u64 little-endian n · n bytes of JSON, padded with spaces · data
 *     {"__metadata__": {name: text}, name: {"dtype": "F32", "shape": […], "data_offsets": [begin, end]}}
 *  (github.com/huggingface/safetensors, section Format). As there, the offsets cover the data without gap or overlap.
 *  Reading takes the bytes for an attacker's: it allocates no more than they are long, and says what is wrong. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { corrupt, isRecord, parseJson } from './untrusted.ts';

/** Values in row-major order. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface TensorFile {
  readonly metadata: { readonly [name: string]: string };
  readonly tensors: readonly Tensor[];
}

/** The same file for the same tensors in the same order, byte for byte. */
export function encodeTensors({ metadata, tensors }: TensorFile): Uint8Array {
  const entries = new Map<string, Json>([[METADATA, metadata]]);
  let end = 0;
  for (const { name, shape, values } of tensors) {
    if (entries.has(name))
      throw new CapstanError('invalid', `tensor «${name}»: expected a name not yet in use`);
    if (!isShape(shape) || elements(shape) !== values.length)
      throw new CapstanError('invalid', `tensor «${name}» [${shape}]: got ${values.length} values`);
    entries.set(name, { dtype: FLOAT, shape, data_offsets: [end, end + values.byteLength] });
    end += values.byteLength;
  }
  const text = Buffer.from(canonical(Object.fromEntries(entries)));
  const header = Buffer.alloc(Math.ceil(text.length / ALIGNMENT) * ALIGNMENT, ' ');
  text.copy(header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...tensors.map(({ values }) => bytesOf(values))]);
}

/** The tensors in the order of their bytes. Throws 'corrupt' on anything that is not such a file. */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const start = LENGTH_BYTES + headerLength(bytes);
  const header = parseJson(bytes.subarray(LENGTH_BYTES, start));
  if (!isRecord(header)) throw corrupt('safetensors', 'a header in JSON', header);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) throw corrupt(METADATA, 'texts by name', metadata);
  const places = Object.entries(entries).map(([name, entry]) => placeOf(name, entry));
  places.sort((a, b) => a.begin - b.begin);
  let end = 0;
  for (const { name, ...place } of places) {
    if (place.begin < end)
      throw corrupt(`tensor «${name}»`, `no overlap with the bytes before ${end}`, place.begin);
    if (place.begin > end) throw corrupt(`tensor «${name}»`, `no gap after byte ${end}`, place.begin);
    end = place.end;
  }
  if (start + end > bytes.length) throw truncated(bytes, start + end);
  if (start + end < bytes.length) throw corrupt('safetensors', `${start + end} bytes`, bytes.length);
  const data = bytes.subarray(start);
  const tensors = places.map(({ name, shape, begin, end }) => ({
    name,
    shape,
    values: floats(data, begin, end),
  }));
  return { metadata, tensors };
}

const METADATA = '__metadata__';
const FLOAT = 'F32';
const FLOAT_BYTES = 4;
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) throw truncated(bytes, LENGTH_BYTES);
  // A forged length beyond 2^53 loses its last digits here, and is too long in any case.
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - LENGTH_BYTES) throw truncated(bytes, LENGTH_BYTES + length);
  return length;
}

function placeOf(name: string, entry: unknown): Place {
  const thing = `tensor «${name}»`;
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (dtype !== FLOAT) throw corrupt(thing, `dtype ${FLOAT}`, dtype);
  if (!isShape(shape)) throw corrupt(thing, 'a shape', shape);
  const [begin, end, ...more] = Array.isArray(offsets) ? offsets : [];
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || more.length > 0)
    throw corrupt(thing, 'two data offsets', offsets);
  const length = elements(shape) * FLOAT_BYTES;
  if (end - begin !== length) throw corrupt(thing, `${length} bytes for its shape`, end - begin);
  return { name, shape, begin, end };
}

/** A tensor without elements has no place in a checkpoint; the format would allow it. */
function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size > 0);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** As they lie in memory: little-endian, as the format wants, on every machine that ONNX Runtime runs on. */
function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function floats(data: Uint8Array, begin: number, end: number): Float32Array {
  const values = new Float32Array((end - begin) / FLOAT_BYTES);
  bytesOf(values).set(data.subarray(begin, end));
  return values;
}

function isTexts(value: unknown): value is { [name: string]: string } {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function truncated(bytes: Uint8Array, expected: number): CapstanError {
  return new CapstanError(
    'corrupt',
    `safetensors: truncated: got ${bytes.length} bytes, expected ${expected}`,
  );
}
