/** The page of an evaluation in a real browser: it asks for nothing, fits any width, reads in both themes, and needs no mouse. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import type { EvaluationReport } from '../src/protocol/report.ts';
import { renderEvaluation } from '../src/report/evaluation.ts';
import { launchBrowser, TEXTS_OF_LOW_CONTRAST } from './browser.ts';

/** To close a browser, on a machine that has other things to do. */
const PATIENCE_MS = 60_000;
const browser = await launchBrowser();
const folder = mkdtempSync(join(tmpdir(), 'capstan-evaluation-'));
const file = join(folder, 'evaluation.html');
const example = JSON.parse(readFileSync('docs/evaluation.example.json', 'utf8')) as EvaluationReport;
writeFileSync(file, renderEvaluation(example));
const url = pathToFileURL(file).href;

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}, PATIENCE_MS);

describe.skipIf(!browser)(
  `an evaluation in a browser${browser ? '' : ' (none can be launched here)'}`,
  () => {
    test.each([
      [360, 'light'],
      [1280, 'dark'],
    ] as const)(
      '%i pixels wide, %s: it fits, reads, and requests itself only',
      async (width, colorScheme) => {
        await opened({ width, colorScheme }, async (page, requests) => {
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          const { low, looked } = await page.evaluate<{ low: string[]; looked: number }>(
            TEXTS_OF_LOW_CONTRAST,
          );
          expect(looked).toBeGreaterThan(1000);
          expect(low).toEqual([]);
          expect(requests).toEqual([url]);
        });
      },
    );

    test('the horizon is on the first screen, and its figures grow from left to right', async () => {
      await opened({ width: 1280, colorScheme: 'light' }, async (page) => {
        const box = await page.locator('.matrix.first').boundingBox();
        expect(box!.y + box!.height).toBeLessThanOrEqual(HEIGHT);
        const row = await page.locator('.matrix.first tfoot tr').last().locator('td').allTextContents();
        const horizons = row.filter((text) => text !== '').map(Number);
        expect(horizons.length).toBeGreaterThan(2);
        expect(horizons).toEqual([...horizons].sort((a, b) => a - b));
        expect(horizons.at(-1)).toBeGreaterThan(horizons[0]!);
      });
    });

    test('everything that can be operated is reached by Tab, and shows it', async () => {
      await opened({ width: 1000, colorScheme: 'light' }, async (page) => {
        const expected = await page.evaluate<number>(`document.querySelectorAll('a,[tabindex="0"]').length`);
        let reached = 0;
        for (; reached <= expected; reached++) {
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
  },
);

const HEIGHT = 900;

async function opened(
  { width, colorScheme }: { readonly width: number; readonly colorScheme: 'light' | 'dark' },
  look: (page: Page, requests: readonly string[]) => Promise<void>,
): Promise<void> {
  const context = await browser!.newContext({ viewport: { width, height: HEIGHT }, colorScheme });
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
    await look(page, requests);
  } finally {
    await context.close();
  }
}
