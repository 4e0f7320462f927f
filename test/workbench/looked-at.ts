/** One page as those find it who cannot see it, use no mouse, mind what moves, or hold a telephone. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [DESKTOP, TELEPHONE] = [
  { width: 1440, height: 900 },
  { width: 390, height: 800 },
];
/** What scrolls is reached as well, and the browser's own bar is once around. */
const MORE_STOPS = 30;

/** What axe finds in the light and, of colours, in the dark; what is not reached by keyboard, or not seen to be; what moves;
 *  how much too wide it is; what ran that should be words. */
export const FAULTLESS = [[], [], [], [], 0, undefined] as const;

/** `open`: comes to the page, in the light. */
export async function lookedAt(page: Page, open: () => Promise<unknown>): Promise<readonly unknown[]> {
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: 'light' });
  await open();
  const unreached = await walked(page);
  await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
  await page.evaluate(AXE);
  const light = await page.evaluate(violations());
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(SETTLED);
  const dark = await page.evaluate(violations('color-contrast'));
  await page.setViewportSize(TELEPHONE);
  const wider = `Math.max(0, document.documentElement.scrollWidth - innerWidth)`;
  return [
    ...[light, dark, unreached, await page.evaluate(MOVES)],
    ...[await page.evaluate(wider), await page.evaluate('window.ran')],
  ];
}

const violations = (rule?: string): string =>
  `axe.run(${rule ? `{ runOnly: ['${rule}'] }` : ''}).then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html, failureSummary }) => html + failureSummary).join()))`;

/** Another scheme has come to all colours with the next picture. */
const SETTLED = `new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

/** A hundredth of a second is at once. */
const MOVES = `[...document.querySelectorAll('*')].filter((one) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
  const most = (times) => Math.max(...times.split(',').map((time) => parseFloat(time)));
  return most(transitionDuration) > 0.01 || (animationName !== 'none' && most(animationDuration) > 0.01);
}).map((one) => one.outerHTML.slice(0, 200))`;

/** What can be acted on and is not reached by Tab; of a group of which one has the place of all, any will do. */
const CONTROLS = `[...document.querySelectorAll('a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary')]
  .filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.closest('[inert]'))`;

async function walked(page: Page): Promise<readonly string[]> {
  const unseen: string[] = [];
  await page.evaluate('document.activeElement?.blur()');
  const all = await page.evaluate<number>(`(window.left = new Set(${CONTROLS})).size`);
  for (let i = 0, left = all; i < 2 * all + MORE_STOPS && left > 0; i++) {
    await page.keyboard.press('Tab');
    const [now, isSeen, what] = await page.evaluate<readonly [number, boolean, string]>(`(() => {
      const { activeElement } = document;
      window.left.delete(activeElement);
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      return [window.left.size, outlineStyle !== 'none' && parseFloat(outlineWidth) > 0, activeElement.outerHTML.slice(0, 200)];
    })()`);
    if (now < left && !isSeen) unseen.push(`no outline: ${what}`);
    left = now;
  }
  const left = await page.evaluate<readonly string[]>(
    '[...window.left].map((one) => one.outerHTML.slice(0, 200))',
  );
  return [...unseen, ...left];
}
