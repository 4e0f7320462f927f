/** Expected calibration error: how far confidence is from how often one is right, in 15 bins (Naeini et al. 2015).
 *      ECE = Σ_b (n_b/n) |right_b − confidence_b|
 *  Bins of equal mass adapt to where confidences lie. Chance makes gaps look larger: `gaps.ts` takes that off. */

import { invariant } from '../base/errors.ts';
import type { Clustered } from '../statistics/clustered.ts';
import { type GapSize, gapSize } from '../statistics/gaps.ts';

/** An answer with the confidence that it is right; `cluster` is its context. */
export interface Forecast extends Clustered {
  /** 0 … 1. */
  readonly confidence: number;
  readonly right: boolean;
}

export type Binning = 'equal-mass' | 'equal-width';

export interface CalibrationBin {
  readonly n: number;
  /** Mean confidence. */
  readonly confidence: number;
  /** Share that is right. */
  readonly right: number;
}

export interface CalibrationError extends GapSize {
  /** Those that hold something, in order of confidence. */
  readonly bins: readonly CalibrationBin[];
}

export const BINS = 15;

/** 0 … 1, 0 is calibrated; undefined of no forecasts. */
export function calibrationError(
  forecasts: readonly Forecast[],
  binning: Binning = 'equal-mass',
  count: number = BINS,
): CalibrationError | undefined {
  const bins = binsOf(forecasts, binning, count);
  const size = gapSize(
    bins.map((bin) => bin.map((one) => ({ cluster: one.cluster, by: Number(one.right) - one.confidence }))),
    1,
  );
  const mean = (bin: readonly Forecast[], of: (one: Forecast) => number) =>
    bin.reduce((sum, one) => sum + of(one), 0) / bin.length;
  return (
    size && {
      ...size,
      bins: bins.map((bin) => ({
        n: bin.length,
        confidence: mean(bin, ({ confidence }) => confidence),
        right: mean(bin, ({ right }) => Number(right)),
      })),
    }
  );
}

/** Bins that hold something, in order of confidence. Equal mass: one confidence is never in two bins. */
export function binsOf(
  forecasts: readonly Forecast[],
  binning: Binning,
  count: number,
): readonly (readonly Forecast[])[] {
  invariant(count > 0, `${count} bins`);
  const sorted = [...forecasts].sort((a, b) => a.confidence - b.confidence);
  const bins: Forecast[][] = Array.from({ length: count }, () => []);
  let [place, previous] = [0, Number.NaN];
  sorted.forEach((forecast, rank) => {
    const { confidence } = forecast;
    if (binning === 'equal-width') place = Math.min(count - 1, Math.floor(confidence * count));
    else if (confidence !== previous) place = Math.floor((rank * count) / sorted.length);
    previous = confidence;
    bins[place]!.push(forecast);
  });
  return bins.filter((bin) => bin.length > 0);
}

/** One answer with the whole distribution that it came from. */
export interface Distribution extends Clustered {
  /** [K], summing to 1. */
  readonly probabilities: readonly number[];
  /** Index of the true answer, 0 … K − 1. */
  readonly truth: number;
}

/** The error of each of the K answers' probabilities (class-wise: Nixon et al. 2019); their mean is the figure usually told. */
export function classwiseCalibrationError(items: readonly Distribution[]): readonly CalibrationError[] {
  return (items[0]?.probabilities ?? []).map(
    (_, k) =>
      calibrationError(
        items.map(({ cluster, probabilities, truth }) => ({
          cluster,
          confidence: probabilities[k]!,
          right: truth === k,
        })),
      )!,
  );
}
