/** Whether a report keeps to the protocol: the shape first, then what a shape cannot say. A fault names the place and what
 *  was expected there; a report without faults conforms. It believes the numbers: nobody can tell from a report whether
 *  they were measured. */

import { groupsOf, keyOf, rangeOf, verdictOf } from './figure.ts';
import { KPIS } from './kpis.ts';
import {
  ANCHOR_MIN,
  BASELINES,
  type Claim,
  type EvaluationReport,
  type Figure,
  type Kpi,
  SEEDS_MIN,
  SPLITS,
} from './report.ts';
import { ReportShape } from './shape.ts';

/** Sums of decimal fractions. */
const ROUNDING = 1e-9;
const FAULTS_MAX = 200;
/** A level is inside the horizon while the lower bound of its accuracy, and of those below it, is at least this. */
export const HORIZON_SHARE = 0.9;
/** The KPIs that compare arms: each measured baseline is in their tables. */
export const COMPARING = ['K7', 'K8'] as const;

/** What speaks against it, at most a few hundred faults; of what is no report at all only its shape. */
export function faultsIn(value: unknown): readonly string[] {
  const parsed = ReportShape.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues
      .map(({ path, message }) => `${path.map(String).join('.') || 'report'}: ${message}`)
      .slice(0, FAULTS_MAX);
  const report = parsed.data;
  return [
    ...subject(report),
    ...splits(report),
    ...baselines(report),
    ...kpis(report),
    ...report.claims.flatMap((claim, i) => claimed(report, claim, `claims.${i}`)),
  ].slice(0, FAULTS_MAX);
}

function subject({ seeds, subject: { runs, grades, levels } }: EvaluationReport): readonly string[] {
  const own = runs.map(({ seed }) => seed);
  const hashes = runs.flatMap(({ sha256, checkpoints }) => [sha256, ...checkpoints.map((one) => one.sha256)]);
  return [
    ...(same(seeds, own)
      ? []
      : [`seeds: expected those of the runs, ${own.join(', ')}, got ${seeds.join(', ')}`]),
    ...repeated(seeds).map((seed) => `seeds: expected each once, got ${seed} again`),
    ...repeated(hashes).map(
      (hash) => `subject.runs: expected runs and checkpoints each once, got ${hash} again`,
    ),
    ...runs.flatMap(({ seed, checkpoints }) =>
      checkpoints.flatMap(({ iteration, level }, i) => [
        ...(iteration === i + 1
          ? []
          : [`run ${seed}: expected checkpoint ${i + 1}, got iteration ${iteration}`]),
        ...(level <= levels ? [] : [`run ${seed}: expected levels up to ${levels}, got ${level}`]),
      ]),
    ),
    ...(grades && repeated(grades).length > 0 ? ['subject.grades: expected each once'] : []),
  ];
}

function splits({ splits: given }: EvaluationReport): readonly string[] {
  const names = given.map(({ name }) => name);
  const listed = given.flatMap(({ name, contexts }) =>
    (contexts ?? []).map((context) => ({ name, context })),
  );
  const places = new Map<string, string>();
  const faults = same(names, SPLITS)
    ? []
    : [`splits: expected ${SPLITS.join(', ')}, got ${names.join(', ')}`];
  for (const { name, context } of listed) {
    const other = places.get(context);
    if (other !== undefined)
      faults.push(`splits: expected context ${context} once, it is in ${other} and in ${name}`);
    places.set(context, name);
  }
  for (const { name, questions, contexts, sha256, sealed, opened } of given) {
    const isListed = contexts !== null;
    if (isListed !== (sha256 !== null))
      faults.push(`splits.${name}: expected contexts and the hash of their questions, or neither`);
    if (isListed && questions < contexts.length)
      faults.push(`splits.${name}: expected a question of each context at least, got ${questions}`);
    if (name === 'anchor' && (!isListed || questions < ANCHOR_MIN))
      faults.push(`splits.anchor: expected ${ANCHOR_MIN} listed questions at least, got ${questions}`);
    if (name === 'test' && (!isListed || opened === null || opened < 1))
      faults.push('splits.test: expected listed questions, and how often they were asked');
    if (sealed && opened !== null && opened > 1)
      faults.push(`splits.${name}: expected one that was sealed to have been opened once, got ${opened}`);
  }
  return faults;
}

