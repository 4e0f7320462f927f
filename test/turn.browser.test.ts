/** The overseer's page in a real browser, against a desk that holds to the contract: nothing that is typed or committed is
 *  lost or sent twice, the keyboard does it all, nothing that people say runs, and whoever cannot see can use it. */

import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { buildPages } from './built-pages.ts';
import { type FakeDesk, fakeDesk, KEY, type Workspace } from './fake-desk.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const browser = await launchBrowser();
let pages: string;

beforeAll(async () => {
  if (browser) pages = await buildPages();
});
afterAll(async () => {
  await browser?.close();
});

function workspace(id: string, more: Partial<Workspace> = {}): Workspace {
  return {
    ...{ id, run: 'rivers', kind: 'decide', policy: 'Reply what the documents say.', left: { questions: 5 } },
    question: { text: `Question ${id}?`, documents: [{ name: 'atlas', text: 'The Severn has 354 km.' }] },
    exchanges: [
      {
        question: { text: 'How long is the Severn?' },
        answer: { kind: 'known', value: '354 km', confidence: 0.8 },
        isVerified: false,
      },
      {
        question: { text: 'How long is the Thames?' },
        answer: { kind: 'unknown', reason: 'unsure' },
        isVerified: false,
      },
    ],
    actions: ['reply', 'ask', 'verify', 'reject', 'correct', 'unknown', 'escalate', 'skip'],
    suggestion: { kind: 'none' },
    reviews: [],
    ...more,
  };
}

interface Setting {
  readonly desk: FakeDesk;
  readonly page: Page;
  readonly open: (path: string) => Promise<Page>;
}

