/** capstan evaluate: measures what the data of runs allow of every KPI, says what is missing for the rest, and writes the report
 *  and its page beside them; or checks a report that somebody made. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { assess } from '../assess/assess.ts';
import { QUICK, SIZES } from '../assess/exams.ts';
import { observe } from '../assess/observe.ts';
import type { Observed } from '../assess/observed.ts';
import type { Audited } from '../assess/records.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { faultsIn } from '../protocol/conformance.ts';
import type { EvaluationReport } from '../protocol/report.ts';
import { auditRun } from '../provenance/audit.ts';
import { verifyLedger } from '../record/verify.ts';
import { renderEvaluation } from '../report/evaluation.ts';
import { EVALUATION, findRun, openRun } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import { evaluationText } from './evaluation-text.ts';
import { showRemaining } from './remaining.ts';
import { stopOnSignals } from './signals.ts';

interface Flags {
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly check?: string;
  readonly ledger: string;
  readonly quiet?: boolean;
}

/** Levels of H above the last X at most. */
const DEPTH_MAX = 3;

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'Measure how good a run is, KPI by KPI, and write evaluation.json and evaluation.html into it',
    )
    .argument('[runs...]', 'its folder, or its name in ./runs; several of other seeds give means over seeds')
    .option('--quick', 'fewer questions, wider intervals')
    .option('--check <file>', 'check a report against the protocol, whoever made it')
    .option('--ledger <folder>', 'of the runs', LEDGER)
    .option('--json', 'print the report instead of a table')
    .option('--quiet', 'no progress')
    .action((given: readonly string[], flags: Flags) =>
      flags.check === undefined ? evaluate(given, flags) : check(given, flags.check),
    );
}

async function evaluate(given: readonly string[], { quick, json, quiet, ledger }: Flags): Promise<void> {
  if (given.length === 0)
    throw new CapstanError('usage', 'evaluate: expected a run; «capstan runs» lists the runs');
  const paths = given.map((one) => findRun(HOME, one));
  for (const path of paths) openRun(path); // all are runs before the first is asked anything
  const show = showRemaining(process.stderr, quiet ?? false, paths.length);
  const stop = stopOnSignals(() => show.note('stopping; a second Ctrl-C stops at once'));
  const seen: Observed[] = [];
  try {
    for (const path of paths)
      seen.push(
        await observe(path, {
          sizes: quick ? QUICK : SIZES,
          depthMax: DEPTH_MAX,
          tell: show.tell,
          signal: stop.signal,
          audit: () => auditOf(path, ledger),
        }),
      );
  } finally {
    show.end();
    stop.release();
  }
  const report = assess(seen, 1 + Math.max(...paths.map(openedBefore)));
  const text = `${JSON.stringify(report)}\n`;
  const page = renderEvaluation(report);
  for (const path of paths) {
    const folder = new Folder(path);
    folder.writeAtomic(EVALUATION.report, text);
    folder.writeAtomic(EVALUATION.page, page);
  }
  process.stdout.write(
    json
      ? text
      : evaluationText(
          report,
          paths.map((path) => `${path}/${EVALUATION.page}`),
        ),
  );
  const faults = faultsIn(report);
  if (faults.length > 0)
    process.stderr.write(`capstan: the report does not keep to the protocol: ${faults.join('; ')}\n`);
}

/** How often the final test was asked so far, as the last report says. */
function openedBefore(path: string): number {
  const folder = new Folder(path);
  if (!folder.exists(EVALUATION.report)) return 0;
  try {
    const report = JSON.parse(folder.readText(EVALUATION.report)) as EvaluationReport;
    return report.splits.find(({ name }) => name === 'test')?.opened ?? 0;
  } catch {
    return 0; // of a report that cannot be read nothing is known
  }
}

function auditOf(path: string, ledger: string): Audited {
  if (new Folder(ledger).list().length === 0) return 'no ledger';
  try {
    return { entries: auditRun(path, verifyLedger(ledger).entries).entries };
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt') return 'differs';
    throw error;
  }
}

function check(given: readonly string[], file: string): void {
  if (given.length > 0) throw new CapstanError('usage', '--check: expected a report alone, got runs too');
  const faults = faultsIn(jsonIn(file));
  if (faults.length > 0)
    throw new CapstanError(
      'invalid',
      `${file}: expected a report that keeps to the protocol, got ${faults.length} faults\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  console.log(`${file}: keeps to the protocol`);
}

function jsonIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CapstanError('not-found', `${file}: expected a report, found none to read`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CapstanError('invalid', `${file}: expected JSON, got ${messageOf(cause)}`, { cause });
  }
}
