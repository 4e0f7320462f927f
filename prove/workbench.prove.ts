/** The workbench at its full length: what the tests try in a few seconds, with all of StrategyQA and the whole demo. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Checks, type Proof } from './proof.ts';

const HERE = fileURLToPath(new URL('../', import.meta.url));
const QUESTIONS = 229;
const POWERS = 16;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly duration?: number;
    }[];
  }[];
}

export const proof: Proof = {
  claim: `In a real browser a person answers all ${QUESTIONS} decompositions of StrategyQA to their roots by keyboard, a whole demo run is watched live, and everything that the tests of the workbench hold true holds`,
  defaults: { seeds: [1], sizes: [8] },
  async prove() {
    const checks = new Checks();
    const files = ['test/workbench.browser.test.ts', 'test/workbench-watch.browser.test.ts'];
    const vitest = spawn(
      'npx',
      [
        'vitest',
        'run',
        '--config',
        'vitest.long.config.ts',
        ...files,
        '--reporter',
        'json',
        '--maxWorkers',
        '1',
      ],
      {
        cwd: HERE,
        env: { ...process.env, CAPSTAN_QUESTIONS: String(QUESTIONS), CAPSTAN_POWERS: String(POWERS) },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    vitest.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    await once(vitest, 'close');
    const report = JSON.parse(text.slice(text.indexOf('{'))) as Report;
    const all = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    for (const { title, status } of all) checks.hold(status === 'passed', `${title}: ${status}`);
    checks.hold(all.length > 0, 'no test was found');
    const rows = all.map(
      ({ title, status, duration = 0 }) => `| ${title} | ${status} | ${seconds(duration)} |`,
    );
    return { text: ['| what | | s |', '|---|---|---:|', ...rows].join('\n'), failures: checks.failures };
  },
};

const MS = 1000;
const seconds = (milliseconds: number): string => (milliseconds / MS).toFixed(1);
