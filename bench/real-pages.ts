/** Overseers at real pages: each signed in in a browser of their own, answering by keyboard what comes up. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { Random } from '../src/base/random.ts';
import type { Next } from '../src/wire/turn.ts';

export interface PageWatch {
  /** Who was handed which workspace. */
  readonly taken: (item: string) => void;
  /** What the server said that it has. */
  readonly acked: (item: string) => void;
  /** Milliseconds for an answer about what comes next, as the browser has them. */
  readonly answered: (milliseconds: number) => void;
  /** Milliseconds from the key that commits to the next question on the screen. */
  readonly shown: (milliseconds: number) => void;
}

export interface AtPage {
  readonly url: string;
  readonly key: string;
  readonly random: Random;
  readonly thinkMs: number;
  /** On the clock of `performance`. */
  readonly until: number;
}

/** Throws what the page itself complains of. */
export async function workAtPage(browser: Browser, at: AtPage, watch: PageWatch): Promise<void> {
  const context = await browser.newContext();
  const errors: string[] = [];
  try {
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('requestfinished', async (request) => {
      const turn = /\/api\/turns\/(?:(\w+)\/commit|next)$/.exec(new URL(request.url()).pathname);
      const response = turn && (await request.response());
      if (!response?.ok()) return;
      if (turn![1] !== undefined) return watch.acked(turn![1]);
      watch.answered(request.timing().responseEnd);
      const next = (await response.json()) as Next;
      if (next.turn) watch.taken(next.turn.id);
    });
    await page.goto(`${at.url}/turn#key=${at.key}`);
    let question = await another(page, '');
    while (performance.now() < at.until) {
      await sleep((0.5 + at.random.uniform()) * at.thinkMs);
      await page.keyboard.press('r');
      await page.keyboard.type(at.random.uniform() < 0.7 ? 'yes' : 'no');
      await page.keyboard.press('Enter');
      await page.getByText('How sure are you?').first().waitFor();
      const committed = page.waitForResponse(/\/commit$/);
      const pressed = performance.now();
      await page.keyboard.press('4');
      question = await another(page, question);
      watch.shown(performance.now() - pressed);
      await (await committed).finished();
    }
    if (errors.length > 0) throw new Error(`a page complains: ${errors[0]}`);
  } finally {
    await context.close();
  }
}

/** The question on the screen, once it is not that one. */
async function another(page: Page, before: string): Promise<string> {
  const heading = page.locator('.workspace h1', { hasNotText: before === '' ? /^$/ : before });
  await heading.waitFor();
  return (await heading.textContent())!;
}
