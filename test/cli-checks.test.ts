/** Verification by options of the command line: who is asked how often, what it costs, and what becomes of what is rejected. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unfenced } from '../src/text/fence.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { readWholeTree } from '../src/transcript/reader.ts';
import { capstan, SCRATCH } from './command.ts';
import { long } from './long.ts';
import { type ChatBody, TestProvider } from './provider.ts';

const RECIPE = `
export const recipe = {
  name: 'parts', policy: 'Answer in a word.', question: ({ text }) => ({ text: text ?? 'all' }),
  *script({ text }) {
    const heard = yield [1, 2, 3].map((n) => ({ text: text + ' ' + n }));
    return { kind: 'known', value: heard.map((one) => one.value ?? 'none').join(' '), confidence: 1 };
  },
  isSimple: ({ text }) => /\\d/.test(text),
};`;

let provider: TestProvider;
let answer: (body: ChatBody, parts: readonly { readonly label: string; readonly text: string }[]) => unknown;

beforeAll(async () => {
  writeFileSync(join(SCRATCH, 'parts.ts'), RECIPE);
  provider = await TestProvider.start({
    answer: (body) => JSON.stringify(answer(body, unfenced(body.messages[1]!.content))),
    models: ['x', 'judge', 'h'],
  });
});
beforeEach(() => {
  provider.asked.length = 0;
});
afterAll(() => provider.close());

const says = (text: string) => ({ reason: 'so', known: true, answer: text, confidence: 1 });
const model = (name: string) => `${provider.baseUrl}#${name}`;
const run = (...args: readonly string[]) => capstan(['run', ...args, '--quiet']);
const json = async (...args: readonly string[]) => {
  const { stdout, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};
const askedOf = (name: string) => provider.asked.filter(({ body }) => body.model === name).length;
const nodesOf = (name: string): readonly TranscriptNode[] => {
  const bytes = readFileSync(join(SCRATCH, 'runs', name, 'transcript.jsonl'));
  return readWholeTree([bytes], { name }).nodes;
};

describe('a critic', () => {
  /** Of 2 it says «wrong» until it is shown that. */
  const doubted: typeof answer = (body, parts) => {
    const [question] = parts;
    const last = question!.text;
    if (body.model === 'x') return says(/ 2/.test(last) && !last.includes('rejected') ? 'wrong' : 'right');
    const isWrong = parts.at(-1)!.text.includes('wrong');
    return { reason: isWrong ? 'it is wrong' : 'well', verdict: isWrong ? 'fail' : 'pass' };
  };

  test('judges each answer once, and what it spends counts and is written down', async () => {
    answer = doubted;
    const args = ['parts.ts', '--assistant', model('x'), '--verify', `critic:${model('judge')}`];
    const first = await json(...args, '--run', 'runs/once');
    expect(first.answer.value).toBe('right right right');
    expect([askedOf('x'), askedOf('judge')]).toEqual([4, 5]); // 2 was shown; four leaves and the root
    expect(first.spent.calls).toBe(9);
    const nodes = nodesOf('once');
    const kinds = nodes.map(({ verdicts }) => verdicts.map(({ kind }) => kind).join(' '));
    expect(kinds).toEqual(['pass', 'pass', 'fail pass', 'pass']);
    const calls = nodes.flatMap(({ verdicts }) => verdicts.map(({ spent }) => spent!.calls));
    expect(calls).toEqual([1, 1, 1, 1, 1]);

    const again = await json('--resume', 'once');
    expect(again.answer).toEqual(first.answer);
    const second = await json(...args, '--run', 'runs/twice');
    expect([second.answer, second.spent.calls]).toEqual([first.answer, 0]);
    expect(provider.asked).toHaveLength(9);
  });

  test('is paid for out of the caps, and what it could not judge it judges with larger ones', async () => {
    answer = doubted;
    const args = ['parts.ts', '--question', 'few', '--assistant', model('x'), '--max-calls', '5'];
    const poor = await json(...args, '--verify', `critic:${model('judge')}`, '--run', 'runs/poor');
    expect([poor.spent.calls, provider.asked.length]).toEqual([5, 5]);
    const causes = nodesOf('poor').flatMap(({ verdicts }) => verdicts.map(({ cause }) => cause));
    expect(causes).toContain('budget');
    const rich = ['parts.ts', '--question', 'few', '--assistant', model('x'), '--max-calls', '50'];
    const more = await json(...rich, '--verify', `critic:${model('judge')}`, '--run', 'runs/rich');
    expect(more.answer.value).toBe('right right right');
    expect(provider.asked).toHaveLength(9);
  });
});

describe('an answer that is rejected', () => {
  /** The answer to 2 is never right but where the words say so. */
  const stubborn =
    (word: string): typeof answer =>
    (body, parts) => {
      if (body.model === 'x')
        return says(!/ 2/.test(parts[0]!.text) || parts[0]!.text.includes(word) ? 'right' : 'wrong');
      const isWrong = parts.at(-1)!.text.includes('wrong');
      return { reason: isWrong ? 'bad' : 'well', verdict: isWrong ? 'fail' : 'pass' };
    };
  const rejected = (name: string, ...remedies: readonly string[]) =>
    json(
      ...['parts.ts', '--question', name, '--assistant', model('x'), '--run', `runs/${name}`],
      ...['--verify', `critic:${model('judge')}`],
      ...remedies.flatMap((one) => ['--on-reject', one]),
    );

  long('is shown, asked for anew, taken apart, or given up, as it is said, in that order', async () => {
    answer = stubborn('attempt 3');
    expect((await rejected('anew', 'retry', 'retry')).answer.value).toBe('right right right');
    const once = await rejected('sparing', 'retry');
    expect(once.answer.value).toBe('right none right');
    answer = stubborn('nothing');
    expect((await rejected('given', 'unknown')).answer.value).toBe('right none right');
    answer = stubborn('apart');
    const apart = await rejected('split', 'show', 'decompose');
    expect(apart.answer.value).toBe('right right right right right');
    expect(
      (
        await run(
          'parts.ts',
          '--question',
          'up',
          '--assistant',
          model('x'),
          '--escalate',
          'person',
          '--verify',
          `critic:${model('judge')}`,
          '--on-reject',
          'escalate',
          '--run',
          'runs/up',
        )
      ).stdout,
    ).toContain('waiting for 1');
    const [, , second] = nodesOf('up');
    expect([second!.status, second!.verdicts.map(({ kind }) => kind)]).toEqual(['waiting', ['fail']]);
  });
});

