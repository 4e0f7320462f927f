/** capstan calibrate: finds out what the confidence of a run's served checkpoint is worth, and when a person should look. */

import type { Command } from 'commander';
import { METHODS, type Method } from '../confidence/calibration.ts';
import { NOTHING_KEPT } from '../confidence/threshold.ts';
import type { Subject } from '../ledger/entry.ts';
import { HOME } from '../project/home.ts';
import type { RunRecord } from '../report/record.ts';
import {
  CALIBRATION,
  type CalibrationFile,
  calibrateCheckpoint,
  calibrationSheet,
  calibrationText,
  type Recalibration,
  readCalibration,
  referenceBySheet,
} from '../run/calibrated.ts';
import { iterationsLeft } from '../run/due.ts';
import { findRun, openRun } from '../run/folder.ts';
import { PER_CONTEXT } from '../run/held-out.ts';
import { calibrationSaid } from '../run/measured.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { decimal, integer, oneOf } from './arguments.ts';
import { withDoer } from './doing.ts';
import { type JudgeFlags, withMeasured } from './measured.ts';
import { SHEET_HELP, writeSheet } from './sheet.ts';

interface CalibrateFlags extends JudgeFlags {
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
  withDoer(program.command('calibrate'))
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
    .option('--person <file>', `a person says what is right, instead of H: ${SHEET_HELP}`)
    .option('--json', 'print one JSON object')
    .action(async (given: string, flags: CalibrateFlags) => {
      const path = findRun(HOME, given);
      const found = await calibrateRun(path, flags);
      if (!found) return;
      const file = `${path}/${CALIBRATION}`;
      console.log(flags.json ? JSON.stringify({ file, ...found }) : text(path, file, found));
    });
}

/** Undefined where a sheet was written that a person is to fill in. */
function calibrateRun(path: string, flags: CalibrateFlags): Promise<CalibrationFile | undefined> {
  const { risk, depth, contexts, method, person } = flags;
  return withMeasured(path, flags, async ({ folder, task, checkpoint, assistant, sheet, judge, keep }) => {
    const inForce = readCalibration(folder);
    // What belongs to one context stands or falls together: a person is asked one question about each.
    const perContext = person === undefined ? PER_CONTEXT : 1;
    const options = { risk, depth, contexts, perContext, method, checkpoint };
    if (person !== undefined && !sheet) {
      writeSheet(person, await calibrationSheet(task, assistant, options, inForce));
      return undefined;
    }
    const reference = sheet && (await referenceBySheet(task, assistant, options, inForce, sheet.lines));
    const found = await calibrateCheckpoint(task, assistant, options, { reference, inForce });
    const said = (subject: Subject) => calibrationSaid(found, subject);
    keep('model-calibrated', calibrationText(found), said, checkpoint, judge);
    return found;
  });
}

function text(
  path: string,
  file: string,
  { checkpoint, risk, reference, piles, confidence, check, recalibration }: CalibrationFile,
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
  const due = dueIn(path);
  return [
    ...(recalibration ? [recalibrationText(recalibration)] : []),
    ...keeps,
    `taken apart below ${confidence.keep.toFixed(3)} of X alone`,
    `checked    ${share(check.keptAndWrong)} kept and wrong, ${share(check.escalated)} for a person; at most ${percent(risk)} may be wrong`,
    `Brier      ${check.brierBefore.toFixed(4)} of X alone, now ${check.brierAfter.toFixed(4)}${better}`,
    `right is   what ${reference} says, of ${asked} questions`,
    ...(due === undefined
      ? []
      : [
          `due again  in ${due} ${due === 1 ? 'iteration' : 'iterations'} at the latest, as its audits have it`,
        ]),
    `checkpoint ${checkpoint}`,
    file,
  ].join('\n');
}

function recalibrationText({ accepted, of, before, after, difference }: Recalibration): string {
  const { value, low, high, n } = difference;
  const scores = `Brier ${before.value.toFixed(4)} with what was in force, ${after.value.toFixed(4)} fitted now`;
  const interval = low === null || high === null ? '' : ` (${signed(low)} to ${signed(high)})`;
  const word = accepted ? 'accepted  ' : 'refused   ';
  const stays = accepted ? '' : `; what was fitted for ${of.slice(0, SHOWN)} stays`;
  return `${word} ${scores}, ${signed(value)}${interval} on ${n} contexts that neither was fitted to${stays}`;
}

/** From the record of the run, if it has one and was audited as it went on. */
function dueIn(path: string): number | undefined {
  const { folder, file } = openRun(path);
  const { watch } = file.configuration;
  if (!watch || !folder.exists(RECORD)) return undefined;
  const { arms } = JSON.parse(folder.readText(RECORD)) as RunRecord;
  return iterationsLeft(arms[0]!.iterations, watch.gate.exceeds);
}

const RECORD = 'record.json';
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

function share({ value, low, high }: Proportion): string {
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
