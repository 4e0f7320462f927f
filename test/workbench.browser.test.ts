/** The workbench as it is: people in browsers of their own, the program that serves them, and what is on the ledger after. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTasks } from '../src/text/task.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { launchBrowser } from './browser.ts';
import { PATIENCE_MS } from './command.ts';
import { isThere, STRATEGYQA } from './corpora.ts';
import { long } from './long.ts';
import { ask, builtWithPages, heading, reply, seen, Workbench } from './workbench/served.ts';

const browser = await launchBrowser();
const NO_BROWSER = browser ? '' : ' (none can be launched here)';
const hasCorpus = isThere(STRATEGYQA);

beforeAll(async () => {
  if (browser) await builtWithPages();
}, PATIENCE_MS);
afterAll(() => browser?.close());

/** What is committed counts at once: nobody here takes anything back. */
const AT_ONCE = ['--undo', '0'];
/** Of StrategyQA, the first; «npm run prove workbench» asks all. */
const QUESTIONS = Number(process.env.CAPSTAN_QUESTIONS ?? 3);
/** For one of them, at most. */
const QUESTION_MS = 20_000;
/** Less than after which a page asks without having been told. */
const WAIT_MS = 10_000;
const FUJI = 'Would the top of Mount Fuji stick out of the Sea of Japan?';
const STEPS = ['How tall is Mount Fuji?', 'What is the maximum depth of the Sea of Japan?'] as const;
const PEOPLE = ['--overseer', 'person', '--assistant', 'person'];

const LETTERS = 4;
/** Three questions above four letters. */
const SPELL = `import { known } from 'capstan';
export const recipe = {
  name: 'spell',
  policy: 'Spell it.',
  question: ({ text = 'a b c d' }) => ({ text }),
  isSimple: ({ text }) => text.length === 1,
  *script({ text }) {
    const letters = text.split(' ');
    const half = letters.length / 2;
    const answers = yield [letters.slice(0, half), letters.slice(half)].map((part) => ({ text: part.join(' ') }));
    return known(answers.map((answer) => answer.value).join(' '));
  },
};
`;

const project = (
  name: string,
  prepare: (bench: Workbench) => Promise<unknown>,
  work: (bench: Workbench) => Promise<void>,
) => Workbench.with({ browser: browser!, name, options: AT_ONCE, prepare }, work);

const linesOf = (bench: Workbench, ...path: readonly string[]) =>
  readFileSync(join(bench.folder, ...path), 'utf8')
    .split('\n')
    .slice(0, -1);
const nodesOf = (bench: Workbench, run: string): readonly TranscriptNode[] =>
  linesOf(bench, 'runs', run, 'transcript.jsonl')
    .slice(1) // after the header
    .map((line) => JSON.parse(line));
interface Written {
  readonly kind: string;
  readonly actor: { readonly id: string };
  readonly words: { readonly [name: string]: string };
}
const acts = async (bench: Workbench) =>
  (await bench.json<readonly Written[]>('ledger', 'list')).filter(({ kind }) => kind === 'action-taken');
const verified = (bench: Workbench, run: string) => bench.here('ledger', 'verify', `runs/${run}`);

