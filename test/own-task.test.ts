/** A task of somebody's own: its folder is copied out of the repository and run from there, by its script and by a person. The
 *  person is played by a script that reads and writes nothing but words. */

import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { askedIn } from '../src/run/inbox.ts';
import { workspaceKey } from '../src/run/recording.ts';
import { Folder } from '../src/storage/folder.ts';
import { capstan, PATIENCE_MS, REPOSITORY, SCRATCH } from './command.ts';
import { inWords } from './in-words.ts';
import { long } from './long.ts';

const CHAINS = join(SCRATCH, 'chains');
cpSync(join(REPOSITORY, 'examples/chains'), CHAINS, { recursive: true });

const BRIEF = '--width 16 --replicas 1 --contexts 4 --max-steps 12 --quiet'.split(' ');
const run = (name: string, ...options: readonly string[]) =>
  capstan(['run', './chains', ...BRIEF, '--run', name, ...options]);
const fileOf = (name: string) => JSON.parse(readFileSync(join(SCRATCH, name, 'run.json'), 'utf8')).content;
const checkpointsOf = (name: string) => new Folder(join(SCRATCH, name, 'ida')).list('checkpoints');

/** A change to a file of the folder, for as long as `act` takes. */
async function changed<T>(folder: string, file: string, act: () => Promise<T>): Promise<T> {
  const path = join(folder, file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, whole.replaceAll('Rome', 'Roma'));
  try {
    return await act();
  } finally {
    writeFileSync(path, whole);
  }
}

describe('capstan run ./chains', () => {
  beforeAll(async () => {
    expect([0, 100]).toContain((await run('by-script')).status);
  }, PATIENCE_MS);

  test(
    'records what the folder held, and the same again ends in the same bytes',
    async () => {
      expect(fileOf('by-script')).toMatchObject({
        taskFolder: './chains',
        configuration: { task: 'own-chains', own: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      await run('again');
      expect(checkpointsOf('again')).toEqual(checkpointsOf('by-script'));
      expect(checkpointsOf('again').length).toBeGreaterThan(0);
      expect(await capstan(['ledger', 'verify', 'by-script'])).toMatchObject({ status: 0 });
    },
    PATIENCE_MS,
  );

  test(
    'goes on with the folder that it began with and no other, or without it',
    async () => {
      const resume = ['run', '--resume', 'by-script', '--quiet'];
      const refused = {
        status: 9,
        stderr: expect.stringMatching(/chains: expected the task that the run began/),
      };
      expect(await changed(CHAINS, 'contexts.jsonl', () => capstan(resume))).toMatchObject(refused);
      const named = () => capstan([...resume, './chains']);
      expect(await changed(CHAINS, 'task.json', named)).toMatchObject(refused);
      expect([0, 100]).toContain((await named()).status);
      renameSync(CHAINS, `${CHAINS}-away`);
      expect([0, 100]).toContain((await capstan(resume)).status);
      renameSync(`${CHAINS}-away`, CHAINS);
    },
    PATIENCE_MS,
  );

  test('finds its own copy altered', async () => {
    const resume = () => capstan(['run', '--resume', 'by-script', '--quiet']);
    const ended = await changed(join(SCRATCH, 'by-script'), 'task.json', resume);
    expect(ended).toMatchObject({ status: 6, stderr: expect.stringMatching(/they were altered/) });
  });

  test.each([
    [['./nowhere'], 3, /nowhere: expected a folder with task\.json, found none/],
    [['nowhere'], 3, /task «nowhere»: expected one of permutation-powering/],
    [['./chains', '--size', '8'], 2, /--size: expected nothing/],
    [['./chains', '--powers', '8'], 2, /--powers: expected nothing/],
  ])('%s is refused', async (given, status, message) => {
    expect(await capstan(['run', ...given])).toMatchObject({
      status,
      stderr: expect.stringMatching(message),
    });
  });

  test(
    'without a decomposition is for people alone',
    async () => {
      const folder = join(SCRATCH, 'unscripted');
      cpSync(CHAINS, folder, { recursive: true });
      const { decomposition: _, ...task } = JSON.parse(readFileSync(join(CHAINS, 'task.json'), 'utf8'));
      writeFileSync(join(folder, 'task.json'), JSON.stringify(task));
      const ended = await capstan(['run', './unscripted']);
      expect(ended).toMatchObject({ status: 2, stderr: expect.stringMatching(/expected person or truth/) });
      const asked = await capstan(['run', 'unscripted', ...BRIEF, '--overseer', 'person', '--run', 'open']);
      expect(asked).toMatchObject({ status: 130, stderr: expect.stringMatching(/awaited/) });
    },
    PATIENCE_MS,
  );
});

describe('a smaller folder', () => {
  test('is learned from its script at every level, and asked in words', async () => {
    const folder = join(SCRATCH, 'small');
    cpSync(CHAINS, folder, { recursive: true });
    const task = JSON.parse(readFileSync(join(CHAINS, 'task.json'), 'utf8'));
    const { mentor, home } = task.relations;
    const names = { person: task.names.person.slice(0, 5), city: task.names.city.slice(0, 3) };
    const small = { ...task, name: 'small', names, relations: { mentor, home }, longest: 3 };
    writeFileSync(join(folder, 'task.json'), JSON.stringify(small));
    execFileSync(process.execPath, [join(folder, 'make.js'), '100']);
    const options = '--width 32 --replicas 1 --contexts 16 --run learned --quiet --json'.split(' ');
    const { status, stdout } = await capstan(['run', './small', ...options]);
    expect(status).toBe(0);
    const { accuracy } = JSON.parse(stdout);
    expect(accuracy.perLevel.length).toBe(3);
    expect(Math.min(...accuracy.perLevel)).toBeGreaterThan(0.95);
    const asked = await capstan(['ask', 'learned', "Where does Ada's mentor's mentor live?"]);
    expect(asked).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /Where does Ada's mentor's mentor live\?.*(Rome|Oslo|Lima)[\s\S]*Who is Ada's mentor's mentor\?/,
      ),
    });
  }, 180_000);
});

