/** The report in a real browser: it asks for nothing, fits any width, reads in both themes, and needs no mouse. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../src/report/record.ts';
import { renderReport } from '../src/report/report.ts';
import { launchBrowser, TEXTS_OF_LOW_CONTRAST } from './browser.ts';
import {
  deepRecord,
  failedRecord,
  gradedRecord,
  noisyRecord,
  runningRecord,
  runRecord,
  supervisedRecord,
} from './fixtures/run-record.ts';

const browser = await launchBrowser();
const folder = mkdtempSync(join(tmpdir(), 'capstan-report-'));
const records = {
  finished: runRecord(),
  failed: failedRecord(),
  running: runningRecord(),
  graded: gradedRecord(),
  deep: deepRecord(),
  supervised: supervisedRecord(),
  noisy: noisyRecord('systematic'),
};
type Name = keyof typeof records;

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!browser)(`the report in a browser${browser ? '' : ' (none can be launched here)'}`, () => {
  test.each(Object.keys(records) as Name[])(
    '%s: it requests itself only, and the console is silent',
    async (name) => {
      await opened(records[name], {}, async (page, { requests, complaints, url }) => {
        await page.mouse.move(300, 300);
        expect(requests).toEqual([url]);
        expect(complaints).toEqual([]);
      });
    },
  );

  test.each([360, 1600])('%i pixels wide, the page does not scroll sideways', async (width) => {
    for (const record of Object.values(records))
      await opened(record, { width }, async (page) => {
        const scrolled = await page.evaluate('document.documentElement.scrollWidth');
        expect(scrolled).toBeLessThanOrEqual(width);
      });
  });

  test.each([360, 1280])('%i pixels wide, no label of an axis is cut off at the left', async (width) => {
    const equal = runRecord({ gates: { advance: 0.95, finish: 0.95 } });
    for (const record of [...Object.values(records), equal])
      await opened(record, { width }, async (page) => {
        const cut = await page.evaluate<string[]>(
          `[...document.querySelectorAll('.tick.y')].filter((one) => {
            const text = document.createRange();
            text.selectNodeContents(one);
            return text.getBoundingClientRect().left < 0;
          }).map((one) => one.textContent)`,
        );
        expect(cut).toEqual([]);
      });
  });

  test('what is wider than the page scrolls in a place of its own that the keyboard reaches', async () => {
    await opened(records.finished, { width: 360 }, async (page) => {
      const wide = await page.evaluate<number[]>(
        `[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.tabIndex)`,
      );
      expect(wide.length).toBeGreaterThan(2);
      expect(wide.every((index) => index === 0)).toBe(true);
    });
  });

  test('light and dark are two themes of the same tokens', async () => {
    const tokens = `(() => {
      const style = getComputedStyle(document.documentElement);
      const names = ['--paper', '--ink', '--quiet', '--hair', '--accent', '--right', '--wrong', '--waiting'];
      return [...names.map((name) => style.getPropertyValue(name)), style.backgroundColor];
    })()`;
    const seen: string[][] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      await opened(
        records.finished,
        { colorScheme },
        async (page) => void seen.push(await page.evaluate<string[]>(tokens)),
      );
    const [light, dark] = seen;
    expect(light!.every((value, i) => value !== '' && value !== dark![i])).toBe(true);
  });

  test.each(['light', 'dark'] as const)(
    '%s: every text has a contrast of at least 4.5',
    async (colorScheme) => {
      for (const record of Object.values(records))
        await opened(record, { colorScheme }, async (page) => {
          const { low, looked } = await page.evaluate<{ low: string[]; looked: number }>(
            TEXTS_OF_LOW_CONTRAST,
          );
          expect(looked).toBeGreaterThan(200);
          expect(low).toEqual([]);
        });
    },
  );

  test('the keyboard alone switches the time axis, and the focus can be seen', async () => {
    await opened(records.finished, {}, async (page) => {
      await tabTo(page, '#axis-steps');
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      expect(await shown(page)).toEqual({ steps: true, seconds: false });
      await page.keyboard.press('ArrowRight');
      expect(await shown(page)).toEqual({ steps: false, seconds: true });
      await page.keyboard.press('ArrowLeft');
      expect(await shown(page)).toEqual({ steps: true, seconds: false });
    });
  });

  test('the time axis switches without scripts too, and nothing is hidden but the cursor', async () => {
    await opened(records.finished, { javaScriptEnabled: false }, async (page) => {
      await page.check('#axis-seconds');
      expect(await page.isVisible('.by-seconds')).toBe(true);
      expect(await page.isVisible('.by-steps')).toBe(false);
      expect(await page.isVisible('.cursor-control')).toBe(false);
      expect(await page.isVisible('.tree .leaf')).toBe(true);
    });
  });

  test('the cursor reads all curves at its time, by key and by pointer', async () => {
    await opened(records.finished, {}, async (page) => {
      const first = () => page.textContent('.by-steps .multiple:nth-child(4) output[data-name=X]');
      const end = await first();
      await tabTo(page, '.cursor-control input');
      await page.keyboard.press('Home');
      expect(await page.textContent('.cursor-control output')).toBe('step 0');
      expect(Number(await first())).toBeLessThan(10);
      await page.keyboard.press('End');
      expect(await first()).toBe(end);
      const plot = page.locator('.by-steps .plot').first();
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      expect(await page.textContent('.cursor-control output')).toBe('step 260');
    });
  });

  test('everything that can be operated is reached by Tab, and shows it', async () => {
    await opened(records.finished, {}, async (page) => {
      const expected = await page.evaluate(
        `document.querySelectorAll('a,button,summary,[tabindex="0"],input[type=range],input:checked').length`,
      );
      let reached = 0;
      for (; reached < 200; reached++) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(
          `document.activeElement === document.body ? 'left' : getComputedStyle(document.activeElement).outlineStyle`,
        );
        if (seen === 'left') break;
        expect(seen).toBe('solid');
      }
      expect(reached).toBe(expected);
    });
  });
});

interface Circumstances {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

interface Observed {
  readonly url: string;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

async function opened(
  record: RunRecord,
  { width = 1000, ...others }: Circumstances,
  look: (page: Page, observed: Observed) => Promise<void>,
): Promise<void> {
  const file = join(folder, 'report.html');
  writeFileSync(file, renderReport(record));
  const context = await browser!.newContext({ viewport: { width, height: 800 }, ...others });
  try {
    const page = await context.newPage();
    const observed = { url: pathToFileURL(file).href, requests: [] as string[], complaints: [] as string[] };
    page.on('request', (request) => observed.requests.push(request.url()));
    page.on('console', (message) => observed.complaints.push(message.text()));
    page.on('pageerror', (error) => observed.complaints.push(error.message));
    await page.goto(observed.url);
    await look(page, observed);
  } finally {
    await context.close();
  }
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

async function shown(page: Page): Promise<{ steps: boolean; seconds: boolean }> {
  return { steps: await page.isVisible('.by-steps'), seconds: await page.isVisible('.by-seconds') };
}
