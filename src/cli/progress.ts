/** Progress on stderr: a few lines painted in place on a terminal, plain lines elsewhere. */

import type { WriteStream } from 'node:tty';
import pc from 'picocolors';
import { stages } from '../iterate/curriculum.ts';
import type { ArmRecord } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import type { RunEvent } from '../run/run.ts';
import { taskEntry } from '../tasks/tasks.ts';

export interface ProgressOptions {
  readonly quiet: boolean;
  readonly stream: WriteStream;
  readonly path: string;
}

/** Least time between two paintings, in milliseconds. */
const REPAINT_MS = 100;

export function showProgress({ quiet, stream, path }: ProgressOptions): {
  readonly tell: (event: RunEvent) => void;
  readonly end: () => void;
} {
  if (quiet) return { tell: () => {}, end: () => {} };
  const painter = stream.isTTY ? new Painter(stream) : undefined;
  let forecast: Forecast | undefined;
  const line = (text: string): void => {
    painter?.clear();
    stream.write(`${text}\n`);
  };
  return {
    end: () => painter?.clear(),
    tell(event) {
      switch (event.kind) {
        case 'opened': {
          forecast = new Forecast(event.file.configuration);
          if (event.fallback)
            line(
              `ONNX Runtime has no native library here (${event.fallback}); using its WebAssembly build, about three times slower`,
            );
          line(`${pc.bold('capstan')} ${event.file.configuration.task} → ${path}`);
          break;
        }
        case 'arm-started':
          line(event.name);
          break;
        case 'trained':
          painter?.paint(() => status(event.arm, event.agreement, forecast?.left(event.arm, event.stage)));
          break;
        case 'looked':
          if (!painter) line(status(event.arm, undefined, undefined).join('  '));
          break;
        case 'iteration-ended': {
          const { iteration, level, passed, agreement, horizon, violation } = event.iteration;
          const mark = passed ? pc.green('✓') : pc.red('✕');
          const interval = `${percent(agreement.value)} (${percent(agreement.low)} to ${percent(agreement.high)})`;
          line(
            `  ${mark} iteration ${iteration}: level ${level}, agreement ${interval}, horizon ${horizon}, step ${event.arm.steps}`,
          );
          if (violation) line(`  ${pc.red('✕')} ${violation}`);
        }
      }
    },
  };
}

function status(arm: ArmRecord, agreement: number | undefined, left: number | undefined): string[] {
  const point = arm.points.at(-1);
  const levels =
    point?.answerer.map((value, i) => `${i + 1}:${percent(value)}`).join(' ') ?? 'not looked at yet';
  const rest = left === undefined ? '' : `, about ${Math.max(1, Math.round(left))} s left`;
  const agreed = agreement === undefined ? '' : `, agreement in training ${percent(agreement)}`;
  return [
    `  step ${arm.steps}, ${arm.seconds.toFixed(0)} s${rest}${agreed}`,
    `  accuracy by level ${levels}`,
  ];
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

/** Repaints its lines in place. */
class Painter {
  readonly #stream: WriteStream;
  #lines = 0;
  #last = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  paint(lines: () => readonly string[]): void {
    const now = performance.now();
    if (now - this.#last < REPAINT_MS) return;
    this.#last = now;
    this.clear();
    const shown = lines().map((text) => text.slice(0, Math.max(20, this.#stream.columns - 1)));
    this.#stream.write(shown.map((text) => `${text}\n`).join(''));
    this.#lines = shown.length;
  }

  clear(): void {
    if (this.#lines === 0) return;
    this.#stream.write(`\x1b[${this.#lines}A\x1b[0J`);
    this.#lines = 0;
  }
}

/** Seconds left, from the stages still to come: their usual length times their cost, at the pace so far. */
class Forecast {
  readonly #costs: readonly number[];
  readonly #usualSteps: readonly number[];
  #steps = 0;
  #spent = 0;

  constructor({ task, parameters, student: { width }, training }: Configuration) {
    const plan = stages(taskEntry(task).open(parameters), training.curriculum);
    // Multiplications of one round are about 16 D² + 4 N D for each of the 2 N tokens (docs/log.md, cost law).
    this.#costs = plan.map(({ size, level }) => level * size * (16 * width + 4 * size));
    const usual = training.gate.stepsMin;
    this.#usualSteps = plan.map((_, i) => (i === plan.length - 1 ? 3 * usual : 1.2 * usual));
  }

  left(arm: ArmRecord, stage: number): number | undefined {
    this.#spent += (this.#costs[stage] ?? 0) * (arm.steps - this.#steps);
    this.#steps = arm.steps;
    if (arm.steps < 10 || this.#spent === 0) return undefined;
    const todo = this.#costs
      .slice(stage)
      .reduce((sum, cost, i) => sum + cost * this.#usualSteps[stage + i]!, 0);
    return (todo * arm.seconds) / this.#spent;
  }
}
