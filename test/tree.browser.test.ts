/** The tree page in a real browser, against a made-up server: by keyboard, both ends of evidence, filter, error path, time,
 *  corrections, receipts, and nothing that anybody wrote is ever run. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { buildPages } from './built-pages.ts';
import { isLong, long } from './long.ts';
import { ark } from './tree-page/ark.ts';
import { type FakeServer, serveFake } from './tree-page/fake-server.ts';
import { known, X3 } from './tree-page/fake-tree.ts';

const browser = await launchBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Runs in the page: what is wrong, where, and why. */
const VIOLATIONS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
  id + ': ' + nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 120) + ' ' + (any[0]?.message ?? '')).join(' | ')))`;
/** On a machine that has other things to do. */
const WITHIN_MS = 20_000;
/** Of all the scripts that are there before the tree is. */
const SCRIPTS_MAX = 250 * 1024;

let pages: string;
let server: FakeServer;

beforeAll(async () => {
  if (browser) pages = await buildPages();
});
afterAll(async () => {
  await browser?.close();
});

describe.skipIf(!browser)(
  `the tree page in a browser${browser ? '' : ' (none can be launched here)'}`,
  () => {
    test('goes everywhere by keyboard, and the address goes along', async () => {
      await opened('', {}, async (page) => {
        const at = () => page.evaluate<number>('Number(document.activeElement.dataset.at)');
        const steps: readonly (readonly [key: string, lands: number])[] = [
          ['j', 1],
          ['ArrowDown', 2],
          ['k', 1],
          ['l', 2],
          ['h', 1],
          ['h', 1], // closes it
          ['j', 4],
          ['G', 67],
          ['.', 4],
          ['e', 2],
        ];
        for (const [key, lands] of steps) {
          await page.keyboard.press(key);
          expect([key, await at()]).toEqual([key, lands]);
        }
        await page.keyboard.press('g');
        await page.keyboard.press('g');
        expect(await at()).toBe(0);
        await page.keyboard.press('e');
        await page.waitForURL(/\/trees\/ark\/[0-9a-f]{64}$/);
        await seen(page, 'article h2', 'How many legs have two cats?');
        await page.keyboard.press('Enter');
        await until(page, 'document.activeElement.matches("article h2")');
        await page.keyboard.press('Escape');
        expect(await at()).toBe(2);
        await page.keyboard.press('/');
        expect(await page.evaluate('document.activeElement.type')).toBe('search');
        await page.keyboard.press('Escape');
        expect(await at()).toBe(2);
        await page.keyboard.press('?');
        expect(await page.locator('dialog[open]').textContent()).toContain('to the next that waits');
      });
    });

    long('calls nobody back who has moved on while a node was fetched', async () => {
      await opened('', {}, async (page) => {
        let answer = () => {};
        const held = new Promise<void>((resolve) => {
          answer = resolve;
        });
        await page.route('**/nodes/*', async (route) => {
          await held;
          await route.continue();
        });
        await page.keyboard.press('j');
        await page.waitForURL(/ark\/[0-9a-f]{64}/);
        await page.keyboard.press('j');
        answer();
        await seen(page, 'article h2', 'two cats');
        expect(await page.evaluate('document.activeElement.dataset.at')).toBe('2');
      });
    });

    test('says of each row where it stands, as a tree of ARIA does', async () => {
      await opened('', {}, async (page) => {
        const row = page.locator('[data-at="4"]');
        const names = ['level', 'setsize', 'posinset', 'expanded', 'selected'];
        const values = await Promise.all(names.map((name) => row.getAttribute(`aria-${name}`)));
        expect(values).toEqual(['2', '3', '2', 'true', 'false']);
        expect(await page.locator('[role=tree] [tabindex="0"]').count()).toBe(1);
        await row.locator('.twisty').click();
        expect(await row.getAttribute('aria-expanded')).toBe('false');
        expect(await page.locator('[data-at="5"]').count()).toBe(0);
      });
    });

    long('lights up both ends of a phrase, whichever is pointed at or has the focus', async () => {
      await opened('', {}, async (page) => {
        await page.click('[data-at="1"]');
        await page.click('[data-tab="evidence"]');
        const lit = () =>
          page.evaluate<string[]>(
            `[...document.querySelectorAll('.is-lit')].map((one) => one.dataset.at ?? one.localName)`,
          );
        const [phrase, source] = [page.locator('.evidence-answer .phrase'), page.locator('.evidence li')];
        await phrase.nth(0).hover();
        // The phrase, what it came from with its sub-answer, the row in the tree, and what else came from there.
        expect(await lit()).toEqual(['2', 'mark', 'mark', 'li', 'mark']);
        await phrase.nth(2).hover();
        expect(await lit()).toEqual(['2', '3', ...Array(3).fill('mark'), 'li', 'mark', 'li', 'mark']);
        await source.nth(1).hover();
        expect(await lit()).toEqual(['3', 'mark', 'mark', 'li', 'mark']);
        expect(await phrase.nth(1).getAttribute('class')).toContain('is-lit');
        await page.hover('.tree-title');
        expect(await lit()).toEqual([]);
        await phrase.nth(0).focus();
        expect(await lit()).toEqual(['2', 'mark', 'mark', 'li', 'mark']);
        await page.keyboard.press('Tab');
        expect((await lit())[0]).toBe('3');
      });
    });

    test('narrows to what is found, with what is above it, and goes from one to the next', async () => {
      await opened('', {}, async (page) => {
        await page.fill('[type=search]', 'insect depth:>1');
        await seen(page, '.filter-count', '60 found');
        const first = () =>
          page.evaluate<number[]>(
            `[...document.querySelectorAll('[data-at]')].map((row) => Number(row.dataset.at)).sort((a, b) => a - b).slice(0, 4)`,
          );
        expect(await first()).toEqual([0, 7, 8, 9]);
        await page.keyboard.press('Enter');
        await seen(page, '.filter-count', '1 of 60 found');
        await page.waitForURL(/ark\/[0-9a-f]{64}/);
        await page.keyboard.press('n');
        await seen(page, '.filter-count', '2 of 60 found');
        await page.click('[aria-label="the one found before"]');
        await seen(page, '.filter-count', '1 of 60 found');
        await page.waitForURL(/q=insect/);
        await page.fill('[type=search]', '');
        await until(page, '!location.search.includes("q=")');
        expect(await first()).toEqual([0, 1, 2, 3]);
      });
    });

    test('draws the way to the first wrong answer, and leads there', async () => {
      await opened('', {}, async (page) => {
        await page.click('text=Error path');
        await seen(page, '.path-strip', 'rejected by calculator. 2 answers lean on it');
        await seen(page, '.wrong-end', 'How many legs have two cats?');
        expect(await page.locator('.wrong-turn').count()).toBe(2);
        expect(await page.locator('.leans').count()).toBe(2);
        await seen(page, 'article h2', 'How many legs have two cats?');
        await page.click('text=whole tree');
        await page.waitForSelector('[data-at="7"]');
        await page.click('[data-at="7"]');
        await seen(page, 'article h2', 'insects');
        await page.click('text=This is wrong');
        await seen(page, '.path-strip', 'Wrong, as you say: 60 by model X3');
        await page.click('[aria-label="Wrong: How many legs has insect 7?"]');
        await seen(page, '.path-strip', 'as you say: 6 by model X3. 2 answers lean on it');
        await seen(page, 'article h2', 'insect 7');
      });
    });

    test('shows the tree as it was at a time, which the address has', async () => {
      await opened('', {}, async (page) => {
        await seen(page, '[data-at="0"]', '14 of felines');
        await page.focus('[type=range]');
        await page.keyboard.press('ArrowLeft');
        await seen(page, '[data-at="0"]', 'no answer yet');
        await seen(page, '[data-at="1"]', '6 legs of cats');
        await seen(page, '.scrubber', '66 of 67 answers');
        await page.waitForURL(/time=\d+/);
        await page.reload();
        await seen(page, '[data-at="0"]', 'no answer yet');
        await page.focus('[type=range]');
        await page.keyboard.press('Home');
        await seen(page, '[data-at="1"]', 'no answer yet');
        await page.click('.scrubber >> text=/^now$/ >> nth=-1');
        await seen(page, '[data-at="0"]', '14 of felines');
      });
    });

    test('corrects an answer in place, and says what came of it', async () => {
      await opened('', {}, async (page) => {
        await page.click('[data-at="2"]');
        await page.click('text=Correct …');
        await page.fill('dialog textarea >> nth=0', '8');
        expect(await page.isDisabled('dialog [type=submit]')).toBe(true);
        await page.fill('dialog textarea >> nth=1', 'a cat has four');
        await page.click('dialog [type=submit]');
        await seen(page, '.corrected', '3 answers are now another; 2 of 68 nodes were done again');
        await seen(page, '.corrected', '14 of felines');
        await seen(page, '[data-at="2"]', '8 corrected');
        await page.click('[data-tab="versions"]');
        await seen(page, '.versions', /^6.*→became8/);
      });
    });

    test('verifies receipts here, and tells of another key than it knows', async () => {
      await opened('', {}, async (page) => {
        await page.click('[data-at="0"]');
        await page.click('[data-tab="record"]');
        await page.click('text=Verify here >> nth=0');
        await seen(page, '.record', 'action-taken by person:ada');
        await seen(page, '.record', /entry 3 of 10 entries .* Verified in this browser in \d+/);
        await seen(page, '.record', 'seen here for the first time');
        await page.click('text=Verify here >> nth=1');
        await seen(page, '.record', 'the same as ever');
        const { key } = server;
        await page.evaluate(`localStorage.setItem('capstan log.vkey ark', 'another')`);
        await page.reload();
        await page.click('text=Verify here >> nth=0');
        await seen(page, '[role=alert]', 'another key than this browser knows');
        await page.click('text=I know why');
        await seen(page, '.record', 'the same as ever');
        server.key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
        await page.click('text=Verify here >> nth=0');
        await seen(page, '.record', 'expected a signature of PeterNeumann');
        server.key = key;
      });
    });

    test('grows while somebody reads it, and they stay where they are', async () => {
      await opened('', {}, async (page) => {
        await page.click('[data-at="3"]');
        await seen(page, 'article h2', 'two lions');
        const before = await page.locator('[data-at="3"]').boundingBox();
        const grown = ark();
        const more = {
          question: 'How many legs have the worms?',
          answer: known('0'),
          by: X3,
          flags: 0,
          children: [],
        };
        server.root = { ...grown, children: [...grown.children, more] };
        await seen(page, '.tree-head', '69 questions');
        await seen(page, 'article h2', 'two lions');
        expect(await page.locator('[data-at="3"]').getAttribute('aria-selected')).toBe('true');
        expect((await page.locator('[data-at="3"]').boundingBox())!.y).toBe(before!.y);
        await page.keyboard.press('G');
        await seen(page, '[data-at="68"]', 'worms');
      });
    });

    test('runs nothing that anybody wrote', async () => {
      await opened('', {}, async (page) => {
        await page.click('[data-at="6"]');
        for (const tab of ['answer', 'workspace', 'evidence', 'record', 'versions'])
          await page.click(`[data-tab="${tab}"]`);
        await page.click('[data-at="4"]');
        await page.click('[data-tab="evidence"]');
        await seen(page, '.evidence', '<script>');
        await page.fill('[type=search]', '<img src=x onerror=window.hit=1>');
        await seen(page, '.filter-count', 'nothing found');
        expect(await page.evaluate('window.hit')).toBeUndefined();
      });
    });

    test('in a narrow window, tree and node are two steps, and nothing is wider than it', async () => {
      await opened('', { width: 390 }, async (page) => {
        expect(await page.isVisible('article')).toBe(false);
        await page.click('[data-at="1"]');
        await seen(page, 'article h2', 'felines');
        expect(await page.isVisible('[role=tree]')).toBe(false);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        await page.click('text=Correct …');
        await page.fill(
          'dialog textarea >> nth=0',
          'a long answer, longer than the window is wide, and on and on',
        );
        await page.fill('dialog textarea >> nth=1', 'why');
        await page.click('dialog [type=submit]');
        await seen(page, '.corrected', 'on and on');
        const wide = `[...document.querySelectorAll('article *')].filter((one) => one.getBoundingClientRect().right > 390).length`;
        expect(await page.evaluate(wide)).toBe(0);
        await page.click('.back');
        expect(await page.isVisible('[role=tree]')).toBe(true);
        expect(await page.isVisible('article')).toBe(false);
        await page.click('[data-at="7"]');
        await page.click('text=This is wrong');
        await seen(page, '.path-strip', 'Wrong, as you say');
        expect(await page.isVisible('.causes')).toBe(true);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      });
    });

    test.each([
      [
        'light',
        1440,
        ['tree', 'answer', 'workspace', 'evidence', 'record', 'versions', 'dialog', 'error path'],
      ],
      ...(isLong ? ([['dark', 1440, ['tree', 'evidence', 'error path']]] as const) : []),
      ['dark', 390, ['tree', 'answer']],
    ] as const)('%s, %i wide: axe finds nothing', async (colorScheme, width, places) => {
      await opened('', { colorScheme, width }, async (page) => {
        await page.evaluate(axe);
        for (const place of places) {
          if (place === 'answer' || (place === 'evidence' && width > 400)) await page.click('[data-at="1"]');
          if (place === 'dialog') await page.click('text=Correct …');
          else if (place === 'error path') {
            await page.keyboard.press('Escape');
            await page.click('text=This is wrong');
            await page.waitForSelector('.wrong-end');
          } else if (place !== 'tree') await page.click(`[data-tab="${place}"]`);
          expect([place, await page.evaluate(VIOLATIONS)]).toEqual([place, []]);
        }
      });
    });

    test('comes with little script', async () => {
      const scripts = new Set<string>();
      await opened('', {}, async (_, { requests }) => {
        for (const path of requests) if (path.endsWith('.js')) scripts.add(path);
      });
      const bytes = [...scripts].map((path) => gzipSync(readFileSync(join(pages, path))).length);
      expect(scripts.size).toBeGreaterThan(0);
      expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(SCRIPTS_MAX);
    });
  },
);

interface Circumstances {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** The page of a fresh tree. It asks for nothing from elsewhere, and its console is silent. */
async function opened(
  path: string,
  { width = 1440, colorScheme = 'light' }: Circumstances,
  look: (page: Page, observed: { readonly requests: readonly string[] }) => Promise<void>,
): Promise<void> {
  server = await serveFake(ark(), pages);
  const context = await browser!.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(WITHIN_MS);
  try {
    const page = await context.newPage();
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    page.on('request', (request) => expect(request.url().startsWith(server.url)).toBe(true));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/trees/ark${path}`);
    await page.waitForSelector('[data-at="1"] .node');
    await look(page, { requests });
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await server.close();
  }
}

/** Waits until it is true in the page. */
async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { interval: 20, timeout: WITHIN_MS }).toBe(true);
}

/** Waits until the first such element has the words. */
async function seen(page: Page, selector: string, words: string | RegExp): Promise<void> {
  const hasIt = (text: string | null) =>
    typeof words === 'string' ? text?.includes(words) : words.test(text ?? '');
  const until = Date.now() + WITHIN_MS;
  let text: string | null = null;
  while (Date.now() < until) {
    text = await page.locator(selector).first().textContent();
    if (hasIt(text)) return;
    await page.waitForTimeout(20);
  }
  expect(text).toMatch(words);
}