/** Signed in, at «My turn». */
async function opened(
  workspaces: readonly Workspace[],
  work: (setting: Setting) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const desk = await fakeDesk(pages);
  for (const one of workspaces) desk.add(one);
  const contexts = [await browser!.newContext(options)];
  const complaints: string[] = [];
  const watched = (page: Page) => {
    page.on('pageerror', ({ message }) => complaints.push(message));
    return page;
  };
  try {
    const page = watched(await contexts[0]!.newPage());
    await page.goto(`${desk.url}/turn#key=${KEY}`);
    const open = async (path: string) => {
      const context = await browser!.newContext(options);
      contexts.push(context);
      const other = watched(await context.newPage());
      await other.goto(desk.url + path);
      return other;
    };
    await work({ desk, page, open });
    expect(complaints).toEqual([]);
    expect(desk.wrong).toEqual([]);
  } finally {
    for (const context of contexts) await context.close();
    await desk.close();
  }
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const status = (page: Page, text: string) => page.getByText(text).first().waitFor();

describe.skipIf(!browser)(`my turn in a browser${browser ? '' : ' (none can be launched here)'}`, () => {
  test('everything is done by keyboard, and the key is out of the address at once', () =>
    opened(
      ['t1', 't2', 't3', 't4', 't5', 't6'].map((id) => workspace(id)),
      async ({ desk, page }) => {
        await heading(page, 'Question t1?');
        expect(page.url()).toBe(`${desk.url}/turn`);
        await page.keyboard.press('r');
        await page.keyboard.type('The Severn');
        await page.keyboard.press('Enter');
        await page.keyboard.press('r');
        await page.keyboard.type('by 8 km');
        await page.keyboard.press('Enter');
        await page.keyboard.press('4');
        await heading(page, 'Question t2?');
        await status(page, '3 questions above it can go on');
        await page.keyboard.press('a');
        await page.keyboard.type('How long?');
        await page.keyboard.press('Enter');
        await page.keyboard.type('How wide?');
        for (const key of ['Enter', 'Enter', '5']) await page.keyboard.press(key);
        await heading(page, 'Question t3?');
        for (const key of ['k', 'v', '3']) await page.keyboard.press(key);
        await heading(page, 'Question t4?');
        await page.keyboard.press('x');
        await page.keyboard.type('of another river');
        for (const key of ['Enter', '2']) await page.keyboard.press(key);
        await heading(page, 'Question t5?');
        await page.keyboard.press('e');
        await page.keyboard.type('not my field');
        await page.keyboard.press('Enter');
        await heading(page, 'Question t6?');
        await page.keyboard.press('s');
        await heading(page, 'Nothing waits for you');
        expect(
          desk.commits.map(({ turn, commit: { action, confidence, reason } }) => [
            turn,
            action,
            confidence,
            reason,
          ]),
        ).toEqual([
          // biome-ignore format: one value is one line
          ['t1', { kind: 'reply', text: 'The Severn' }, 4, 'by 8 km'],
          ['t2', { kind: 'ask', questions: ['How long?', 'How wide?'], documents: true }, 5, undefined],
          ['t3', { kind: 'verify', place: 1 }, 3, undefined],
          ['t4', { kind: 'reject', place: 2, reason: 'of another river' }, 2, undefined],
          ['t5', { kind: 'escalate', reason: 'not my field' }, undefined, undefined],
          ['t6', { kind: 'skip' }, undefined, undefined],
        ]);
        await status(page, 'Two runs train.');
        desk.add(workspace('t7'));
        await heading(page, 'Question t7?');
      },
    ));

  test('a draft outlasts a lost connection and a reload, and is there on another device', () =>
    opened([workspace('t1')], async ({ desk, page, open }) => {
      await heading(page, 'Question t1?');
      await page.keyboard.press('r');
      desk.setDraftsLost(true);
      await page.keyboard.type('half a word');
      await status(page, 'saved');
      await page.reload();
      await heading(page, 'Question t1?');
      expect(await page.locator('#turn-field').inputValue()).toBe('half a word');
      expect(desk.drafts.size).toBe(0);
      desk.setDraftsLost(false);
      await expect.poll(() => desk.drafts.get('t1')?.reply, { timeout: 10_000 }).toBe('half a word');
      const other = await open(`/turn#key=${KEY}`);
      await heading(other, 'Question t1?');
      expect(await other.locator('#turn-field').inputValue()).toBe('half a word');
    }));

  test('a commit without a connection waits on the screen and goes out once, as does one whose reply is lost', () =>
    opened([workspace('t1'), workspace('t2'), workspace('t3')], async ({ desk, page }) => {
      await heading(page, 'Question t1?');
      await page.context().setOffline(true);
      await page.keyboard.press('r');
      await page.keyboard.type('offline answer');
      for (const key of ['Enter', '1']) await page.keyboard.press(key);
      await status(page, 'Not sent yet:');
      expect(desk.commits).toEqual([]);
      await page.context().setOffline(false);
      await heading(page, 'Question t2?');
      await page.keyboard.press('u');
      await page.route(
        '**/t2/commit',
        async (route) => {
          await route.fetch();
          await route.abort();
        },
        { times: 1 },
      );
      await page.keyboard.press('2');
      await heading(page, 'Question t3?');
      expect(desk.commits.map(({ turn }) => turn)).toEqual(['t1', 't2']);
    }));

  test('what was committed is taken back with one key, words and all', () =>
    opened([workspace('t1'), workspace('t2')], async ({ desk, page }) => {
      await heading(page, 'Question t1?');
      await page.keyboard.press('r');
      await page.keyboard.type('too fast');
      for (const key of ['Enter', '5']) await page.keyboard.press(key);
      await heading(page, 'Question t2?');
      await page.keyboard.press('z');
      await heading(page, 'Question t1?');
      expect(await page.locator('#turn-field').inputValue()).toBe('too fast');
      expect(desk.commits).toEqual([]);
    }));

  test('a suggestion is not there until it is opened, which the server hears of; then it can be used', () => {
    const suggestion = {
      kind: 'open',
      by: 'model:x',
      action: { kind: 'reply', text: 'a secret hint' },
    } as const;
    return opened([workspace('t1', { suggestion })], async ({ desk, page }) => {
      await heading(page, 'Question t1?');
      expect(await page.content()).not.toContain('a secret hint');
      expect(desk.opened.size).toBe(0);
      await page.keyboard.press('o');
      await status(page, 'a secret hint');
      expect(desk.opened.has('t1')).toBe(true);
      await page.keyboard.press('o');
      expect(await page.locator('#turn-field').inputValue()).toBe('a secret hint');
    });
  });

  test('the lease is told of in its last minute, and one key makes it longer', () =>
    opened([], async ({ desk, page }) => {
      desk.setLease(30_000);
      desk.add(workspace('t1'));
      await heading(page, 'Question t1?');
      await status(page, 'yours for');
      await page.keyboard.press('l');
      await page.getByText('yours for').waitFor({ state: 'detached' });
    }));

  test('markup in questions, answers, documents and names is words', () => {
    const bad = `<img src=x onerror="window.ran=1"><script>window.ran=1</script><a href="javascript:ran=1">`;
    return opened(
      [
        workspace('t1', {
          ...{ run: bad.slice(0, 200), policy: bad },
          question: { text: bad, documents: [{ name: bad, text: bad }] },
          exchanges: [
            {
              question: { text: bad },
              answer: { kind: 'known', value: bad, confidence: 1 },
              isVerified: true,
            },
          ],
          suggestion: { kind: 'open', by: bad.slice(0, 200), action: { kind: 'reply', text: bad } },
          reviews: [{ action: { kind: 'reply', text: bad }, reason: bad }],
        }),
      ],
      async ({ page }) => {
        await expect.poll(() => page.locator('h1').textContent()).toBe(bad);
        await page.keyboard.press('o');
        await page.getByRole('button', { name: 'Use it' }).click();
        await page.keyboard.press('Enter');
        await page.keyboard.press('1');
        await status(page, '3 questions above it can go on');
        expect(await page.evaluate('[window.ran, document.querySelectorAll("main img, main script, [href^=javascript]").length]')).toEqual([undefined, 0]); // biome-ignore format: one claim is one line
      },
      // The page itself has to be safe, whatever policy it is served with.
      { bypassCSP: true },
    );
  });

  test.each(['light', 'dark'] as const)('%s: axe finds nothing on any of these pages', (colorScheme) =>
    opened(
      [workspace('t1', { suggestion: { kind: 'open', by: 'model:x', action: { kind: 'unknown' } } })],
      async ({ desk, page, open }) => {
        desk.setControls({
          halted: { kind: 'paused', by: 'person:bo', time: '2026-01-01T00:00:00Z' },
          may: ['resume'],
          requests: [],
        });
        desk.setRuns([
          { name: 'rivers', kind: 'tree', what: 'why.ts', state: 'waiting', waiting: 1 },
          { name: 'powers', kind: 'training', what: 'p', state: 'gate-failed', waiting: 0, horizon: 3 },
        ]);
        // What the schemes differ in is colours.
        const violations = (one: Page) => violationsOn(one, colorScheme === 'light' ? {} : CONTRAST);
        await heading(page, 'Question t1?');
        expect(await violations(page)).toEqual([]);
        for (const key of ['a', 'Escape', 'u']) await page.keyboard.press(key);
        await status(page, 'How sure are you?');
        expect(await violations(page)).toEqual([]);
        await page.getByRole('button', { name: 'Resume' }).click();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: 'Capstan' }).click();
        await status(page, '1 question waits');
        expect(await violations(page)).toEqual([]);
        const stranger = await open('/');
        await heading(stranger, 'Sign in');
        expect(await violations(stranger)).toEqual([]);
      },
      { colorScheme, bypassCSP: true },
    ),
  );

  test('390 pixels wide, no page scrolls sideways', () =>
    opened(
      [workspace('t1', { question: { text: 'x'.repeat(400) } })],
      async ({ page }) => {
        await heading(page, 'x'.repeat(400));
        const wide = () => page.evaluate('document.documentElement.scrollWidth');
        expect(await wide()).toBeLessThanOrEqual(390);
        await page.getByRole('link', { name: 'Capstan' }).click();
        await status(page, '1 question waits');
        expect(await wide()).toBeLessThanOrEqual(390);
      },
      { viewport: { width: 390, height: 800 } },
    ));

  test('whoever is signed in opens the address of a server that was started anew, or one that is used up', () =>
    opened([workspace('t1')], async ({ desk, page }) => {
      await heading(page, 'Question t1?');
      for (const key of [KEY, 'of-the-server-before']) {
        const answered = page.waitForResponse(
          (one) => one.url().endsWith('/api/session') && one.request().method() === 'POST',
        );
        await page.goto('about:blank');
        await page.goto(`${desk.url}/turn#key=${key}`);
        expect((await answered).status()).toBe(key === KEY ? 200 : 401);
        await heading(page, 'Question t1?');
        expect(page.url()).toBe(`${desk.url}/turn`);
      }
    }));

  test('signing in by hand, and out: nothing of one is left for the next', () =>
    opened([workspace('t1')], async ({ desk, page }) => {
      await heading(page, 'Question t1?');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in');
      await page.getByLabel('Key').fill('a wrong one');
      await page.keyboard.press('Enter');
      await status(page, 'Expected a key of somebody.');
      await page.getByLabel('Key').fill(`${desk.url}/#key=${KEY}`);
      await page.keyboard.press('Enter');
      await heading(page, 'Question t1?');
    }));
});

const CONTRAST = { runOnly: ['color-contrast'] };

async function violationsOn(page: Page, options: object): Promise<unknown> {
  if (!(await page.evaluate('"axe" in window'))) await page.addScriptTag({ path: AXE });
  // What fades in is not there yet.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished))');
  return page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, nodes }) => [id, nodes.map((one) => one.html + one.failureSummary)]))`,
  );
}
