import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SimulatedDisk } from '../../test/crash/simulated-disk.ts';
import { Random } from '../base/random.ts';
import type { Disk } from './disk.ts';
import { Journal, type JournalOptions } from './journal.ts';

const PATH = '/journal';
const corrupt = expect.objectContaining({ code: 'corrupt' });
const invalid = expect.objectContaining({ code: 'invalid' });

const record = fc.uint8Array({ minLength: 1, maxLength: 40 });
const groups = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { maxLength: 12 });
const segmentBytes = fc.constantFrom(1, 100, 300, 2 ** 24);

describe('a journal', () => {
  test('gives back all records in order, opened again or not, however they were grouped', () => {
    fc.assert(
      fc.property(groups, segmentBytes, fc.func(fc.boolean()), (drawn, segmentBytes, reopens) => {
        const { disk } = fairDisk();
        let journal = opened(disk, { segmentBytes });
        const records = drawn.flat();
        let size = 0;
        for (const group of drawn) {
          expect(journal.append(group)).toBe(size);
          size += group.length;
          if (!reopens(size)) continue;
          journal.close();
          journal = opened(disk, { segmentBytes });
        }
        expect(journal.size).toBe(records.length);
        expect(shown(journal.read())).toEqual(shown(records));
        expect(shown(opened(disk).read())).toEqual(shown(records));
        const one = opened(fairDisk().disk);
        for (const single of records) one.append([single]);
        expect(shown(one.read())).toEqual(shown(records));
      }),
    );
  });

  test('looked at again while it grows is as it would be looked at anew, of which only what may change is read', () => {
    fc.assert(
      fc.property(groups, segmentBytes, fc.func(fc.boolean()), (drawn, segmentBytes, reopens) => {
        const { disk } = fairDisk();
        const read: string[] = [];
        const readFileSync = ((path: string) => {
          read.push(path);
          return disk.readFileSync(path);
        }) as Disk['readFileSync'];
        let journal = opened(disk, { segmentBytes });
        let seen = Journal.look(PATH, { ...disk, readFileSync }).journal;
        let segments = 1;
        for (const group of drawn) {
          journal.append(group);
          if (reopens(journal.size)) {
            journal.close();
            journal = opened(disk, { segmentBytes });
          }
          const before = segments;
          segments = disk.readdirSync(PATH).length;
          read.length = 0;
          seen = seen.again().journal;
          expect(read).toHaveLength(1 + segments - before);
          expect(shown(seen.read())).toEqual(shown(Journal.look(PATH, disk).journal.read()));
        }
      }),
    );
  });

  test('of which the end is gone is looked at again as what is left', () => {
    const { disk } = fairDisk();
    const journal = opened(disk, { segmentBytes: 60 });
    for (let i = 0; i < 9; i++) journal.append([Uint8Array.of(i, i)]);
    const seen = Journal.look(PATH, disk).journal;
    const names = disk.readdirSync(PATH, { encoding: 'utf8' }).toSorted();
    for (const name of names.slice(1)) disk.rmSync(join(PATH, name));
    expect(shown(seen.again().journal.read())).toEqual(shown(Journal.look(PATH, disk).journal.read()));
  });

  test('reads any part', () => {
    const records = Array.from({ length: 9 }, (_, i) => Uint8Array.of(i, i));
    const journal = opened(fairDisk().disk, { segmentBytes: 60 });
    for (const one of records) journal.append([one]);
    for (let from = 0; from <= 9; from++)
      for (let to = from; to <= 9; to++)
        expect(shown(journal.read(from, to))).toEqual(shown(records.slice(from, to)));
    for (const [from, to] of [
      [-1, 2],
      [3, 2],
      [0, 10],
      [0.5, 1],
    ] as const)
      expect(() => journal.read(from, to)).toThrow(invalid);
  });

  test('lies in segments of its folder that anybody can read', () => {
    const { disk } = fairDisk();
    const journal = opened(disk, { segmentBytes: 50 });
    journal.append([Buffer.from('ab'), Buffer.from('c')]);
    journal.append([Buffer.from('d')]);
    expect(disk.readdirSync(PATH).sort()).toEqual(['00000000.seg', '00000001.seg']);
    const hex = (name: string) => (disk.readFileSync(`${PATH}/${name}`) as Buffer).toString('hex');
    expect([hex('00000000.seg'), hex('00000001.seg')]).toMatchInlineSnapshot(`
      [
        "4341505354414e4a010000000000000000000000b1acf07b02000080b989162d616201000000adadae3963",
        "4341505354414e4a010000000200000000000000ccabd53901000080361cd78664",
      ]
    `);
  });

  test('refuses empty records, records of 16 MiB, and takes nothing of their group', () => {
    const journal = opened(fairDisk().disk);
    for (const length of [0, 2 ** 24])
      expect(() => journal.append([Uint8Array.of(1), new Uint8Array(length)])).toThrow(invalid);
    expect(() => Journal.open(PATH, fairDisk().disk, { segmentBytes: 0 })).toThrow(invalid);
    expect(journal.append([])).toBe(0);
    expect(journal.append([Uint8Array.of(2)])).toBe(0);
  });

  test('on the real disk', () => {
    const root = fs.mkdtempSync(join(tmpdir(), 'capstan-journal-'));
    const path = join(root, 'deep', 'journal');
    const { journal } = Journal.open(path, fs, { segmentBytes: 100 });
    for (let i = 0; i < 5; i++) journal.append([Buffer.from(`record ${i}`), Buffer.alloc(60, i)]);
    journal.close();
    journal.close();
    expect(() => journal.append([Uint8Array.of(1)])).toThrow(/it was closed/);
    fs.appendFileSync(join(path, '00000004.seg'), 'torn');
    const { journal: again, cut } = Journal.open(path);
    expect(cut).toMatchObject({ bytes: 4, reason: 'expected a frame, got 4 bytes' });
    expect(again.append([Buffer.from('last')])).toBe(10);
    expect(Buffer.from([...again.read(8, 9)][0]!).toString()).toBe('record 4');
    again.close();
    expect(fs.readdirSync(path)).toEqual([
      '00000000.seg',
      '00000001.seg',
      '00000002.seg',
      '00000003.seg',
      '00000004.seg',
    ]);
    fs.rmSync(root, { recursive: true });
  });
});

