/** What was withdrawn from a dataset and never comes back: rows by id and by content, and people by the hash of their id,
 *  so that the list names nobody. (Who knows an id can look whether it is in it.) */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { hashOf, type Provenance } from './row.ts';

/** Their file in a dataset's folder. */
export const TOMBSTONES_FILE = 'tombstones.jsonl';

export type Stone = Pick<Provenance, 'id' | 'content_hash'>;

export class Tombstones {
  /** Content by row id. */
  readonly #rows = new Map<string, string>();
  readonly #contents = new Set<string>();
  readonly #people = new Set<string>();

  /** Reads what `text` wrote. */
  static read(text: string, name: string): Tombstones {
    const stones = new Tombstones();
    for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
      const { id, content_hash, person } = objectIn(line, `${name}, line ${i + 1}`);
      if (isHash(person) && id === undefined) stones.#people.add(person);
      else if (isHash(id) && isHash(content_hash)) stones.addRow({ id, content_hash });
      else
        throw new CapstanError(
          'corrupt',
          `${name}, line ${i + 1}: expected the hashes of a row or of a person, got «${line.slice(0, 80)}»`,
        );
    }
    return stones;
  }

  /** How many rows. */
  get rows(): number {
    return this.#rows.size;
  }

  get people(): number {
    return this.#people.size;
  }

  addRow({ id, content_hash }: Stone): void {
    this.#rows.set(id, content_hash);
    this.#contents.add(content_hash);
  }

  addPerson(id: string): void {
    this.#people.add(personHash(id));
  }

  hasPerson(people: readonly string[]): boolean {
    return this.#people.size > 0 && people.some((one) => this.#people.has(personHash(one)));
  }

  /** Whether the row may not be in the dataset. */
  covers({ id, content_hash, people }: Stone & Pick<Provenance, 'people'>): boolean {
    return this.#rows.has(id) || this.#contents.has(content_hash) || this.hasPerson(people);
  }

  /** Sorted, so that it does not say in what order people left. */
  text(): string {
    const people = [...this.#people].sort().map((person): Json => ({ person }));
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return [...people, ...rows.map(([id, content_hash]): Json => ({ id, content_hash }))]
      .map((stone) => `${canonical(stone)}\n`)
      .join('');
  }

  digest(): string {
    return hash('sha256', this.text());
  }
}

function personHash(id: string): string {
  return hashOf(['capstan-dataset person', id]);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function objectIn(line: string, where: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as { readonly [name: string]: unknown };
  } catch {}
  throw new CapstanError('corrupt', `${where}: expected a JSON object, got «${line.slice(0, 80)}»`);
}
