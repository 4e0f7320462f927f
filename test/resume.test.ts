/** Interrupted and resumed = uninterrupted: killed at any moment, a run ends in the same bytes. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import type { RunRecord } from '../src/report/record.ts';
import { capstan, capstanAtWork, fingerprint, lastLine, PATIENCE_MS, PROGRAM, SCRATCH } from './command.ts';
import { long } from './long.ts';

/** Long enough for warm-ups, saves between and a gate. */
const RUN = ['run', 'permutation-powering', '--size', '8', '--powers', '8', '--max-steps', '140', '--json'];
const KILLS = 3;

let whole: { readonly seconds: number; readonly outcome: unknown };

beforeAll(async () => {
  const run = join(SCRATCH, 'whole');
  const { stdout } = await capstan([...RUN, '--quiet', '--run', run]);
  whole = { seconds: Number(lastLine(stdout).seconds), outcome: outcomeOf(run, stdout) };
  const shards = Object.keys(fingerprint(run)).filter((name) => name.startsWith('ida/examples/'));
  expect(shards.length).toBeGreaterThanOrEqual(3); // of the saves at 50 and 100 steps, and the end
}, PATIENCE_MS);

/** All of a run that is not a matter of time. */
function outcomeOf(run: string, stdout: string): unknown {
  const { checkpoint, steps, operations, accuracy, agreement, horizon, overseerDecisions } = lastLine(stdout);
  const { arms, example }: RunRecord = JSON.parse(readFileSync(join(run, 'record.json'), 'utf8'));
  const timeless = arms.map(({ seconds, points, iterations, ...arm }) => ({
    ...arm,
    points: points.map((point) => ({ ...point, seconds: 0 })),
    iterations: iterations.map((iteration) => ({ ...iteration, seconds: 0 })),
  }));
  const summary = { checkpoint, steps, operations, accuracy, agreement, horizon, overseerDecisions };
  // All examples, checkpoints and vectors, by name and hash. The other files tell of times.
  const files = Object.entries(fingerprint(run)).filter(([name]) => /^ida\/\w+\//.test(name));
  return { summary, timeless, example, files };
}

test('the same command twice gives the same checkpoint, data and curve', async () => {
  const run = join(SCRATCH, 'twice');
  const { stdout } = await capstan([...RUN, '--quiet', '--run', run]);
  expect(outcomeOf(run, stdout)).toEqual(whole.outcome);
});

test(`killed ${KILLS} times by SIGKILL and resumed, it gives the same checkpoint, data and curve`, async () => {
  const run = join(SCRATCH, 'killed');
  const random = Random.seeded(1).split('kills');
  let args = [...RUN, '--run', run];
  for (let i = 0; i < KILLS; i++) {
    const session = capstanAtWork(args);
    await session.said(/^IDA$/m);
    // The moments are seeded as shares of the whole; what the process is doing then is chance.
    const timer = setTimeout(
      () => session.process.kill('SIGKILL'),
      1000 * 0.6 * whole.seconds * random.uniform(),
    );
    const { signal } = await session.ended;
    clearTimeout(timer);
    args = ['run', '--resume', run, '--json'];
    if (signal === null) break; // it was faster
    expect(signal).toBe('SIGKILL');
  }
  const { stdout, status, stderr } = await capstan(args);
  expect(status, stderr).toBe(100);
  expect(outcomeOf(run, stdout)).toEqual(whole.outcome);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'on %s it ends with 130 and says what is saved, and the command that goes on from there to the same end',
  async (signal) => {
    const run = join(SCRATCH, `it's been ${signal}`);
    const session = capstanAtWork([...RUN, '--run', run]);
    await session.said(/step 50/);
    session.process.kill(signal);
    const { status, stdout, stderr } = await session.ended;
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    const [, last, saved, command] =
      /^capstan: stopped after training step (\d+); step (\d+) is saved; go on with: (.*)$/m.exec(stderr) ??
      [];
    expect(command).toBe(`node ${PROGRAM} run --resume '${run.replace("'", "'\\''")}'`);
    expect(Number(last)).toBeGreaterThanOrEqual(50);
    // Saves come at 50, 100, … steps and at the end of iterations, wherever it is stopped.
    expect(Number(saved)).toBeLessThanOrEqual(Number(last));
    expect(Number(saved)).toBeGreaterThanOrEqual(Math.floor(Number(last) / 50) * 50);
    expect(JSON.parse(readFileSync(join(run, 'ida/state.json'), 'utf8'))).toMatchObject({
      content: { progress: { step: Number(saved) } },
    });
    if (signal === 'SIGINT') expect(pasted(`${command} --json --quiet`, run)).toEqual(whole.outcome);
  },
);

long('stopped before anything was saved it says so, and begins anew', async () => {
  const run = join(SCRATCH, 'early');
  const session = capstanAtWork([...RUN, '--run', run]);
  await session.said(/^IDA$/m);
  session.process.kill('SIGINT');
  const { status, stderr } = await session.ended;
  expect(status).toBe(130);
  expect(stderr).toMatch(/stopped after training step [1-4]?\d; step 0 is saved; go on with: /);
  expect(existsSync(join(run, 'ida/state.json'))).toBe(false);
  const { stdout } = await capstan(['run', '--resume', run, '--json', '--quiet']);
  expect(outcomeOf(run, stdout)).toEqual(whole.outcome);
});

test('a second signal stops at once', async () => {
  const run = join(SCRATCH, 'impatient');
  const session = capstanAtWork(['run', 'permutation-powering', '--size', '128', '--run', run]);
  await session.said(/^IDA$/m);
  session.process.kill('SIGINT');
  await session.said(/a second Ctrl-C stops at once/);
  session.process.kill('SIGINT');
  const { status, signal } = await session.ended;
  // Unless the step was done before the second came.
  expect([null, 130]).toContain(status);
  expect([null, 'SIGINT']).toContain(signal);
});

/** What comes of a command pasted into a shell. */
function pasted(command: string, run: string): unknown {
  try {
    execFileSync('bash', ['-c', command], { cwd: SCRATCH, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    if (status === 100) return outcomeOf(run, stdout);
    throw error;
  }
  return undefined;
}
