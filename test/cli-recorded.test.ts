/** Recordings in the seats of H and X, and all questions of a text task in one run, as a person meets them. */

import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TextItem } from '../src/project/actions.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { type AtWork, capstan, capstanAtWork, SCRATCH } from './command.ts';
import { long } from './long.ts';
import { SOCRATIC, SOCRATIC_TEXT, SOLUTIONS_TEXT } from './made-up.ts';
import { TestProvider } from './provider.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/arithmetic.ts', import.meta.url));
const TASKS = 'words/tasks.jsonl';
const RECORDED = ['--overseer', `recorded:${TASKS}`, '--assistant', `recorded:${TASKS}`];
const ADA = SOCRATIC[0]!.question;

const run = async (...args: readonly string[]) => capstan(['run', ...args]);
const json = async (...args: readonly string[]) => JSON.parse((await capstan([...args, '--json'])).stdout);
const linesOf = (...path: readonly string[]): readonly string[] =>
  readFileSync(join(SCRATCH, 'runs', ...path), 'utf8')
    .split('\n')
    .slice(0, -1);
const nodesOf = (...path: readonly string[]): readonly TranscriptNode[] =>
  linesOf(...path)
    .slice(1) // after the header
    .map((line) => JSON.parse(line));
/** What was said, whoever played it back. */
const saidIn = (nodes: readonly TranscriptNode[]) =>
  nodes.map(({ question, answer, steps, verdicts }) => ({
    ...{ question, answer, verdicts },
    steps: steps.map(({ action, by }) => ({ action, by: by.id })),
  }));

beforeAll(async () => {
  cpSync(EXAMPLE, join(SCRATCH, 'arithmetic.ts'));
  writeFileSync(join(SCRATCH, 'socratic.jsonl'), SOCRATIC_TEXT);
  writeFileSync(join(SCRATCH, 'solutions.jsonl'), SOLUTIONS_TEXT);
  await capstan(['import', 'gsm8k', 'socratic.jsonl', '--solutions', 'solutions.jsonl', '--to', 'words']);
});

