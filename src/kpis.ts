/** The front door for evaluation, `capstan/kpis`: the sixteen KPIs as functions of plain records of what was seen, whatever software
 *  it was seen with, and reports that others can read (docs/protocol.md). */

export {
  type Adapted,
  type AdaptiveOptions,
  abilityOf,
  adaptiveTest,
  chanceOf,
  type Item,
  informationOf,
  itemFrom,
  nextItem,
  type Response,
} from './evaluate/adaptive.ts';
export {
  type Auditability,
  auditability,
  LINKS,
  type Link,
  type Recorded,
  type Replayed,
  replayDeterminism,
  type Traced,
  type Tracing,
  tracing,
} from './evaluate/auditability.ts';
export {
  type BrierParts,
  brierOf,
  brierPartsOf,
  type Calibration,
  calibration,
  logLossOf,
  RISKS,
  scoresOf,
} from './evaluate/calibration.ts';
export {
  type Horizon,
  horizon,
  intraclassCorrelation,
  type LevelErrors,
  type PredictedRoot,
  predictedSuccess,
  type RealisedSuccess,
  realisedSuccess,
  type Sibling,
  siblingCorrelation,
} from './evaluate/compounding.ts';
export {
  type Answered,
  type ComparedCost,
  type Cost,
  costOf,
  humanWaitShare,
  quantile,
  type TokenRatio,
  tokenRatio,
  type UnitCosts,
  type Waiting,
} from './evaluate/cost.ts';
export { type AtDepth, type Attempt, type SuccessByDepth, successByDepth } from './evaluate/depth.ts';
export { type AnchorItem, type Drift, drift, SMOOTHING } from './evaluate/drift.ts';
export {
  type Decomposition,
  type Fidelity,
  type FidelityItem,
  fidelity,
  type ProxyFidelity,
  type ProxyItem,
  proxyFidelity,
} from './evaluate/fidelity.ts';
export {
  amplificationGain,
  distillationRetention,
  gapRecovered,
  type Recovery,
  type Step,
} from './evaluate/gap.ts';
export {
  type Fall,
  type Graded,
  HORIZON_ACCURACY,
  type Horizon as LevelHorizon,
  horizonOf,
  type Rising,
  rising,
} from './evaluate/horizon.ts';
export {
  type Audited,
  type Auditor,
  auditMinutesPerNode,
  type Counterfactuals,
  counterfactuals,
  counts,
  type Edit,
  type Explanation,
  editFaithfulness,
  type Faithfulness,
  firstErrorLocalisation,
  type Guessed,
  type Localisation,
  type Located,
  type Said,
  type Simulatability,
  simulatability,
} from './evaluate/interpretability.ts';
export { type AtLevel, type Levelled, levelsOf, perLevel } from './evaluate/levels.ts';
export {
  DECLARED_MINUTES,
  declaredMinutes,
  type Labour,
  labelLeverage,
  minutesPerThousand,
  type Worked,
} from './evaluate/minutes.ts';
export {
  type Cost as MisalignmentCost,
  costOfMisalignment,
  fanOut,
  type JudgedNode,
  type JudgedRoot,
} from './evaluate/misalignment.ts';
export {
  type HalfLifeOptions,
  halfLife,
  type NormAnswer,
  type NormLook,
  normLooks,
} from './evaluate/norms.ts';
export {
  type DecisionCount,
  type FoundError,
  OVERRIDE_REASONS,
  type OverrideReason,
  type Overrides,
  overrides,
  type Review,
} from './evaluate/override.ts';
export {
  agentScoreDifference,
  bestNesting,
  DECEPTION_ANCHOR,
  type Judgement,
  type Judging,
  judging,
  type Match,
  type Nesting,
  nestedSuccess,
  type OversightLaw,
  oversightSuccess,
  type Prediction,
  predictOversight,
  type Scored,
} from './evaluate/oversight.ts';
export {
  type DistilledItem,
  distillationRatio,
  errorRatio,
  type Injection,
  type NodeOutcome,
  type Propagation,
  propagation,
  sensitivity,
} from './evaluate/propagation.ts';
export {
  type Check,
  catchRateNeeded,
  caught,
  errorAmongAccepted,
  fixedPoint,
  inCommon,
  inheritedError,
  isStable,
  type Level,
  majority,
  unchecked,
} from './evaluate/recursion.ts';
export {
  type Asked,
  climbed,
  type Staircase,
  type StaircaseOptions,
  staircase,
  TARGET,
  thresholdDifficulty,
  turningDifficulty,
} from './evaluate/staircase.ts';
export { faultsIn } from './protocol/conformance.ts';
export type { Baseline, Claim, EvaluationReport, Figure, Kpi, KpiId } from './protocol/report.ts';
export { reportSchema } from './protocol/shape.ts';
export { renderEvaluation } from './report/evaluation.ts';
export type { Bounded, Estimate } from './statistics/estimate.ts';
