/** A run in which H changes its norms, a few steps long: what it leaves on the ledger, that it goes on from a stop in the same bytes,
 *  and what an evaluation says of it (K12). */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memo } from '../src/amplify/memo.ts';
import { assess } from '../src/assess/assess.ts';
import { observe } from '../src/assess/observe.ts';
import type { Observed } from '../src/assess/observed.ts';
import { Random } from '../src/base/random.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { faultsIn } from '../src/protocol/conformance.ts';
import type { EvaluationReport, KpiId } from '../src/protocol/report.ts';
import { auditRun } from '../src/provenance/audit.ts';
import { loadCheckpoint } from '../src/registry/promotion.ts';
import { renderEvaluation } from '../src/report/evaluation.ts';
import { taskAt } from '../src/run/norms.ts';
import { inspected } from '../src/run/serve.ts';
import { readState } from '../src/run/state.ts';
import { UNWATCHED, watch } from '../src/run/watched.ts';
import { Folder } from '../src/storage/folder.ts';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, tiny } from './tiny-run.ts';

const SCRATCH = mkdtempSync(join(tmpdir(), 'capstan-norms-'));
afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

const CHANGE = { norms: { iteration: 2, share: 0.125 }, data: 'accumulate', audits: 100 } as const;
const ledger = join(SCRATCH, 'ledger');
const { training, watch: watched, ...rest } = tiny(CHANGE);
/** Comparisons that cost little, and audits that take long to tell anything of an X that answers by chance. */
const configuration = {
  ...rest,
  training: { ...training, ratchet: { ...training.ratchet, contexts: 16 } },
  watch: { ...watched!, gate: { ...watched!.gate, exceeds: 0.12 } },
};
const place = (name: string, ofIt = ledger) => ({ path: join(SCRATCH, name), ledger: ofIt, configuration });
const whole = place('whole');
const arm = new Folder(join(whole.path, 'ida'));

let seen: Observed;
let report: EvaluationReport;

beforeAll(async () => {
  createTiny(whole);
  await carryOutTiny(whole);
  seen = await observe(whole.path, {
    sizes: { test: 32, anchor: 48, calibration: 16, check: 16, planted: 8 },
    depthMax: 1,
    tell: () => {},
    signal: new AbortController().signal,
    audit: () => ({ entries: auditRun(whole.path, entriesOf(ledger)).entries }),
  });
  report = assess([seen], 1);
}, PATIENCE_MS);

const kpi = (id: KpiId, of = report) => of.kpis.find((one) => one.id === id)!;

describe('a run in which H changes its norms', () => {
  test('says so on the ledger before it trains by them, and verifies', () => {
    const entries = entriesOf(ledger);
    const { norms } = readState(arm)!;
    const [first, second] = norms!;
    expect(norms!.map(({ version, iteration }) => [version, iteration])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(first!.policy).not.toBe(second!.policy);
    const at = entries.findIndex(({ kind }) => kind === 'norms-changed');
    const { subjects, figures, parents } = entries[at]!;
    expect(subjects).toEqual([{ name: 'norms', sha256: second!.policy }]);
    expect(figures).toMatchObject({ version: 2, iteration: 2, decisions: second!.decisions });
    expect(figures!.dropped).toBeGreaterThan(0);
    expect(entries[parents![0]!]!.kind).toBe('gate-decided');
    const trainings = entries.flatMap(({ kind }, i) => (kind === 'training-started' ? [i] : []));
    expect([trainings[0]! < at, trainings[1]]).toEqual([true, at + 1]);
    expect(entries.filter(({ kind }) => kind === 'norms-changed').length).toBe(1);
    const page = readFileSync(join(whole.path, 'report.html'), 'utf8');
    expect(page).toMatch(/From iteration 2 on H answers about 12\.5\s% of the questions otherwise/);
    expect(auditRun(whole.path, entries)).toMatchObject({ checkpoints: 2, unrecorded: [] });
  });

  test('names in lineages and on the ledger by which norms targets were made', () => {
    const teachers = readState(arm)!.iterations.map(
      ({ checkpoint }) => loadCheckpoint(arm, checkpoint).lineage.teacher,
    );
    expect(teachers[0]).toBe('Amplify^H(X_ema)');
    expect(teachers[1]).toMatch(/^Amplify\^H simulated, by policy 2, another answer at word \d+\(X_ema\)$/);
    const producers = entriesOf(ledger).filter(({ kind }) => kind === 'examples-written');
    expect(producers.map(({ actor }) => actor.id.includes('policy 2'))).toEqual([false, true]);
  });

  test('is audited by H as it is then', async () => {
    const { checkpoint, audits } = readState(arm)!.iterations[1]!;
    const last = loadCheckpoint(arm, checkpoint);
    const runtime = await Runtime.open({ threads: 1, backend: 'native' });
    try {
      const candidate = memo(await inspected(seen.task, last, runtime), seen.task.key);
      const audited = async (iteration: number) => {
        const task = taskAt(seen.task, configuration, iteration);
        const options = configuration.watch;
        const watching = { task, candidate, level: 3, iteration: 2 };
        const { record } = await watch(watching, options, UNWATCHED, Random.seeded(1).split('watch'));
        return record.perLevel.map(({ value }) => value);
      };
      const found = audits!.perLevel.map(({ value }) => value);
      expect(await audited(2)).toEqual(found);
      expect(await audited(1)).not.toEqual(found);
    } finally {
      await runtime.close();
    }
  });

  test('ends in the same bytes stopped right before the change or not', async () => {
    const stopped = place('stopped', join(SCRATCH, 'another-ledger'));
    createTiny(stopped);
    const stop = new AbortController();
    const tell = ({ kind }: { readonly kind: string }) => kind === 'iteration-ended' && stop.abort();
    await expect(carryOutTiny(stopped, { signal: stop.signal, tell })).rejects.toThrow('stopped after');
    await carryOutTiny(stopped);
    expect(filesOf(stopped.path)).toEqual(filesOf(whole.path));
    const changes = entriesOf(stopped.ledger).filter(({ kind }) => kind === 'norms-changed');
    expect(changes.length).toBe(1);
  });
});

/** All bytes of an arm, by the file's name. */
function filesOf(path: string): readonly (readonly [string, string])[] {
  const folder = join(path, 'ida');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]);
}

