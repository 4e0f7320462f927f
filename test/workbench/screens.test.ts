/** Pictures of every page, in the light and in the dark, on a desk and in the hand: «npm run screens» makes them anew. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { launchBrowser } from '../browser.ts';
import { smaller } from './png.ts';
import { builtWithPages, Workbench } from './served.ts';
import { AS_ADA, makeWhole, PLAIN, pagesOf } from './whole.ts';

/** Where to. */
const FOLDER = process.env.CAPSTAN_SCREENS;
const SIZES = [
  { width: 1440, height: 820 },
  { width: 390, height: 780 },
] as const;
const BYTES_MAX = 3 * 2 ** 20;
const PATIENCE_MS = 300_000;

test.skipIf(FOLDER === undefined)(
  'pictures of every page (CAPSTAN_SCREENS says where to)',
  async () => {
    const folder = FOLDER!;
    const browser = (await launchBrowser())!;
    await builtWithPages();
    mkdirSync(folder, { recursive: true });
    let bytes = 0;
    const shoot = async (page: Page, name: string) => {
      for (const size of SIZES)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize(size);
          await page.emulateMedia({ colorScheme });
          await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
          // Another width is another layout, of curves too.
          await page.waitForTimeout(300);
          const picture = smaller(await page.screenshot());
          writeFileSync(join(folder, `${name}-${size.width}-${colorScheme}.png`), picture);
          bytes += picture.length;
        }
    };
    await Workbench.with(
      { browser, name: 'atlas', options: AS_ADA, prepare: (bench) => makeWhole(bench, PLAIN) },
      async (bench) => {
        const page = await bench.page('/');
        for (const { name, path, shows } of await pagesOf(bench, PLAIN)) {
          if (name === 'versions') continue; // a tab of the tree
          await page.setViewportSize(SIZES[0]);
          await page.goto(bench.url + path);
          await page.locator(shows).first().waitFor();
          await shoot(page, name);
          if (name === 'turn') {
            await page.keyboard.press('r');
            await page.keyboard.type('yes, by 34 m');
            await page.keyboard.press('Enter');
            await shoot(page, 'turn-sure');
          }
        }
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await shoot(page, 'sign-in');
      },
    );
    await browser.close();
    expect(bytes).toBeLessThan(BYTES_MAX);
  },
  PATIENCE_MS,
);
