/** The command line's promises to others: commands, options, exit statuses, what goes to stdout and what to stderr. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { STATUS, STATUS_BUG } from '../src/cli/capstan.ts';
import {
  capstan,
  type Ended,
  fingerprint,
  lastLine,
  PATIENCE_MS,
  PROGRAM,
  REPOSITORY,
  SCRATCH,
  start,
} from './command.ts';
import { long } from './long.ts';

const README = join(REPOSITORY, 'README.md');
const SCHEMA = JSON.parse(readFileSync(join(REPOSITORY, 'docs/run.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(SCHEMA);
const TASK = 'permutation-powering';

/** A run that ends at once with its gate failed. */
const SHORT = ['run', TASK, '--size', '8', '--max-steps', '2'];

beforeAll(async () => {
  expect(await capstan([...SHORT, '--run', 'runs/short', '--quiet'])).toMatchObject({ status: 100 });
  mkdirSync(join(SCRATCH, 'somebody'));
  writeFileSync(join(SCRATCH, 'somebody/thesis.txt'), 'do not touch');
  writeFileSync(join(SCRATCH, 'a-file'), 'neither this');
  mkdirSync(join(SCRATCH, 'empty'));
}, PATIENCE_MS);

/** Each: what was typed, the exit status, what stderr says. */
const BAD: readonly (readonly [typed: string, status: number, says: RegExp])[] = [
  ['', 2, /Usage: capstan/],
  ['frobnicate', 2, /capstan: unknown command 'frobnicate'/],
  ['run', 2, /expected a task or --resume.*capstan tasks/],
  ['run nope', 3, /task «nope»: expected one of .*permutation-powering/],
  [`run ${TASK} more`, 2, /too many arguments/],
  [`run ${TASK} --frobnicate`, 2, /unknown option '--frobnicate'/],
  [`run ${TASK} --size`, 2, /--size <n>.*argument missing/],
  [`run ${TASK} --size many`, 2, /--size: expected an integer, got «many»/],
  [`run ${TASK} --size 8.5`, 2, /--size: expected an integer, got «8.5»/],
  [`run ${TASK} --size 8e0`, 2, /--size: expected an integer, got «8e0»/],
  [`run ${TASK} --size 3`, 2, /size: expected an integer from 4 to 1024, got 3/],
  [`run ${TASK} --size -8`, 2, /size: expected an integer from 4 to 1024, got -8/],
  [`run ${TASK} --size 100000`, 2, /size: expected an integer from 4 to 1024, got 100000/],
  [`run ${TASK} --powers 7`, 2, /powers: expected a power of two from 4 .*got 7/],
  [`run ${TASK} --seed -1`, 2, /seed: expected an integer from 0 to \d+, got -1/],
  [`run ${TASK} --seed 9007199254740993`, 2, /--seed: expected an integer, got «9007199254740993»/],
  [`run ${TASK} --width 7`, 2, /width: expected an integer from 8 to 1024, got 7/],
  [`run ${TASK} --width 64 --heads 7`, 2, /width: expected a multiple of 7 heads, got 64/],
  [`run ${TASK} --heads 0`, 2, /heads: expected an integer from 1 to 16, got 0/],
  [`run ${TASK} --replicas 3`, 2, /replicas: expected a divisor of 16 contexts, got 3/],
  [`run ${TASK} --max-steps 0`, 2, /max-steps: expected an integer from 1 to 1000000, got 0/],
  [`run ${TASK} --optimizer sgd`, 2, /--optimizer: expected one of adam, muon, got «sgd»/],
  [`run ${TASK} --backend gpu`, 2, /--backend: expected one of auto, native, wasm, got «gpu»/],
  [
    `run ${TASK} --noise loud:0.1`,
    2,
    /--noise: expected one of random, deterministic, systematic, got «loud»/,
  ],
  [`run ${TASK} --noise 0.1`, 2, /--noise: expected one of random, .*got «0.1»/],
  [`run ${TASK} --noise`, 2, /--noise <kind:rate>.*argument missing/],
  [`run ${TASK} --noise random`, 2, /--noise: expected a number from 0 to 1, got «»/],
  [`run ${TASK} --noise random:`, 2, /--noise: expected a number from 0 to 1, got «»/],
  [`run ${TASK} --noise random:often`, 2, /--noise: expected a number from 0 to 1, got «often»/],
  [`run ${TASK} --noise random:-0.1`, 2, /--noise: expected a number from 0 to 1, got «-0.1»/],
  [`run ${TASK} --noise random:1.5`, 2, /--noise: expected a number from 0 to 1, got «1.5»/],
  [`run ${TASK} --noise systematic:1e-1`, 2, /--noise: expected a number from 0 to 1, got «1e-1»/],
  [`run ${TASK} --noise random:1`, 2, /noise: expected a rate from 0 to below 1, got 1/],
  [`run ${TASK} --audits 5`, 2, /audits: expected an integer from \d+ to 100000, got 5/],
  [`run ${TASK} --defence prayer`, 2, /--defence: expected one of vote, doubt, verify, second, got «prayer»/],
  [`run ${TASK} --defence`, 2, /--defence <kind>.*argument missing/],
  [`run ${TASK} --defence vote`, 2, /--defence: expected an integer, got «»/],
  [`run ${TASK} --defence vote:2.5`, 2, /--defence: expected an integer, got «2.5»/],
  [`run ${TASK} --defence vote:0`, 2, /voters: expected an integer from 1 to 15, got 0/],
  [`run ${TASK} --defence vote:16`, 2, /voters: expected an integer from 1 to 15, got 16/],
  [`run ${TASK} --defence doubt`, 2, /--defence: expected a number from 0 to 1, got «»/],
  [`run ${TASK} --defence doubt:2`, 2, /--defence: expected a number from 0 to 1, got «2»/],
  [`run ${TASK} --defence doubt:0`, 2, /doubt: expected a threshold above 0, at most 1, got 0/],
  [`run ${TASK} --overseer me`, 2, /--overseer: expected one of script, predictor, person, truth, got «me»/],
  [`run ${TASK} --overseer predictor --defence vote:3`, 2, /defence: expected the overseer script/],
  [`run ${TASK} --overseer truth --noise random:0.1`, 2, /overseer truth: expected no noise and no defence/],
  [`run ${TASK} --overseer truth --baselines`, 2, /--baselines: expected an overseer that can err/],
  [`run ${TASK} --unknown maybe`, 2, /--unknown: expected one of masked, trained, got «maybe»/],
  [`run ${TASK} --decisions 0`, 2, /decisions: expected an integer from 1 to 1000000, got 0/],
  [`run ${TASK} --rounds 6`, 2, /--rounds: expected nothing, permutation-powering has no such parameter/],
  [`run ${TASK} --threads 2`, 2, /unknown option '--threads'/],
  [`run ${TASK} --run somebody`, 4, /somebody: expected a new or empty folder/],
  [`run ${TASK} --run runs/short`, 4, /runs\/short: expected a new or empty folder.*--resume/],
  [`run ${TASK} --run a-file`, 7, /a-file.*not a directory/],
  ['run --resume nowhere', 3, /nowhere: expected a run folder, found no run.json/],
  ['run --resume empty', 3, /empty: expected a run folder/],
  ['run --resume somebody', 3, /somebody: expected a run folder/],
  ['run --resume a-file', 3, /a-file: expected a run folder/],
  [
    'run --resume short --seed 2 --max-steps 9',
    2,
    /expected nothing that changes the run, got --seed, --max-steps/,
  ],
  ['run equals --resume short', 2, /expected its own task permutation-powering, got equals/],
  ['report', 2, /missing required argument 'run'/],
  ['report nowhere', 3, /nowhere: expected a run folder/],
  ['report somebody', 3, /somebody: expected a run folder/],
  ['ask nowhere s^2(1)', 3, /nowhere: expected a run folder/],
  ['ask short', 2, /missing required argument 'question'/],
  ['ask short why', 2, /question «why»: expected «s\^K\(X\)»/],
  ['ask short s^99(1)', 2, /expected a power from 1 to 15, got 99/],
  ['ask short s^3(9)', 2, /expected an element .*got 9/],
  ['ask short s^3(1) --depth 9', 2, /--depth: expected an integer from 0 to 8, got «9»/],
  ['ask short s^3(1)', 3, /short\/ida: nothing is promoted yet/],
  ['runs a-file', 7, /a-file.*not a directory/],
];