describe('a recording', () => {
  test('of a text task sits where H and X sit; each step names whoever is on record for it', async () => {
    const said = await json('run', 'arithmetic.ts', '--question', ADA, ...RECORDED, '--run', 'runs/ada');
    expect(said.answer.value).toBe('She has 12-2=<<12-2=10>>10 pens left.');
    const [root, ...steps] = nodesOf('ada', 'transcript.jsonl');
    expect(root!.steps.map(({ by }) => by.id)).toEqual(Array(3).fill('model:gsm8k-socratic'));
    for (const { steps: own, verdicts } of steps) {
      expect(own.map(({ by }) => [by.kind, by.id])).toEqual([['person', 'person:gsm8k']]);
      expect(verdicts).toEqual([{ verifier: 'calculator', kind: 'pass' }]);
    }
    // What the person said then is on no ledger of ours, but the file that says so is.
    expect(await json('ledger', 'verify', 'runs/ada')).toMatchObject({ people: 0, recorded: 2 });
    const rows = await json('dataset', 'build', 'runs/ada/transcript.jsonl', '--to', 'rows');
    expect(rows.rows).toBeGreaterThan(0);
    const folder = join(SCRATCH, 'rows/sft');
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.join()).toContain('"people":["person:gsm8k"');
  });

  test('of a run plays that run again, people’s actions and corrections too', async () => {
    const asked = ['arithmetic.ts', '--question', 'How many legs have two dogs and a hen?'];
    const people = ['--overseer', 'person', '--assistant', 'person'];
    await run(...asked, ...people, '--run', 'runs/live');
    const act = async (...args: readonly string[]) => {
      const [{ key }] = await json('inbox');
      await capstan(['inbox', key, ...args]);
      await run('--resume', 'live');
    };
    await act('--ask', 'How many have the dogs?', '--ask', 'And the hen?');
    await act('--reply', '<<2*4=8>>8');
    await act('--reply', '2');
    await act('--reply', '<<8+2=10>>10');
    const before = await json('run', '--resume', 'live');
    expect(before.answer.value).toBe('<<8+2=10>>10');
    const again = async (name: string) => {
      const file = 'recorded:runs/live/transcript.jsonl';
      await run(...asked, '--overseer', file, '--assistant', file, '--run', `runs/${name}`);
      expect(saidIn(nodesOf(name, 'transcript.jsonl'))).toEqual(saidIn(nodesOf('live', 'transcript.jsonl')));
      expect(await json('ledger', 'verify', `runs/${name}`)).toMatchObject({ people: 0 });
    };
    await again('played');
    const hen = nodesOf('live', 'transcript.jsonl').find(({ question }) => question.text === 'And the hen?')!;
    const why = ['--reason', 'it has lost one'];
    await capstan(['correct', hen.id, '--run', 'live', '--answer', '1', ...why]);
    await act('--reply', '<<8+1=9>>9');
    const file = 'recorded:runs/live/transcript.jsonl';
    const corrected = await json(
      ...['run', ...asked, '--overseer', file, '--assistant', file, '--run', 'runs/after'],
    );
    expect(corrected.answer.value).toBe('<<8+1=9>>9');
  });

  test('gives what one of its authors did, and nothing that nobody did', async () => {
    const strongest = 'recorded:words/tasks.jsonl#model:175b_verification';
    const args = ['arithmetic.ts', '--question', ADA, '--depth', '0', '--assistant'];
    const said = await json('run', ...args, strongest, '--overseer', 'person', '--run', 'runs/strongest');
    expect(said.answer.value).toContain('A: 10');
    expect(nodesOf('strongest', 'transcript.jsonl')[0]!.steps[0]!.by.id).toBe('model:175b_verification');
    const other = ['arithmetic.ts', '--question', 'What else?'];
    const escalated = await json('run', ...other, ...RECORDED, '--run', 'runs/h');
    expect(escalated.answer).toEqual({ kind: 'unknown', reason: 'escalated' });
    // What the first has not on record, the second above it has.
    const above = await json(
      ...['run', 'arithmetic.ts', '--question', ADA, ...RECORDED.slice(2), '--run', 'runs/above'],
      ...['--overseer', 'recorded:runs/live/transcript.jsonl', '--escalate', `recorded:${TASKS}`],
    );
    expect(above.answer.value).toContain('10 pens left');
    const alone = await json(
      ...['run', ...other, '--depth', '0', ...RECORDED.slice(2), '--overseer', 'person', '--run', 'runs/x'],
    );
    expect(alone.answer).toEqual({ kind: 'unknown', reason: 'unavailable' });
  });

  test.each([
    [[`recorded:${TASKS}#person:nix`], 2, 'such as model:gsm8k-socratic.*got person:nix'],
    [['recorded:none.jsonl'], 3, '--overseer recorded:none.jsonl: expected a file to read'],
    [['recorded:words/truth.sealed.jsonl'], 2, 'got ground truth, which only examiners read'],
    [['recorded:socratic.jsonl'], 2, 'socratic.jsonl, line 1: expected the fields id'],
    [['recorded:'], 2, 'expected one of script, person, recorded:FILE'],
  ])('that cannot be played says why: %s', async ([name], status, words) => {
    const ended = await run('arithmetic.ts', '--question', ADA, '--overseer', name!, '--run', 'runs/never');
    expect(ended.stderr).toMatch(new RegExp(words));
    expect(ended.status).toBe(status);
    expect(existsSync(join(SCRATCH, 'runs/never'))).toBe(false);
  });

  test('that was changed since is refused, and is another one to a new run', async () => {
    cpSync(join(SCRATCH, TASKS), join(SCRATCH, 'own.jsonl'));
    const own = ['--overseer', 'recorded:own.jsonl', '--assistant', 'recorded:own.jsonl'];
    await run('arithmetic.ts', '--question', ADA, ...own, '--run', 'runs/first');
    const text = readFileSync(join(SCRATCH, 'own.jsonl'), 'utf8');
    writeFileSync(join(SCRATCH, 'own.jsonl'), text.replace('10 pens left', '10 pens'));
    const ended = await run('--resume', 'first');
    expect([ended.status, ended.stderr]).toEqual([
      9,
      expect.stringContaining('own.jsonl: expected the file'),
    ]);
    const second = await json('run', 'arithmetic.ts', '--question', ADA, ...own, '--run', 'runs/second');
    expect(second.answer.value).toBe('She has 12-2=<<12-2=10>>10 pens.');
    const [one, two] = ['first', 'second'].map((name) => JSON.parse(linesOf(name, 'transcript.jsonl')[0]!));
    expect(one.policy).not.toBe(two.policy);
    writeFileSync(join(SCRATCH, 'own.jsonl'), text);
    expect((await run('--resume', 'first')).status).toBe(0);
  });
});