function baselines(report: EvaluationReport): readonly string[] {
  const given = report.baselines.map(({ kind }) => kind);
  return [
    ...(same(given, BASELINES)
      ? []
      : [`baselines: expected ${BASELINES.join(', ')}, got ${given.join(', ')}`]),
    ...report.baselines.flatMap(({ kind, status, needs, figures }) => {
      const isTold = figures.some(({ name, level }) => name === 'accuracy' && level === undefined);
      return [
        ...(status === 'measured' && !isTold
          ? [`baseline ${kind}: expected its accuracy over all questions`]
          : []),
        ...(status === 'missing' && figures.length > 0
          ? [`baseline ${kind}: expected no figures of what is missing`]
          : []),
        ...(status === 'missing' && needs.length === 0
          ? [`baseline ${kind}: expected what it would take`]
          : []),
        ...tabled(report, figures, `baseline ${kind}`),
        ...(status === 'measured' ? untold(report, kind) : []),
      ];
    }),
  ];
}

/** The tables that a measured baseline is not in. */
function untold(report: EvaluationReport, kind: string): readonly string[] {
  return COMPARING.flatMap((id) => {
    const kpi = report.kpis.find((one) => one.id === id);
    if (!kpi || kpi.status === 'missing' || kpi.figures.some(({ arm }) => arm === kind)) return [];
    return [`${id}: expected baseline ${kind} in its table`];
  });
}

function kpis(report: EvaluationReport): readonly string[] {
  const ids = report.kpis.map(({ id }) => id);
  const all = KPIS.map(({ id }) => id);
  return [
    ...(same(ids, all) ? [] : [`kpis: expected ${all.join(', ')}, got ${ids.join(', ')}`]),
    ...report.kpis.flatMap((kpi) => [...standing(kpi), ...tabled(report, kpi.figures, kpi.id)]),
    ...horizons(report),
  ];
}

function standing({ id, status, needs, figures }: Kpi): readonly string[] {
  const [told, lacks] = [figures.length > 0, needs.length > 0];
  const expected = told ? (lacks ? 'partial' : 'measured') : 'missing';
  return [
    ...(status === expected ? [] : [`${id}: expected status ${expected}, got ${status}`]),
    ...(told || lacks ? [] : [`${id}: expected figures, or what is missing for them`]),
  ];
}

/** One table of figures: each by itself, none twice, and means over seeds that agree with what they are of. */
function tabled(report: EvaluationReport, figures: readonly Figure[], where: string): readonly string[] {
  const keys = figures.map((figure) => keyOf(figure, true));
  const bySeed = groupsOf(figures);
  return [
    ...repeated(keys).map((key) => `${where}: expected each figure once, got ${key} again`),
    ...figures.flatMap((figure) => [
      ...alone(report, figure).map((fault) => `${where} ${keyOf(figure, true)}: ${fault}`),
      ...overSeeds(bySeed.get(keyOf(figure)) ?? [], figure).map(
        (fault) => `${where} ${keyOf(figure, true)}: ${fault}`,
      ),
    ]),
  ];
}

