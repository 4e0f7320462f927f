/** capstan evaluate, on a run of a few steps: a report that keeps to the protocol, its page, the same again, and what it says of
 *  bad input. */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hch } from '../src/amplify/hch.ts';
import { memo } from '../src/amplify/memo.ts';
import { assess } from '../src/assess/assess.ts';
import { JUDGES } from '../src/assess/audits.ts';
import type { Sizes } from '../src/assess/exams.ts';
import { observe } from '../src/assess/observe.ts';
import type { Observed } from '../src/assess/observed.ts';
import { LIAR, MACHINE, PAIR } from '../src/assess/people.ts';
import type { Audited } from '../src/assess/records.ts';
import { CALIBRATED } from '../src/assess/worth.ts';
import { CapstanError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { faultsIn } from '../src/protocol/conformance.ts';
import type { EvaluationReport } from '../src/protocol/report.ts';
import { auditRun } from '../src/provenance/audit.ts';
import { renderEvaluation } from '../src/report/evaluation.ts';
import { AUDITS, auditByH, auditsText } from '../src/run/audited.ts';
import { CALIBRATION, calibrateCheckpoint, calibrationText } from '../src/run/calibrated.ts';
import { Folder } from '../src/storage/folder.ts';
import { capstan, SCRATCH } from './command.ts';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, saidOf, tiny } from './tiny-run.ts';

const [ledger, path] = [join(SCRATCH, 'ledger'), join(SCRATCH, 'one')];
const NOISE = { kind: 'systematic', rate: 0.125 } as const;
const SIZES: Sizes = { test: 48, anchor: 48, calibration: 32, check: 32, planted: 16 };

/** What was told last of how much is done, and of how much. */
let told: readonly number[] = [];
const onLedger = () => ({ entries: auditRun(path, entriesOf(ledger)).entries });
const look = (audit: () => Audited = onLedger): Promise<Observed> =>
  observe(path, {
    sizes: SIZES,
    depthMax: 1,
    tell: (done, of) => {
      told = [done, of];
    },
    signal: new AbortController().signal,
    audit,
  });

let seen: Observed;
let report: EvaluationReport;

beforeAll(async () => {
  createTiny({ path, configuration: tiny({ noise: NOISE }) });
  await carryOutTiny({ path, ledger });
  seen = await look();
  report = assess([seen], 1);
}, PATIENCE_MS);

/** The same as if it had been run with another seed. */
function reseeded(seed: number): Observed {
  const other = (text: string) => createHash('sha256').update(`${text} ${seed}`).digest('hex');
  return {
    ...seen,
    sha256: other(seen.sha256),
    configuration: { ...seen.configuration, seed },
    checkpoints: seen.checkpoints.map((one) => ({ ...one, hash: other(one.hash) })),
  };
}

