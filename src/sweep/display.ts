/** Progress of a sweep on a stream: lines that stay, and on a terminal below them a few that are painted again. */

import { percent } from '../report/numbers.ts';
import { type Glimpse, glimpseOf } from './folder.ts';
import type { RunStanding } from './gather.ts';
import type { PlannedRun } from './plan.ts';
import { progressLines } from './progress.ts';
import type { SweepEvent } from './sweep.ts';

export interface DisplayOptions {
  readonly quiet: boolean;
  readonly stream: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
  };
  readonly jobs: number;
  /** Seconds that only ever grow. */
  readonly clock: () => number;
}

/** Columns of a terminal that does not say. */
const COLUMNS = 80;

export class SweepDisplay {
  readonly #options: DisplayOptions;
  readonly #start: number;
  readonly #waiting = new Set<PlannedRun>();
  readonly #atWork = new Set<PlannedRun>();
  #standings: readonly RunStanding[] = [];
  #look: (planned: PlannedRun) => Glimpse | undefined = () => undefined;
  #painted: readonly string[] = [];

  constructor(options: DisplayOptions) {
    this.#options = options;
    this.#start = options.clock();
  }

  tell(event: SweepEvent): void {
    switch (event.kind) {
      case 'opened': {
        const { standings, folder } = event;
        this.#standings = standings;
        this.#look = (planned) => glimpseOf(folder, planned);
        const ended = standings.filter(({ record }) => record).length;
        const before = ended > 0 ? `, ${ended} of them ended already` : '';
        this.note(
          `capstan sweep: ${standings.length} runs${before}, ${this.#options.jobs} at a time → ${folder.path}`,
        );
        break;
      }
      case 'run-started':
        this.#atWork.add(event.planned);
        if (this.#options.stream.isTTY) this.show();
        break;
      case 'run-waits':
        if (!this.#waiting.has(event.planned)) this.note(`  ◌ ${this.#name(event.planned)}: ${event.said}`);
        this.#waiting.add(event.planned);
        break;
      case 'run-ended':
        this.#ended(event.standing);
    }
  }

  /** A line that stays. */
  note(text: string): void {
    if (!this.#options.quiet) this.#write(`${text}\n`, this.#painted);
  }

  /** How far it has come, as of now: painted in place, or lines that stay where nothing can be painted. */
  show(): void {
    const { quiet, stream, clock, jobs } = this.#options;
    if (quiet || this.#standings.length === 0) return;
    const lines = progressLines({
      standings: this.#standings,
      atWork: [...this.#atWork].map((planned) => ({
        planned,
        glimpse: this.#look(planned),
        waits: this.#waiting.has(planned),
      })),
      jobs,
      elapsedSeconds: clock() - this.#start,
    });
    const columns = stream.columns || COLUMNS;
    if (stream.isTTY)
      this.#write(
        '',
        lines.map((line) => cut(line, columns - 1)),
      );
    else this.note(lines.join('\n'));
  }

  end(): void {
    this.#write('', []);
  }

  #ended(standing: RunStanding): void {
    const { planned, state, error, record } = standing;
    this.#atWork.delete(planned);
    this.#waiting.delete(planned);
    this.#standings = this.#standings.map((one) => (one.planned === planned ? standing : one));
    const arm = record?.arms[0];
    const accuracy = arm?.points.at(-1)?.overall?.answerer;
    const figures = [
      state,
      ...(arm ? [`step ${arm.steps}`] : []),
      ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    ];
    const mark = state === 'failed' ? '✕' : record ? '✓' : '◌';
    const text = `  ${mark} ${this.#name(planned)}: ${figures.join(', ')}${error ? `: ${error}` : ''}`;
    // What failed is said to --quiet too.
    if (state === 'failed') this.#write(`${text}\n`, this.#painted);
    else this.note(text);
  }

  #name({ group, label, seed }: PlannedRun): string {
    const isAlone = this.#standings.every(({ planned }) => planned.group === group);
    return `${isAlone ? '' : `${group}: `}${label}, seed ${seed}`;
  }

  /** In one write, so that nothing flickers. */
  #write(above: string, below: readonly string[]): void {
    const { stream } = this.#options;
    const columns = stream.columns || COLUMNS;
    // A terminal that has become narrower shows a line in several rows.
    const rows = this.#painted.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    const erase = rows === 0 ? '' : `\r\x1b[${rows}A\x1b[0J`;
    this.#painted = below;
    const text = `${erase}${above}${below.map((line) => `${line}\n`).join('')}`;
    if (text !== '') stream.write(text);
  }
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}