describe('all questions of a text task', () => {
  const many = ['arithmetic.ts', '--questions', TASKS];

  test('are trees of one run: a transcript each, a list of answers, and the ledger knows all of it', async () => {
    const said = await json('run', ...many, ...RECORDED, '--run', 'runs/all');
    expect(said).toMatchObject({
      questions: 4,
      answered: 3,
      waiting: 0,
      unknown: { rejected: 1 },
      nodes: 10,
    });
    const answers = linesOf('all', 'answers.jsonl').map((line) => JSON.parse(line));
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4].map((n) => `gsm8k-test-000${n}`));
    expect(answers[2].answer).toEqual({ kind: 'unknown', reason: 'rejected' });
    for (const [i, { transcript }] of answers.entries())
      expect(nodesOf('all', transcript)[0]!.question.text).toBe(SOCRATIC[i]!.question);
    const audit = ['ledger', 'verify', 'runs/all'];
    expect(await json(...audit)).toMatchObject({ nodes: 10, people: 0, recorded: 6 });
    const file = join(SCRATCH, 'runs/all/transcripts/0002.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('400 seats are taken', '300 seats are taken'));
    const forged = await capstan(audit);
    expect([forged.status, forged.stderr]).toEqual([6, expect.stringMatching(/0002\.jsonl: expected hash/)]);
    writeFileSync(file, text);
    // The folder of them is a recording too.
    const trees = [
      '--overseer',
      'recorded:runs/all/transcripts',
      '--assistant',
      'recorded:runs/all/transcripts',
    ];
    expect(await json('run', ...many, ...trees, '--run', 'runs/over')).toEqual({ ...said, run: 'runs/over' });
    expect(linesOf('over', 'answers.jsonl').map((line) => JSON.parse(line).answer)).toEqual(
      answers.map(({ answer }) => answer),
    );
    const list = join(SCRATCH, 'runs/all/answers.jsonl');
    const listed = readFileSync(list, 'utf8');
    writeFileSync(list, listed.slice(0, listed.indexOf('\n') + 1));
    const cut = await capstan(audit);
    expect([cut.status, cut.stderr]).toEqual([6, expect.stringMatching(/answers\.jsonl: expected hash/)]);
    writeFileSync(list, listed);
    const human = await run(...many, ...RECORDED, '--run', 'runs/human');
    expect(human.stdout).toContain('3 of 4 answered, 1 unknown (rejected): runs/human/answers.jsonl');
  });

  test('ask a model no more than the run may in all, and ask nothing again', async () => {
    const said = { reason: 'so it is', known: true, answer: '<<2*3=6>>6', confidence: 0.9 };
    const provider = await TestProvider.start({ answer: () => JSON.stringify(said) });
    try {
      const args = ['--overseer', `recorded:${TASKS}`, '--assistant', `${provider.baseUrl}#m`];
      const asked = () => provider.asked.filter(({ body }) => body.messages.length === 2).length;
      const capped = ['--max-calls', '3', '--concurrency', '1', '--run', 'runs/model'];
      const first = await json('run', ...many, ...args, ...capped);
      expect([first.spent.calls, asked()]).toEqual([3, 3]);
      // What was begun is finished before more is begun.
      expect(first).toMatchObject({ answered: 1, unknown: { budget: 3 } });
      expect(await json('run', '--resume', 'model')).toEqual(first);
      expect(asked()).toBe(3);
      const rest = await json('run', ...many, ...args, '--run', 'runs/rest');
      expect(rest).toMatchObject({ answered: 4, unknown: {} });
      expect(asked()).toBe(7); // of seven questions in four trees
    } finally {
      await provider.close();
    }
  });

  test('go on after a kill where they were: no more than the call in flight is asked again', async () => {
    const answer = JSON.stringify({ reason: '', known: true, answer: '<<2*3=6>>6', confidence: 0.9 });
    let work: AtWork | undefined;
    const provider = await TestProvider.start({
      answer: () => {
        if (asked() === 5) work?.process.kill('SIGKILL');
        return answer;
      },
    });
    const asked = () => provider.asked.filter(({ body }) => body.messages.length === 2).length;
    try {
      const args = ['--overseer', `recorded:${TASKS}`, '--assistant', `${provider.baseUrl}#m`];
      work = capstanAtWork(['run', ...many, ...args, '--concurrency', '1', '--run', 'runs/killed']);
      expect((await work.ended).signal).toBe('SIGKILL');
      const ended = await json('run', '--resume', 'killed', '--concurrency', '1');
      expect(ended).toMatchObject({ answered: 4, waiting: 0, unknown: {} });
      expect(asked()).toBeLessThanOrEqual(7 + 1);
      expect((await capstan(['ledger', 'verify', 'runs/killed'])).status).toBe(0);
    } finally {
      await provider.close();
    }
  });

  long('wait for people together, and go on with --resume', async () => {
    const waiting = ['--overseer', `recorded:${TASKS}`, '--assistant', 'person'];
    const resting = await run(...many, ...waiting, '--run', 'runs/people');
    expect(resting.stdout).toMatch(/0 of 4 answered, 4 wait: .*\n4 in the inbox/);
    const items = await json('inbox');
    const first = items.find(({ workspace }: TextItem) =>
      workspace.question.text.includes('pens are in the boxes'),
    );
    await capstan(['inbox', first.key, '--reply', '<<3*4=12>>12']);
    const further = await json('run', '--resume', 'people');
    expect(further).toMatchObject({ answered: 0, waiting: 4, items: 4 });
    for (let rounds = 0; rounds < 3; rounds++) {
      for (const { key } of await json('inbox')) await capstan(['inbox', key, '--reply', 'six']);
      await run('--resume', 'people');
    }
    expect(await json('run', '--resume', 'people')).toMatchObject({ answered: 4, waiting: 0 });
    expect(await json('ledger', 'verify', 'runs/people')).toMatchObject({ people: 7, recorded: 0 });
    const node = nodesOf('people', 'transcripts/0004.jsonl').at(-1)!;
    const said = await capstan([
      'correct',
      node.id,
      '--run',
      'people',
      '--answer',
      'seven',
      '--reason',
      'counted again',
    ]);
    expect(said.stdout).toContain('2 of 11 answers changed');
    expect(JSON.parse(linesOf('people', 'answers.jsonl')[3]!).answer.value).toBe('seven');
    expect((await capstan(['ledger', 'verify', 'runs/people'])).status).toBe(0);
  });

  test('have each as many sub-questions as --max-questions says, and their transcripts say so', async () => {
    // Another text of the same content: nothing is remembered of it.
    writeFileSync(join(SCRATCH, 'other.jsonl'), `${readFileSync(join(SCRATCH, TASKS), 'utf8')}\n`);
    const other = ['--overseer', 'recorded:other.jsonl', '--assistant', 'recorded:other.jsonl'];
    const whole = { answered: 3, unknown: { rejected: 1 } };
    for (const [name, limit, expected] of [
      ['short', ['--max-questions', '1'], { answered: 1, unknown: { budget: 3 } }],
      ['whole', [], whole],
      ['remembered', ['--max-questions', '1'], whole],
    ] as const) {
      expect(await json('run', ...many, ...other, ...limit, '--run', `runs/${name}`)).toMatchObject(expected);
      for (const line of linesOf(name, 'answers.jsonl')) {
        const { answer, transcript } = JSON.parse(line);
        expect(nodesOf(name, transcript)[0]!.answer).toEqual(answer);
      }
    }
  });

  test('are refused where the file has changed, where there are none, and with a question beside them', async () => {
    cpSync(join(SCRATCH, TASKS), join(SCRATCH, 'mine.jsonl'));
    await run('arithmetic.ts', '--questions', 'mine.jsonl', ...RECORDED, '--run', 'runs/mine');
    appendFileSync(join(SCRATCH, 'mine.jsonl'), '\n');
    const changed = await run('--resume', 'mine');
    expect([changed.status, changed.stderr]).toEqual([9, expect.stringContaining('mine.jsonl: expected')]);
    writeFileSync(join(SCRATCH, 'empty.jsonl'), '');
    const none = await run('arithmetic.ts', '--questions', 'empty.jsonl', ...RECORDED);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('one question at least')]);
    const both = await run(...many, '--question', 'Q');
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--questions words/tasks.jsonl')]);
  });
});
