/** What a run came to, in stable words for machines (docs/run.schema.json) and in a few lines for people. */

import type { RunRecord } from '../report/record.ts';

export interface Summary {
  readonly task: string;
  readonly seed: number;
  /** The run folder. */
  readonly run: string;
  readonly state: string;
  /** Wall time from the start of the process. */
  readonly seconds: number;
  /** The same for the training of IDA alone, over all sessions of a resumed run. */
  readonly trainingSeconds: number;
  readonly steps: number;
  readonly operations: number;
  readonly parameters: number;
  /** On test contexts, against ground truth. */
  readonly accuracy: { readonly mean: number; readonly perLevel: readonly number[] };
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
  const ida = record.arms[0]!;
  const last = ida.iterations.at(-1);
  const perLevel = last?.accuracy?.map(({ value }) => value) ?? ida.points.at(-1)?.answerer ?? [];
  const seconds = process.uptime();
  return {
    task: record.task,
    seed: record.seed,
    run: path,
    state: ida.state,
    seconds: rounded(seconds, 3),
    trainingSeconds: rounded(ida.seconds, 3),
    steps: ida.steps,
    operations: ida.operations,
    parameters: ida.trainedParameters,
    accuracy: {
      mean: perLevel.length === 0 ? 0 : perLevel.reduce((a, b) => a + b, 0) / perLevel.length,
      perLevel,
    },
    agreement: last?.agreement.value ?? null,
    agreementInterval: last
      ? { low: last.agreement.low, high: last.agreement.high, n: last.agreement.n }
      : null,
    horizon: ida.iterations.map(({ horizon }) => horizon),
    violations: ida.iterations.flatMap(({ violation }) => violation ?? []),
    overseerDecisions: ida.decisions,
    checkpoint: last?.checkpoint ?? null,
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    shareOutside: rounded(1 - busySeconds / seconds, 4),
  };
}

export function summaryText(summary: Summary): string {
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  return [
    `accuracy   ${percent(summary.accuracy.mean)} on contexts never seen`,
    `by level   ${summary.accuracy.perLevel.map((value) => (100 * value).toFixed(2)).join('  ')}`,
    `horizon    ${['0', ...summary.horizon].join(' → ')}`,
    `spent      ${summary.seconds.toFixed(1)} s, ${summary.steps} steps, ${summary.overseerDecisions.toLocaleString('en')} decisions of H`,
    ...summary.violations.map((violation) => `violation  ${violation}`),
    `checkpoint ${summary.checkpoint ?? 'none'}`,
    `report     ${summary.run}/report.html`,
  ].join('\n');
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