describe.skipIf(!browser)(`the workbench in a browser${NO_BROWSER}`, () => {
  test.skipIf(!hasCorpus)(
    `what people took apart in StrategyQA is answered to the roots by keyboard${hasCorpus ? '' : ' (it is not on this machine)'}`,
    () =>
      project(
        'strategyqa',
        async (bench) => {
          await bench.here('import', 'strategyqa', STRATEGYQA.questions, '--to', 'words');
          const some = linesOf(bench, 'words/tasks.jsonl').slice(0, QUESTIONS);
          writeFileSync(join(bench.folder, 'some.jsonl'), some.map((line) => `${line}\n`).join(''));
          const by = ['--overseer', 'recorded:some.jsonl', '--assistant', 'person'];
          await bench.here('run', 'steps.ts', '--questions', 'some.jsonl', ...by, '--run', 'runs/some');
        },
        async (bench) => {
          const tasks = readTasks(`${linesOf(bench, 'some.jsonl').join('\n')}\n`, 'some.jsonl');
          const steps = tasks.flatMap(({ decompositions }) => decompositions![0]!.steps);
          const page = await bench.page('/turn', await bench.keyOf('ada', 'overseer', 'operator'));
          await answerAll(page, steps.length, (n) => `found in an atlas, page ${n}`);
          await heading(page, 'Nothing waits for you');
          await page.goto(`${bench.url}/trees/some`);
          for (const [i, { decompositions }] of tasks.entries()) {
            await seen(page, `question ${i + 1} of ${QUESTIONS}`);
            const rows = page.getByRole('treeitem').filter({ hasText: 'person ada' });
            await expect.poll(() => rows.count()).toBe(decompositions![0]!.steps.length);
            if (i + 1 < QUESTIONS) await page.getByRole('link', { name: 'the next question' }).click();
          }
          expect((await acts(bench)).map(({ actor }) => actor.id)).toEqual(steps.map(() => 'person:ada'));
          await verified(bench, 'some');
        },
      ),
    PATIENCE_MS + QUESTIONS * QUESTION_MS,
  );

  test(
    'somebody takes a question apart, answers the parts and then the question; the tree has their initials',
    () =>
      project(
        'alone',
        (bench) => bench.here('run', 'steps.ts', '--question', FUJI, ...PEOPLE, '--run', 'runs/fuji'),
        async (bench) => {
          const page = await bench.page('/turn', await bench.keyOf('ada'));
          await heading(page, FUJI);
          await ask(page, STEPS);
          // Asked at once, they come in any order.
          const height = (_: number, question: string) => (question === STEPS[0] ? '3776 m' : '3742 m');
          await answerAll(page, STEPS.length, height, FUJI);
          await heading(page, FUJI);
          await seen(page, '3742 m');
          await reply(page, 'yes');
          await heading(page, 'Nothing waits for you');
          await page.goto(`${bench.url}/trees/fuji`);
          const root = page.locator('[data-at="0"]');
          await expect.poll(() => root.textContent()).toContain('yes');
          expect(await root.locator('.by').textContent()).toBe('ADperson ada');
          await verified(bench, 'fuji');
        },
      ),
    PATIENCE_MS,
  );

  long(
    'where two decide differently a third settles it, sees both and whose neither is, and that counts',
    () =>
      project(
        'conflict',
        (bench) =>
          bench.here(
            ...['run', 'steps.ts', '--question', FUJI, '--overseer', 'person', '--reviewers', '2'],
            ...['--run', 'runs/fuji'],
          ),
        async (bench) => {
          const [ada, bo, cy] = await Promise.all(
            ['ada', 'bo', 'cy'].map(async (name) => {
              const key = await bench.keyOf(name, 'overseer');
              return async () => bench.page('/turn', key);
            }),
          );
          const [first, second] = [await ada!(), await bo!()];
          await heading(first, FUJI);
          await heading(second, FUJI);
          const third = await cy!();
          await heading(third, 'Nothing waits for you');
          await decide(first, 'yes, by 34 m', 'the sea is 3742 m deep');
          await heading(first, 'Nothing waits for you');
          expect(await second.content()).not.toContain('by 34 m');
          await decide(second, 'no', 'its foot is on land');
          await heading(third, FUJI);
          await seen(third, 'Others decided differently; yours settles it');
          const others = await third.locator('.reviews li').allTextContents();
          expect(others.toSorted()).toEqual([
            'reply «no» — its foot is on land',
            'reply «yes, by 34 m» — the sea is 3742 m deep',
          ]);
          expect(await third.locator('main').textContent()).not.toMatch(/\b(ada|bo)\b/);
          await reply(third, 'yes');
          await heading(third, 'Nothing waits for you');
          await expect.poll(() => nodesOf(bench, 'fuji')[0]!.answer).toMatchObject({ value: 'yes' });
          expect(nodesOf(bench, 'fuji')[0]!.steps[0]!.by.id).toBe('person:cy');
          expect((await acts(bench)).map(({ actor, words: { as } }) => [actor.id, as])).toEqual([
            ['person:ada', 'review'],
            ['person:bo', 'review'],
            ['person:cy', 'arbitration'],
          ]);
          await verified(bench, 'fuji');
        },
      ),
    PATIENCE_MS,
  );

  test(
    'a draft outlasts a reload, a lost connection and a server that is killed, and is there on another device',
    () =>
      project(
        'draft',
        (bench) => bench.here('run', 'steps.ts', '--question', FUJI, ...PEOPLE, '--run', 'runs/fuji'),
        async (bench) => {
          const key = await bench.keyOf('ada', 'overseer');
          const page = await bench.page('/turn', key);
          const field = (one: Page) => one.locator('#turn-field');
          const saved = () =>
            expect
              .poll(() => page.locator('.turn-saved').getAttribute('title'), { timeout: WAIT_MS })
              .toBeNull();
          await heading(page, FUJI);
          await page.keyboard.press('r');
          await page.keyboard.type('yes, ');
          await seen(page, 'saved');
          await saved();
          await page.reload();
          await heading(page, FUJI);
          expect(await field(page).inputValue()).toBe('yes, ');
          await page.context().setOffline(true);
          await field(page).press('End');
          await page.keyboard.type('by ');
          await expect
            .poll(() => page.locator('.turn-saved').getAttribute('title'))
            .toContain('in this browser');
          await bench.kill();
          await page.keyboard.type('34 m');
          await bench.startAgain();
          await page.context().setOffline(false);
          await saved();
          const other = await bench.page('/turn', key);
          await heading(other, FUJI);
          expect(await field(other).inputValue()).toBe('yes, by 34 m');
          await field(other).press('Enter');
          await other.keyboard.press('5');
          await heading(other, 'Nothing waits for you');
          await expect.poll(() => nodesOf(bench, 'fuji')[0]!.answer).toMatchObject({ value: 'yes, by 34 m' });
          expect(await acts(bench)).toHaveLength(1);
        },
      ),
    PATIENCE_MS,
  );

  test(
    'an answer that is corrected in the tree makes what is above it anew, and nothing else',
    () =>
      project(
        'correction',
        (bench) => {
          writeFileSync(join(bench.folder, 'spell.ts'), SPELL);
          return bench.here('run', 'spell.ts', '--assistant', 'person', '--run', 'runs/spell');
        },
        async (bench) => {
          const page = await bench.page('/turn', await bench.keyOf('ada'));
          await answerAll(page, LETTERS, (n) => 'ABCD'[n]!);
          await heading(page, 'Nothing waits for you');
          await expect.poll(() => nodesOf(bench, 'spell')[0]!.answer).toMatchObject({ value: 'A B C D' });
          const before = new Map(nodesOf(bench, 'spell').map((node) => [node.id, node]));
          const wrong = [...before.values()].find(({ question }) => question.text === 'c')!;
          await page.goto(`${bench.url}/trees/spell/${wrong.id}`);
          await page.getByRole('button', { name: 'Correct …' }).click();
          const dialog = page.getByRole('dialog');
          await dialog.getByLabel('The right answer').fill('SEA');
          await dialog.getByLabel('Reason').fill('as it is said');
          await dialog.getByRole('button', { name: 'Correct' }).click();
          await seen(page, '3 answers are now another; 2 of 7 nodes were done again');
          expect(await page.locator('.change').allTextContents()).toContain('A B C D→becameA B SEA D');
          await expect.poll(() => page.locator('[data-at="0"]').textContent()).toContain('SEA');
          const after = nodesOf(bench, 'spell');
          expect(after.map(({ id }) => id)).toEqual([...before.keys()]);
          for (const node of after)
            if (!['c', 'c d', 'a b c d'].includes(node.question.text))
              expect(timeless(node)).toEqual(timeless(before.get(node.id)!));
          await page.locator('[data-tab="versions"]').click();
          await seen(page, 'as it is said');
          await verified(bench, 'spell');
        },
      ),
    PATIENCE_MS,
  );
});

/** Of what code does at once and again no time is kept; of what people did it is. */
function timeless({ steps, ...node }: TranscriptNode): object {
  const own = steps.map(({ began, ended, ...step }) =>
    step.by.kind === 'person' ? { began, ended, ...step } : step,
  );
  return { ...node, steps: own };
}

/** A reply with a reason. */
async function decide(page: Page, text: string, reason: string): Promise<void> {
  await page.keyboard.press('r');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await page.keyboard.press('r');
  await page.keyboard.type(reason);
  await page.keyboard.press('Enter');
  await page.keyboard.press('3');
}

/** So many questions as they come, after that one, each with the n-th answer. */
async function answerAll(
  page: Page,
  count: number,
  answer: (n: number, question: string) => string,
  after?: string,
): Promise<void> {
  let before: string | null | undefined = after;
  for (let n = 0; n < count; n++) {
    const next = page.locator('h1.said');
    await expect.poll(() => next.textContent(), { timeout: WAIT_MS }).not.toBe(before);
    before = await next.textContent();
    await reply(page, answer(n, before!));
  }
}
