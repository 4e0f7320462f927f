/** The page of a large question tree in a real browser: how soon there are rows, whether anything blocks while one scrolls, opens
 *  and closes, and what it takes of memory. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../test/browser.ts';
import { largeRun } from '../test/large-tree.ts';
import { type Benchmark, type Figure, figure, median } from './benchmark.ts';
import { keyFor, served } from './served.ts';

const NODES = 50_000;
const TURNS = 5;
/** Wheel events, and how far each scrolls. */
const [WHEELS, FAR] = [120, 900];
/** Places all over the tree that are jumped to. */
const JUMPS = 40;

export const benchmark: Benchmark = {
  measures: `the page of a tree of ${NODES.toLocaleString('en')} questions in Chromium, served by capstan serve`,
  async run(say) {
    const browser = await launchBrowser();
    if (!browser) {
      say('no browser can be launched here');
      return [];
    }
    const before = process.cwd();
    const home = mkdtempSync(join(tmpdir(), 'capstan-tree-page-'));
    process.chdir(home);
    try {
      largeRun('runs', 'large', { nodes: NODES });
      const key = await keyFor('ada', 'operator', 'auditor');
      const server = await served();
      try {
        return await looked(browser, { url: server.url, key }, say);
      } finally {
        await server.stop();
      }
    } finally {
      await browser.close();
      process.chdir(before);
      rmSync(home, { recursive: true, force: true });
    }
  },
};

async function looked(browser: Browser, at: At, say: (line: string) => void): Promise<readonly Figure[]> {
  const firsts: number[] = [];
  for (let turn = 0; turn <= TURNS; turn++)
    await opened(browser, at, async (page) => void firsts.push(await firstRows(page)));
  const [unread, ...read] = firsts;
  const figures: Figure[] = [
    figure('tree-page/first-rows', 'ms', median(read)),
    figure('tree-page/first-rows-unread', 'ms', unread!), // the server has to read the whole tree before
  ];
  await opened(browser, at, async (page) => {
    await firstRows(page);
    for (const [name, act] of ACTS) {
      const longest = await longestTask(browser, page, () => act(page));
      say(
        `${name}: the longest task took ${longest.wall.toFixed(0)} ms, ${longest.cpu.toFixed(0)} ms of them at work`,
      );
      figures.push(
        figure(`tree-page/${name}`, 'ms', longest.wall),
        figure(`tree-page/${name}-cpu`, 'ms', longest.cpu),
      );
    }
    figures.push(...(await memory(browser, page)));
  });
  return figures;
}

interface At {
  readonly url: string;
  readonly key: string;
}

async function opened(browser: Browser, { url, key }: At, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await context.request.post(`${url}/api/session`, { data: { key } });
    const page = await context.newPage();
    await page.goto(`${url}/trees/large`, { waitUntil: 'commit' });
    await act(page);
  } finally {
    await context.close();
  }
}

/** Milliseconds from the beginning of the navigation until the first rows with words are painted. */
async function firstRows(page: Page): Promise<number> {
  await page.waitForSelector('.outline-row .node');
  return page.evaluate<number>(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))',
  );
}

const ACTS: readonly (readonly [name: string, act: (page: Page) => Promise<void>])[] = [
  [
    'open-all',
    async (page) => {
      await page.click('[data-at="0"] .twisty');
      await page.click('[data-at="0"] .twisty', { modifiers: ['Alt'] });
      await page.waitForSelector('[data-at="5"]');
    },
  ],
  [
    'scroll',
    async (page) => {
      await page.hover('.outline');
      for (let i = 0; i < WHEELS; i++) await page.mouse.wheel(0, i % 3 === 2 ? -FAR / 2 : FAR);
    },
  ],
  [
    'jump',
    async (page) => {
      for (let i = 1; i <= JUMPS; i++) {
        const place = (i * 0.618) % 1;
        await page.evaluate(
          `(() => { const one = document.querySelector('.outline'); one.scrollTop = ${place} * one.scrollHeight; })()`,
        );
        await page.waitForTimeout(30);
      }
      await page.waitForSelector('.coming', { state: 'detached' });
    },
  ],
  [
    'toggle',
    async (page) => {
      for (let i = 0; i < 6; i++) {
        await page.evaluate('document.querySelector(".outline").scrollTop = 0');
        await page.click('[data-at="0"] .twisty');
        await page.waitForTimeout(50);
      }
    },
  ],
];

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Of the main thread of the page, in milliseconds: by the clock, and of the processor's time. */
async function longestTask(browser: Browser, page: Page, act: () => Promise<void>) {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-toplevel'] });
  await act();
  await page.waitForTimeout(300);
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    (await browser.stopTracing()).toString(),
  );
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && /RunTask/.test(name) && main.has(`${pid} ${tid}`),
  );
  const most = (of: (task: TraceEvent) => number | undefined) =>
    tasks.reduce((longest, task) => Math.max(longest, (of(task) ?? 0) / 1000), 0);
  return { tasks: tasks.length, wall: most(({ dur }) => dur), cpu: most(({ tdur }) => tdur) };
}

const MB = 1e6;

async function memory(browser: Browser, page: Page): Promise<readonly Figure[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
  const rss = await rendererBytes(await browser.newBrowserCDPSession());
  return [
    figure('tree-page/heap', 'MB', heap / MB),
    ...(rss === undefined ? [] : [figure('tree-page/renderer', 'MB', rss / MB)]),
  ];
}

/** What the largest process of a page has of memory for itself and its share of what it shares; on Linux. */
async function rendererBytes(session: CDPSession): Promise<number | undefined> {
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const sizes = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1]);
    return Math.max(...sizes.map((kilobytes) => Number(kilobytes) * 1024));
  } catch {
    return undefined;
  }
}
