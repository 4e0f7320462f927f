/** Of one run: what was audited of it, while it ran (`run --audits`) and afterwards (`capstan audit`). Nobody who audited knew the
 *  right answers of examiners. */

import { figure } from '../protocol/figure.ts';
import type { Figure, Labels } from '../protocol/report.ts';
import type { AuditRecord } from '../run/audited.ts';
import type { Bounded, Estimate } from '../statistics/estimate.ts';
import type { Observed } from './observed.ts';
import { METHODS } from './part.ts';

type Audits = Pick<Observed, 'audits' | 'state' | 'checkpoints'>;

const RATE = 'audited error rate';
/** Who audited afterwards, as the report names them. */
export const JUDGES = { H: 'audits by H', person: 'audits by a person' } as const;

/** How often who audited would put another answer in place of X's, by iteration. Audits of one checkpoint by the same judge, drawn
 *  afresh each time, count together. */
export function auditFigures({ audits, state, checkpoints }: Audits): readonly Figure[] {
  const running = state.iterations.flatMap(({ audits: gate }, i) =>
    (gate?.perLevel ?? []).flatMap(({ value, low, high, n }, level) =>
      figure(
        RATE,
        'share',
        { value: 1 - value, low: 1 - high, high: 1 - low, n },
        'Wilson’s, of audits that end once enough is shown',
        { iteration: i + 1, level: level + 1, arm: 'audits while it ran' },
      ),
    ),
  );
  const afterwards = checkpoints.flatMap(({ hash }, i) =>
    (['H', 'person'] as const).flatMap((judge) => {
      const own = audits.filter((one) => one.model === hash && one.judge === judge);
      return ratesOf(own, { iteration: i + 1, arm: JUDGES[judge] });
    }),
  );
  return [...running, ...afterwards];
}

function ratesOf(records: readonly AuditRecord[], labels: Labels): readonly Figure[] {
  const levels = [...new Set(records.flatMap((one) => one.levels.map(({ level }) => level)))];
  return [
    ...figure(RATE, 'share', together(records.map(({ rate }) => rate)), METHODS.audits, labels),
    ...levels.flatMap((level) =>
      figure(
        RATE,
        'share',
        together(records.flatMap((one) => one.levels.filter((own) => own.level === level))),
        METHODS.audits,
        { ...labels, level },
      ),
    ),
  ];
}

/** The mean, by how many were audited each time; its ends are squares of the single ones together (Zou & Donner 2008). What by chance is
 *  no share, since it is unbiased, is cut off. */
function together(rates: readonly Bounded[]): Estimate | undefined {
  const n = rates.reduce((sum, one) => sum + one.n, 0);
  if (n === 0) return undefined;
  const share = (value: number) => Math.min(1, Math.max(0, value));
  const value = rates.reduce((sum, one) => sum + one.n * one.value, 0) / n;
  const off = (end: 'low' | 'high') =>
    Math.hypot(...rates.map((one) => (one.n / n) * (one[end] - one.value)));
  return { value: share(value), low: share(value - off('low')), high: share(value + off('high')), n };
}

/** Answers that were audited, while it ran and afterwards. */
export function auditsOf({ audits, state }: Omit<Audits, 'checkpoints'>): number {
  const gates = state.iterations.flatMap((one) => one.audits?.perLevel ?? []);
  return gates.reduce((sum, { n }) => sum + n, 0) + audits.reduce((sum, one) => sum + one.audits.length, 0);
}
