/** What a run came to, in stable words for machines (docs/run.schema.json) and in a few lines for people. */

import { mainOf, overallNow } from '../report/arms.ts';
import { sharedKind } from '../report/grades.ts';
import type { Fidelity, RunRecord } from '../report/record.ts';

export interface Summary {
  readonly task: string;
  readonly seed: number;
  /** The run folder. */
  readonly run: string;
  readonly state: string;
  /** Wall time from the start of the process. */
  readonly seconds: number;
  /** The same for the training of IDA (or the supervised network, where that is the run), over all its sessions. */
  readonly trainingSeconds: number;
  readonly steps: number;
  readonly operations: number;
  readonly parameters: number;
  /** On test contexts, against ground truth: of all questions as they are asked, and of each level or grade. */
  readonly accuracy: { readonly mean: number; readonly perLevel: readonly number[] };
  /** What `perLevel` is told apart by, where that is not the levels. */
  readonly grades: readonly string[] | null;
  /** If H′ made the targets. */
  readonly fidelity: Fidelity | null;
  /** With Amplify^H(X) at the last gate; no ground truth. */
  readonly agreement: number | null;
  readonly agreementInterval: { readonly low: number; readonly high: number; readonly n: number } | null;
  readonly horizon: readonly number[];
  readonly violations: readonly string[];
  readonly overseerDecisions: number;
  readonly checkpoint: string | null;
  readonly peakMemoryMb: number;
  /** Share of the wall time outside ONNX Runtime. */
  readonly shareOutside: number;
}

export function summarise(record: RunRecord, path: string, busySeconds: number): Summary {
  const main = mainOf(record)!;
  const last = main.iterations.at(-1);
  const perLevel = last?.accuracy?.map(({ value }) => value) ?? main.points.at(-1)?.answerer ?? [];
  const seconds = process.uptime();
  return {
    task: record.task,
    seed: record.seed,
    run: path,
    state: main.state,
    seconds: rounded(seconds, 3),
    trainingSeconds: rounded(main.seconds, 3),
    steps: main.steps,
    operations: main.operations,
    parameters: main.trainedParameters,
    accuracy: {
      mean: overallNow(main) ?? 0,
      perLevel,
    },
    grades: record.grades ?? null,
    fidelity: main.fidelity ?? null,
    agreement: last?.agreement.value ?? null,
    agreementInterval: last
      ? { low: last.agreement.low, high: last.agreement.high, n: last.agreement.n }
      : null,
    horizon: main.iterations.map(({ horizon }) => horizon),
    violations: main.iterations.flatMap(({ violation }) => violation ?? []),
    overseerDecisions: main.decisions,
    checkpoint: last?.checkpoint ?? null,
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    shareOutside: rounded(1 - busySeconds / seconds, 4),
  };
}

export function summaryText(summary: Summary): string {
  return [
    `accuracy   ${percent(summary.accuracy.mean)} on contexts never seen`,
    byGrade(summary),
    `horizon    ${['0', ...summary.horizon].join(' → ')}`,
    `spent      ${summary.seconds.toFixed(1)} s, ${summary.steps} steps, ${summary.overseerDecisions.toLocaleString('en')} decisions of H`,
    ...(summary.fidelity ? [learnerText(summary.fidelity)] : []),
    ...summary.violations.map((violation) => `violation  ${violation}`),
    `checkpoint ${summary.checkpoint ?? 'none'}`,
    `report     ${summary.run}/report.html`,
  ].join('\n');
}

function percent(value: number): string {
  return `${hundredths(value)} %`;
}

function hundredths(value: number): string {
  return (100 * value).toFixed(2);
}

function byGrade({ accuracy, grades }: Summary): string {
  const figures = accuracy.perLevel.map(hundredths);
  if (!grades) return `by level   ${figures.join('  ')}`;
  const { kind = 'by grade', shorts } = sharedKind(grades);
  return `${kind.padEnd(10)} ${figures.map((figure, i) => `${shorts[i]}: ${figure}`).join('  ')}`;
}

function learnerText({ functional, exact, learnedFrom }: Fidelity): string {
  const within = `${hundredths(functional.low)} to ${hundredths(functional.high)}`;
  return `H′         ends as H in ${percent(functional.value)} (${within}), acts as H in ${percent(exact.value)}; learned from ${learnedFrom.toLocaleString('en')} decisions`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
