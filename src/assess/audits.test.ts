import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import type { AuditRecord } from '../run/audited.ts';
import { auditFigures, auditsOf, JUDGES } from './audits.ts';
import { overridePart } from './closeness.ts';
import type { Observed } from './observed.ts';
import { minutesPart } from './people.ts';

/** Audits of which so many were of mistakes, all at level 2. */
function record(judge: AuditRecord['judge'], n: number, value: number): AuditRecord {
  const rate = { value, low: value - 0.05, high: value + 0.05, error: 0.02, n };
  const one = { question: 'q', level: 2, said: 'a', wrong: false, probability: 0.5, round: 0 };
  const levels = [
    { level: 1, value: 0, low: 0, high: 1, error: 1, n: 0 },
    { level: 2, ...rate },
  ];
  const audits = Array.from({ length: n }, () => one);
  return { model: 'b', judge, answers: 100, rate, levels, slices: [], audits };
}

/** Two iterations, of which the first was audited as it ran, 20 answers of which one was wrong. */
function ran(audits: readonly AuditRecord[], gate = true): Observed {
  const perLevel = [{ value: 0.95, low: 0.76, high: 0.99, n: 20 }];
  const [calibration, check] = [{ x: [[]] }, { asked: [], h: undefined, x: [[]] }];
  const seen = {
    ...{ audits, calibration, check, examples: 1000, configuration: { seed: 1 } },
    checkpoints: [{ hash: 'a' }, { hash: 'b' }],
    state: { progress: { decisions: 100 }, iterations: gate ? [{ audits: { perLevel } }, {}] : [{}, {}] },
  };
  return seen as unknown as Observed;
}

describe('audits of a run', () => {
  const seen = ran([record('H', 100, 0.1), record('H', 300, 0.3), record('person', 50, -0.01)]);
  const of = (arm: string, level?: number) =>
    auditFigures(seen).filter((one) => one.arm === arm && one.level === level);

  test('count together by judge and checkpoint, each by how many it looked at; nothing is told of what nobody looked at', () => {
    expect(of(JUDGES.H)).toMatchObject([{ iteration: 2, n: 400, value: 0.25 }]);
    expect(of(JUDGES.H)[0]!.low).toBeCloseTo(0.25 - 0.05 * Math.hypot(1 / 4, 3 / 4), 12);
    expect(of(JUDGES.H, 2)).toMatchObject([{ n: 400, value: 0.25 }]);
    expect(of(JUDGES.H, 1)).toEqual([]);
    expect(of(JUDGES.person)).toMatchObject([{ value: 0, low: 0, n: 50 }]);
    expect(of('audits while it ran', 1)).toMatchObject([{ iteration: 1, n: 20 }]);
    expect(of('audits while it ran', 1)[0]!.value).toBeCloseTo(0.05, 12);
  });

  test('are in K3, which needs no other people where a person audited', () => {
    const needs = (one: Observed) => overridePart(one, Random.seeded(1)).needs.join();
    expect(overridePart(seen, Random.seeded(1)).figures).toEqual(auditFigures(seen));
    expect(needs(seen)).not.toContain('people');
    expect(needs(ran([record('H', 100, 0.1)]))).toContain('people');
  });

  test('take declared minutes in K9, a fifth of one each; without audits it says how to have some', () => {
    expect(auditsOf(seen)).toBe(470);
    const [minutes, audits] = minutesPart(seen).figures;
    expect(minutes!.value).toBeCloseTo(100 / 2 + 470 / 5, 9);
    expect(audits!.value).toBeCloseTo(470 / 5, 9);
    const none = minutesPart(ran([], false));
    expect(none.figures.map(({ name }) => name)).not.toContain('of these, audits');
    expect(none.needs.join()).toContain('capstan audit RUN');
  });
});