describe('damage', () => {
  /** Three segments; two groups in each, the last of 3 records. */
  function written(): {
    readonly disk: Disk;
    readonly records: readonly Uint8Array[];
    readonly lastGroup: number;
  } {
    const { disk } = fairDisk();
    const journal = opened(disk, { segmentBytes: 110 });
    const random = Random.seeded(7);
    for (const count of [4, 1, 3, 2, 2, 3])
      journal.append(
        Array.from({ length: count }, () => Uint8Array.from({ length: 9 }, () => random.below(256))),
      );
    journal.close();
    expect(disk.readdirSync(PATH)).toHaveLength(3);
    return { disk, records: [...journal.read()], lastGroup: 12 };
  }
  const filesOf = (disk: Disk) =>
    disk.readdirSync(PATH, { encoding: 'utf8' }).map((name) => join(PATH, name));
  const last = join(PATH, '00000002.seg');

  test('of any one bit is refused and touches nothing, or, in the last group, is cut and told', () => {
    const { disk, records, lastGroup } = written();
    const found = { refused: 0, cut: 0 };
    for (const file of filesOf(disk)) {
      const whole = disk.readFileSync(file) as Buffer;
      for (let bit = 0; bit < 8 * whole.length; bit++) {
        const damaged = Buffer.from(whole);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        write(disk, file, damaged);
        try {
          const { journal, cut } = Journal.open(PATH, disk);
          expect([file, cut?.file]).toEqual([last, last]);
          expect(journal.size).toBeGreaterThanOrEqual(lastGroup);
          expect(journal.size).toBeLessThan(records.length);
          expect(shown(journal.read())).toEqual(shown(records.slice(0, journal.size)));
          found.cut++;
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt' });
          expect(disk.readFileSync(file)).toEqual(damaged);
          found.refused++;
        }
        write(disk, file, whole);
      }
    }
    expect(found).toMatchInlineSnapshot(`
      {
        "cut": 408,
        "refused": 2208,
      }
    `);
  });

  test('by truncation is refused, or leaves the beginning: never something else', () => {
    const { disk, records } = written();
    for (const file of filesOf(disk)) {
      const whole = disk.readFileSync(file) as Buffer;
      for (let length = 0; length < whole.length; length++) {
        write(disk, file, whole.subarray(0, length));
        expect(() => Journal.open(PATH, disk, { atLeast: records.length })).toThrow(corrupt);
        expect(disk.readFileSync(file)).toEqual(whole.subarray(0, length));
        if (file !== last || length < 24) expect(() => Journal.open(PATH, disk)).toThrow(corrupt);
        else expect(shown(opened(disk).read())).toEqual(shown(records.slice(0, opened(disk).size)));
        write(disk, file, whole);
      }
    }
  });

  test('by a lost, doubled, foreign or swapped segment is refused', () => {
    for (const damage of [
      (disk: Disk) => disk.rmSync(join(PATH, '00000000.seg')),
      (disk: Disk) => disk.rmSync(join(PATH, '00000001.seg')),
      (disk: Disk) => disk.renameSync(last, join(PATH, '00000003.seg')),
      (disk: Disk) => disk.renameSync(last, join(PATH, 'x.seg')),
      (disk: Disk) => disk.renameSync(last, join(PATH, '00000001.seg')),
      (disk: Disk) => write(disk, join(PATH, '00000003.seg'), disk.readFileSync(last) as Buffer),
    ]) {
      const { disk } = written();
      damage(disk);
      expect(() => Journal.open(PATH, disk)).toThrow(corrupt);
    }
    const { disk, records } = written();
    disk.rmSync(last);
    expect(() => Journal.open(PATH, disk, { atLeast: records.length })).toThrow(
      /expected at least 15 records, got 10/,
    );
  });

  test('while the journal is open is found by reading', () => {
    const { disk } = written();
    const journal = opened(disk);
    const whole = disk.readFileSync(last) as Buffer;
    whole[whole.length - 1]! ^= 1;
    write(disk, last, whole);
    expect(() => [...journal.read()]).toThrow(corrupt);
    expect([...journal.read(0, 14)]).toHaveLength(14);
  });

  test('is named: the file, the byte, what was expected and what is there', () => {
    const message = (file: string, at: number) => {
      const { disk } = written();
      const bytes = disk.readFileSync(join(PATH, file)) as Buffer;
      bytes[at]! ^= 1;
      write(disk, join(PATH, file), bytes);
      try {
        return String(Journal.open(PATH, disk).cut?.reason);
      } catch (error) {
        return String(error);
      }
    };
    expect([
      message('00000000.seg', 0),
      message('00000000.seg', 9),
      message('00000001.seg', 40),
      message('00000002.seg', 26),
      message('00000002.seg', 40),
      message('00000002.seg', 120),
    ]).toMatchInlineSnapshot(`
      [
        "CapstanError: /journal/00000000.seg, byte 0: expected «CAPSTANJ», got "BAPSTANJ"",
        "CapstanError: /journal/00000000.seg, byte 0: expected a header with CRC-32 2079370417, got 3128849265",
        "CapstanError: /journal/00000001.seg, byte 24: expected a frame with CRC-32 3205713208, got 3356786094",
        "CapstanError: /journal/00000002.seg, byte 24: expected a record of 1 to 77 bytes, got 65545, before the whole group at byte 58",
        "CapstanError: /journal/00000002.seg, byte 24: expected a frame with CRC-32 1538508342, got 750057120, before the whole group at byte 58",
        "undefined",
      ]
    `);
  });
});

