/** K6, calibration and abstention: whether confidence means what it says, and what it is good for.
 *      Brier = E (confidence − right)² = REL − RES + UNC + what varies within bins (Murphy 1973; Stephenson et al. 2008)
 *      log loss = −E ln P(what came true)          ECE: `calibration-error.ts`
 *      AUROC, risk against coverage: `statistics/roc.ts`, `statistics/risk-coverage.ts`
 *  A forecaster that always says the base rate is perfectly calibrated: resolution and AUROC show that it is of no use. */

import { meanOfItems, meanWithin } from '../statistics/clustered.ts';
import type { Bounded, Estimate } from '../statistics/estimate.ts';
import { type GapSize, gapSize } from '../statistics/gaps.ts';
import {
  areaUnderRiskCoverage,
  coverageAtRisk,
  excessAreaUnderRiskCoverage,
  type RiskPoint,
  riskCoverage,
  riskCoverageArea,
} from '../statistics/risk-coverage.ts';
import { areaUnderRoc } from '../statistics/roc.ts';
import {
  BINS,
  binsOf,
  type CalibrationError,
  calibrationError,
  type Distribution,
  type Forecast,
} from './calibration-error.ts';

/** Risks at which coverage is told. */
export const RISKS = [0.01, 0.02, 0.05] as const;
/** Confidence counts as at least this far from 0 and 1, so that a log loss is finite. */
const CERTAIN = 1e-6;

export interface Calibration {
  /** 0 … 1, lower is better. */
  readonly brier: Bounded;
  readonly parts: BrierParts;
  /** Nats per answer, 0 or more. */
  readonly logLoss: Estimate;
  /** In 15 bins of equal mass, and in 15 of equal width. */
  readonly error: CalibrationError;
  readonly errorEqualWidth: CalibrationError;
  /** Of confidence, for right against wrong; undefined where all are right or all wrong. */
  readonly auroc: Estimate | undefined;
  readonly curve: readonly RiskPoint[];
  /** Area under the curve, and that less the least possible; 0 … 1, lower is better. */
  readonly aurc: Estimate;
  readonly excess: Estimate;
  /** At 1, 2 and 5 % of mistakes among the answered. */
  readonly coverage: readonly { readonly risk: number; readonly coverage: Bounded }[];
}

/** Brier = reliability − resolution + uncertainty + within, in bins of equal mass, of the plain figures. */
export interface BrierParts {
  /** Mean square gap between confidence and being right: 0 is calibrated. */
  readonly reliability: GapSize;
  /** Mean square gap between bins and the base rate: 0 tells nothing apart. */
  readonly resolution: GapSize;
  /** Of the base rate p: p(1 − p), at most ¼. */
  readonly uncertainty: number;
  /** What bins hide; 0 where each holds one confidence. */
  readonly within: number;
}

/** Of confidences in the answers given; undefined of none. */
export function calibration(forecasts: readonly Forecast[]): Calibration | undefined {
  const [brier, parts, logLoss] = [brierOf(forecasts), brierPartsOf(forecasts), logLossOf(forecasts)];
  const error = calibrationError(forecasts);
  const errorEqualWidth = calibrationError(forecasts, 'equal-width');
  if (!brier || !parts || !logLoss || !error || !errorEqualWidth) return undefined;
  const scored = forecasts.map(({ cluster, confidence, right }) => ({ cluster, right, score: confidence }));
  return {
    ...{ brier, parts, logLoss, error, errorEqualWidth },
    auroc: areaUnderRoc(scored),
    curve: riskCoverage(scored),
    aurc: riskCoverageArea(scored, areaUnderRiskCoverage)!,
    excess: riskCoverageArea(scored, excessAreaUnderRiskCoverage)!,
    coverage: RISKS.map((risk) => ({ risk, coverage: coverageAtRisk(scored, risk)! })),
  };
}

/** 0 … 1; undefined of no forecasts, as the two below. */
export function brierOf(forecasts: readonly Forecast[]): Bounded | undefined {
  return meanWithin(forecasts, ({ confidence, right }) => (Number(right) - confidence) ** 2);
}

/** Nats per answer. */
export function logLossOf(forecasts: readonly Forecast[]): Estimate | undefined {
  return meanOfItems(forecasts, ({ confidence, right }) => lossOf(right ? confidence : 1 - confidence));
}

export function brierPartsOf(forecasts: readonly Forecast[]): BrierParts | undefined {
  const brier = brierOf(forecasts);
  if (!brier) return undefined;
  const bins = binsOf(forecasts, 'equal-mass', BINS);
  const base = forecasts.filter(({ right }) => right).length / forecasts.length;
  const off = (from: (one: Forecast) => number) =>
    gapSize(
      bins.map((bin) => bin.map((one) => ({ cluster: one.cluster, by: Number(one.right) - from(one) }))),
      2,
    )!;
  const reliability = off(({ confidence }) => confidence);
  const resolution = off(() => base);
  const uncertainty = base * (1 - base);
  return {
    reliability,
    resolution,
    uncertainty,
    within: brier.value - reliability.plain + resolution.plain - uncertainty,
  };
}

/** Of whole distributions: Brier = E Σ_k (p_k − 1[y = k])², 0 … 2, and −E ln p_y in nats. Undefined of none. */
export function scoresOf(
  items: readonly Distribution[],
): { readonly brier: Bounded; readonly logLoss: Estimate } | undefined {
  const brier = meanWithin(
    items,
    ({ probabilities, truth }) =>
      probabilities.reduce((sum, p, k) => sum + (p - (k === truth ? 1 : 0)) ** 2, 0),
    2,
  );
  const logLoss = meanOfItems(items, ({ probabilities, truth }) => lossOf(probabilities[truth]!));
  return brier && logLoss && { brier, logLoss };
}

function lossOf(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, CERTAIN), 1 - CERTAIN));
}
