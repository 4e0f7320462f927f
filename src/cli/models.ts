/** capstan models: the checkpoints of runs, which of them is served, and what people do about them: promote where the policy
 *  leaves it to people, take back, revoke. What takes effect is on the ledger before. */

import type { Command } from 'commander';
import { type Found, find, stateOf } from '../project/checkpoint.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { HOME } from '../project/home.ts';
import { type Model, modelsOf, promoteFound, revokeFound, takeBack } from '../project/models.ts';
import type { DoerFor } from '../project/office.ts';
import type { Outcome } from '../record/acts.ts';
import { loadCheckpoint, servedIn } from '../registry/promotion.ts';
import { findRun, listRuns, openRun } from '../run/folder.ts';
import { addComparing } from './compare-models.ts';
import { withDoer } from './doing.ts';
import { waitsText } from './requests.ts';

interface Flags extends DoerFlags {
  readonly reason: string;
}

export function addModels(program: Command): void {
  const models = program.command('models').description('Checkpoints: which is served, roll back, revoke');
  models
    .command('list')
    .description('List the checkpoints of runs with their state')
    .argument('[runs...]', 'folders, or names in ./runs (default: all there)')
    .option('--json', 'print one JSON array')
    .action((given: readonly string[], { json }: { readonly json?: boolean }) => {
      const rows = runsOf(given).flatMap(modelsOf);
      if (json)
        console.log(
          JSON.stringify(rows.map(({ gate, ...row }) => ({ ...row, agreement: gate?.agreement ?? null }))),
        );
      else if (rows.length === 0) console.log(`no checkpoints in ${HOME}; «npm start» makes some`);
      else for (const row of rows) console.log(lineOf(row));
    });
  models
    .command('show')
    .description('Print the lineage of a checkpoint: parent, examples, teacher, gate, configuration')
    .argument('<checkpoint>', 'the beginning of its hash')
    .action((beginning: string) => {
      const { folder, hash } = find(beginning);
      console.log(JSON.stringify({ hash, ...loadCheckpoint(folder, hash).lineage }, null, 2));
    });
  addComparing(models);
  withDoer(models.command('promote'))
    .description('Serve a checkpoint that has passed its gate, where that is for people to decide')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, flags: Flags) => {
      const found = find(beginning);
      say(found, promoteFound(found, by(flags)));
    });
  withDoer(models.command('rollback'))
    .description('Serve an earlier checkpoint of its run again')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, flags: Flags) => {
      const found = find(beginning);
      say(found, takeBack(found, by(flags)));
    });
  withDoer(models.command('revoke'))
    .description('Never serve this checkpoint again, nor any that was trained on from it')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, flags: Flags) => {
      const found = find(beginning);
      const { run, folder, hash } = found;
      const outcome = revokeFound(found, by(flags), flags.reason);
      if (outcome.kind === 'done') console.log(`revoked    ${hash} (entry ${outcome.entry} of the ledger)`);
      const served = servedIn(folder);
      if (served !== undefined && stateOf(folder, served) === 'revoked')
        console.log(`served     nothing in ${run} now; «capstan models rollback» serves an earlier one`);
    });
}

function runsOf(given: readonly string[]): readonly string[] {
  const paths =
    given.length > 0 ? given.map((one) => findRun(HOME, one)) : listRuns(HOME).map(({ path }) => path);
  for (const path of paths) openRun(path); // says what is no run
  return paths;
}

/** What came of serving it. */
function say({ run, hash }: Found, outcome: Outcome): void {
  console.log(
    outcome.kind === 'done'
      ? `serving    ${hash} in ${run} (entry ${outcome.entry} of the ledger)`
      : waitsText('promote', outcome),
  );
}

const by =
  (flags: Flags): DoerFor =>
  (authority) =>
    doerOf(authority, flags, flags.reason);

function lineOf({ hash, run, state, iteration, level, gate, tainted }: Model): string {
  const taint = tainted.length === 0 ? '' : `  tainted by the correction in entry ${tainted.join(', ')}`;
  const agrees = gate === null ? '–' : `${(100 * gate.agreement).toFixed(1)}%`;
  return `${hash.slice(0, SHOWN)}  ${state.padEnd(9)}  iteration ${iteration}, level ${level}, agreement ${agrees}  ${run}${taint}`;
}

/** Digits of a hash that tell one from another, and that can be typed. */
const SHOWN = 12;
