import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPLITS } from './row.ts';
import { type Candidate, selected } from './selection.ts';
import { Tombstones } from './tombstones.ts';

const hash = (digit: number) => String(digit).repeat(64);
const PEOPLE = ['person:ada', 'person:bo'];

const candidate = fc
  .record({
    id: fc.nat(9).map(hash),
    content_hash: fc.nat(2).map(hash),
    split: fc.constantFrom(...SPLITS),
    people: fc.subarray(PEOPLE),
    run_id: fc.constantFrom('a', 'b'),
  })
  .map((row) => ({ kind: 'sft', row }) as unknown as Candidate);
const group = fc.array(candidate, { minLength: 1, maxLength: 8 });
const stones = fc
  .tuple(
    fc.subarray(PEOPLE),
    fc.array(fc.record({ id: fc.nat(9).map(hash), content_hash: fc.nat(2).map(hash) }), { maxLength: 1 }),
  )
  .map(([people, rows]) => {
    const tombstones = new Tombstones();
    for (const person of people) tombstones.addPerson(person);
    for (const row of rows) tombstones.addRow(row);
    return { tombstones, people, rows };
  });

const tally = () => ({ duplicate: 0, straddling: 0, withdrawn: 0 });

describe('of the drafts about one question', () => {
  test('the same are chosen in whatever order they come', () =>
    fc.assert(
      fc.property(
        group.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        stones,
        ([all, shuffled], { tombstones }) => {
          const [one, other] = [tally(), tally()];
          expect(selected(shuffled, tombstones, other)).toEqual(selected(all, tombstones, one));
          expect(other).toEqual(one);
        },
      ),
      { numRuns: 500 },
    ));

  test('each content is there once, by the lowest id that may be, and every other draft is counted', () =>
    fc.assert(
      fc.property(group, stones, (all, { tombstones, people, rows }) => {
        const counts = tally();
        const kept = selected(all, tombstones, counts);
        const split = SPLITS.find((one) => all.some(({ row }) => row.split === one));
        const hasLeft = ({ row }: Candidate) => row.people.some((one) => people.includes(one));
        for (const content of [0, 1, 2].map(hash)) {
          const same = all.filter(({ row }) => row.split === split && row.content_hash === content);
          const [first] = same.filter((one) => !hasLeft(one)).sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
          const isBarred = rows.some((stone) => stone.content_hash === content || stone.id === first?.row.id);
          const found = kept.filter(({ row }) => row.content_hash === content).map(({ row }) => row.id);
          expect(found).toEqual(first && !isBarred ? [first.row.id] : []);
        }
        expect(kept.length + counts.duplicate + counts.straddling + counts.withdrawn).toBe(all.length);
      }),
      { numRuns: 500 },
    ));

  test('tombstones are read as they were written', () =>
    fc.assert(
      fc.property(stones, ({ tombstones }) => {
        const text = tombstones.text();
        expect(Tombstones.read(text, 'stones').text()).toBe(text);
        expect(text).not.toMatch(/ada|bo/);
      }),
    ));
});
