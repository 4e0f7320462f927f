/** Progress on stderr: a few lines painted in place on a terminal, plain lines elsewhere. */

import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { examinerOf } from '../evaluate/examiners.ts';
import { commandLine } from '../project/command-line.ts';
import { overallAt } from '../report/arms.ts';
import { sharedKind } from '../report/grades.ts';
import type { ArmRecord } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import type { RunFile } from '../run/folder.ts';
import { entryOf, taskOf } from '../run/own.ts';
import type { RunEvent } from '../run/run.ts';
import { Folder } from '../storage/folder.ts';
import { Forecast } from './forecast.ts';
import { inkFor } from './terminal.ts';

export interface ProgressOptions {
  readonly quiet: boolean;
  readonly stream: Screen;
  readonly path: string;
}

/** What is used of a stream that may be a terminal. */
export type Screen = Pick<WriteStream, 'isTTY' | 'hasColors' | 'columns'> & {
  write(text: string): unknown;
};

export interface Progress {
  readonly tell: (event: RunEvent) => void;
  /** A line between the others. */
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** Least time between two paintings, in milliseconds. */
const REPAINT_MS = 100;
/** Columns of a terminal that does not say. */
const COLUMNS = 80;

export function showProgress({ quiet, stream, path }: ProgressOptions): Progress {
  if (quiet) return { tell: () => {}, note: () => {}, end: () => {} };
  const ink = inkFor(stream);
  const painter = stream.isTTY ? new Painter(stream) : undefined;
  const line = (text: string): void => {
    if (painter) painter.line(text);
    else stream.write(`${text}\n`);
  };
  let file: RunFile | undefined;
  let grades: readonly string[] | undefined;
  let forecast: Forecast | undefined;
  let idaSteps = 0;

  const leftOf = (arm: ArmRecord, stage: number): string => {
    if (!file) return '';
    if (arm.kind === 'ida') idaSteps = arm.steps;
    const isGiven = arm.kind === 'control' || arm.kind === 'no-curriculum';
    forecast ??= new Forecast(
      file.configuration,
      isGiven ? idaSteps : undefined,
      entryOf(new Folder(path), file.configuration),
    );
    const left = forecast.left(arm, stage);
    if (left === undefined) return '';
    return `, about ${duration(left)} left${file.baselines ? ' of this arm' : ''}`;
  };

  return {
    note: line,
    end: () => painter?.end(),
    tell(event) {
      switch (event.kind) {
        case 'opened':
          file = event.file;
          grades = gradesOf(file.configuration, path);
          if (event.fallback)
            line(
              `ONNX Runtime has no native library here (${event.fallback}); using its WebAssembly build, about three times slower`,
            );
          line(`${ink.bold('capstan')} ${file.configuration.task} → ${path}`);
          break;
        case 'arm-started':
          forecast = undefined;
          painter?.end();
          line(event.name);
          break;
        case 'waiting':
          line(`  waiting for ${event.count} decisions of a person: ${commandLine('decide', path)}`);
          break;
        case 'trained': {
          const left = leftOf(event.arm, event.stage);
          const agreed = `, agreement in training ${percent(event.agreement)}`;
          painter?.paint(() => [`${spent(event.arm)}${left}${agreed}`, accuracies(event.arm, grades)]);
          break;
        }
        case 'looked':
          if (!painter) line(`${spent(event.arm)}${accuracies(event.arm, grades)}`);
          break;
        case 'iteration-ended': {
          const { iteration, level, passed, agreement, horizon, violation } = event.iteration;
          const mark = passed ? ink.green('✓') : ink.red('✕');
          const [low, high] = [agreement.low, agreement.high].map((bound) => (100 * bound).toFixed(1));
          const interval = `${percent(agreement.value)} (${low} to ${high})`;
          line(
            `  ${mark} iteration ${iteration}: level ${level}, agreement ${interval}, horizon ${horizon}, step ${event.arm.steps}`,
          );
          if (violation) line(`  ${ink.red('✕')} ${violation}`);
        }
      }
    },
  };
}

function spent({ steps, seconds }: ArmRecord): string {
  return `  step ${steps}, ${duration(seconds)}`;
}

function gradesOf(configuration: Configuration, path: string): readonly string[] | undefined {
  return examinerOf(taskOf(new Folder(path), configuration)).grades;
}

/** By level, or of all questions as they are asked and by grade. */
function accuracies({ points }: ArmRecord, grades: readonly string[] | undefined): string {
  const point = points.at(-1);
  const { kind = 'grade', shorts } = grades ? sharedKind(grades) : { kind: 'level', shorts: [] };
  if (!point) return `  accuracy by ${kind} not looked at yet`;
  const all = grades ? ` ${percent(overallAt(point) ?? 0)},` : '';
  const each = point.answerer.map((value, i) => `${shorts[i] ?? i + 1}:${percent(value)}`);
  return `  accuracy${all} by ${kind} ${each.join(' ')}`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

function duration(seconds: number): string {
  const MINUTES_FROM = 120;
  if (seconds < MINUTES_FROM) return `${Math.max(1, Math.round(seconds))} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Writes lines that stay, and below them a few that are painted again and again. */
class Painter {
  readonly #stream: Screen;
  #painted: readonly string[] = [];
  #last = Number.NEGATIVE_INFINITY;

  constructor(stream: Screen) {
    this.#stream = stream;
  }

  paint(lines: () => readonly string[]): void {
    const now = performance.now();
    if (now - this.#last < REPAINT_MS) return;
    this.#last = now;
    this.#replace(
      '',
      lines().flatMap((text) => wrapped(text, this.#columns)),
    );
  }

  line(text: string): void {
    const lines = wrapped(text, this.#columns).map((part) => `${part}\n`);
    this.#replace(lines.join(''), this.#painted);
  }

  end(): void {
    this.#replace('', []);
  }

  /** In one write, so that nothing flickers. */
  #replace(above: string, below: readonly string[]): void {
    // A terminal that has become narrower shows a line in several rows.
    const rows = this.#painted.reduce((sum, text) => sum + Math.ceil(text.length / this.#columns), 0);
    const erase = rows === 0 ? '' : `\r\x1b[${rows}A\x1b[0J`; // a terminal that echoes ^C is no longer in the first column
    this.#painted = below;
    const text = `${erase}${above}${below.map((line) => `${line}\n`).join('')}`;
    if (text !== '') this.#stream.write(text);
  }

  get #columns(): number {
    return this.#stream.columns || COLUMNS;
  }
}

/** Broken between words, the rest indented by four; no line fills the last column, where some terminals break. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || stripVTControlCharacters(longer).length < columns) line = longer;
    else {
      lines.push(line);
      line = `    ${word}`;
    }
  }
  return [...lines, line];
}