describe('bad input ends with its exit status and a sentence, prints no data and changes no file', () => {
  test.each(BAD)('capstan %s: %i', async (typed, status, says) => {
    const before = fingerprint(SCRATCH);
    const ended = await capstan(typed.split(' ').filter(Boolean));
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(fingerprint(SCRATCH)).toEqual(before);
  });
});

describe('the table of exit statuses', () => {
  const [, table = ''] = existsSync(README)
    ? (/^\| *code *\| *meaning *\|\n\|[-: |]+\|\n((?:\|.*\|\n)+)/im.exec(readFileSync(README, 'utf8')) ?? [])
    : [];
  const shown = [...table.matchAll(/^\|\D*(\d+)/gm)].map((row) => Number(row[1]));
  const title = 'in the README is the one of the program';

  test.skipIf(shown.length === 0)(shown.length ? title : `${title} (skipped: the README has none)`, () => {
    const statuses = [...new Set([0, STATUS_BUG, ...Object.values(STATUS)])].sort((a, b) => a - b);
    expect(shown).toEqual(statuses);
  });
});

describe('help', () => {
  test.each(['', 'run', 'report', 'ask', 'tasks', 'runs'])(
    'of «%s» goes to stdout and fits 80 columns',
    async (command) => {
      const { status, stdout, stderr } = await capstan([command, '--help'].filter(Boolean));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: capstan ${command}`));
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );
});

describe('data for machines', () => {
  test('of «tasks»: names, and how questions are written', async () => {
    const { stdout } = await capstan(['tasks', '--json']);
    expect(JSON.parse(stdout)).toContainEqual({
      name: TASK,
      summary: expect.any(String),
      question: expect.stringContaining('s^K(X)'),
    });
  });

  test('of «runs»: what is in the folder, damaged runs too, and nothing of a folder that is not there', async () => {
    const home = join(SCRATCH, 'home');
    await capstan([...SHORT, '--run', 'home/short', '--quiet']);
    mkdirSync(join(home, 'damaged'));
    writeFileSync(join(home, 'damaged/run.json'), '{"format":');
    mkdirSync(join(home, 'no-run'));
    const { stdout } = await capstan(['runs', 'home', '--json']);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        name: 'damaged',
        state: 'damaged',
        error: expect.stringContaining('run.json'),
      }),
      expect.objectContaining({
        name: 'short',
        state: 'gate-failed',
        task: TASK,
        seed: 1,
        steps: 2,
        horizon: 0,
      }),
    ]);
    expect(JSON.parse((await capstan(['runs', 'nowhere', '--json'])).stdout)).toEqual([]);
    const plain = await capstan(['runs', 'home']);
    expect(plain.stdout).toMatch(
      /^damaged +damaged .*run\.json.*\nshort +gate-failed +2 steps +horizon 0\n$/,
    );
  });

  test('of «report»: the record of a run whose gate failed too', async () => {
    const { stdout } = await capstan(['report', 'short', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ task: TASK, arms: [{ kind: 'ida', steps: 2 }] });
  });
});

describe('in the checkout', () => {
  const made: string[] = [];
  let ended: Ended;

  beforeAll(async () => {
    const options = ['--size', '8', '--json', '--seed', '7', '--max-steps', '30'];
    const run = join(SCRATCH, 'from-npm-start');
    ended = await start('npm', ['start', '--', ...options, '--run', run], { folder: REPOSITORY }).ended;
    made.push(run);
  }, PATIENCE_MS);

  test('npm start passes its options on, fails its gate with 100, and still ends with one line of JSON', () => {
    expect(ended).toMatchObject({
      status: 100,
      stderr: expect.stringMatching(/gate of level 1 did not pass/),
    });
    const summary = lastLine(ended.stdout);
    expect(validate(summary), JSON.stringify(validate.errors)).toBe(true);
    expect(summary).toMatchObject({ task: TASK, seed: 7, steps: 30, state: 'gate-failed', run: made[0] });
  });

  // npm reads all of node_modules first.
  long('npx --no-install capstan is the command', async () => {
    const { status, stdout } = await start('npx', ['--no-install', 'capstan', 'tasks'], {
      folder: REPOSITORY,
    }).ended;
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(TASK) });
  });
});

describe('a terminal that is none', () => {
  const shell = (line: string, environment = {}) =>
    start(
      'bash',
      ['-c', `set -o pipefail; capstan() { '${process.execPath}' '${PROGRAM}' "$@"; }; ${line}`],
      { environment },
    ).ended;

  test('gets lines without colours or cursor movements, whatever CI says', async () => {
    const { stderr, stdout } = await capstan(['run', TASK, '--size', '8', '--max-steps', '30'], {
      environment: { CI: 'true', TERM: 'xterm-256color' },
    });
    expect(stderr + stdout).not.toContain('\x1b');
    expect(stderr).toMatch(/^ {2}step 25, \d+ s {2}accuracy by level 1:\d/m);
  });

  test('may read one line and go away, and the run still finishes in its folder', async () => {
    const { status } = await shell(
      `capstan ${SHORT.join(' ')} --run read-one 2>&1 | head -1 | grep -q capstan`,
    );
    expect(status).toBe(100);
    expect(existsSync(join(SCRATCH, 'read-one/report.html'))).toBe(true);
    expect(await shell('capstan tasks | true')).toMatchObject({ status: 0, stderr: '' });
  });

  test('hears nothing from --quiet but the data', async () => {
    const ended = await capstan(['run', TASK, '--size', '8', '--max-steps', '30', '--quiet', '--json']);
    expect(ended.stderr).toMatch(/^capstan: the gate .*\n$/);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('runs without a folder of their own get fresh ones, named by task, sizes and seed', async () => {
  const home = join(SCRATCH, 'fresh');
  mkdirSync(home);
  const paths = [];
  for (let i = 0; i < 2; i++) {
    const { stdout } = await capstan([...SHORT, '--json', '--quiet', '--seed', '5'], { folder: home });
    paths.push(lastLine(stdout).run);
  }
  expect(paths).toEqual([`runs/${TASK}-8-16-seed5`, `runs/${TASK}-8-16-seed5-2`]);
  rmSync(home, { recursive: true });
});
