/** What a training run shows of itself while it goes on and after: out of its saved state and its entries on the ledger. */

import type { Entry } from '../ledger/entry.ts';
import type { CurvePoint, Proportion } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import type { ArmState } from '../run/state.ts';
import type { Gate, RunView, Series } from '../wire/run.ts';

const MILLION = 1e6;
const SECONDS = 60;
const RIGHT = 'accuracy of X';

export interface Seen {
  readonly configuration: Configuration;
  readonly levels: number;
  /** Undefined before the first save. */
  readonly state: ArmState | undefined;
  /** About this run. */
  readonly entries: readonly Entry[];
  readonly decided: number;
  readonly waiting: number;
}

/** All but its row, and what lies beside it. */
export function viewOf({
  configuration,
  levels,
  state,
  entries,
  decided,
  waiting,
}: Seen): Omit<RunView, 'row' | 'isEvaluated'> {
  const { points = [], iterations = [], seconds = 0, progress } = state ?? {};
  const gates = entries.flatMap(gateOf);
  return {
    settings: settingsOf(configuration),
    seconds,
    decisions: progress?.decisions ?? 0,
    ...(progress?.state === 'running' && { left: leftOf(configuration, progress) }),
    ...{ levels, gates },
    threshold: configuration.training.gate.advance,
    horizons: [0, ...(state?.progress.horizons ?? [])],
    cells: iterations.flatMap(({ iteration, accuracy, agreement, level }): RunView['cells'] =>
      accuracy
        ? accuracy.map((share, i) => ({
            iteration,
            level: i + 1,
            of: 'accuracy' as const,
            share: shareOf(share),
          }))
        : [{ iteration, level, of: 'agreement' as const, share: shareOf(agreement) }],
    ),
    series: [...seriesOf(points, gates), ...minutesOf(entries)],
    alarms: alarmsOf(state, entries),
    people: { decided, waiting, seconds: secondsOf(entries) },
  };
}

function leftOf({ training }: Configuration, { step, iterationSteps }: ArmState['progress']): string {
  const left = Math.min(training.stepsPerIteration - iterationSteps, training.stepsMax - step);
  return `at most ${Math.max(0, left).toLocaleString('en')} steps for this iteration`;
}

/** One panel for each measure that there is. */
function seriesOf(points: readonly CurvePoint[], gates: readonly Gate[]): Series[] {
  const series = (
    name: string,
    unit: Series['unit'],
    of: (point: CurvePoint) => number | undefined,
    level?: number,
  ): Series => ({
    ...{ name, unit },
    ...(level !== undefined && { level }),
    points: points.flatMap((point) => {
      const value = of(point);
      return value === undefined || !Number.isFinite(value) ? [] : [{ step: point.step, value }];
    }),
  });
  const mean = (values: readonly number[] | undefined): number | undefined => {
    const measured = values?.filter(Number.isFinite) ?? [];
    return measured.length === 0
      ? undefined
      : measured.reduce((sum, value) => sum + value, 0) / measured.length;
  };
  type Shares = 'answerer' | 'amplified' | 'agreement';
  const byLevel = (name: string, shares: Shares): Series[] =>
    Array.from({ length: Math.max(0, ...points.map((point) => point[shares]?.length ?? 0)) }, (_, i) =>
      series(name, 'share', (point) => point[shares]?.[i], i + 1),
    );
  const right = ({ overall, answerer }: CurvePoint) => overall?.answerer ?? mean(answerer);
  const amplified = ({ overall, amplified }: CurvePoint) => overall?.amplified ?? mean(amplified);
  const gained = (point: CurvePoint) => {
    const [before, after] = [right(point), amplified(point)];
    return before === undefined || after === undefined ? undefined : after - before;
  };
  const all = [
    series(RIGHT, 'share', right),
    ...byLevel(RIGHT, 'answerer'),
    series('accuracy of Amplify^H(X)', 'share', amplified),
    ...byLevel('accuracy of Amplify^H(X)', 'amplified'),
    series('gained by amplifying', 'share', gained),
    series('agreement of X with Amplify^H(X)', 'share', ({ agreement }) => mean(agreement)),
    ...byLevel('agreement of X with Amplify^H(X)', 'agreement'),
    {
      name: 'agreement at gates',
      unit: 'share' as const,
      points: gates.map(({ step, agreement: { value, low, high } }) => ({ step, value, low, high })),
    },
    series('frontier', 'count', ({ frontier }) => frontier),
    series('decisions of H', 'count', ({ decisions }) => decisions),
    series('seconds', 'seconds', ({ seconds }) => seconds),
  ];
  return all.filter(({ points: own }) => own.length > 0);
}

