/** What can be done with a finished run: its summary, its report, its questions. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExampleNode, RunRecord } from '../src/report/record.ts';
import {
  capstan,
  copyOf,
  type Ended,
  fingerprint,
  lastLine,
  PATIENCE_MS,
  REPOSITORY,
  SCRATCH,
} from './command.ts';

const SCHEMA = JSON.parse(readFileSync(join(REPOSITORY, 'docs/run.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(SCHEMA);
const RUN = join(SCRATCH, 'finished');
/** Its first arm failed its gate, and beside it is a supervised one. */
const FAILED = join(SCRATCH, 'failed');
/** σ of the questions: 0→2→4→6→0, 1→3→5→7→1. */
const IMAGES = [2, 3, 4, 5, 6, 7, 0, 1];

let finished: Ended;

beforeAll(async () => {
  finished = await capstan([
    'run',
    'permutation-powering',
    '--size',
    '8',
    '--powers',
    '8',
    '--json',
    '--run',
    RUN,
  ]);
  const few = [
    '--size',
    '8',
    '--powers',
    '8',
    '--max-steps',
    '10',
    '--baselines',
    '--quiet',
    '--run',
    FAILED,
  ];
  expect(await capstan(['run', 'permutation-powering', ...few])).toMatchObject({ status: 100 });
}, PATIENCE_MS);

describe('a run that finished', () => {
  test('ends with 0 and one line that the published schema describes', () => {
    expect(finished, finished.stderr).toMatchObject({ status: 0 });
    const summary = lastLine(finished.stdout);
    expect(validate(summary), JSON.stringify(validate.errors)).toBe(true);
    expect(summary).toMatchObject({ state: 'finished', run: RUN, seed: 1, horizon: [2, 3], violations: [] });
  });

  test('the schema describes nothing else', () => {
    const summary = lastLine(finished.stdout);
    const { checkpoint, ...without } = summary;
    for (const wrong of [
      {},
      without,
      { ...summary, more: 1 },
      { ...summary, checkpoint: 'X' },
      { ...summary, seed: '1' },
    ])
      expect(validate(wrong)).toBe(false);
  });

  test('tells in lines of its own, as it goes, what it does, the accuracy by level and each gate', () => {
    expect(finished.stderr).toMatch(/^capstan permutation-powering → .*\nIDA\n/);
    expect(finished.stderr).toMatch(/^ {2}step 25, .*accuracy by level 1:\d+\.\d% 2:\d+\.\d% 3:\d+\.\d%$/m);
    expect(
      finished.stderr.match(/^ {2}✓ iteration \d: level \d, agreement .* horizon \d, step \d+$/gm),
    ).toHaveLength(2);
  });

  test('resumed, says the same again and changes nothing but the report', async () => {
    const copy = copyOf(RUN);
    const again = await capstan(['run', '--resume', copy, '--json', '--quiet']);
    const [first, second] = [lastLine(finished.stdout), lastLine(again.stdout)];
    for (const name of [
      'checkpoint',
      'steps',
      'accuracy',
      'agreement',
      'horizon',
      'overseerDecisions',
      'operations',
    ])
      expect(second[name]).toEqual(first[name]);
    expect(fingerprint(copy)).toEqual(fingerprint(RUN));
  });

  test('with only the steps that its first gate took would have ended there, and says that it passed', async () => {
    const { arms }: RunRecord = JSON.parse(readFileSync(join(RUN, 'record.json'), 'utf8'));
    const [first] = arms[0]!.iterations;
    const task = ['run', 'permutation-powering', '--size', '8', '--powers', '8', '--quiet', '--json'];
    const limited = [...task, '--max-steps', String(first!.step), '--run', join(SCRATCH, 'limited')];
    const ended = await capstan(limited);
    expect(ended.status).toBe(100);
    expect(ended.stderr).toMatch(
      /^capstan: no steps were left after the gate of level 2; the checkpoint of level 2 stays promoted/,
    );
    expect(lastLine(ended.stdout)).toMatchObject({ state: 'gate-failed', steps: first!.step, horizon: [2] });
  });

  test('is in the list of runs, and its report is drawn again from its record', async () => {
    const { stdout } = await capstan(['runs', SCRATCH, '--json']);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ name: 'finished', state: 'finished', horizon: 3 }),
    );
    const copy = copyOf(RUN);
    rmSync(join(copy, 'report.html'));
    expect(await capstan(['report', copy])).toMatchObject({ status: 0, stdout: `${copy}/report.html\n` });
    expect(fingerprint(copy)).toEqual(fingerprint(RUN));
    const record: RunRecord = JSON.parse((await capstan(['report', copy, '--json'])).stdout);
    expect(record).toEqual(JSON.parse(readFileSync(join(RUN, 'record.json'), 'utf8')));
  });
});

