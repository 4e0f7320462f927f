/** The pages of runs, comparisons, checkpoints, controls and the ledger in a real browser, of a project in which two runs have
 *  been and a third is watched. The second has a name that would like to be a script. */

import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pagesIn } from '../src/cli/pages.ts';
import { type Listening, listen } from '../src/cli/socket.ts';
import { modelsOf } from '../src/project/models.ts';
import { recorder } from '../src/project/recorder.ts';
import { verifyLedger } from '../src/record/verify.ts';
import type { Place } from '../src/server/place.ts';
import { server } from '../src/server/server.ts';
import { launchBrowser } from './browser.ts';
import { buildPages } from './built-pages.ts';
import { memoryPlace } from './place.ts';
import { carryOutTiny, createTiny, PATIENCE_MS, tiny } from './tiny-run.ts';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const violations = (rule?: string): string =>
  `axe.run({ resultTypes: ['violations'], preload: false${rule ? `, runOnly: ['${rule}']` : ''} }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + failureSummary).join()))`;
const SCRIPT = '<img src=x onerror=window.ran=1>';
const TWO = `two ${SCRIPT}`;
const WITHIN_MS = 10_000;
/** Of the tiny runs' task, of eight powers. */
const LEVELS = 3;

const browser = await launchBrowser();
const home = fs.mkdtempSync(join(tmpdir(), 'capstan-run-pages-'));
const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
let pages: string;
let place: Place;
let listening: Listening;

const carryOut = (name: string) =>
  carryOutTiny({ path: `runs/${name}`, ledger: 'ledger' }, { record: recorder() });

beforeAll(async () => {
  if (!browser) return;
  pages = await buildPages();
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  for (const [name, seed] of [
    ['one', 1],
    [TWO, 2],
  ] as const) {
    createTiny({ path: `runs/${name}`, configuration: tiny({ seed }) });
    await carryOut(name);
  }
  const files = pagesIn(pages);
  const keys = {
    all: { id: 'person:all', roles: ['overseer', 'operator', 'auditor'] },
    overseer: { id: 'person:overseer', roles: ['overseer'] },
  } as const;
  place = memoryPlace({ ...keys }, { now: Date.now, ...(files && { pages: files }) });
  listening = await listen(server(place), { host: '127.0.0.1', port: 0 });
}, PATIENCE_MS);

afterAll(async () => {
  await browser?.close();
  await listening?.close(0);
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  fs.rmSync(home, { recursive: true, force: true });
});

const entries = () => verifyLedger('ledger').entries;
const hashes = (run: string): readonly string[] => modelsOf(`runs/${run}`).map(({ hash }) => hash);
const inAddress = (run: string): string => encodeURIComponent(run);

const PAGES = (): readonly (readonly [path: string, shows: string])[] => [
  ['/runs', '.rows'],
  [`/runs/${inAddress(TWO)}`, '.horizon'],
  [`/compare?first=one@1&second=${inAddress(TWO)}`, '.forest'],
  ['/compare', '.pickers'],
  ['/models', '.checkpoint'],
  [`/models/${hashes(TWO)[1]}`, '.card'],
  ['/controls', '.acts'],
  ['/ledger?kind=gate-decided', '.entry'],
  [`/ledger/${entries().find(({ kind }) => kind === 'gate-decided')!.seq}`, '.entry-detail'],
];

