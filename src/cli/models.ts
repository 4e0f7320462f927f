/** capstan models: the checkpoints of runs, which of them is served, and what people do about them: promote where the policy
 *  leaves it to people, take back, revoke. What takes effect is on the ledger before. */

import type { Command } from 'commander';
import { CapstanError, messageOf } from '../base/errors.ts';
import { armOf, type Found, find, type State, stateOf } from '../project/checkpoint.ts';
import { type DoerFlags, doerOf, expectPolicy } from '../project/doer.ts';
import { HOME } from '../project/home.ts';
import { officeOf } from '../project/office.ts';
import { revokedHere, withProject } from '../project/recorder.ts';
import type { Lineage } from '../registry/checkpoint.ts';
import { checkpointsIn, loadCheckpoint, servedIn, taintedBy } from '../registry/promotion.ts';
import { findRun, listRuns, openRun } from '../run/folder.ts';
import { promoteModel, revokeModel, rollBackModel } from '../run/office.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
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
      if (json) console.log(JSON.stringify(rows));
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
    .action((beginning: string, flags: Flags) => promoteFound(find(beginning), flags));
  withDoer(models.command('rollback'))
    .description('Serve an earlier checkpoint of its run again')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, flags: Flags) => takeBack(find(beginning), flags));
  withDoer(models.command('revoke'))
    .description('Never serve this checkpoint again, nor any that was trained on from it')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, flags: Flags) => {
      const found = find(beginning);
      const { run, folder, hash } = found;
      withProject((ledger, latch) => {
        const { salt, ...doer } = doerOf(ledger.replay.authority, flags, flags.reason);
        const { reason } = flags;
        const outcome = revokeModel(officeOf(ledger, latch), found, doer, { reason, salt });
        if (outcome.kind === 'done') console.log(`revoked    ${hash} (entry ${outcome.entry} of the ledger)`);
      });
      const served = servedIn(folder);
      if (served !== undefined && stateOf(folder, served) === 'revoked')
        console.log(`served     nothing in ${run} now; «capstan models rollback» serves an earlier one`);
    });
}

interface Model {
  readonly hash: string;
  readonly run: string;
  readonly state: State;
  readonly iteration: number;
  readonly level: number;
  readonly agreement: number | null;
  readonly parent: string | null;
  /** Entries of the corrections that taint it. */
  readonly tainted: readonly number[];
}

function runsOf(given: readonly string[]): readonly string[] {
  const paths =
    given.length > 0 ? given.map((one) => findRun(HOME, one)) : listRuns(HOME).map(({ path }) => path);
  for (const path of paths) openRun(path); // says what is no run
  return paths;
}

function modelsOf(path: string): readonly Model[] {
  const folder = armOf(path);
  const served = servedIn(folder);
  const known = revokedHere();
  const models = checkpointsIn(folder).map((hash): Model => {
    const state = stateOf(folder, hash, served, known);
    const lineage = state === 'damaged' ? undefined : loadCheckpoint(folder, hash).lineage;
    const { iteration = 0, level = 0, gate = null, parent = null }: Partial<Lineage> = lineage ?? {};
    return {
      hash,
      run: new Folder(path).name,
      state,
      iteration,
      level,
      agreement: gate?.agreement ?? null,
      parent,
      tainted: state === 'damaged' ? [] : taintedBy(folder, hash),
    };
  });
  return models.sort((a, b) => a.iteration - b.iteration);
}

function takeBack(found: Found, flags: Flags): void {
  const { run, hash } = found;
  const lock = lockFolder(`${HOME}/${run}`);
  try {
    withProject((ledger, latch) => {
      const doer = doerOf(ledger.replay.authority, flags, flags.reason);
      const outcome = rollBackModel(officeOf(ledger, latch), found, doer);
      if (outcome.kind === 'done')
        console.log(`serving    ${hash} in ${run} (entry ${outcome.entry} of the ledger)`);
    });
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'refused')
      throw new CapstanError('refused', `roll back: ${messageOf(error)}`, { cause: error });
    throw error;
  } finally {
    lock.release();
  }
}

function promoteFound(found: Found, flags: Flags): void {
  const { run, hash } = found;
  const lock = lockFolder(`${HOME}/${run}`);
  try {
    withProject((ledger, latch) => {
      const { authority } = ledger.replay;
      expectPolicy(authority);
      const outcome = promoteModel(officeOf(ledger, latch), found, doerOf(authority, flags, flags.reason));
      console.log(
        outcome.kind === 'done'
          ? `serving    ${hash} in ${run} (entry ${outcome.entry} of the ledger)`
          : waitsText('promote', outcome),
      );
    });
  } finally {
    lock.release();
  }
}

function lineOf({ hash, run, state, iteration, level, agreement, tainted }: Model): string {
  const taint = tainted.length === 0 ? '' : `  tainted by the correction in entry ${tainted.join(', ')}`;
  const agrees = agreement === null ? '–' : `${(100 * agreement).toFixed(1)}%`;
  return `${hash.slice(0, SHOWN)}  ${state.padEnd(9)}  iteration ${iteration}, level ${level}, agreement ${agrees}  ${run}${taint}`;
}

/** Digits of a hash that tell one from another, and that can be typed. */
const SHOWN = 12;
