/** The report of one or several runs that differ in their seed: each KPI of each run, and its mean over seeds. Pure: what was
 *  observed goes in, the report comes out. */

import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { VERSION } from '../base/version.ts';
import { overSeeds, verdictOf } from '../protocol/figure.ts';
import { KPIS } from '../protocol/kpis.ts';
import {
  type Baseline,
  type Claim,
  type EvaluationReport,
  type Figure,
  type Kpi,
  type KpiId,
  PROTOCOL,
  SEEDS_MIN,
  type Subject,
} from '../protocol/report.ts';
import { baselinesOf } from './baselines.ts';
import { driftPart, fidelityPart, overridePart } from './closeness.ts';
import { costPart } from './damage.ts';
import { compoundingPart, propagationPart } from './errors.ts';
import { splitsOf } from './exams.ts';
import { GOALS, type Goal } from './goals.ts';
import { gapPart, horizonPart } from './ladder.ts';
import { normsPart } from './norms.ts';
import type { Observed } from './observed.ts';
import type { Part } from './part.ts';
import { interpretabilityPart, minutesPart, oversightPart } from './people.ts';
import { auditPart } from './records.ts';
import { calibrationPart, costPerCorrectPart, depthPart } from './worth.ts';

/** `opened`: how often the final test was asked so far, this time included. */
export function assess(seen: readonly Observed[], opened: number): EvaluationReport {
  const [first] = seen;
  if (!first) throw new CapstanError('usage', 'evaluate: expected at least one run');
  expectAlike(seen);
  const parts = seen.map(partsOf);
  const levels = Math.max(first.task.levels, first.grades?.length ?? 0);
  const kpis = KPIS.map(({ id, name, source }): Kpi => {
    const own = parts.map((part, i) => seeded(part[id], seen[i]!.configuration.seed));
    const { figures, needs } = together(own, levels);
    const missing = first.configuration.norms && BY_TRUTH.has(id) ? [...needs, RIGHT_BEFORE] : needs;
    return { id, name, source, ...standing({ figures, needs: missing }) };
  });
  const baselines = seen.map(baselinesOf);
  const subject = subjectOf(seen);
  return {
    protocol: PROTOCOL,
    software: { name: 'capstan', version: VERSION },
    simulated: seen.some(({ configuration }) => configuration.overseer !== 'person'),
    subject,
    seeds: seen.map(({ configuration }) => configuration.seed),
    splits: splitsOf(first.task, first, { test: opened, anchor: opened }),
    baselines: baselines[0]!.map((baseline, place): Baseline => {
      const own = baselines.map((all, i) => seeded(all[place]!, seen[i]!.configuration.seed));
      const { figures, needs } = together(own, levels);
      return { ...baseline, status: figures.length > 0 ? 'measured' : 'missing', figures, needs };
    }),
    kpis,
    claims: claimsOf(kpis, subject, seen.length),
  };
}

/** Throws «usage» where runs differ in more than their seed: their mean would be of nothing. */
function expectAlike(seen: readonly Observed[]): void {
  const plain = ({ configuration: { seed: _, ...rest } }: Observed) => JSON.stringify(rest);
  const other = seen.find((one) => plain(one) !== plain(seen[0]!));
  if (other)
    throw new CapstanError(
      'usage',
      `evaluate: expected runs that differ in their seed alone, ${other.path} is configured otherwise than ${seen[0]!.path}`,
    );
  const seeds = seen.map(({ configuration }) => configuration.seed);
  const twice = seen.find((one, i) => seeds.indexOf(one.configuration.seed) !== i);
  if (twice)
    throw new CapstanError(
      'usage',
      `evaluate: expected each seed once, ${twice.path} has ${twice.configuration.seed} again`,
    );
}

function subjectOf(seen: readonly Observed[]): Subject {
  const { configuration, task, grades } = seen[0]!;
  return {
    task: configuration.task,
    parameters: configuration.parameters,
    levels: task.levels,
    levelsOfPrimitives: task.levelsOfPrimitives,
    ...(grades && { grades }),
    overseer: configuration.overseer,
    ...(configuration.noise && { noise: configuration.noise }),
    ...(configuration.norms && { norms: configuration.norms }),
    runs: seen.map(({ configuration: { seed }, sha256, checkpoints }) => ({
      seed,
      sha256,
      checkpoints: checkpoints.map(({ hash, lineage: { iteration, level, gate } }) => ({
        iteration,
        level,
        sha256: hash,
        passed: gate?.passed === true,
      })),
    })),
  };
}

function partsOf(seen: Observed): { readonly [K in KpiId]: Part } {
  const random = Random.seeded(0).split('evaluation');
  return {
    K1: fidelityPart(seen),
    K2: driftPart(seen),
    K3: overridePart(seen, random.split('audits')),
    K4: propagationPart(seen),
    K5: compoundingPart(seen, random.split('posterior')),
    K6: calibrationPart(seen),
    K7: depthPart(seen),
    K8: costPerCorrectPart(seen),
    K9: minutesPart(seen),
    K10: interpretabilityPart(seen),
    K11: gapPart(seen),
    K12: normsPart(seen, random.split('norms')),
    K13: costPart(seen, seen.planted),
    K14: horizonPart(seen, random.split('horizon')),
    K15: oversightPart(seen),
    K16: auditPart(seen.gates, seen.replays, seen.audited),
  };
}

/** The KPIs that tell right from wrong answers. */
const BY_TRUTH: ReadonlySet<KpiId> = new Set(['K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K11', 'K13', 'K14']);
const RIGHT_BEFORE = 'what is right by the norms that H changed to: right is here what was so before';

function seeded({ figures, needs }: Part, seed: number): Part {
  return { figures: figures.map((figure): Figure => ({ ...figure, seed })), needs };
}

function together(parts: readonly Part[], levels: number): Part {
  const figures = parts.flatMap((part) => part.figures);
  return {
    figures: [...overSeeds(figures, levels), ...figures],
    needs: [...new Set(parts.flatMap(({ needs }) => needs))],
  };
}

function standing({ figures, needs }: Part): Pick<Kpi, 'status' | 'figures' | 'needs'> {
  const status = figures.length === 0 ? 'missing' : needs.length > 0 ? 'partial' : 'measured';
  return { status, needs, figures };
}

/** The goals that figures over three seeds or more speak to. */
function claimsOf(kpis: readonly Kpi[], subject: Subject, seeds: number): readonly Claim[] {
  if (seeds < SEEDS_MIN) return [];
  const isToldHere = ({ kpi }: Goal) => !subject.norms || !BY_TRUTH.has(kpi);
  const iterations = Math.min(...subject.runs.map(({ checkpoints }) => checkpoints.length));
  return GOALS.filter((goal) => isToldHere(goal) && (goal.isFor?.(subject) ?? true)).flatMap(
    ({ text, kpi, figure: name, relation, target, of }) => {
      const figures = kpis
        .find(({ id }) => id === kpi)!
        .figures.filter((one) => one.name === name && one.seed === undefined && one.n === seeds);
      return of(figures, iterations).map((figure): Claim => {
        const { iteration, level, depth, arm, against } = figure;
        return {
          text,
          kpi,
          figure: name,
          ...(iteration !== undefined && { iteration }),
          ...(level !== undefined && { level }),
          ...(depth !== undefined && { depth }),
          ...(arm !== undefined && { arm }),
          ...(against !== undefined && { against }),
          relation,
          target,
          seeds,
          verdict: verdictOf(figure, relation, target),
        };
      });
    },
  );
}
