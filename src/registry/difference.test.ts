import { describe, expect, test } from 'vitest';
import type { Checkpoint, Lineage } from './checkpoint.ts';
import { changesIn, movesOf } from './difference.ts';

const lineage = (more: object) =>
  ({ task: 'sum', configuration: { student: { width: 64, rates: [1, 2] } }, ...more }) as unknown as Lineage;
const holding = (...tensors: readonly (readonly [name: string, ...values: number[]])[]) =>
  ({
    tensors: tensors.map(([name, ...values]) => ({
      name,
      shape: [values.length],
      values: Float32Array.from(values),
    })),
  }) as unknown as Checkpoint;

describe('two checkpoints', () => {
  test('differ in the fields that say something else, however deep', () => {
    const [before, after] = [
      lineage({ step: 1, gate: null }),
      lineage({ step: 2, gate: { n: 5 }, configuration: { student: { width: 32, rates: [1, 3] } } }),
    ];
    expect(changesIn(before, after)).toEqual([
      { name: 'configuration.student.rates', before: '[1,2]', after: '[1,3]' },
      { name: 'configuration.student.width', before: 64, after: 32 },
      { name: 'gate', before: null, after: undefined },
      { name: 'gate.n', before: undefined, after: 5 },
      { name: 'step', before: 1, after: 2 },
    ]);
    expect(changesIn(before, before)).toEqual([]);
  });

  test('lie as far apart as their weights do, for the size of the first', () => {
    const before = holding(['a', 3, 4], ['b', 1], ['c', 0], ['d', 1, 1], ['gone', 1]);
    const after = holding(['a', 3, 5], ['b', 1], ['c', 1], ['d', 1], ['new', 1]);
    expect(movesOf(before, after)).toEqual([
      { name: 'a', distance: 1 / 5 },
      { name: 'b', distance: 0 },
      { name: 'c', distance: Number.POSITIVE_INFINITY },
      { name: 'd', distance: undefined },
      { name: 'gone', distance: undefined },
      { name: 'new', distance: undefined },
    ]);
  });
});
