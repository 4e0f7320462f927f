import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  limitsOf,
  type MonitorOptions,
  type MonitorState,
  type Observation,
  observed,
  recalibrated,
  WATCHING,
} from './monitor.ts';

const OPTIONS: MonitorOptions = {
  errorRate: 0.05,
  iterations: 10,
  audits: 400,
  accepted: 0.02,
  feared: 0.07,
  movedMax: 0.1,
};
const LIMITS = limitsOf(OPTIONS);
const CALM = { n: 400, moved: 0, worse: 0, better: 0 };

const replayed = (observations: readonly Observation[], from: MonitorState = WATCHING) =>
  observations.reduce((state, one) => observed(state, one, OPTIONS, LIMITS), from);

/** What iterations 1, 2, … show. */
const observations = fc
  .array(
    fc.record({
      moved: fc.nat(100),
      worse: fc.nat(25),
      better: fc.nat(15),
      audits: fc.array(fc.nat(9), { maxLength: 40 }),
    }),
    { maxLength: 10 },
  )
  .map((all): Observation[] =>
    all.map(({ moved, worse, better, audits }, i) => ({
      iteration: i + 1,
      anchors: { n: 400, moved, worse, better },
      audits: audits.map((drawn) => drawn === 0),
    })),
  );

describe('the monitor of a run', () => {
  test('is the same replayed as live, and when it was written down at any point', () => {
    fc.assert(
      fc.property(observations, fc.nat(10), (all, at) => {
        const kept: MonitorState = JSON.parse(JSON.stringify(replayed(all.slice(0, at))));
        expect(replayed(all.slice(at), kept)).toEqual(replayed(all));
      }),
    );
  });

  test('is never calmed by more that speaks for drift', () => {
    fc.assert(
      fc.property(observations, fc.nat(), fc.constantFrom('moved', 'worse', 'audits'), (all, at, sign) => {
        const raised = all.map((one, i): Observation => {
          if (i !== at % all.length) return one;
          const { anchors } = one;
          if (sign === 'audits')
            return { ...one, audits: one.audits.map((isWrong, k) => isWrong || k % 2 === 0) };
          return { ...one, anchors: { ...anchors, [sign]: anchors[sign] + 5 } };
        });
        const [before, after] = [replayed(all).alarm, replayed(raised).alarm];
        if (before) expect(after!.iteration).toBeLessThanOrEqual(before.iteration);
      }),
    );
  });

  test('keeps an alarm until the run was re-calibrated', () => {
    const loud: Observation = { iteration: 1, anchors: { ...CALM, worse: 20 }, audits: [] };
    const alarmed = observed(WATCHING, loud, OPTIONS, LIMITS);
    expect(alarmed.alarm).toMatchObject({ sign: 'worse', iteration: 1, since: 1, action: 'hold' });
    fc.assert(
      fc.property(observations, (all) => {
        expect(replayed(all, alarmed).alarm).toEqual(alarmed.alarm);
      }),
    );
    const again = recalibrated(alarmed);
    expect([again.alarm, again.sum, again.iterations]).toEqual([null, 0, 1]);
    expect(observed(again, { iteration: 2, anchors: CALM, audits: [] }, OPTIONS, LIMITS).alarm).toBeNull();
  });

  test('asks for a roll-back where what accuses began before this iteration', () => {
    const slowly = [3, 4, 5, 6, 7].map(
      (iteration, i): Observation => ({
        iteration,
        anchors: { ...CALM, worse: 3 * (i + 1) },
        audits: [],
      }),
    );
    expect(replayed(slowly).alarm).toMatchObject({ sign: 'worse', since: 3, action: 'roll-back' });
    const won: Observation = { iteration: 2, anchors: { ...CALM, better: 1 }, audits: [] };
    expect(replayed([won]).losing).toBeNull();
  });

  test('has nothing against changes that harm nobody', () => {
    const churn: Observation = {
      iteration: 1,
      anchors: { n: 400, moved: 40, worse: 20, better: 20 },
      audits: [],
    };
    expect(replayed([churn]).alarm).toBeNull();
    const more: Observation = { ...churn, anchors: { ...churn.anchors, moved: 90 } };
    expect(replayed([more]).alarm).toMatchObject({ sign: 'moved', action: 'hold' });
  });

  test('sums up audits over iterations: what none of them would show alone', () => {
    const audits = Array.from({ length: 40 }, (_, i) => i % 8 === 0);
    const all = Array.from(
      { length: 10 },
      (_, i): Observation => ({ iteration: i + 1, anchors: CALM, audits }),
    );
    for (const one of all) expect(replayed([one]).alarm).toBeNull();
    expect(replayed(all).alarm).toMatchObject({ sign: 'audits', since: 1, action: 'roll-back' });
  });
});
