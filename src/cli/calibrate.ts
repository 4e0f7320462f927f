/** capstan calibrate: finds out what the confidence of a run's served checkpoint is worth, and when a person should look. */

import type { Command } from 'commander';
import { METHODS, type Method } from '../confidence/calibration.ts';
import { NOTHING_KEPT } from '../confidence/threshold.ts';
import { Runtime } from '../onnx/runtime.ts';
import { HOME } from '../project/home.ts';
import { type CalibrationFile, calibrateCheckpoint, writeCalibration } from '../run/calibrated.ts';
import { findRun, openRun } from '../run/folder.ts';
import { taskAt } from '../run/norms.ts';
import { taskOf } from '../run/own.ts';
import { checkpointAssistant } from '../run/serve.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { decimal, integer, oneOf } from './arguments.ts';
import { served } from './served.ts';

interface CalibrateFlags {
  readonly risk: number;
  readonly depth: number;
  readonly contexts: number;
  readonly method: Method;
  readonly json?: boolean;
}

const DEPTH_MAX = 4;
const CONTEXTS_MAX = 10_000;
const [RISK, CONTEXTS] = [0.02, 200];

export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description(
      'Fit the confidence of the promoted checkpoint, and the thresholds below which a person should look',
    )
    .argument('<run>', 'its folder, or its name in ./runs')
    .option('--risk <share>', 'of all answers that may be kept and wrong', decimal('risk'), RISK)
    .option('--depth <n>', 'levels of H above the assistant', integer('depth', 1, DEPTH_MAX), 1)
    .option(
      '--contexts <n>',
      'held out for thresholds at each level',
      integer('contexts', 1, CONTEXTS_MAX),
      CONTEXTS,
    )
    .option('--method <name>', METHODS.join(', '), oneOf('method', METHODS), 'isotonic')
    .option('--json', 'print one JSON object')
    .action(async (given: string, { json, ...flags }: CalibrateFlags) => {
      const { folder, file } = openRun(findRun(HOME, given));
      const { configuration } = file;
      const checkpoint = served(new Folder(`${folder.path}/ida`));
      const task = taskAt(taskOf(folder, configuration), configuration, checkpoint.lineage.iteration);
      const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
      try {
        const assistant = await checkpointAssistant(task, checkpoint, runtime);
        const found = await calibrateCheckpoint(task, assistant, { ...flags, checkpoint: checkpoint.hash });
        const lock = lockFolder(folder.path);
        try {
          const path = writeCalibration(folder, found);
          console.log(json ? JSON.stringify({ file: path, ...found }) : text(path, found));
        } finally {
          lock.release();
        }
      } finally {
        await runtime.close();
      }
    });
}

function text(
  path: string,
  { checkpoint, risk, reference, piles, confidence, check }: CalibrationFile,
): string {
  const keeps = confidence.thresholds.map(({ level, threshold, contexts }) => {
    const from = threshold >= NOTHING_KEPT ? 'nothing is kept' : `kept from ${threshold.toFixed(3)} on`;
    return `level ${level}    ${from}, by ${contexts} contexts`;
  });
  const asked = piles.reduce(
    (sum, { fit, thresholds, check }) => sum + fit.questions + thresholds.questions + check.questions,
    0,
  );
  const better =
    check.brierAfter <= check.brierBefore ? '' : '  it does not help: calibrate with more contexts';
  return [
    ...keeps,
    `taken apart below ${confidence.keep.toFixed(3)} of X alone`,
    `checked    ${share(check.keptAndWrong)} kept and wrong, ${share(check.escalated)} for a person; at most ${percent(risk)} may be wrong`,
    `Brier      ${check.brierBefore.toFixed(4)} of X alone, now ${check.brierAfter.toFixed(4)}${better}`,
    `right is   what ${reference} says, of ${asked} questions`,
    `checkpoint ${checkpoint}`,
    path,
  ].join('\n');
}

function share({ value, low, high }: Proportion): string {
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
