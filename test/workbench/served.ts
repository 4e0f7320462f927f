/** A project with its workbench, as somebody has it: `capstan serve` in a process of its own, a real browser for each person,
 *  and the command line beside. What a page complains of, whichever, is a failure. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ROLES } from '../../src/authority/policy.ts';
import { withPages } from '../built-pages.ts';
import { type AtWork, BUILT, capstan, capstanAtWork, type Ended, SCRATCH } from '../command.ts';

/** For a machine that has other things to do. */
const WITHIN_MS = 10_000;
const DESKTOP = { width: 1440, height: 900 };

/** Questions in words, for whoever is to decide and to answer. */
const RECIPE = `export const recipe = {
  name: 'steps',
  policy: 'Ask what you would have to know first, one step after another. Reply in a few words.',
  question: ({ text = 'Why?', documents }) => ({ text, documents }),
  depth: 1,
};
`;

/** Once for each file of tests: the program that it starts has them then. */
export const builtWithPages = () => withPages(BUILT);

export class Workbench {
  readonly folder: string;
  readonly #browser: Browser;
  readonly #options: readonly string[];
  readonly #contexts: BrowserContext[] = [];
  readonly #complaints: string[] = [];
  #server!: AtWork;
  #url = '';
  #link = '';

  private constructor(browser: Browser, name: string, options: readonly string[]) {
    this.#browser = browser;
    this.#options = options;
    this.folder = join(SCRATCH, name);
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'steps.ts'), RECIPE);
  }

  /** `prepare`: what is in the project before it is served; the command line is there, the server is not. */
  static async with(
    { browser, name, options = [], prepare }: Setting,
    work: (bench: Workbench) => Promise<void>,
  ): Promise<void> {
    const bench = new Workbench(browser, name, options);
    await prepare?.(bench);
    await bench.#start('0');
    try {
      await work(bench);
      expect(bench.#complaints).toEqual([]);
    } finally {
      for (const context of bench.#contexts) await context.close();
      await bench.kill();
    }
  }

  get url(): string {
    return this.#url;
  }

  /** In the project; it has to end well. */
  async here(...args: readonly string[]): Promise<Ended> {
    const ended = await capstan(args, { folder: this.folder });
    if (ended.status !== 0) throw new Error(`capstan ${args.join(' ')}: ${ended.stderr}`);
    return ended;
  }

  atWork(...args: readonly string[]): AtWork {
    return capstanAtWork(args, { folder: this.folder });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse((await this.here(...args, '--json')).stdout) as T;
  }

  /** One more key of somebody who may do all there is, or only as much. */
  async keyOf(person: string, ...roles: readonly string[]): Promise<string> {
    const said = (roles.length > 0 ? roles : ROLES).flatMap((role) => ['--role', role]);
    return (await this.here('keys', 'add', person, ...said)).stdout.trim();
  }

  /** A browser of somebody: nothing in it is from another. Without a key it is whoever sits at this machine. */
  async page(path: string, key = this.#link, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: DESKTOP,
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(WITHIN_MS);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => this.#complaints.push(message));
    page.on('console', (message) => {
      // Without a server there is nothing to be fetched, which the browser says on its own.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.#complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.#url)) this.#complaints.push(`asks ${request.url()}`);
    });
    await page.goto(`${this.#url}${path}#key=${key}`);
    return page;
  }

  /** As by a power cut. */
  async kill(): Promise<void> {
    this.#server.process.kill('SIGKILL');
    await this.#server.ended;
  }

  /** Where it was. */
  startAgain(): Promise<void> {
    return this.#start(new URL(this.#url).port);
  }

  async #start(port: string): Promise<void> {
    this.#server = this.atWork('serve', '--port', port, ...this.#options);
    const server = this.#server;
    const said = await new Promise<string>((resolve, reject) => {
      server.process.stdout.once('data', resolve);
      void server.ended.then(({ stderr }) => reject(new Error(stderr)));
    });
    const { origin, hash } = new URL(said.trim());
    this.#url = origin;
    this.#link = hash.slice('#key='.length);
  }
}

interface Setting {
  readonly browser: Browser;
  /** Of its folder. */
  readonly name: string;
  /** Of «capstan serve». */
  readonly options?: readonly string[];
  readonly prepare?: (bench: Workbench) => Promise<unknown>;
}

export const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
export const seen = (page: Page, text: string | RegExp) =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

/** My turn by keyboard alone: a reply, and how sure. */
export async function reply(page: Page, text: string, sure = 4): Promise<void> {
  await page.keyboard.press('r');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await page.keyboard.press(String(sure));
}

export async function ask(page: Page, questions: readonly string[], sure = 4): Promise<void> {
  await page.keyboard.press('a');
  for (const question of questions) {
    await page.keyboard.type(question);
    await page.keyboard.press('Enter');
  }
  // Nothing in the last field: that is all.
  if (questions.length > 0) await page.keyboard.press('Enter');
  await page.keyboard.press(String(sure));
}