describe('capstan run ./chains --overseer person', () => {
  const BY_PERSON = ['--overseer', 'person', '--decisions', '24'];
  const person = inWords(CHAINS);

  /** Decides whatever waits, and goes on, until it has ended. */
  async function toTheEnd(name: string): Promise<number | null> {
    for (;;) {
      const file = join(SCRATCH, `${name}.jsonl`);
      writeFileSync(file, person.recording(askedIn(new Folder(join(SCRATCH, name)))));
      expect(await capstan(['decide', name, '--file', file])).toMatchObject({ status: 0 });
      const { status } = await capstan(['run', '--resume', name, '--quiet']);
      if (status !== 130) return status;
    }
  }

  beforeAll(async () => {
    expect(await run('asks', ...BY_PERSON)).toMatchObject({ status: 130 });
  }, PATIENCE_MS);

  test('asks in words, and takes words', async () => {
    const { stdout } = await capstan(['decide', 'asks', '--json']);
    const waiting: readonly (readonly [number, { shown: string[] }])[] = JSON.parse(stdout);
    expect(waiting.length).toBeGreaterThan(0);
    for (const [, { shown }] of waiting) {
      expect(shown[0]).toMatch(/^(Who is|Where does) \w+('s (mentor|neighbour))*( live)?\?$/);
      expect(workspaceKey(shown)).not.toMatch(/\d/);
    }
    const decide = (...given: readonly string[]) => capstan(['decide', 'asks', '--item', '1', ...given]);
    expect(await decide('--reply', 'Paris')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/«reply Paris»: expected one as in Ada, Bob/),
    });
    expect(await decide('--ask', "Who is Zoe's mentor?")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/question «Who is Zoe's mentor\?»: expected one as in «/),
    });
    const [verb, ...what] = person.decided(waiting[0]![1].shown).split(' ');
    expect(await decide(`--${verb}`, what.join(' '))).toMatchObject({ status: 0 });
  });

  long(
    'closes the loop, and played back from its recording ends in the same bytes and asks nobody',
    async () => {
      expect([0, 100]).toContain(await toTheEnd('asks'));
      expect(await capstan(['ledger', 'verify', 'asks'])).toMatchObject({ status: 0 });
      await capstan(['decide', 'asks', '--export', join(SCRATCH, 'said.jsonl')]);
      const again = await run('played', ...BY_PERSON, '--recorded', join(SCRATCH, 'said.jsonl'));
      expect([0, 100]).toContain(again.status);
      expect(checkpointsOf('played')).toEqual(checkpointsOf('asks'));
      expect(checkpointsOf('played').length).toBeGreaterThan(0);
    },
    120_000,
  );
});
