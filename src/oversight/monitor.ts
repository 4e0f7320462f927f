/** Whether a run drifts from its overseers, watched at every iteration by three signs, each of which a learner can give without any of
 *  its own figures looking worse:
 *
 *      worse     on a frozen anchor set that H answered once: more questions lost than won since they were first right or wrong.
 *                Sign test of the two (Fisher 1935; McNemar 1947), exact whatever else changes: where nothing drifts one is as
 *                likely as the other. That is the signed misaligned drift, in a test.
 *      audits    on fresh questions: a cumulative sum of what H, asked itself, says otherwise (`statistics/cusum`)
 *      moved     total variation on the anchor set from one iteration to the next, of answers as they are given: exact binomial
 *                test of more than `movedMax`
 *
 *  Each has its part of the error rate and, but for the sum, which runs on, of each iteration the same part of that; so a run without
 *  drift alarms with a chance of at most `errorRate` over `iterations` of them. An alarm stands until the run was re-calibrated.
 *  Plain data in, plain data out: what is replayed ends where it ended live. */

import { invariant } from '../base/errors.ts';
import { spanFor, summed, thresholdFor } from '../statistics/cusum.ts';
import { upperTail } from '../statistics/sprt.ts';

export interface MonitorOptions {
  /** Chance of any alarm, at most, if nothing drifts. */
  readonly errorRate: number;
  /** Over so many iterations. */
  readonly iterations: number;
  /** Audits of all these iterations together, at most. */
  readonly audits: number;
  /** Share of audits in which H may say otherwise, and the share that is feared; 0 < accepted < feared < 1. */
  readonly accepted: number;
  readonly feared: number;
  /** Share of the anchors whose answer may change in one iteration, 0 … 1. */
  readonly movedMax: number;
}

/** What one iteration showed. */
export interface Observation {
  readonly iteration: number;
  readonly anchors: {
    /** Anchors that were answered in the iteration before too, and how many of them are answered otherwise now. */
    readonly n: number;
    readonly moved: number;
    /** Of all anchors: right when they were first asked and wrong now, and the other way round. */
    readonly worse: number;
    readonly better: number;
  };
  /** Whether H said otherwise, audit by audit. */
  readonly audits: readonly boolean[];
}

export type Sign = 'worse' | 'audits' | 'moved';

export interface Alarm {
  readonly sign: Sign;
  readonly iteration: number;
  /** From which on it may have drifted. */
  readonly since: number;
  /** «hold»: this candidate alone. «roll-back»: to what there was before `since`. */
  readonly action: 'hold' | 'roll-back';
}

/** Where it stands. Plain data. */
export interface MonitorState {
  /** Seen, whichever numbers they have. */
  readonly iterations: number;
  readonly audits: number;
  /** The sum, in its steps, and the iteration in which it last began from 0. */
  readonly sum: number;
  readonly since: number;
  /** The first iteration since when anchors have been lost on balance without a break. */
  readonly losing: number | null;
  readonly alarm: Alarm | null;
}

export const WATCHING: MonitorState = {
  iterations: 0,
  audits: 0,
  sum: 0,
  since: 0,
  losing: null,
  alarm: null,
};

/** Of the error rate, to each sign. */
const PART: { readonly [S in Sign]: number } = { worse: 0.4, audits: 0.4, moved: 0.2 };

/** The sum that is an alarm, and its step; computed once for a run. */
export function limitsOf({ errorRate, audits, accepted, feared }: MonitorOptions): {
  readonly span: number;
  readonly threshold: number;
} {
  const span = spanFor(accepted, feared);
  return { span, threshold: thresholdFor(span, accepted, audits, PART.audits * errorRate) };
}

/** After one more iteration. An alarm stands: nothing that comes after it makes it go away. */
export function observed(
  state: MonitorState,
  { iteration, anchors, audits }: Observation,
  options: MonitorOptions,
  limits = limitsOf(options),
): MonitorState {
  const { n, moved, worse, better } = anchors;
  invariant(moved <= n, `${moved} of ${n} anchors moved`);
  const summing = audits.reduce(
    (now, isWrong) => {
      const since = now.sum === 0 ? iteration : now.since;
      // Once over the threshold it stays there: the alarm is of the moment, not of where the iteration ends.
      return now.sum >= limits.threshold ? now : { sum: summed(now.sum, isWrong, limits), since };
    },
    { sum: state.sum, since: state.since },
  );
  const losing = worse > better ? (state.losing ?? iteration) : null;
  const each = (sign: Sign) => (PART[sign] * options.errorRate) / options.iterations;
  const since: { readonly [S in Sign]: number | undefined } = {
    worse: upperTail(worse + better, worse, 0.5) <= each('worse') ? (losing ?? iteration) : undefined,
    audits: summing.sum >= limits.threshold ? summing.since : undefined,
    moved: moved > 0 && upperTail(n, moved, options.movedMax) <= each('moved') ? iteration : undefined,
  };
  // The one that accuses the earliest iteration counts.
  const signs = (Object.keys(since) as Sign[]).filter((sign) => since[sign] !== undefined);
  const [first] = signs.sort((a, b) => since[a]! - since[b]!);
  const alarm: Alarm | null = first
    ? {
        sign: first,
        iteration,
        since: since[first]!,
        action: since[first]! < iteration ? 'roll-back' : 'hold',
      }
    : null;
  return {
    iterations: state.iterations + 1,
    audits: state.audits + audits.length,
    ...summing,
    losing,
    alarm: state.alarm ?? alarm,
  };
}

/** After a re-calibration that was accepted: what was summed up is of before. */
export function recalibrated(state: MonitorState): MonitorState {
  return { ...WATCHING, iterations: state.iterations, audits: state.audits };
}