test('the overseer’s own check is H’s, by its policy, and it can ask nothing then', async () => {
  const act = (text: string) => ({ reason: 'so', action: 'reply', answer: text, confidence: 1 });
  answer = (body, [question, ...documents]) => {
    expect(body.messages[0]!.content).toContain('Answer in a word.');
    if (question!.text.startsWith('Is the text'))
      return act(documents.some(({ text }) => text === 'four') ? 'No.' : 'yes');
    return { ...act(question!.text.includes('rejected: four') ? '4' : 'four'), questions: [] };
  };
  const args = ['--question', 'Two and two?', '--overseer', model('h'), '--verify', 'overseer'];
  const own = await json('parts.ts', ...args, '--depth', '2', '--run', 'runs/own');
  expect([own.answer.value, own.spent.calls, askedOf('h')]).toEqual(['4', 4, 4]);
});

test('a vote wants most of the answers of X to be that one', async () => {
  const asked = new Map<string, number>();
  answer = (_, [question]) => {
    const { text } = question!;
    asked.set(text, (asked.get(text) ?? 0) + 1);
    if (text === 'v') return says('b b b');
    return says(text.includes('rejected') ? 'b' : asked.get(text) === 1 ? 'a' : ' B.');
  };
  const args = ['parts.ts', '--question', 'v', '--assistant', model('x'), '--verify', 'vote:3'];
  const voted = await json(...args, '--run', 'runs/voted');
  expect(voted.answer.value).toBe('b b b');
  // Of each part an answer and its vote, both twice; and the vote about the whole.
  expect([voted.spent.calls, provider.asked.length]).toEqual([27, 27]);
  const [root, part] = nodesOf('voted');
  expect(root!.verdicts).toMatchObject([{ kind: 'pass', spent: { calls: 3 } }]);
  expect(part!.verdicts).toMatchObject([
    { kind: 'fail', reason: expect.stringContaining('expected «B.», got «a»') },
    { kind: 'pass' },
  ]);
  expect((await json('--resume', 'voted')).answer).toEqual(voted.answer);
  expect(provider.asked).toHaveLength(27);
});

test('a dry run counts those who judge, and asks nobody', async () => {
  const args = ['parts.ts', '--assistant', model('x'), '--dry-run'];
  const alone = await json(...args);
  const judged = await json(...args, '--verify', `critic:${model('judge')}`, '--verify', 'vote:3');
  expect([alone.usual.calls, judged.usual.calls]).toEqual([3, 3 + 4 * 4]);
  expect(judged.usual.tokens).toBeGreaterThan(alone.usual.tokens * 4);
  expect(provider.asked).toEqual([]);
});

test('the recipe of the chapter on language models runs programs, and shows what one gets wrong', async () => {
  const chapter = readFileSync(new URL('../docs/language-models.md', import.meta.url), 'utf8');
  const blocks = [...chapter.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  writeFileSync(join(SCRATCH, 'program.ts'), blocks.find((block) => block.includes('quickjs'))!);
  const right = 'let [a, b] = input.split(" ").map(Number); while (b) [a, b] = [b, a % b]; print(a)';
  answer = (_, [question]) => {
    const isShown = question!.text.includes('case 2 of 2: expected «1», got «6»');
    return {
      reason: 'so',
      action: 'reply',
      questions: [],
      answer: isShown ? right : 'print(6)',
      confidence: 1,
    };
  };
  const program = await json('program.ts', '--overseer', model('h'), '--run', 'runs/program');
  expect(program.answer.value).toBe(right);
  expect(askedOf('h')).toBe(2);
});

test.each([
  [['--verify', 'me'], 'expected one of critic:MODEL, overseer, vote:N, got «me»'],
  [['--verify', 'critic:'], 'expected a model'],
  [['--verify', 'overseer'], 'expected --overseer to be a language model, which judges, got «program»'],
  [['--verify', 'vote:2'], 'expected an odd number up to 15'],
  [['--verify', 'vote:3'], 'expected --assistant to be a language model'],
  [['--on-reject', 'show'], 'expected something to be rejected by'],
])('%s says what is wrong', async (args, words) => {
  const ended = await run('parts.ts', ...args);
  expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(words)]);
});

test('a remedy that makes no sense says why', async () => {
  const args = ['parts.ts', '--verify', `critic:${model('judge')}`];
  for (const [kinds, words] of [
    [['shout'], 'expected one of retry, show, decompose, escalate, unknown, got «shout»'],
    [['unknown', 'show'], 'expected unknown to be the last'],
    [['escalate'], 'expected --escalate to say to whom'],
  ] as const) {
    const ended = await run(...args, ...kinds.flatMap((one) => ['--on-reject', one]));
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(words)]);
  }
});
