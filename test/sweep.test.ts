/** capstan sweep as a person meets it: killed and stopped it loses nothing, and ends in the same figures. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchBrowser } from './browser.ts';
import {
  capstan,
  capstanAtWork,
  type Ended,
  fingerprint,
  lastLine,
  PATIENCE_MS,
  REPOSITORY,
  SCRATCH,
  WITHOUT_NATIVE,
} from './command.ts';
import { long } from './long.ts';

const SPEC = {
  name: 'two by two',
  seeds: [1, 2],
  base: { task: 'permutation-powering', size: 8, powers: 8, maxSteps: 26 },
  runs: [{ label: 'supervised', overseer: 'truth' }, { label: 'IDA <b>' }],
  compare: { against: 'supervised' },
};
const FILE = join(SCRATCH, 'sweep-file.json');
const FOLDERS = ['ida-b-seed1', 'ida-b-seed2', 'supervised-seed1', 'supervised-seed2'];
const through = join(SCRATCH, 'through');
let whole: Ended;

const sweep = (out: string, ...more: readonly string[]) => [
  'sweep',
  FILE,
  '--out',
  out,
  '--jobs',
  '2',
  ...more,
];
const recordOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'sweep-record.json'), 'utf8'));

/** Times aside: all else must be the same. */
function timeless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one) =>
      ['seconds', 'secondsRatio', 'started', 'command'].includes(key) ? undefined : one,
    ),
  );
}

beforeAll(async () => {
  writeFileSync(FILE, JSON.stringify(SPEC));
  whole = await capstan(sweep(through, '--json'));
}, PATIENCE_MS);

describe('a sweep', () => {
  test('is an ordinary run for each label and seed; a gate that fails is a result', async () => {
    expect(whole).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/✓ IDA <b>, seed 1: gate-failed, step 26/),
    });
    expect(readdirSync(through).sort()).toEqual(
      [...FOLDERS, 'sweep-record.json', 'sweep.html', 'sweep.json'].sort(),
    );
    const listed = await capstan(['runs', through, '--json']);
    expect(JSON.parse(listed.stdout).map(({ name }: { name: string }) => name)).toEqual(FOLDERS);
  });

  test('prints one object that fits the schema', () => {
    const schema = JSON.parse(readFileSync(join(REPOSITORY, 'docs/sweep.schema.json'), 'utf8'));
    const ajv = new Ajv2020({ allowUnionTypes: true, strict: false }).addSchema(schema);
    const summary = lastLine(whole.stdout);
    const validate = ajv.getSchema(`${schema.$id}#/$defs/result`)!;
    expect(validate(summary), JSON.stringify(validate.errors)).toBe(true);
    expect(summary).toMatchObject({
      sweep: through,
      runs: { planned: 4, ended: 4, failed: 0 },
      against: 'supervised',
    });
  });

  test('has the figures of its runs', () => {
    const [{ lines }] = recordOf(through).groups;
    for (const line of lines)
      for (const { folder, figures } of line.runs) {
        const [arm] = JSON.parse(readFileSync(join(through, folder, 'record.json'), 'utf8')).arms;
        expect(figures).toMatchObject({ steps: 26, seconds: arm.seconds, operations: arm.operations });
        expect(figures.curve).toEqual([
          { step: 25, seconds: arm.points[0].seconds, accuracy: arm.points[0].overall.answerer },
        ]);
      }
  });

  test('called again, it has nothing to do and changes no run', async () => {
    const before = fingerprint(through);
    const again = await capstan(sweep(through));
    expect(again).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/4 runs, 4 of them ended already/),
    });
    expect(again.stdout).toMatch(/^IDA <b> +2\/2 /m);
    expect(fingerprint(through)).toEqual(before);
  });

  test('with another spec for the same folder is refused, and says what differs', async () => {
    const other = join(SCRATCH, 'other.json');
    writeFileSync(other, JSON.stringify({ ...SPEC, base: { ...SPEC.base, maxSteps: 27 } }));
    const before = fingerprint(through);
    expect(await capstan(['sweep', other, '--out', through])).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringMatching(/spec\.base\.maxSteps is 26 there and 27 here/),
    });
    expect(await capstan(sweep(through, '--seeds', '1,2,3'))).toMatchObject({ status: 4 });
    expect(fingerprint(through)).toEqual(before);
  });
});

long(
  'killed with its runs and stopped by Ctrl-C, it goes on to the same record',
  async () => {
    const out = join(SCRATCH, 'interrupted');
    const first = capstanAtWork(sweep(out));
    await first.said(/✓/);
    first.process.kill('SIGKILL');
    for (const folder of FOLDERS) killHolder(join(out, folder));
    expect((await first.ended).signal).toBe('SIGKILL');
    const done = FOLDERS.filter((folder) => existsSync(join(out, folder, 'record.json')));
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(FOLDERS.length);
    const kept = done.map((folder) => fingerprint(join(out, folder)));

    const second = capstanAtWork(sweep(out));
    await second.said(/capstan sweep: 4 runs/);
    second.process.kill('SIGINT');
    const stopped = await second.ended;
    expect(stopped).toMatchObject({ status: 130, stdout: '' });
    expect(stopped.stderr).toMatch(/stopped with \d of 4 runs ended; go on with: .* sweep .*interrupted/);

    expect(await capstan(sweep(out, '--quiet'))).toMatchObject({ status: 0, stderr: '' });
    expect(done.map((folder) => fingerprint(join(out, folder)))).toEqual(kept);
    expect(timeless(recordOf(out))).toEqual(timeless(recordOf(through)));
  },
  PATIENCE_MS,
);

