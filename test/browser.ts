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
