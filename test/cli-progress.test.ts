/** What a terminal shows while a run goes on: a small terminal is imitated and looked at. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Forecast } from '../src/cli/forecast.ts';
import { type Screen, showProgress } from '../src/cli/progress.ts';
import type { ArmRecord, CurvePoint, IterationRecord } from '../src/report/record.ts';
import { configure } from '../src/run/configuration.ts';
import { taskEntry } from '../src/tasks/tasks.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Knows what our progress uses: line feeds, carriage returns, lines that break, «up n» and «erase from here on». */
class Terminal implements Screen {
  readonly isTTY = true;
  columns: number;
  rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  hasColors(): boolean {
    return false;
  }

  write(text: string): void {
    const [first = '', ...others] = text.split('\x1b[');
    for (const character of first) this.#put(character);
    for (const other of others) {
      const [sequence, count, kind] = /^(\d+)([AJ])/.exec(other)!;
      if (kind === 'A') this.#goto(Math.max(0, this.#row - Number(count)), this.#column);
      else this.#eraseFromHere();
      for (const character of other.slice(sequence.length)) this.#put(character);
    }
  }

  #put(character: string): void {
    const isEnd = character === '\n';
    if (isEnd || this.#column === this.columns) this.#goto(this.#row + 1, 0);
    if (character === '\r') this.#column = 0;
    if (isEnd || character === '\r') return;
    const row = this.rows[this.#row]!.padEnd(this.#column);
    this.rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column++;
  }

  #eraseFromHere(): void {
    this.rows.length = this.#row + 1;
    this.rows[this.#row] = this.rows[this.#row]!.slice(0, this.#column);
  }

  #goto(row: number, column: number): void {
    [this.#row, this.#column] = [row, column];
    while (this.rows.length <= row) this.rows.push('');
  }
}

const configuration = configure({ task: 'permutation-powering', size: 64 });
const file = {
  format: 'capstan-run-1',
  configuration,
  baselines: false,
  started: '',
  command: '',
  version: '',
} as const;
const point = { frontier: 2, answerer: [1, 0.5, 0.25, 0.125, 0.1, 0] } as unknown as CurvePoint;

function arm(steps: number, seconds: number): ArmRecord {
  const none = { operations: 0, decisions: 0, trainedParameters: 1, groundTruth: false, iterations: [] };
  return { ...none, kind: 'ida', name: 'IDA', state: 'running', steps, seconds, points: [point] };
}

const iteration = {
  iteration: 1,
  level: 2,
  passed: true,
  agreement: { value: 0.99, low: 0.98, high: 1, n: 1024 },
  horizon: 2,
} as unknown as IterationRecord;

/** Shows a few moments of a run; `between` looks at the screen after each. */
function play(terminal: Terminal, between: (shown: readonly string[]) => void = () => {}) {
  const show = showProgress({ quiet: false, stream: terminal, path: 'runs/one' });
  const look = (): void => between(terminal.rows.filter((row) => row !== ''));
  show.tell({ kind: 'opened', file, fallback: undefined });
  show.tell({ kind: 'arm-started', name: 'IDA' });
  for (const steps of [1, 20, 40]) {
    show.tell({ kind: 'trained', arm: arm(steps, steps / 10), stage: 0, agreement: 0.5, loss: 1 });
    look();
    vi.advanceTimersByTime(1000); // it paints ten times a second at most
  }
  show.tell({ kind: 'iteration-ended', arm: arm(50, 5), iteration });
  look();
  return show;
}

describe.each([28, 40, 80, 200])('a terminal of %i columns', (columns) => {
  test('shows one status at a time, below the lines that stay, and no line breaks by itself', () => {
    const terminal = new Terminal(columns);
    play(terminal, (shown) => {
      expect(shown.filter((row) => row.startsWith('  step '))).toHaveLength(1);
      expect(shown.filter((row) => /^capstan\b/.test(row))).toHaveLength(1);
      expect(shown.filter((row) => row.length >= columns)).toEqual([]);
    });
  });

  test('keeps the lines that stay, and nothing else', () => {
    const terminal = new Terminal(columns);
    play(terminal).end();
    const text = terminal.rows.join('\n').replaceAll(/\s+/g, ' ').trim();
    expect(text).toBe(
      'capstan permutation-powering → runs/one IDA ✓ iteration 1: level 2, agreement 99.0% (98.0 to 100.0), horizon 2, step 50',
    );
  });
});

test('on a terminal of 80 columns a run looks like this', () => {
  const terminal = new Terminal(80);
  play(terminal).note('stopping');
  expect(terminal.rows.join('\n')).toMatchInlineSnapshot(`
    "capstan permutation-powering → runs/one
    IDA
      ✓ iteration 1: level 2, agreement 99.0% (98.0 to 100.0), horizon 2, step 50
    stopping
      step 40, 4 s, about 2 min 10 s left, agreement in training 50.0%
      accuracy by level 1:100.0% 2:50.0% 3:25.0% 4:12.5% 5:10.0% 6:0.0%
    "
  `);
});

test('where accuracy is told apart by grades, it shows all questions together and the grades by name', () => {
  const written: string[] = [];
  const stream = {
    isTTY: false,
    hasColors: () => false,
    columns: 0,
    write: (text: string) => written.push(text),
  };
  const show = showProgress({ quiet: false, stream, path: 'runs/one' });
  const graded = configure({ task: 'shortest-path' });
  show.tell({ kind: 'opened', file: { ...file, configuration: graded }, fallback: undefined });
  const overall = { answerer: 0.625, amplified: 0.75 };
  show.tell({ kind: 'looked', arm: { ...arm(25, 3), points: [{ ...point, overall }] } });
  show.tell({ kind: 'looked', arm: { ...arm(25, 3), points: [] } });
  expect(written.slice(1)).toEqual([
    '  step 25, 3 s  accuracy 62.5%, by distance 1:100.0% 2:50.0% 3:25.0% 4:12.5% 5–8:10.0% ∞:0.0%\n',
    '  step 25, 3 s  accuracy by distance not looked at yet\n',
  ]);
});

test('a ^C that the terminal echoes leaves no trace', () => {
  const terminal = new Terminal(80);
  const show = play(terminal);
  terminal.write('^C');
  show.note('stopping');
  show.end();
  expect(terminal.rows.filter(Boolean).at(-1)).toBe('stopping');
});

test('--quiet writes nothing', () => {
  const terminal = new Terminal(80);
  const show = showProgress({ quiet: true, stream: terminal, path: 'runs/one' });
  show.tell({ kind: 'opened', file, fallback: 'none' });
  show.note('stopping');
  show.end();
  expect(terminal.rows).toEqual(['']);
});

describe('the forecast', () => {
  test('says nothing before it has seen a pace, then falls as steps are taken', () => {
    const forecast = new Forecast(configuration);
    expect(forecast.left(arm(1, 0.1), 0)).toBeUndefined();
    const lefts = [10, 20, 30, 40].map((steps) => forecast.left(arm(steps, steps / 10), 0)!);
    expect(lefts).toEqual([...lefts].sort((a, b) => b - a));
    expect(lefts.at(-1)).toBeGreaterThan(0);
  });

  test('of an arm that is given its steps is their number at the pace so far, also when resumed', () => {
    const forecast = new Forecast(configuration, 200);
    forecast.left(arm(100, 50), 0); // resumed at step 100 after 50 seconds of another session
    expect(forecast.left(arm(110, 51), 0)).toBeCloseTo(9);
    expect(forecast.left(arm(150, 55), 0)).toBeCloseTo(5);
  });

  test('of an endless run is the steps that are left, at the pace so far', () => {
    const forecast = new Forecast(configure({ task: 'union-find', endless: true, maxSteps: 200 }));
    forecast.left(arm(0, 0), 0);
    expect(forecast.left(arm(50, 5), 0)).toBeCloseTo(15);
    expect(forecast.left(arm(200, 20), 0)).toBe(0);
  });

  test('of a run with one stage starts from the steps that its task usually takes', () => {
    const forecast = new Forecast(configure({ task: 'union-find' }));
    forecast.left(arm(0, 0), 0);
    const { steps } = taskEntry('union-find').learning;
    expect(forecast.left(arm(100, 10), 0)).toBeCloseTo((steps - 100) / 10);
  });

  test('never counts steps beyond the most that the run may take', () => {
    const forecast = new Forecast(configure({ task: 'union-find', maxSteps: 60 }));
    forecast.left(arm(0, 0), 0);
    expect(forecast.left(arm(40, 4), 0)).toBeCloseTo(20 / 10);
  });

  test('ends when the last stage has no steps left to take', () => {
    const forecast = new Forecast(configuration, 200);
    forecast.left(arm(0, 0), 0);
    expect(forecast.left(arm(200, 20), 0)).toBe(0);
  });
});
