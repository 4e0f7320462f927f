/** A run where things are not as usual: another backend, no native library, a full or read-only disk, another process. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capstan, capstanAtWork, fingerprint, lastLine, SCRATCH, WITHOUT_NATIVE } from './command.ts';

const TASK = 'permutation-powering';

describe('without the native library', () => {
  const run = join(SCRATCH, 'wasm');

  test('a run says that it falls back to WebAssembly, learns as it does natively, and can be asked', async () => {
    const tiny = ['run', TASK, '--size', '8', '--powers', '4', '--replicas', '1', '--json', '--run', run];
    const { status, stdout, stderr } = await capstan(tiny, WITHOUT_NATIVE);
    expect(stderr).toMatch(
      /no native library here \(no binary for this machine\); using its WebAssembly build/,
    );
    expect(status).toBe(0);
    const { accuracy } = lastLine(stdout) as { accuracy: { mean: number } };
    expect(accuracy.mean).toBeGreaterThan(0.95);
    expect(await capstan(['ask', run, 's^3(1)'], WITHOUT_NATIVE)).toMatchObject({
      status: 0,
    });
  });

  test('--backend wasm asks for WebAssembly, so that there is nothing to say', async () => {
    const again = await capstan(['run', '--resume', run, '--backend', 'wasm', '--json']);
    expect(again).toMatchObject({ status: 0, stderr: expect.not.stringContaining('native') });
    expect(lastLine(again.stdout)).toMatchObject({ state: 'finished' });
  });

  test('a run that insists on it ends with 8 and says why, also to --quiet', async () => {
    const insisting = ['run', TASK, '--size', '8', '--max-steps', '5', '--backend', 'native', '--quiet'];
    expect(await capstan(insisting, WITHOUT_NATIVE)).toMatchObject({
      status: 8,
      stdout: '',
      stderr: expect.stringMatching(/^capstan: .*no native library here: no binary for this machine/),
    });
  });
});

test('of two processes on one folder the second ends with 5, names the first, and changes nothing', async () => {
  const run = join(SCRATCH, 'shared');
  const first = capstanAtWork(['run', TASK, '--size', '8', '--run', run]);
  await first.said(/step 25/);
  const second = await capstan(['run', '--resume', run]);
  expect(second).toMatchObject({ status: 5, stdout: '' });
  expect(second.stderr).toMatch(
    new RegExp(`shared is in use by process ${first.process.pid} .*wait for it or stop it`),
  );
  expect(await capstan(['run', TASK, '--run', run])).toMatchObject({ status: 4, stdout: '' });
  first.process.kill('SIGINT');
  expect(await first.ended).toMatchObject({ status: 130 });
  expect(existsSync(join(run, 'lock'))).toBe(false);
});

test('the lock that a killed process left behind stops nobody', async () => {
  const run = join(SCRATCH, 'killed');
  const first = capstanAtWork(['run', TASK, '--size', '8', '--max-steps', '60', '--run', run]);
  await first.said(/step 25/);
  first.process.kill('SIGKILL');
  await first.ended;
  expect(existsSync(join(run, 'lock'))).toBe(true);
  expect(await capstan(['run', '--resume', run, '--quiet'])).toMatchObject({ status: 100 });
  expect(existsSync(join(run, 'lock'))).toBe(false);
});

/** A disk of 1 MiB: room for a run's first save, and not for many. */
function mountSmallDisk(): string | undefined {
  const place = mkdtempSync(join(SCRATCH, 'disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]).status === 0;
  return mounted ? place : undefined;
}

describe('on a disk of one mebibyte', () => {
  const disk = mountSmallDisk();
  afterAll(() => disk && spawnSync('umount', ['-l', disk]));
  const title = (claim: string) => (disk ? claim : `${claim} (skipped: needs the right to mount)`);
  const short = ['run', TASK, '--size', '8', '--max-steps', '20', '--seed', '3', '--json', '--quiet'];

  test.skipIf(!disk)(
    title('a run that fills it ends with 7, and goes on to the same end once there is room'),
    async () => {
      const elsewhere = await capstan([...short, '--run', join(SCRATCH, 'elsewhere')]);
      const run = join(disk!, 'run');
      const ballast = join(disk!, 'ballast');
      writeFileSync(ballast, new Uint8Array(900_000));
      const full = await capstan([...short, '--run', run]);
      expect(full).toMatchObject({ status: 7, stdout: '' });
      expect(full.stderr).toMatch(
        /cannot write .*run\/ida\/.*: the disk is full; nothing was overwritten.*--resume/,
      );
      const kept = fingerprint(run);
      expect(await capstan(['run', '--resume', run, '--quiet'])).toMatchObject({ status: 7 });
      expect(fingerprint(run)).toEqual(kept);
      rmSync(ballast);
      spawnSync('mount', ['-o', 'remount,size=8m', disk!]);
      const resumed = await capstan(['run', '--resume', run, '--json', '--quiet']);
      expect(resumed.status).toBe(100);
      expect(lastLine(resumed.stdout).checkpoint).toBe(lastLine(elsewhere.stdout).checkpoint);
    },
  );

  test.skipIf(!disk)(
    title('read-only, a run can be listed and reported as data; starting and resuming end with 7'),
    async () => {
      await capstan([...short, '--run', join(disk!, 'there')]);
      spawnSync('mount', ['-o', 'remount,ro', disk!]);
      try {
        const before = fingerprint(disk!);
        for (const args of [
          [...short, '--run', join(disk!, 'new')],
          ['run', '--resume', join(disk!, 'there')],
          ['report', join(disk!, 'there')],
        ])
          expect(await capstan(args)).toMatchObject({
            status: 7,
            stdout: '',
            stderr: expect.stringMatching(/the disk is read-only/),
          });
        expect(JSON.parse((await capstan(['runs', disk!, '--json'])).stdout)).toContainEqual(
          expect.objectContaining({ name: 'there', state: 'gate-failed' }),
        );
        const record = await capstan(['report', join(disk!, 'there'), '--json']);
        expect(JSON.parse(record.stdout)).toEqual(
          JSON.parse(readFileSync(join(disk!, 'there/record.json'), 'utf8')),
        );
        expect(fingerprint(disk!)).toEqual(before);
      } finally {
        spawnSync('mount', ['-o', 'remount,rw', disk!]);
      }
    },
  );
});