describe.skipIf(!browser)(`watching runs${browser ? '' : ' (no browser can be launched here)'}`, () => {
  test('axe finds nothing on any page, light and dark; none scrolls sideways; no script of a name runs', () =>
    signedIn({}, async (page, { complaints }) => {
      for (const [path, shows] of PAGES()) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.emulateMedia({ colorScheme: 'light' });
        await open(page, path, shows);
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
        await page.evaluate(AXE);
        expect([path, await page.evaluate(violations())]).toEqual([path, []]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect([path, await page.evaluate(violations('color-contrast'))]).toEqual([path, []]);
        await page.setViewportSize({ width: 390, height: 800 });
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
        expect(await page.evaluate('window.ran')).toBeUndefined();
      }
      expect(complaints).toEqual([]);
    }));

  test('all that can be acted on is reached by keyboard, and one sees where one is', () =>
    signedIn({}, async (page) => {
      for (const [path, shows] of PAGES()) {
        await open(page, path, shows);
        const all = await page.evaluate<number>(`(window.left = new Set([...document.querySelectorAll(
          'a[href], button:enabled, input:enabled, select:enabled, summary')].filter((one) => one.checkVisibility()))).size`);
        // What scrolls is reached as well, and the browser's own bar is once around.
        for (let i = 0, left = all; i < 2 * all + 8 && left > 0; i++) {
          await page.keyboard.press('Tab');
          const [now, isSeen] = await page.evaluate<
            [number, boolean]
          >(`(window.left.delete(document.activeElement),
            [window.left.size, getComputedStyle(document.activeElement).outlineStyle !== 'none'])`);
          if (now < left) expect([path, now, isSeen]).toEqual([path, now, true]);
          left = now;
        }
        expect([path, await page.evaluate('[...window.left].map((one) => one.outerHTML)')]).toEqual([
          path,
          [],
        ]);
      }
    }));

  test('two runs are chosen and put side by side, with what both answer to the same questions', () =>
    signedIn({}, async (page) => {
      await open(page, '/runs', '.rows');
      await page.getByLabel('compare one').check();
      await page.getByLabel(`compare ${TWO}`).check();
      await page.getByRole('link', { name: 'Compare the two chosen' }).click();
      await page.waitForSelector('.forest');
      expect(await page.locator('.forest tbody tr').count()).toBe(1 + LEVELS);
      expect(await page.locator('.settings-table tbody tr').allTextContents()).toEqual(['seed12']);
      await page.getByLabel('First iteration').selectOption('1');
      await page.getByText('one after iteration 1').waitFor();
      expect(new URL(page.url()).searchParams.get('first')).toBe('one@1');
    }));

  test('a run that goes on is watched without loading anything again', () =>
    signedIn({}, async (page) => {
      createTiny({ path: 'runs/three', configuration: tiny({ seed: 3 }) });
      await open(page, '/runs/three', 'h1');
      await page.getByText('not begun').waitFor();
      await page.evaluate(`document.querySelector('h1').isTheSame = true`);
      await carryOut('three');
      place.changes.tell({ topic: 'run', run: 'three' });
      await page.getByText('finished').waitFor();
      expect(await page.locator('.horizon thead, .horizon tfoot th').count()).toBe(2);
      expect(await page.evaluate(`document.querySelector('h1').isTheSame`)).toBe(true);
    }));

  test('a checkpoint is rolled back to and one is revoked, with reasons, and both are on the ledger', () =>
    signedIn({}, async (page) => {
      const [first, second] = hashes('one');
      await open(page, `/models/${first}`, '.card');
      await confirm(page, 'Roll back to it …', 'Roll back to it');
      await page.locator('.is-serving[aria-current]').waitFor();
      expect(entries().at(-1)).toMatchObject({ kind: 'model-rolled-back', subjects: [{ sha256: first }] });
      await open(page, `/models/${second}`, '.card');
      await confirm(page, 'Revoke …', 'Revoke');
      await page.locator('.is-revoked[aria-current]').waitFor();
      expect(entries().at(-1)).toMatchObject({ kind: 'model-revoked', subjects: [{ sha256: second }] });
      await page.locator('.acts').waitFor({ state: 'detached' });
    }));

  test('what takes two people says who is still needed, and whoever may approves it with a reason', () =>
    signedIn({}, async (page) => {
      const asked = {
        number: 7,
        act: 'promote',
        about: `${TWO}, checkpoint 01234567`,
        people: ['person:bo'],
      };
      const requests = [{ ...asked, needed: 2, expires: '2030-01-01T00:00:00.000Z', isMine: true }];
      await page.route('**/api/controls', (route) => route.fulfill({ json: { may: [], requests } }));
      const sent: unknown[] = [];
      await page.route('**/api/requests/7/approve', (route) => {
        sent.push(route.request().postDataJSON());
        return route.fulfill({ json: { kind: 'done', entry: 8 } });
      });
      await open(page, '/controls', '.requests');
      expect(await page.locator('.requests').textContent()).toContain(
        'approved by bo; 1 more person is needed',
      );
      await confirm(page, 'Approve …', 'Approve');
      await page.getByText('Done: entry 8 of the ledger.').waitFor();
      expect(sent).toEqual([{ reason: SCRIPT }]);
      expect(await page.evaluate('window.ran')).toBeUndefined();
    }));

  test('work is stopped and goes on from the page of controls', () =>
    signedIn({}, async (page) => {
      await open(page, '/controls', '.acts');
      await confirm(page, 'Pause …', 'Pause');
      await page.getByText('Work is paused, by').waitFor();
      await confirm(page, 'Resume …', 'Resume');
      await page.getByText('Work goes on').waitFor();
      expect(
        entries()
          .slice(-2)
          .map(({ kind }) => kind),
      ).toEqual(['work-paused', 'work-resumed']);
    }));

  test('the ledger is searched, opened and verified in the browser, and damage is found there', () =>
    signedIn({}, async (page) => {
      await open(page, '/ledger', '.entry');
      const size = entries().length;
      await page.getByRole('button', { name: 'Verify here' }).click();
      await page.getByText(`Verified in`).waitFor();
      expect(await page.locator('.verify').textContent()).toContain(`${size} entries`);
      await page.getByLabel('kind').selectOption('gate-decided');
      const gates = entries().filter(({ kind }) => kind === 'gate-decided');
      await page.getByText(`${gates.length} entries, the newest first`).waitFor();
      await page.locator('.entry summary').first().click();
      await page.getByRole('link', { name: 'by itself' }).click();
      await page.getByRole('heading', { name: `Entry ${gates.at(-1)!.seq}: gate-decided` }).waitFor();
      await page.getByRole('button', { name: 'Verify here' }).click();
      await page.getByText('hashes lead from it to the root').waitFor();

      const path = `ledger/log/tile/entries/000.p/${size}`;
      const bytes = fs.readFileSync(path);
      fs.writeFileSync(path, bytes.toString('latin1').replace('"ida"', '"idb"'), 'latin1');
      await open(page, '/ledger', '.entry');
      await page.getByRole('button', { name: 'Verify here' }).click();
      await page.getByText('Not verified.').waitFor();
      fs.writeFileSync(path, bytes);
    }));

  test('an overseer is told whose these pages are', () =>
    signedIn({ key: 'overseer' }, async (page) => {
      for (const [path] of PAGES()) {
        await page.goto(new URL(path, listening.url).href);
        await page.getByRole('heading', { name: 'Not yours to see' }).waitFor();
      }
    }));
});

async function open(page: Page, path: string, shows: string): Promise<void> {
  await page.goto(new URL(path, listening.url).href);
  await page.locator(shows).first().waitFor({ timeout: WITHIN_MS });
}

/** With a reason that would like to be a script. */
async function confirm(page: Page, opens: string, verb: string): Promise<void> {
  await page.locator('main').getByRole('button', { name: opens }).click();
  const dialog = page.getByRole('dialog');
  const done = dialog.getByRole('button', { name: verb, exact: true });
  expect(await done.isDisabled()).toBe(true);
  await dialog.getByLabel('Reason').fill(SCRIPT);
  await done.click();
  await dialog.waitFor({ state: 'detached' });
}

interface Seen {
  /** What the console says, and what breaks. */
  readonly complaints: readonly string[];
}

async function signedIn(
  { key = 'all', ...options }: BrowserContextOptions & { readonly key?: string },
  look: (page: Page, seen: Seen) => Promise<void>,
): Promise<void> {
  const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(WITHIN_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${listening.url}runs#key=${key}`);
    await page.locator('.who').waitFor();
    await look(page, { complaints });
  } finally {
    await context.close();
  }
}
