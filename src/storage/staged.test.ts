import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Disk } from './disk.ts';
import { Folder } from './folder.ts';

const scratch = fs.mkdtempSync(join(tmpdir(), 'capstan-staged-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const fresh = (disk?: Disk) => new Folder(join(scratch, String(folders++)), disk);

describe('a staged file', () => {
  test('is what was written, of any size, and read back while it grows', () =>
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 }),
        fc.nat(3),
        (pieces, times) => {
          const folder = fresh();
          const staged = folder.stage('deep/file.bin');
          let written = Buffer.of();
          for (const piece of pieces) {
            const large = Buffer.concat(new Array(1 + 700 * times).fill(piece));
            staged.write(large);
            written = Buffer.concat([written, large]);
            expect(Buffer.concat([...staged.pieces()]).equals(written)).toBe(true);
          }
          expect(staged.bytes).toBe(written.length);
          expect(folder.files()).toEqual([]);
          staged.commit();
          expect(Buffer.concat([...folder.pieces('deep/file.bin')]).equals(written)).toBe(true);
          expect(Buffer.from(folder.read('deep/file.bin')).equals(written)).toBe(true);
        },
      ),
      { numRuns: 25 },
    ));

  test('that is discarded, or whose writer died, leaves what was there', () => {
    const folder = fresh();
    folder.writeAtomic('a', 'old');
    const staged = folder.stage('a');
    staged.write('new');
    staged.discard();
    expect(folder.readText('a')).toBe('old');
    folder.stage('a').write('died');
    expect(folder.list()).toEqual(['a']);
    folder.sweep();
    expect(fs.readdirSync(folder.path)).toEqual(['a']);
  });

  test.each(['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync'] as const)(
    'on a disk whose %s fails says so, and leaves nothing behind',
    (name) => {
      const path = join(scratch, String(folders++));
      new Folder(path).writeAtomic('a', 'old');
      let armed = false;
      const refusing =
        (real: (...args: never[]) => unknown) =>
        (...args: never[]) => {
          if (armed) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          return real(...args);
        };
      const real: Disk = fs;
      const disk = {
        ...real,
        [name]: refusing(real[name] as (...args: never[]) => unknown),
      } as unknown as Disk;
      const folder = new Folder(path, disk);
      expect(() => {
        armed = name === 'openSync';
        const staged = folder.stage('a');
        staged.write('new');
        armed = true;
        staged.commit();
      }).toThrow(/cannot write .*the disk is full; nothing was overwritten/);
      armed = false;
      expect(fs.readdirSync(path)).toEqual(['a']);
      expect(folder.readText('a')).toBe('old');
    },
  );
});