long(
  'killed alone, it leaves its runs at work; called again, it waits for them and takes what they ended in',
  async () => {
    const out = join(SCRATCH, 'orphaned');
    const file = join(SCRATCH, 'long.json');
    const base = { ...SPEC.base, maxSteps: 300, endless: true };
    writeFileSync(
      file,
      JSON.stringify({ ...SPEC, seeds: [1], base, runs: [{ label: 'IDA' }], compare: undefined }),
    );
    const first = capstanAtWork(['sweep', file, '--out', out]);
    const lock = join(out, 'ida-seed1/lock');
    await vi.waitUntil(() => existsSync(lock) && existsSync(join(out, 'ida-seed1/ida')), PATIENCE_MS);
    const { pid } = JSON.parse(readFileSync(lock, 'utf8'));
    first.process.kill('SIGKILL');
    // The orphan holds the other ends of its pipes, so «close» would wait for it.
    await new Promise((resolve) => first.process.once('exit', resolve));
    const second = await capstan(['sweep', file, '--out', out]);
    expect(second).toMatchObject({ status: 0, stdout: expect.stringMatching(/^IDA +1\/1 /m) });
    expect(second.stderr).toMatch(new RegExp(`◌ IDA, seed 1: .*in use by process ${pid} `));
    expect(recordOf(out).groups[0].lines[0].runs[0]).toMatchObject({
      state: 'finished',
      figures: { steps: 300 },
    });
  },
  PATIENCE_MS,
);

/** The process that the lock of the run names. */
function killHolder(folder: string): void {
  try {
    process.kill(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')).pid, 'SIGKILL');
  } catch {
    // Nobody is at work there.
  }
}

long(
  'a run that breaks down is reported with its last words; the status says so, and the same command tries again',
  async () => {
    const out = join(SCRATCH, 'broken');
    const options = ['--seeds', '1', '--backend', 'native', '--quiet'];
    const broken = await capstan(sweep(out, ...options), WITHOUT_NATIVE);
    expect(broken.status).toBe(8);
    expect(broken.stderr).toMatch(
      /✕ supervised, seed 1: failed: exit status 8: capstan: .*no binary for this machine/,
    );
    expect(broken.stderr).toMatch(/2 of 2 runs failed; the same command tries them again/);
    expect(recordOf(out).groups[0].lines[1].runs[0]).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/no binary/),
    });
    expect(await capstan(sweep(out, '--seeds', '1', '--quiet'))).toMatchObject({ status: 0 });
    expect(recordOf(out).groups[0].lines[1].runs[0]).toMatchObject({ state: 'gate-failed' });
  },
  PATIENCE_MS,
);

test.each([
  ['a file that is not there', ['sweep', 'nowhere.json'], 3, /nowhere\.json: expected a file to read/],
  [
    'a file that is no sweep',
    ['sweep', 'odd.json'],
    2,
    /runs\[0\]\.overseer: expected one of script, .*got «me»/,
  ],
  [
    'a folder that is something else',
    ['sweep', 'sweep-file.json', '--out', 'full'],
    4,
    /expected a new or empty folder/,
  ],
  ['seeds that are none', ['sweep', 'sweep-file.json', '--seeds', '1,x'], 2, /--seeds: expected an integer/],
] as const)('%s is refused', async (_, args, status, message) => {
  writeFileSync(
    join(SCRATCH, 'odd.json'),
    JSON.stringify({ ...SPEC, runs: [{ label: 'a', overseer: 'me' }] }),
  );
  mkdirSync(join(SCRATCH, 'full'), { recursive: true });
  writeFileSync(join(SCRATCH, 'full/letter.txt'), 'dear');
  expect(await capstan(args)).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) });
  expect(readdirSync(join(SCRATCH, 'full'))).toEqual(['letter.txt']);
});

const browser = await launchBrowser();
afterAll(() => browser?.close());

test.skipIf(!browser)(
  'the page asks for nothing and does not scroll sideways, without scripts, in both themes',
  async () => {
    const url = pathToFileURL(join(through, 'sweep.html')).href;
    for (const width of [390, 1440])
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser!.newContext({ viewport: { width, height: 800 }, colorScheme });
        const page = await context.newPage();
        const said: string[] = [];
        page.on('request', (request) => said.push(request.url()));
        page.on('console', (message) => said.push(message.text()));
        await page.goto(url);
        expect(said).toEqual([url]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await context.close();
      }
  },
);
