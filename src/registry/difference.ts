/** How two checkpoints differ on paper: what their lineages say, and how far their weights lie apart. */

import type { Checkpoint, Lineage, Tensor } from './checkpoint.ts';
import { isRecord } from './untrusted.ts';

export interface Changed {
  /** «configuration.student.width» */
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Moved {
  readonly name: string;
  /** ‖after − before‖ / ‖before‖; undefined where only one of them has it, or in another shape. */
  readonly distance: number | undefined;
}

/** What differs, field by field, in the order of the names. */
export function changesIn(before: Lineage, after: Lineage): readonly Changed[] {
  const [one, two] = [new Map(leavesOf('', before)), new Map(leavesOf('', after))];
  const names = [...new Set([...one.keys(), ...two.keys()])].sort();
  return names.flatMap((name) => {
    const [before, after] = [one.get(name), two.get(name)];
    return Object.is(before, after) ? [] : [{ name, before, after }];
  });
}

/** Every tensor that either has. */
export function movesOf(before: Checkpoint, after: Checkpoint): readonly Moved[] {
  const tensors = ({ tensors }: Checkpoint) => new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const [one, two] = [tensors(before), tensors(after)];
  return [...new Set([...one.keys(), ...two.keys()])].map((name) => ({
    name,
    distance: distance(one.get(name), two.get(name)),
  }));
}

function distance(before: Tensor | undefined, after: Tensor | undefined): number | undefined {
  if (!before || !after || before.shape.join() !== after.shape.join()) return undefined;
  const norm = (at: (i: number) => number) => {
    let sum = 0;
    for (let i = 0; i < before.values.length; i++) sum += at(i) ** 2;
    return Math.sqrt(sum);
  };
  const moved = norm((i) => after.values[i]! - before.values[i]!);
  return moved === 0 ? 0 : moved / norm((i) => before.values[i]!);
}

/** Everything that is no object, under its path. Lists count as one. */
function leavesOf(path: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]];
  if (!isRecord(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, held]) => leavesOf(path ? `${path}.${name}` : name, held));
}
