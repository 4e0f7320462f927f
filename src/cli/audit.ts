/** capstan audit: how often the model that a run serves is wrong, by level, from answers that H or a person checks; and the
 *  rules that its mistakes follow. */

import type { Command } from 'commander';
import { HOME } from '../project/home.ts';
import {
  type AuditRecord,
  auditByH,
  auditBySheet,
  auditChance,
  auditSheet,
  auditsIn,
  auditsText,
} from '../run/audited.ts';
import { findRun } from '../run/folder.ts';
import { auditSaid } from '../run/measured.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { integer } from './arguments.ts';
import { withDoer } from './doing.ts';
import { type JudgeFlags, withMeasured } from './measured.ts';
import { SHEET_HELP, writeSheet } from './sheet.ts';

interface AuditFlags extends JudgeFlags {
  readonly audits: number;
  readonly json?: boolean;
}

const AUDITS = 300;
const AUDITS_MAX = 4096;

export function addAudit(program: Command): void {
  withDoer(program.command('audit'))
    .description(
      'Tell how often the promoted checkpoint of a run is wrong, from a few answers that are checked',
    )
    .argument('<run>', 'its folder, or its name in ./runs')
    .option('--audits <n>', 'answers to check', integer('audits', 20, AUDITS_MAX), AUDITS)
    .option('--person <file>', `a person checks instead of H: ${SHEET_HELP}`)
    .option('--json', 'print one JSON object')
    .action(async (given: string, flags: AuditFlags) => {
      const record = await audit(findRun(HOME, given), flags);
      if (record) console.log(flags.json ? JSON.stringify(record) : textOf(record));
    });
}

/** Undefined where a sheet was written that a person is to fill in. */
function audit(path: string, flags: AuditFlags): Promise<AuditRecord | undefined> {
  const { audits, person } = flags;
  return withMeasured(
    path,
    flags,
    async ({ folder, file, task, checkpoint, assistant, sheet, judge, keep }) => {
      const before = auditsIn(folder);
      const random = auditChance(file.configuration.seed, before);
      const setting = { task, assistant, model: checkpoint, random, audits };
      if (person !== undefined && !sheet) {
        writeSheet(person, await auditSheet(setting));
        return undefined;
      }
      const record = sheet ? await auditBySheet(setting, sheet.lines) : await auditByH(setting);
      const text = auditsText([...before, record]);
      keep('model-audited', text, (subject) => auditSaid(record, subject), checkpoint, judge);
      return record;
    },
  );
}

function textOf({ model, judge, answers, rate, levels, structured, slices, audits }: AuditRecord): string {
  const by = judge === 'H' ? 'H, down to the facts' : 'a person';
  const found = slices.flatMap(({ rule, inside, outside, such }) => [
    `slice      ${rule}: wrong in ${shown(inside)}, elsewhere in ${shown(outside)}`,
    `           such as ${such.join(', ')}`,
  ]);
  return [
    `model      ${model}`,
    `checked    ${audits.length} of ${answers} answers, by ${by}`,
    `wrong      ${shown(rate)}`,
    ...levels.map((one) => `level ${String(one.level).padEnd(4)} ${shown(one)}, ${one.n} checked`),
    ...(structured
      ? [`rules      ${shown(structured)} of how mistakes vary is foretold from the question`]
      : []),
    ...(found.length > 0 ? found : ['slice      none found']),
  ].join('\n');
}

function shown({ value, low, high }: Estimate): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const interval = low === null || high === null ? '' : ` (${percent(low)} to ${percent(high)})`;
  return percent(Math.min(1, Math.max(0, value))) + interval;
}
