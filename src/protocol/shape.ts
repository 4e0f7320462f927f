/** The shape of a report, for reports that others made, and the same as JSON Schema 2020-12: `docs/evaluation.schema.json`. */

import { z } from 'zod';
import { KPIS } from './kpis.ts';
import {
  BASELINES,
  type Baseline,
  type Claim,
  type EvaluationReport,
  type Figure,
  type Kpi,
  type KpiId,
  PROTOCOL,
  SPLITS,
  type Split,
  type Subject,
  UNITS,
  type Unit,
} from './report.ts';

const WORDS_MAX = 2000;
const FIGURES_MAX = 20_000;
const CONTEXTS_MAX = 100_000;
const MANY_MAX = 1000;

const Text = z.string().min(1).max(WORDS_MAX);
const Count = z.int().nonnegative();
const Seed = z.int().nonnegative();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const ContextDigest = z.string().regex(/^[0-9a-f]{32}$/);
const Needs = z.array(Text).max(MANY_MAX);
const Id = z.enum(KPIS.map(({ id }) => id) as [KpiId, ...KpiId[]]);
const Units = z.enum(Object.keys(UNITS) as [Unit, ...Unit[]]);

const OF_ALL_SEEDS = {
  iteration: Count.exactOptional(),
  level: z.int().positive().exactOptional(),
  depth: Count.exactOptional(),
  arm: Text.exactOptional(),
  against: Text.exactOptional(),
};

const FigureShape: z.ZodType<Figure> = z
  .strictObject({
    name: Text,
    unit: Units,
    value: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    n: Count,
    method: Text,
    ...OF_ALL_SEEDS,
    seed: Seed.exactOptional(),
    median: z.number().exactOptional(),
    least: z.number().exactOptional(),
    most: z.number().exactOptional(),
  })
  .meta({
    id: 'figure',
    description: 'One number with its 95 % interval; what a label does not say, it is of all of that.',
  });

const Figures = z.array(FigureShape).max(FIGURES_MAX);

const SplitShape: z.ZodType<Split> = z.strictObject({
  name: z.enum(SPLITS),
  rule: Text,
  questions: Count,
  contexts: z.array(ContextDigest).max(CONTEXTS_MAX).nullable(),
  sha256: Sha256.nullable(),
  sealed: z.boolean(),
  opened: Count.nullable(),
});

const BaselineShape: z.ZodType<Baseline> = z.strictObject({
  kind: z.enum(BASELINES),
  name: Text,
  status: z.enum(['measured', 'missing']),
  needs: Needs,
  figures: Figures,
});

const KpiShape: z.ZodType<Kpi> = z.strictObject({
  id: Id,
  name: Text,
  source: Text,
  status: z.enum(['measured', 'partial', 'missing']),
  needs: Needs,
  figures: Figures,
});

const ClaimShape: z.ZodType<Claim> = z.strictObject({
  text: Text,
  kpi: Id,
  figure: Text,
  ...OF_ALL_SEEDS,
  relation: z.enum(['at least', 'at most']),
  target: z.number(),
  seeds: Count,
  verdict: z.enum(['holds', 'fails', 'open']),
});

const SubjectShape: z.ZodType<Subject> = z.strictObject({
  task: Text,
  parameters: z.record(z.string(), z.number()),
  levels: z.int().positive(),
  levelsOfPrimitives: Count,
  grades: z.array(Text).min(1).max(MANY_MAX).exactOptional(),
  overseer: Text,
  noise: z.strictObject({ kind: Text, rate: z.number().min(0).max(1) }).exactOptional(),
  norms: z.strictObject({ iteration: z.int().positive(), share: z.number().min(0).max(1) }).exactOptional(),
  runs: z
    .array(
      z.strictObject({
        seed: Seed,
        sha256: Sha256,
        checkpoints: z
          .array(
            z.strictObject({
              iteration: z.int().positive(),
              level: z.int().positive(),
              sha256: Sha256,
              passed: z.boolean(),
            }),
          )
          .max(MANY_MAX),
      }),
    )
    .min(1)
    .max(MANY_MAX),
});

export const ReportShape: z.ZodType<EvaluationReport> = z.strictObject({
  protocol: z.literal(PROTOCOL),
  software: z.strictObject({ name: Text, version: Text }),
  simulated: z.boolean(),
  subject: SubjectShape,
  seeds: z.array(Seed).min(1).max(MANY_MAX),
  splits: z.array(SplitShape).max(SPLITS.length),
  baselines: z.array(BaselineShape).max(BASELINES.length),
  kpis: z.array(KpiShape).max(KPIS.length),
  claims: z.array(ClaimShape).max(MANY_MAX),
});

/** As JSON Schema. */
export function reportSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ReportShape, { target: 'draft-2020-12' });
  return {
    $schema,
    $id: 'https://capstan.invalid/evaluation.schema.json',
    title: 'The report of an evaluation, RUN/evaluation.json; docs/protocol.md says what each field means',
    ...schema,
  };
}