describe('its evaluation', () => {
  test('keeps to the protocol, and says which norms it is held against', () => {
    expect(faultsIn(report)).toEqual([]);
    expect(report.subject.norms).toEqual(CHANGE.norms);
    expect(renderEvaluation(report)).toMatch(
      /From iteration 2 on it answers about 12\.5\s% of the questions otherwise/,
    );
    expect(kpi('K4').needs.join()).toMatch(/right is here what was so before/);
    expect(kpi('K1').needs.join()).not.toMatch(/right/);
  });

  test('has uptake, stale rate, retention and consistency from the iteration before the change on', () => {
    const { figures, status } = kpi('K12');
    expect(status).toBe('partial');
    for (const name of ['uptake', 'stale', 'retention'])
      expect(figures.filter((one) => one.name === name).map(({ iteration }) => iteration)).toEqual([1, 2]);
    for (const { low, high } of figures.filter(({ name }) => name === 'uptake'))
      expect([low, high]).not.toContain(null);
  });

  test('has a half-life where two iterations followed the change, and else says that', () => {
    const half = 'half-life in iterations';
    expect(kpi('K12').needs).toContain('two iterations from the change on, for a half-life');
    expect(kpi('K12').figures.filter(({ name }) => name === half)).toEqual([]);
    const taught = (at: number, share: number) =>
      seen.norms
        .filter((one) => one.at === 0)
        .map((one, i) => ({ ...one, at, agreesNew: !one.isFlipped || i % 100 < 100 * share }));
    const looks = [...taught(0, 0), ...taught(1, 0.2), ...taught(2, 1)];
    const later = kpi('K12', assess([{ ...seen, norms: looks }], 1));
    const [figure] = later.figures.filter(({ name }) => name === half);
    expect(figure!.value).toBeGreaterThan(1);
    expect(figure!.value).toBeLessThan(2);
    expect(figure!.low).toBeLessThanOrEqual(figure!.value);
    const never = kpi('K12', assess([{ ...seen, norms: [0, 1, 2].flatMap((at) => taught(at, 0)) }], 1));
    expect(never.needs).toContain('more uptake at the end than before the change, for a half-life');
  });

  test('looks at what was learned before the change, and flips what H says otherwise, all the way down', () => {
    const first = seen.norms.filter(({ at }) => at === 0);
    const learned = seen.anchor.asked.filter(({ question }) => seen.task.level(question) <= 2);
    expect(first.length).toBe(learned.length);
    const flipped = first.filter(({ isFlipped }) => isFlipped).length;
    expect(flipped).toBeGreaterThan(0);
    expect(flipped).toBeLessThan(first.length / 2);
    for (const { isFlipped, agreesNew, agreesOld } of seen.norms)
      expect(isFlipped ? agreesNew && agreesOld : agreesNew !== agreesOld).toBe(false);
  });

  test('asks H as it is last: it does not say everywhere what was right before', () => {
    const wrong = seen.test.h!.filter(({ right }) => !right).length;
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(seen.test.h!.length / 2);
  });

  test('makes no claim of right answers, and none of norms where they stay', () => {
    const seeds = [1, 2, 3].map((seed) => ({ ...seen, configuration: { ...seen.configuration, seed } }));
    const claimed = new Set(assess(seeds, 1).claims.map((claim) => claim.kpi));
    expect(claimed).toContain('K1');
    expect(claimed).not.toContain('K14');
    const { norms: _, ...same } = seen.configuration;
    const stays = assess([{ ...seen, configuration: same, norms: [] }], 1);
    expect(kpi('K12', stays)).toMatchObject({ status: 'missing', figures: [] });
    expect(kpi('K12', stays).needs.join()).toMatch(/capstan run --norms/);
    expect(kpi('K4', stays).needs.join()).not.toMatch(/what was so before/);
    expect(stays.subject).not.toHaveProperty('norms');
  });

  test('says what is missing where the run ended before the change', () => {
    const ended = assess([{ ...seen, norms: [] }], 1);
    expect(kpi('K12', ended)).toMatchObject({
      status: 'missing',
      needs: ['an iteration after H changed its norms'],
    });
  });
});