function alone({ seeds, subject }: EvaluationReport, figure: Figure): readonly string[] {
  const { value, low, high, unit, level, iteration, seed, against, arm } = figure;
  const levels = Math.max(subject.levels, subject.grades?.length ?? 0);
  const [least, most] = rangeOf(unit, levels);
  const iterations = Math.max(0, ...subject.runs.map(({ checkpoints }) => checkpoints.length));
  const faults: string[] = [];
  if (value < least - ROUNDING || value > most + ROUNDING)
    faults.push(`expected a ${unit} from ${least} to ${most}, got ${value}`);
  if ((low === null) !== (high === null)) faults.push('expected both ends of the interval or neither');
  if (low !== null && high !== null && !(low <= value && value <= high))
    faults.push(`expected ${value} inside its interval, got ${low} to ${high}`);
  if (level !== undefined && level > levels) faults.push(`expected levels up to ${levels}, got ${level}`);
  if (iteration !== undefined && iteration > iterations)
    faults.push(`expected iterations up to ${iterations}, got ${iteration}`);
  if (seed !== undefined && !seeds.includes(seed)) faults.push(`expected the seed of a run, got ${seed}`);
  if (seed === undefined && seeds.length === 1) faults.push('expected the seed of the only run');
  if (against !== undefined && against === arm) faults.push('expected a comparison with another arm');
  return faults;
}

/** `own`: figures of the same thing, seed by seed. */
function overSeeds(own: readonly Figure[], figure: Figure): readonly string[] {
  const { seed, value, n, least, median, most } = figure;
  if (seed !== undefined)
    return least === undefined && median === undefined && most === undefined
      ? []
      : ['expected median, least and most of means over seeds only'];
  if (own.length < 2 || own.length !== n)
    return [`expected a mean over ${n} seeds, got figures of ${own.length}`];
  const values = own.map((one) => one.value);
  const mean = values.reduce((sum, one) => sum + one, 0) / n;
  const close = (a: number, b: number) => Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(b));
  if (!close(value, mean)) return [`expected the mean ${mean} of the seeds, got ${value}`];
  if (least === undefined || median === undefined || most === undefined)
    return ['expected the median, the least and the most of the seeds'];
  if (!close(least, Math.min(...values)) || !close(most, Math.max(...values)))
    return [`expected ${Math.min(...values)} to ${Math.max(...values)}, got ${least} to ${most}`];
  return least <= median && median <= most ? [] : [`expected the median inside, got ${median}`];
}

/** The horizon follows from the accuracies beside it. */
function horizons({ kpis }: EvaluationReport): readonly string[] {
  const figures = kpis.find(({ id }) => id === 'K14')?.figures ?? [];
  return figures
    .filter(({ name, seed, arm }) => name === 'horizon' && seed !== undefined && arm === undefined)
    .flatMap(({ seed, iteration, value }) => {
      const lows = figures
        .filter(
          (one) =>
            one.name === 'accuracy' &&
            one.seed === seed &&
            one.iteration === iteration &&
            one.arm === undefined,
        )
        .map(({ level, low }) => ({ level: level ?? 0, low: low ?? 0 }));
      const inside = new Set(lows.filter(({ low }) => low >= HORIZON_SHARE).map(({ level }) => level));
      let expected = 0;
      while (inside.has(expected + 1)) expected++;
      return value === expected
        ? []
        : [`K14: expected horizon ${expected} of seed ${seed}, iteration ${iteration}, got ${value}`];
    });
}

function claimed({ kpis, seeds }: EvaluationReport, claim: Claim, where: string): readonly string[] {
  if (claim.seeds < SEEDS_MIN || seeds.length < claim.seeds)
    return [`${where}: expected ${SEEDS_MIN} seeds at least, got ${Math.min(claim.seeds, seeds.length)}`];
  const { kpi, figure: name, relation, target } = claim;
  const key = keyOf({ ...claim, name });
  const figure = kpis
    .find(({ id }) => id === kpi)
    ?.figures.find((one) => one.seed === undefined && keyOf(one) === key);
  if (!figure) return [`${where}: expected a figure of ${kpi} over seeds, none is ${key}`];
  if (figure.n !== claim.seeds)
    return [`${where}: expected the ${figure.n} seeds of its figure, got ${claim.seeds}`];
  const verdict = verdictOf(figure, relation, target);
  return verdict === claim.verdict ? [] : [`${where}: expected «${verdict}», got «${claim.verdict}»`];
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** What is there more than once. */
function repeated<T>(values: readonly T[]): readonly T[] {
  const [once, more] = [new Set<T>(), new Set<T>()];
  for (const one of values) (once.has(one) ? more : once).add(one);
  return [...more];
}
