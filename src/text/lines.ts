/** JSON Lines (jsonlines.org): one JSON value on each line, and messages that say which line, which field, what was expected
 *  and what is there. All that is read here was written by somebody else. */

import type { Json } from '../base/canonical.ts';
import { CapstanError, messageOf } from '../base/errors.ts';

/** A line may have so many bytes: a long document, and no more than fits into memory many times over. */
export const LINE_BYTES_MAX = 16 * 2 ** 20;

/** Where something stands, for messages. */
export interface Place {
  /** «tasks.jsonl» */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** «decompositions[0].steps[2].answer»; the whole line where it is empty. */
  readonly field: string;
}

export type JsonObject = { readonly [name: string]: Json };

/** Every line that is not empty. */
export function* jsonLines(text: string, file: string): Generator<readonly [value: Json, place: Place]> {
  for (let [at, line] = [0, 1]; at < text.length; line++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const place: Place = { file, line, field: '' };
    // No character has more than 3 bytes for each of its UTF-16 units.
    if (end - at > LINE_BYTES_MAX / 3) expectShort(text.slice(at, end), place);
    const content = text.slice(at, end).trim();
    if (content !== '') yield [parsed(content, place), place];
    at = end + 1;
  }
}

/** One JSON value in all of the text. */
export function jsonFile(text: string, file: string): readonly [value: Json, place: Place] {
  const place: Place = { file, line: 1, field: '' };
  return [parsed(text, place), place];
}

function expectShort(line: string, place: Place): void {
  const bytes = Buffer.byteLength(line);
  if (bytes > LINE_BYTES_MAX) throw wrong(place, `at most ${LINE_BYTES_MAX} bytes`, `${bytes}`);
}

function parsed(text: string, place: Place): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw wrong(place, 'JSON', messageOf(error));
  }
}

export function wrong({ file, line, field }: Place, expected: string, got: string): CapstanError {
  const where = field === '' ? '' : `, ${field}`;
  return new CapstanError('invalid', `${file}, line ${line}${where}: expected ${expected}, got ${got}`);
}

export function inside(place: Place, name: string): Place {
  return { ...place, field: place.field === '' ? name : `${place.field}.${name}` };
}

/** The object there; with `names`, it may have no others. */
export function objectAt(value: Json | undefined, place: Place, names?: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(place, 'an object', kindOf(value));
  const object = value as JsonObject;
  const strange = names && Object.keys(object).find((name) => !names.includes(name));
  if (strange !== undefined)
    throw wrong(place, `the fields ${names!.join(', ')} and no other`, shown(strange));
  return object;
}

/** The text there, of a character at least. */
export function textAt(object: JsonObject, name: string, place: Place): string {
  const value = object[name];
  if (typeof value !== 'string') throw wrong(inside(place, name), 'a text', kindOf(value));
  if (value === '') throw wrong(inside(place, name), 'a text that is not empty', 'an empty one');
  // A lone surrogate has no UTF-8, and so no hash.
  if (!value.isWellFormed()) throw wrong(inside(place, name), 'well-formed Unicode', 'a lone surrogate');
  return value;
}

export function booleanAt(object: JsonObject, name: string, place: Place): boolean {
  const value = object[name];
  if (typeof value !== 'boolean') throw wrong(inside(place, name), 'true or false', kindOf(value));
  return value;
}

/** Each item of the list there, read. */
export function listAt<T>(
  object: JsonObject,
  name: string,
  place: Place,
  read: (item: Json, place: Place) => T,
): readonly T[] {
  const value = object[name];
  if (!Array.isArray(value)) throw wrong(inside(place, name), 'a list', kindOf(value));
  return value.map((item: Json, i) => read(item, inside(place, `${name}[${i}]`)));
}

/** A list of texts, none of them empty. */
export function textsAt(object: JsonObject, name: string, place: Place): readonly string[] {
  return listAt(object, name, place, (item, { field }) =>
    textAt({ [field]: item }, field, { ...place, field: '' }),
  );
}

export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? shown(value) : String(value);
}

const SHOWN = 80;

export function shown(text: string): string {
  return text.length > SHOWN ? `«${text.slice(0, SHOWN)}…»` : `«${text}»`;
}