describe('a run', () => {
  test('makes a report that keeps to the protocol, from which nothing is left out in silence', () => {
    expect(faultsIn(report)).toEqual([]);
    expect(report).toMatchObject({ seeds: [1], simulated: true, claims: [] });
    for (const { figures, needs } of report.kpis) expect(figures.length + needs.length).toBeGreaterThan(0);
    expect(report.kpis.filter(({ status }) => status !== 'missing').length).toBeGreaterThan(12);
  });

  test('looks the same to whoever looks again', async () => {
    expect(assess([await look()], 1)).toEqual(report);
    expect(told[0]).toBe(told[1]);
  });

  test('is measured beside H without its mistakes; X knows nothing at first', () => {
    const { beside, test: final, checkpoints } = seen;
    expect(beside.clean!.every(({ right }) => right)).toBe(true);
    expect(final.h!.some(({ right }) => !right)).toBe(true);
    expect(final.x[0]!.some(({ right }) => right)).toBe(false);
    expect(final.x.length).toBe(1 + checkpoints.length);
  });

  test('has an H that errs by a rule at the lowest compound level, and from there its errors spread', () => {
    const shares = [2, 3].map((level) => {
      const nodes = seen.test.hNodes.filter((node) => node.level === level);
      return nodes.filter(({ right }) => !right).length / nodes.length;
    });
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares[1]).toBeGreaterThan(shares[0]!);
  });

  test('has errors planted in it, of which X alone, who reads no sub-answers, knows nothing', () => {
    const { planted, test: final } = seen;
    expect(planted.length).toBeGreaterThan(10);
    const said = new Set(final.x.at(-1)!.map(({ answer }) => answer));
    for (const { direct } of planted) expect(said).toContain(direct);
    expect(planted.some(({ before, again }) => before !== again)).toBe(true);
  });

  test('has lies told in it, and is foretold by a machine, which is no person', () => {
    const of = (id: string) => report.kpis.find((kpi) => kpi.id === id)!;
    expect(seen.deceived.length).toBe(SIZES.planted);
    for (const against of [LIAR, PAIR])
      expect(of('K15').figures.filter((one) => one.against === against).length).toBeGreaterThan(1);
    expect(seen.foretold.guesses.length).toBeGreaterThanOrEqual(SIZES.planted);
    const simulated = of('K10').figures.filter(({ name }) => name === 'simulatability');
    expect(simulated.map(({ arm }) => arm)).toEqual([MACHINE]);
    expect(of('K10').needs.join()).toContain('people who guess');
  });

  test('tells of the confidence in force and of audits, once there are some', async () => {
    expect(seen).toMatchObject({ calibrated: undefined, audits: [] });
    const [folder, { task, checkpoints }] = [new Folder(path), seen];
    const model = checkpoints.at(-1)!.hash;
    const assistant = memo(hch(task.overseer, task.environment, task.levels), task.key);
    const options = {
      checkpoint: model,
      risk: 0.1,
      depth: 1,
      contexts: 20,
      perContext: 32,
      method: 'isotonic',
    } as const;
    const calibration = await calibrateCheckpoint(task, assistant, options);
    const audit = await auditByH({ task, assistant, model, random: Random.seeded(1), audits: 40 });
    folder.writeAtomic(CALIBRATION, calibrationText(calibration));
    folder.writeAtomic(AUDITS, auditsText([audit]));
    const after = assess([await look(() => 'no ledger')], 1);
    for (const file of [CALIBRATION, AUDITS]) folder.remove(file); // a ledger would have to know of them
    expect(told[0]).toBe(told[1]);
    expect(faultsIn(after)).toEqual([]);
    const arms = (id: string, name: string) =>
      after.kpis.find((kpi) => kpi.id === id)!.figures.flatMap((one) => (one.name === name ? [one.arm] : []));
    expect(arms('K6', 'Brier score')).toContain(CALIBRATED);
    expect(arms('K6', 'escalated')).toEqual([CALIBRATED]);
    expect(arms('K3', 'audited error rate')).toContain(JUDGES.H);
    expect(arms('K9', 'of these, audits').length).toBe(1);
  });

  test('makes means and claims together with others of other seeds, and with no others', () => {
    const together = assess([seen, reseeded(2), reseeded(3)], 1);
    expect(faultsIn(together)).toEqual([]);
    expect(together.claims.length).toBeGreaterThan(2);
    const other = { ...seen, configuration: { ...seen.configuration, overseer: 'predictor' as const } };
    expect(() => assess([seen, other], 1)).toThrow(/differ in their seed alone/);
    expect(() => assess([seen, seen], 1)).toThrow(/expected each seed once/);
    expect(() => assess([], 1)).toThrow(CapstanError);
  });

  test('lies beside its evaluation as before: the ledger knows the page by the report', () => {
    const folder = new Folder(path);
    const audited = () => auditRun(path, entriesOf(ledger));
    folder.writeAtomic('evaluation.html', 'another');
    folder.writeAtomic('evaluation.json', '{}');
    expect(saidOf(audited)).toMatch(/keeps to the protocol/);
    folder.writeAtomic('evaluation.json', JSON.stringify(report));
    expect(saidOf(audited)).toMatch(/expected what evaluation.json draws/);
    folder.writeAtomic('evaluation.html', renderEvaluation(report));
    expect(audited().unrecorded).toEqual([]);
  });
});

describe('capstan evaluate', () => {
  test(
    'writes report and page, counts how often the test was opened, and prints what it measured',
    async () => {
      new Folder(path).writeAtomic('evaluation.json', JSON.stringify(report));
      const { status, stdout, stderr } = await capstan(['evaluate', path, '--quick', '--quiet']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^K1 {2}Proxy fidelity\n/);
      expect(stdout).toContain('needs two people who judged the same questions');
      const written = JSON.parse(readFileSync(join(path, 'evaluation.json'), 'utf8')) as EvaluationReport;
      expect(faultsIn(written)).toEqual([]);
      expect(written.splits.find(({ name }) => name === 'test')).toMatchObject({ opened: 2, sealed: false });
      expect(readFileSync(join(path, 'evaluation.html'), 'utf8')).toBe(renderEvaluation(written));
    },
    PATIENCE_MS,
  );

  test.each([
    ['untrained', 2, /untrained: expected a run with a finished iteration/],
    ['--check nothing.json', 3, /nothing.json: expected a report/],
    ['--check bad.json', 2, /bad.json: expected a report that keeps to the protocol, got \d+ faults\n {2}\w/],
  ] as const)('%s: %i', async (args, status, said) => {
    if (args === 'untrained') createTiny({ path: join(SCRATCH, 'untrained') });
    writeFileSync(join(SCRATCH, 'bad.json'), JSON.stringify({ ...report, seeds: [] }));
    const ended = await capstan(['evaluate', ...args.split(' ')]);
    expect(ended).toMatchObject({ status, stdout: '' });
    expect(ended.stderr).toMatch(said);
  });
});
