import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { PowerCut, SimulatedDisk } from '../../test/crash/simulated-disk.ts';
import { Random } from '../base/random.ts';
import type { Disk } from './disk.ts';
import { Folder } from './folder.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-folder-'));
let path = root;
beforeEach(() => {
  path = fs.mkdtempSync(join(root, 'run-'));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe('a folder', () => {
  test('gives back what was written, appended, listed, cut and removed', () => {
    const folder = new Folder(join(path, 'deep', 'run'));
    expect(folder.list()).toEqual([]);
    folder.writeAtomic('state.bin', Uint8Array.of(1, 2, 3));
    folder.writeAtomic('state.bin', Uint8Array.of(4, 5));
    folder.writeAtomic('checkpoints/b.safetensors', 'b');
    folder.writeAtomic('checkpoints/a.safetensors', 'a');
    folder.append('log.jsonl', '1\n');
    folder.append('log.jsonl', '²\n', { sync: true });
    expect([...folder.read('state.bin')]).toEqual([4, 5]);
    expect(folder.readText('log.jsonl')).toBe('1\n²\n');
    expect(folder.size('log.jsonl')).toBe(5);
    folder.truncate('log.jsonl', 2);
    expect(folder.readText('log.jsonl')).toBe('1\n');
    expect(folder.list()).toEqual(['checkpoints', 'log.jsonl', 'state.bin']);
    fs.writeFileSync(join(folder.path, '.hidden'), '');
    expect(folder.list(undefined, { hidden: true })).toContain('.hidden');
    expect(folder.list()).not.toContain('.hidden');
    expect(folder.list('checkpoints')).toEqual(['checkpoints/a.safetensors', 'checkpoints/b.safetensors']);
    folder.remove('state.bin');
    folder.remove('state.bin');
    expect(folder.exists('state.bin')).toBe(false);
  });

  test('says «not-found» of a file that is not there', () => {
    const folder = new Folder(path);
    const reads = [() => folder.read('a'), () => folder.readText('a'), () => folder.size('a')];
    for (const read of [...reads, () => folder.truncate('a', 0)])
      expect(read).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('never makes a log longer by cutting it', () => {
    const folder = new Folder(path);
    folder.append('log', 'abc');
    for (const bytes of [4, Number.NaN])
      expect(() => folder.truncate('log', bytes)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(folder.readText('log')).toBe('abc');
  });

  test.each([
    '',
    '.',
    '..',
    '../x',
    'a/../../x',
    '/etc/x',
    'a//b',
    'a/',
    'a\\..\\b',
    'a\0',
    'x\n',
    '.hidden',
    'C:x',
  ])('refuses the name %j, which might lead out of it', (name) => {
    const folder = new Folder(path);
    expect(() => folder.writeAtomic(name, 'x')).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('accepts no name that leads out of it', () => {
    const folder = new Folder(path);
    const segment = fc.constantFrom('..', '.', '/', 'a', '\\', '~', ' ', '%2e', '\0', 'b.c');
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        try {
          folder.exists(segments.join(''));
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid' });
          return;
        }
        expect(join(path, segments.join('')).startsWith(join(path, '/'))).toBe(true);
      }),
    );
  });
});

describe('writeAtomic', () => {
  test('syncs the content before the name and the name before it returns', () => {
    const calls: string[] = [];
    new Folder(
      path,
      spying((call) => calls.push(call)),
    ).writeAtomic('state.bin', 'new');
    expect(calls).toEqual([
      ...['readdirSync', 'openSync', 'fsyncSync', 'closeSync'], // it is empty: its name may not last
      ...['openSync', 'writeSync', 'fsyncSync', 'closeSync'],
      ...['renameSync', 'openSync', 'fsyncSync', 'closeSync'],
    ]);
  });

  test('lasts in a folder whose maker was killed before its name was on the disk', () => {
    const name = 'a/b/state.bin';
    // The disk forgets by chance what was not synced.
    for (let seed = 0; seed < 100; seed++)
      for (let cutAt = 0; cutAt < 12; cutAt++) {
        const simulated = new SimulatedDisk(Random.seeded(seed));
        const { disk } = simulated;
        const folder = new Folder('/run', disk);
        simulated.forecast({ cutAt });
        expect(() => folder.writeAtomic(name, OLD)).toThrow(PowerCut);
        simulated.restart('kill');
        simulated.forecast({});
        folder.writeAtomic(name, NEW);
        simulated.restart('power');
        expect(folder.readText(name)).toBe(NEW);
      }
  });

  test('leaves the old content whole or the new, at whatever call a fault strikes', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'])
      for (const manner of ['before', 'after', 'crash'] as const)
        for (let at = 0; ; at++) {
          new Folder(path).writeAtomic('state.bin', OLD);
          const faults = { struck: false };
          const error = caught(() =>
            new Folder(path, failing({ at, code, manner, faults })).writeAtomic('state.bin', NEW),
          );
          if (!faults.struck) {
            expect(at).toBe(9); // every call of the nine had its turn
            break;
          }
          expect(error).toMatchObject({ name: 'CapstanError', code: 'storage' });
          const found = new Folder(path).readText('state.bin');
          expect([OLD, NEW]).toContain(found);
          if (manner === 'before')
            expect(found === OLD).toBe(messageOf(error).includes('nothing was overwritten'));
          expect(new Folder(path).list()).toEqual(['state.bin']);
          if (manner !== 'crash') expect(fs.readdirSync(path)).toEqual(['state.bin']);
          new Folder(path).sweep();
          expect(fs.readdirSync(path)).toEqual(['state.bin']);
        }
  });

  test('completes short writes', () => {
    const stingy: Disk = { ...fs, writeSync: shortWrite as Disk['writeSync'] };
    new Folder(path, stingy).writeAtomic('state.bin', NEW);
    new Folder(path, stingy).append('log', NEW);
    expect(new Folder(path).readText('state.bin')).toBe(NEW);
    expect(new Folder(path).readText('log')).toBe(NEW);
  });

  test('gives up on a disk that takes nothing', () => {
    const deaf: Disk = { ...fs, writeSync: (() => 0) as Disk['writeSync'] };
    expect(() => new Folder(path, deaf).writeAtomic('x', NEW)).toThrow(
      expect.objectContaining({ code: 'storage' }),
    );
  });

  test('survives kill -9 at any moment', async () => {
    const script = `
      import { Folder } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)};
      const folder = new Folder(${JSON.stringify(path)});
      for (let i = 0; ; i++) { folder.writeAtomic('state.bin', String(i % 10).repeat(50_000)); if (i === 0) console.log('up'); }`;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
      await new Promise((up) => child.stdout.once('data', up));
      child.kill('SIGKILL');
      await new Promise((gone) => child.once('exit', gone));
      expect(new Folder(path).readText('state.bin')).toMatch(/^(\d)\1{49999}$/);
    }
    new Folder(path).sweep();
    expect(fs.readdirSync(path)).toEqual(['state.bin']);
  });
});

test('append leaves what the log held before, at whatever call a fault strikes', () => {
  for (const manner of ['before', 'after', 'crash'] as const)
    for (let at = 0; ; at++) {
      new Folder(path).writeAtomic('log', OLD);
      const faults = { struck: false };
      const folder = new Folder(path, failing({ at, code: 'ENOSPC', manner, faults }));
      const error = caught(() => folder.append('log', NEW, { sync: true }));
      if (!faults.struck) break;
      expect(error).toMatchObject({ code: 'storage' });
      expect(new Folder(path).readText('log').startsWith(OLD)).toBe(true);
    }
});

test('every refusal of the system names the file, the reason and the way on', () => {
  const message = (code: string, act: (folder: Folder) => void) => {
    const faults = { struck: false };
    return messageOf(
      caught(() => act(new Folder(path, failing({ at: 0, code, manner: 'before', faults })))),
    ).replace(path, 'run');
  };
  expect([
    message('ENOSPC', (folder) => folder.writeAtomic('state.bin', 'x')),
    message('EDQUOT', (folder) => folder.append('log', 'x')),
    message('EROFS', (folder) => folder.remove('log')),
    message('EACCES', (folder) => folder.read('state.bin')),
    message('EIO', (folder) => folder.list()),
    message('ENOENT', (folder) => folder.read('state.bin')),
    message('EMFILE', (folder) => folder.writeAtomic('state.bin', 'x')),
  ]).toMatchInlineSnapshot(`
    [
      "cannot write run/state.bin: the disk is full; nothing was overwritten, free some space and continue with --resume",
      "cannot write run/log: the disk quota is used up; what it held before is untouched, free some space and continue with --resume",
      "cannot remove run/log: the disk is read-only; make it writable and continue with --resume",
      "cannot read run/state.bin: permission is denied; allow this user to use it",
      "cannot read run: the disk reports an input/output error; check the disk",
      "cannot read run/state.bin: there is no such file",
      "cannot write run/state.bin: EMFILE: injected at readdirSync; nothing was overwritten, remove the obstacle and continue with --resume",
    ]
  `);
});

/** A disk of 200 KiB, which is soon full, and which can be made read-only. */
function mountSmallDisk(): string | undefined {
  const place = fs.mkdtempSync(join(root, 'disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', place]).status === 0;
  return mounted ? place : undefined;
}

describe('on a real disk of 200 KiB', () => {
  const disk = mountSmallDisk();
  afterAll(() => disk && spawnSync('umount', ['-l', disk]));
  const title = (claim: string) => (disk ? claim : `${claim} (skipped: needs the right to mount)`);

  test.skipIf(!disk)(
    title('a full disk costs nothing that was there, and room made for it lets the run go on'),
    () => {
      const folder = new Folder(join(disk!, 'run'));
      folder.writeAtomic('state.bin', OLD);
      folder.writeAtomic('ballast', new Uint8Array(150_000));
      expect(() => folder.writeAtomic('state.bin', new Uint8Array(100_000))).toThrow(
        /disk is full; nothing was overwritten/,
      );
      expect(folder.readText('state.bin')).toBe(OLD);
      expect(fs.readdirSync(folder.path).sort()).toEqual(['ballast', 'state.bin']);
      folder.remove('ballast');
      folder.writeAtomic('state.bin', new Uint8Array(100_000));
      expect(folder.size('state.bin')).toBe(100_000);
    },
  );

  test.skipIf(!disk)(title('a read-only disk can be read, and refuses the rest in words'), () => {
    const folder = new Folder(join(disk!, 'run'));
    folder.writeAtomic('state.bin', OLD);
    spawnSync('mount', ['-o', 'remount,ro', disk!]);
    expect(folder.readText('state.bin')).toBe(OLD);
    expect(() => folder.writeAtomic('state.bin', NEW)).toThrow(
      /read-only; nothing was overwritten, make it writable/,
    );
    expect(() => folder.append('state.bin', NEW)).toThrow(/read-only/);
    expect(() => folder.remove('state.bin')).toThrow(/read-only/);
    expect(() => new Folder(join(disk!, 'a', 'b')).append('log', NEW)).toThrow(/read-only/);
    spawnSync('mount', ['-o', 'remount,rw', disk!]);
    folder.writeAtomic('state.bin', NEW);
    expect(folder.readText('state.bin')).toBe(NEW);
  });
});

const OLD = 'old '.repeat(100);
const NEW = 'new '.repeat(130);

interface Faults {
  readonly at: number;
  readonly code: string;
  /** before: the call does nothing and fails · after: it is done, but reported as failed · crash: nothing works from here on */
  readonly manner: 'before' | 'after' | 'crash';
  readonly faults: { struck: boolean };
}

/** A disk whose `at`-th call fails. */
function failing({ at, code, manner, faults }: Faults): Disk {
  let count = 0;
  return spying((name, act) => {
    const strikes = manner === 'crash' ? count++ >= at : count++ === at;
    if (!strikes) return;
    if (manner === 'after') caught(act);
    if (manner === 'crash' && !faults.struck && name === 'writeSync') act('half');
    faults.struck = true;
    throw Object.assign(new Error(`${code}: injected at ${name}`), { code });
  });
}

/** The real disk, with a word said before each call. */
function spying(before: (name: string, act: (half?: 'half') => void) => void): Disk {
  const wrap = (name: string, real: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]) => {
      before(name, (half) => {
        if (half) shortWrite(...(args as [number, Uint8Array, number, number]));
        else real(...args);
      });
      return real(...args);
    };
  };
  const calls = Object.entries(fs).filter(([, value]) => typeof value === 'function');
  return Object.fromEntries(
    calls.map(([name, real]) => [name, wrap(name, real as never)]),
  ) as unknown as Disk;
}

function shortWrite(file: number, bytes: Uint8Array, offset: number, length: number): number {
  return fs.writeSync(file, bytes, offset, Math.ceil(length / 2));
}

function caught(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
