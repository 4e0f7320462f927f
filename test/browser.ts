/** A real browser for tests: the packaged Chromium if it runs here, else one that the machine has, else none. */

import packaged from '@sparticuz/chromium';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

/** For the packaged Chromium's usual home; here they would loosen what the tests look at, or end the browser early. */
const NOT_HERE = new Set([
  '--single-process',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--no-zygote',
]);

const LAUNCH_MS = 30_000;

/** Undefined when no browser can be launched: skip by name, never silently pass. */
export async function launchBrowser(): Promise<Browser | undefined> {
  for (const options of [
    packagedOptions,
    async () => ({ executablePath: '/usr/bin/chromium' }),
    async () => ({ channel: 'chrome' }),
  ]) {
    try {
      return await chromium.launch({ timeout: LAUNCH_MS, ...(await options()) });
    } catch {
      // The next one may do.
    }
  }
  return undefined;
}

async function packagedOptions(): Promise<LaunchOptions> {
  const executablePath = await packaged.executablePath();
  return {
    executablePath,
    args: packaged.args.filter((flag) => !NOT_HERE.has(flag) && !flag.startsWith('--headless')),
  };
}

/** Runs in the page. WCAG 2.2 §1.4.3 over every text that is seen, on the nearest ground that is not transparent. */
export const TEXTS_OF_LOW_CONTRAST = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (from) => {
    const colour = getComputedStyle(from).backgroundColor;
    return (channels(colour)[3] ?? 1) > 0 || !from.parentElement ? colour : ground(from.parentElement);
  };
  const low = [];
  let looked = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const parent = text.parentElement;
    if (!text.nodeValue.trim() || !parent.checkVisibility() || parent.closest('script,.rest')) continue;
    looked++;
    const [a, b] = [luminance(getComputedStyle(parent).color), luminance(ground(parent))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (!(contrast >= 4.5)) low.push(text.nodeValue.trim().slice(0, 40) + ': ' + contrast.toFixed(2));
  }
  return { low, looked };
})()`;