describe('ask', () => {
  const question = (power: number, element: number): string => `s^${power}(${element}) [${IMAGES.join(' ')}]`;
  const image = (element: string): string => String(IMAGES[Number(element)]);

  /** «σ³(5)» */
  const read = (text: string): { readonly power: number; readonly element: string } => {
    const [, digits = '', element = ''] = /^σ([⁰¹²³⁴⁵⁶⁷⁸⁹]+)\((\d+)\)$/.exec(text) ?? [];
    return { power: Number([...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)).join('')), element };
  };

  test('gives the distilled answer and a tree whose every answer follows from its children, down to the facts', async () => {
    const { stdout, status } = await capstan(['ask', RUN, question(7, 1), '--depth', '2', '--json']);
    expect(status).toBe(0);
    const { answer, tree, checkpoint } = JSON.parse(stdout);
    expect(checkpoint).toBe(lastLine(finished.stdout).checkpoint);
    expect({ question: tree.question, answer, amplified: tree.answer }).toEqual({
      question: 'σ⁷(1)',
      answer: '7',
      amplified: '7',
    });
    expect(tree.children.map((child: ExampleNode) => child.question)).toEqual(['σ³(1)', 'σ³(7)', 'σ¹(5)']);
    // σ^(2h+1)(x) = σ(σ^h(σ^h(x))): H asks for σ^h twice and for one step, each of the answer before.
    const follows = (node: ExampleNode): void => {
      const { power, element } = read(node.question);
      if (power === 1) {
        const fact = { answer: image(element), direct: image(element), confidence: 1, children: [] };
        expect(node).toMatchObject(fact);
        return;
      }
      expect(node.children.length, node.question).toBeGreaterThan(1);
      let [reached, steps] = [element, 0];
      for (const child of node.children) {
        const sub = read(child.question);
        expect(sub.element).toBe(reached);
        [reached, steps] = [child.answer, steps + sub.power];
        follows(child);
      }
      expect({ answer: node.answer, steps }).toEqual({ answer: reached, steps: power });
    };
    follows(tree); // two levels of H above look-ups: no leaf is left to X
  });

  test('shows both to people, the tree below the answer', async () => {
    const { stdout } = await capstan(['ask', RUN, question(7, 1), '--depth', '1']);
    expect(stdout.replace(/confidence \S+/, 'confidence C').replace(/[0-9a-f]{64}/, 'HASH')).toBe(
      [
        'σ⁷(1) = 7   X alone, confidence C',
        'σ⁷(1) = 7   Amplify^H, from the tree below',
        '├─ σ³(1) = 7',
        '├─ σ³(7) = 5',
        '└─ σ¹(5) = 7  a fact, looked up',
        'checkpoint HASH',
        '',
      ].join('\n'),
    );
  });

  test('changes no file', async () => {
    const before = fingerprint(RUN);
    await capstan(['ask', RUN, question(3, 0)]);
    expect(fingerprint(RUN)).toEqual(before);
  });

  test('refuses what failed its gate and what learned from ground truth, even if somebody promoted it by hand', async () => {
    expect(await capstan(['ask', FAILED, 's^3(1)'])).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/nothing is promoted yet/),
    });
    for (const [arm, reason] of [
      ['ida', 'failed its gate'],
      ['supervised', 'trained on ground truth'],
    ] as const) {
      const copy = copyOf(FAILED);
      const [file] = readdirSync(join(copy, arm, 'checkpoints')) as [string];
      const name = join('checkpoints', file);
      writeFileSync(join(copy, 'ida', name), readFileSync(join(copy, arm, name)));
      const promoted = { hash: file.replace('.safetensors', ''), iteration: 1, level: 1 };
      writeFileSync(join(copy, 'ida/promoted.json'), JSON.stringify(promoted));
      const { status, stdout, stderr } = await capstan(['ask', copy, 's^3(1)']);
      expect({ status, stdout }).toEqual({ status: 9, stdout: '' });
      expect(stderr).toMatch(new RegExp(`cannot be promoted: .*${reason}`));
    }
  });
});
