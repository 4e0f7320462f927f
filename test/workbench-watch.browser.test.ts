/** The workbench as it is, to whoever watches and intervenes: a run from its first step, checkpoints that two people let
 *  through, and every page of a project whose words would all like to be scripts. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { PATIENCE_MS } from './command.ts';
import { long } from './long.ts';
import { FAULTLESS, lookedAt } from './workbench/looked-at.ts';
import { builtWithPages, seen, Workbench } from './workbench/served.ts';
import { AS_ADA, makeWhole, pagesOf, type Words } from './workbench/whole.ts';

const browser = await launchBrowser();
const NO_BROWSER = browser ? '' : ' (none can be launched here)';
/** «npm run prove workbench» watches the whole demo. */
const POWERS = process.env.CAPSTAN_POWERS ?? '8';
const TASK = ['permutation-powering', '--size', '8', '--replicas', '1', '--quiet'];
const SMALL = [...TASK, '--powers', '8'];

beforeAll(async () => {
  if (browser) await builtWithPages();
}, PATIENCE_MS);
afterAll(() => browser?.close());

describe.skipIf(!browser)(`watching in a browser${NO_BROWSER}`, () => {
  test(
    'a run is seen to begin, to learn and to end, and nothing is loaded again',
    () =>
      Workbench.with({ browser: browser!, name: 'live' }, async (bench) => {
        const page = await bench.page('/runs');
        await seen(page, 'No runs yet');
        await page.evaluate('window.isTheSame = true');
        const run = bench.atWork('run', ...TASK, '--powers', POWERS, '--run', 'runs/live');
        await page.getByRole('link', { name: 'live', exact: true }).first().click();
        await page.getByRole('heading', { name: 'live', level: 1 }).waitFor();
        const looks = new Set<string>();
        const look = async () => {
          const steps = /([\d,]+) steps/.exec((await page.locator('.top-line').textContent()) ?? '')?.[1];
          const columns = await page.locator('.horizon tfoot th').count();
          looks.add(`${columns} ${steps}`);
          return page.getByText('finished').isVisible();
        };
        await expect.poll(look, { timeout: 40_000, interval: 50 }).toBe(true);
        expect((await run.ended).status).toBe(0);
        const counts = [...looks].map((one) => one.split(' ')[0]);
        expect(new Set(counts).size).toBeGreaterThan(1); // iterations came one by one
        await seen(page, 'Gates');
        expect(await page.locator('.panel').count()).toBeGreaterThan(2);
        expect(await page.evaluate('window.isTheSame')).toBe(true);
        writeFileSync(join(bench.folder, 'runs/live/evaluation.html'), '<h1>Evaluated</h1>');
        await page.reload();
        await page.getByRole('link', { name: 'how good it is' }).click();
        await page.getByRole('heading', { name: 'Evaluated' }).waitFor();
      }),
    PATIENCE_MS,
  );

  long(
    'what passed its gate is served once two people have said so, and one of them rolls back',
    () =>
      Workbench.with(
        {
          browser: browser!,
          name: 'promotion',
          prepare: async (bench) => {
            await bench.here('people', 'add', 'cyd', '--role', 'operator');
            await bench.here('people', 'add', 'dan', '--role', 'operator', '--as', 'cyd');
            const { stdout } = await bench.here('policy', 'show');
            const own = stdout.replace('"promotion": "gate"', '"promotion": "people"');
            writeFileSync(join(bench.folder, 'capstan.policy.json'), own);
            const asked = await bench.here('policy', 'adopt', '--as', 'cyd');
            await bench.here('approve', /request (\d+)/.exec(asked.stdout)![1]!, '--as', 'dan');
            await bench.here('run', ...SMALL, '--run', 'runs/one');
          },
        },
        async (bench) => {
          const [cyd, dan] = [
            await bench.page('/models', await bench.keyOf('cyd', 'operator')),
            await bench.page('/models', await bench.keyOf('dan', 'operator')),
          ];
          const checkpoint = (page: Page, iteration: number) =>
            page.getByRole('link', { name: `X${iteration} level` });
          for (const iteration of [1, 2]) {
            await checkpoint(cyd, iteration).click();
            await confirm(cyd, 'Promote …', 'Request: promote');
            await seen(cyd, 'approved by cyd; 1 more person is needed');
            expect(await cyd.locator('.is-serving[aria-current]').count()).toBe(0);
            await checkpoint(dan, iteration).click();
            await confirm(dan, 'Approve …', 'Approve');
            for (const page of [cyd, dan]) await page.locator('.is-serving[aria-current]').waitFor();
          }
          await checkpoint(dan, 1).click();
          await confirm(dan, 'Roll back to it …', 'Roll back to it');
          for (const page of [dan, cyd])
            await page.locator('.is-serving').filter({ hasText: 'X1' }).waitFor();
          const kinds = (await bench.json<{ kind: string; signers?: unknown }[]>('ledger', 'list'))
            .map(({ kind }) => kind)
            .filter((kind) => /^(model|request|act)-/.test(kind));
          expect(kinds.filter((kind) => kind === 'model-promoted')).toHaveLength(2);
          expect(kinds.at(-1)).toBe('model-rolled-back');
          await bench.here('ledger', 'verify');
        },
      ),
    PATIENCE_MS,
  );
});

const LONG_MS = 300_000;
/** Every word of it would like to be run. */
const BAD = '<img src=x onerror=window.ran=1>';
const WORSE = `${BAD}<script>window.ran = 1</script><a href="javascript:window.ran = 1">here</a>`;
const HOSTILE: Words = {
  question: `${WORSE}?`,
  parts: [`a ${WORSE}`, `b ${WORSE}`],
  answers: [WORSE, `javascript:window.ran = 1 ${BAD}`],
  answer: WORSE,
  correction: `c ${WORSE}`,
  reason: WORSE,
  document: `${WORSE}\n`,
  file: `${BAD}.txt`,
  run: BAD,
};

describe.skipIf(!browser)(`every page in a browser${NO_BROWSER}`, () => {
  long(
    'has nothing that axe finds, is gone through by keyboard, stands still, is no wider than a telephone, and runs nothing that anybody wrote',
    () =>
      Workbench.with(
        {
          ...{ browser: browser!, name: 'whole', options: AS_ADA },
          prepare: (bench) => makeWhole(bench, HOSTILE),
        },
        async (bench) => {
          // The page itself has to be safe, whatever policy it is served with.
          const page = await bench.page('/', undefined, { bypassCSP: true });
          for (const { path, shows } of await pagesOf(bench, HOSTILE)) {
            const found = await lookedAt(page, async () => {
              await page.goto(bench.url + path);
              await page.locator(shows).first().waitFor();
            });
            expect.soft([path, ...found]).toEqual([path, ...FAULTLESS]);
          }
          const found = await lookedAt(page, async () => {
            await page.getByRole('button', { name: 'Sign out' }).click();
            await page.getByRole('heading', { name: 'Sign in' }).waitFor();
          });
          expect(found).toEqual(FAULTLESS);
        },
      ),
    LONG_MS,
  );
});

/** With a reason. */
async function confirm(page: Page, opens: string, verb: string): Promise<void> {
  await page.locator('main').getByRole('button', { name: opens }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('looked at its gate');
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}