/** A look that did not pass, or the decision. */
function gateOf({ kind, figures = {}, subjects = [], seq }: Entry): Gate[] {
  if (kind !== 'gate-looked' && kind !== 'gate-decided') return [];
  const share = (name: string): number => (figures[name] ?? 0) / MILLION;
  const value = share('agreement-ppm');
  const low = share('low-ppm');
  const checkpoint = subjects.find(({ name }) => name === 'checkpoint')?.sha256;
  return [
    {
      iteration: figures.iteration ?? 0,
      level: figures.level ?? 0,
      step: figures.step ?? 0,
      look: figures.look ?? 0,
      passed: figures.passed === 1 && figures['compared-passed'] !== 0,
      agreement: { value, low, high: upperOf(value, low), n: figures.questions ?? 0 },
      threshold: share('threshold-ppm'),
      entry: seq,
      ...(checkpoint !== undefined && { checkpoint }),
    },
  ];
}

/** The ledger has the lower bound only: it is what a gate asks for. Both ends L of Wilson's interval are where
 *  (value − L)² / (L (1 − L)) is the same, and of this quadratic one root is known. */
export function upperOf(value: number, low: number): number {
  if (low <= 0) return 1; // any could be
  const ratio = (value - low) ** 2 / (low * (1 - low));
  return Math.min(1, Math.max(value, value ** 2 / ((1 + ratio) * low)));
}

/** What somebody should look at. */
function alarmsOf(state: ArmState | undefined, entries: readonly Entry[]): RunView['alarms'] {
  const fallen = (state?.iterations ?? []).flatMap(({ step, violation }) =>
    violation === undefined ? [] : [{ step, text: violation }],
  );
  let step = 0;
  const said: RunView['alarms'] = [];
  for (const { kind, seq, figures, actor, words } of entries) {
    step = figures?.step ?? step;
    const who = actor.id.replace(/^person:/, '');
    const text = {
      'answer-corrected': `${who} corrected an answer`,
      'model-revoked': `${who} revoked a checkpoint`,
      'model-rolled-back': `${who} took back to an earlier checkpoint`,
      'run-ended':
        words?.state === 'finished' || words?.state === 'interrupted' ? undefined : `ended: ${words?.state}`,
    }[kind as string];
    if (text !== undefined) said.push({ step, text, entry: seq });
  }
  return [...fallen, ...said];
}

/** Of people, where training stood when they decided, as far as the ledger says: at the last entry that names a step. */
function minutesOf(entries: readonly Entry[]): Series[] {
  let [step, seconds] = [0, 0];
  const points = entries.flatMap(({ kind, figures = {} }) => {
    step = figures.step ?? step;
    if (kind !== 'action-taken') return [];
    seconds += figures.seconds ?? 0;
    return [{ step, value: seconds / SECONDS }];
  });
  // Of those at one step the last has them all.
  const last = points.filter(({ step: at }, i) => points[i + 1]?.step !== at);
  return last.length === 0 ? [] : [{ name: 'minutes of people', unit: 'minutes', points: last }];
}

function secondsOf(entries: readonly Entry[]): number {
  return entries
    .filter(({ kind }) => kind === 'action-taken')
    .reduce((total, { figures }) => total + (figures?.seconds ?? 0), 0);
}

/** As label and value. */
export function settingsOf(configuration: Configuration): [string, string][] {
  const { task, parameters, overseer, seed, noise, defence, norms, student, training, labels, person } =
    configuration;
  return [
    ['task', task],
    ...Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    ['overseer', overseer],
    ...(overseer === 'script'
      ? []
      : ([['decisions of H', String(labels.decisionsMax)]] as [string, string][])),
    ...(person ? ([['people', `${person.waitingMax} at a time`]] as [string, string][]) : []),
    ...(noise ? ([['noise', `${noise.kind} ${noise.rate}`]] as [string, string][]) : []),
    ...(defence ? ([['defence', defence.kind]] as [string, string][]) : []),
    ...(norms
      ? ([['norms', `${norms.share} from iteration ${norms.iteration} on`]] as [string, string][])
      : []),
    ['seed', String(seed)],
    ['width', String(student.width)],
    ['heads', String(student.heads)],
    ['optimizer', student.optimizer.kind],
    ['gate, on the way', String(training.gate.advance)],
    ['gate, at the end', String(training.gate.finish)],
    ['steps for an iteration', String(training.stepsPerIteration)],
  ];
}

function shareOf({ value, low, high, n }: Proportion) {
  return { value, low, high, n };
}