describe('a group', () => {
  test('is one write and one fdatasync; a new segment has its bytes, then its name made durable before', () => {
    const calls: string[] = [];
    const journal = opened(
      interrupted(fairDisk().disk, (name) => calls.push(name.replace('Sync', ''))),
      { segmentBytes: 50 },
    );
    expect(calls.splice(0).join(' ')).toMatchInlineSnapshot(
      `"readdir readdir open fsync close mkdir open fsync close readdir open write fsync close rename open fsync close open"`,
    );
    journal.append([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(calls.splice(0).join(' ')).toMatchInlineSnapshot(`"write fdatasync"`);
    journal.append([Uint8Array.of(3), Uint8Array.of(4)]);
    expect(calls.splice(0).join(' ')).toMatchInlineSnapshot(
      `"close open write fsync close rename open fsync close open write fdatasync"`,
    );
  });

  test('is acknowledged by no failed call, and after one the journal takes nothing until it is opened again', () => {
    for (const code of ['EIO', 'ENOSPC', 'EMFILE'])
      for (const manner of ['before', 'after'] as const)
        for (let at = 0; ; at++) {
          const simulated = fairDisk(at);
          let [calls, struck] = [0, false];
          const disk = interrupted(simulated.disk, (_, act) => {
            if (calls++ !== at) return;
            struck = true;
            if (manner === 'after') act();
            throw Object.assign(new Error(`${code}: injected`), { code });
          });
          const acknowledged: Uint8Array[] = [];
          let journal: Journal | undefined;
          try {
            journal = opened(disk, { segmentBytes: 60 });
            for (let i = 0; i < 4; i++) {
              const group = [Uint8Array.of(i), Uint8Array.of(i, i)];
              journal.append(group);
              acknowledged.push(...group);
            }
          } catch (error) {
            expect(error).toMatchObject({ name: 'CapstanError', code: 'storage' });
            for (let i = 0; i < 2 && journal; i++)
              expect(() => journal?.append([Uint8Array.of(9)])).toThrow(/takes records, got: /);
            if (journal) expect(shown(journal.read())).toEqual(shown(acknowledged));
          }
          if (!struck) {
            expect(at).toBeGreaterThan(30);
            break;
          }
          simulated.restart('power');
          const found = opened(simulated.disk).read();
          expect(shown(found).slice(0, acknowledged.length)).toEqual(shown(acknowledged));
        }
  });
});

function fairDisk(seed = 1): SimulatedDisk {
  return new SimulatedDisk(Random.seeded(seed));
}

function opened(disk: Disk, options?: JournalOptions): Journal {
  return Journal.open(PATH, disk, options).journal;
}

/** The disk, with a word said before each call. */
function interrupted(disk: Disk, before: (name: string, act: () => void) => void): Disk {
  const wrap = (name: string, real: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]) => {
      before(name, () => real(...args));
      return real(...args);
    };
  };
  return Object.fromEntries(
    Object.entries(disk).map(([name, real]) => [name, wrap(name, real as never)]),
  ) as unknown as Disk;
}

function write(disk: Disk, file: string, bytes: Uint8Array): void {
  const open = disk.openSync(file, 'w');
  disk.writeSync(open, bytes, 0, bytes.length);
  disk.fsyncSync(open);
  disk.closeSync(open);
}

function shown(records: Iterable<Uint8Array>): readonly string[] {
  return Array.from(records, (one) => Buffer.from(one).toString('hex'));
}
