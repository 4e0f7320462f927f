import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from '../storage/folder.ts';
import { corrections, keepCorrection, taintsOf } from './correction.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-correction-'));
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
let copies = 0;
const fresh = () => new Folder(join(home, `arm-${++copies}`));

/** Checkpoint i has parent parents[i] − 1, or none: a forest, for a parent is an earlier one. */
const forest = fc
  .array(fc.nat(), { minLength: 1, maxLength: 12 })
  .map((draws) => draws.map((n, i) => n % (i + 1)));
const name = (i: number) => `${i}`.padStart(2, '0');

describe('a correction', () => {
  test('taints what it names and all that descends from it, and nothing else', () => {
    fc.assert(
      fc.property(
        forest,
        fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 4 }),
        (parents, given) => {
          const folder = fresh();
          const count = parents.length;
          const named = given.map((all) => [...new Set(all.map((i) => i % count))]);
          named.forEach((all, entry) => {
            keepCorrection(folder, { entry, tainted: all.map(name) });
          });
          const parentOf = (hash: string) => {
            const parent = parents[Number(hash)]!;
            return parent === 0 ? null : name(parent - 1);
          };
          for (let i = 0; i < count; i++) {
            // By going down from what is named, where the code goes up.
            const expected = named.flatMap((all, entry) => {
              const reached = new Set(all);
              for (let child = 0; child < count; child++)
                if (reached.has(parents[child]! - 1)) reached.add(child);
              return reached.has(i) ? [entry] : [];
            });
            expect(taintsOf(folder, name(i), parentOf)).toEqual(expected);
          }
          expect(corrections(folder).map(({ tainted }) => tainted)).toEqual(
            named.map((all) => all.map(name)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that cannot be read, or a parent that is not there, leaves nobody able to tell', () => {
    for (const text of ['', '{}', '{"entry":2,"tainted":[]}', '{"entry":1,"tainted":[3]}', '[]']) {
      const folder = fresh();
      folder.writeAtomic('corrections/1.json', text);
      expect(() => taintsOf(folder, 'a', () => null), text).toThrow(
        expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('corrections/1.json') }),
      );
    }
    const folder = fresh();
    const lost = () => {
      throw new Error('no such checkpoint');
    };
    expect(taintsOf(folder, 'a', lost)).toEqual([]); // nothing was corrected
    keepCorrection(folder, { entry: 1, tainted: [] });
    expect(() => taintsOf(folder, 'a', lost)).toThrow('no such checkpoint');
  });
});
