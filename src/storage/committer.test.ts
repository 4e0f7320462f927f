import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedDisk } from '../../test/crash/simulated-disk.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { Committer } from './committer.ts';
import { Journal } from './journal.ts';

interface Scene {
  readonly journal: Journal;
  /** Sizes of the groups. */
  readonly groups: number[];
  readonly spied: Pick<Journal, 'append'>;
}

function scene(): Scene {
  const { journal } = Journal.open('/journal', new SimulatedDisk(Random.seeded(1)).disk);
  const groups: number[] = [];
  const append = (records: readonly Uint8Array[]) => {
    groups.push(records.length);
    return journal.append(records);
  };
  return { journal, groups, spied: { append } };
}

test('appends made at once are one group, numbered in the order of the calls', async () => {
  const { journal, groups, spied } = scene();
  const committer = new Committer(spied);
  const numbers = await Promise.all([5, 6, 7].map((byte) => committer.append(Uint8Array.of(byte))));
  expect(numbers).toEqual([0, 1, 2]);
  expect(groups).toEqual([3]);
  expect(await committer.append(Uint8Array.of(8))).toBe(3);
  expect([...journal.read()].map(([byte]) => byte)).toEqual([5, 6, 7, 8]);
});

test('batch = one by one, within the bounds of a group', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 60 }),
      async (drawn, recordsMax, bytesMax) => {
        const { journal, groups, spied } = scene();
        const committer = new Committer(spied, { recordsMax, bytesMax });
        const records = drawn.map((size, i) => new Uint8Array(size).fill(i));
        const numbers = await Promise.all(records.map((record) => committer.append(record)));
        expect(numbers).toEqual(records.map((_, i) => i));
        expect([...journal.read()].map((record) => [...record])).toEqual(
          records.map((record) => [...record]),
        );
        let from = 0;
        for (const count of groups) {
          const bytes = drawn.slice(from, from + count).reduce((sum, size) => sum + size, 0);
          expect(count).toBeLessThanOrEqual(recordsMax);
          expect(count === 1 || bytes <= bytesMax).toBe(true);
          from += count;
        }
      },
    ),
  );
});

test('a record that no journal takes fails alone', async () => {
  const { spied } = scene();
  const committer = new Committer(spied);
  const [good, bad, next] = await Promise.allSettled([
    committer.append(Uint8Array.of(1)),
    committer.append(new Uint8Array()),
    committer.append(Uint8Array.of(2)),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'invalid' } });
  expect([good, next]).toEqual([
    { status: 'fulfilled', value: 0 },
    { status: 'fulfilled', value: 1 },
  ]);
});

test('what the caller does to its bytes after the call changes nothing', async () => {
  const { journal, spied } = scene();
  const bytes = Uint8Array.of(1);
  const number = new Committer(spied).append(bytes);
  bytes[0] = 2;
  await number;
  expect([...journal.read()][0]).toEqual(Uint8Array.of(1));
});

test('a failed group is acknowledged to nobody, nor is anything after it', async () => {
  const { journal, spied } = scene();
  let failing = false;
  const append = (records: readonly Uint8Array[]) => {
    if (failing) throw new CapstanError('storage', 'the disk is full');
    return spied.append(records);
  };
  const committer = new Committer({ append }, { recordsMax: 2 });
  await committer.append(Uint8Array.of(1));
  failing = true;
  const outcomes = await Promise.allSettled(
    [2, 3, 4, 5, 6].map((byte) => committer.append(Uint8Array.of(byte))),
  );
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
  await expect(committer.append(Uint8Array.of(7))).rejects.toThrow('the disk is full');
  expect(journal.size).toBe(1);
});
