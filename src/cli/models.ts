/** capstan models: the checkpoints of runs, which of them is served, and the two ways for a person to take one back. What
 *  takes effect is on the ledger before. */

import type { Command } from 'commander';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { Draft } from '../record/ledger.ts';
import type { Lineage } from '../registry/checkpoint.ts';
import {
  checkpointsIn,
  expectServable,
  loadCheckpoint,
  rollBack,
  rollbackTarget,
  servedIn,
  taintedBy,
} from '../registry/promotion.ts';
import { revoke } from '../registry/revocation.ts';
import { findRun, listRuns, openRun } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { HOME } from './home.ts';
import { person, recordWithReason } from './recorder.ts';

/** The arm of a run that is promoted. */
const ARM = 'ida';

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
  models
    .command('rollback')
    .description('Serve an earlier checkpoint of its run again')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, { reason }: { readonly reason: string }) =>
      takeBack(find(beginning), reason),
    );
  models
    .command('revoke')
    .description('Never serve this checkpoint again, nor any that was trained on from it')
    .argument('<checkpoint>', 'the beginning of its hash')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((beginning: string, { reason }: { readonly reason: string }) => {
      const { run, folder, hash } = find(beginning);
      const { entry, salt } = recordWithReason(about('model-revoked', run, hash), reason);
      revoke(folder, { hash, reason, salt, entry });
      console.log(`revoked    ${hash} (entry ${entry} of the ledger)`);
      const served = servedIn(folder);
      if (served !== undefined && stateOf(folder, served, served) === 'revoked')
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

/** A candidate passed no gate, or was not promoted yet; what was promoted and is not served any more passed. */
type State = 'candidate' | 'passed' | 'serving' | 'revoked' | 'damaged';

interface Found {
  readonly run: string;
  readonly folder: Folder;
  readonly hash: string;
}

const armOf = (path: string): Folder => new Folder(`${path}/${ARM}`);

function runsOf(given: readonly string[]): readonly string[] {
  const paths =
    given.length > 0 ? given.map((one) => findRun(HOME, one)) : listRuns(HOME).map(({ path }) => path);
  for (const path of paths) openRun(path); // says what is no run
  return paths;
}

function modelsOf(path: string): readonly Model[] {
  const folder = armOf(path);
  const served = servedIn(folder);
  const models = checkpointsIn(folder).map((hash): Model => {
    const state = stateOf(folder, hash, served);
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

function stateOf(folder: Folder, hash: string, served: string | undefined): State {
  try {
    const { lineage } = loadCheckpoint(folder, hash);
    expectServable(folder, hash);
    taintedBy(folder, hash); // damaged where nobody can tell
    if (hash === served) return 'serving';
    return lineage.gate?.passed && !lineage.groundTruth ? 'passed' : 'candidate';
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    return error.code === 'refused' ? 'revoked' : 'damaged';
  }
}

/** The one checkpoint of all runs in ./runs whose hash begins so. */
function find(beginning: string): Found {
  if (!/^[0-9a-f]{6,64}$/.test(beginning))
    throw new CapstanError(
      'usage',
      `checkpoint «${beginning}»: expected 6 to 64 hexadecimal digits, the beginning of its hash`,
    );
  const found = listRuns(HOME).flatMap(({ name, path }) => {
    const folder = armOf(path);
    const hashes = checkpointsIn(folder).filter((hash) => hash.startsWith(beginning));
    return hashes.map((hash): Found => ({ run: name, folder, hash }));
  });
  const [one, two] = found;
  if (one && !two) return one;
  throw new CapstanError(
    'not-found',
    `checkpoint ${beginning}: expected one in ${HOME}, got ${two ? `${found.length}, in ${found.map(({ run }) => run).join(', ')}` : 'none'}`,
  );
}

function takeBack({ run, folder, hash }: Found, reason: string): void {
  const lock = lockFolder(`${HOME}/${run}`);
  try {
    const target = rollbackTarget(folder, hash); // before anything is said of it
    const { entry } = recordWithReason(about('model-rolled-back', run, hash), reason);
    rollBack(folder, target);
    console.log(`serving    ${hash} in ${run} (entry ${entry} of the ledger)`);
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'refused')
      throw new CapstanError('refused', `roll back: ${messageOf(error)}`, { cause: error });
    throw error;
  } finally {
    lock.release();
  }
}

function about(kind: Draft['kind'], run: string, hash: string): Draft {
  return { kind, actor: person(), run, subjects: [{ name: 'checkpoint', sha256: hash }] };
}

function lineOf({ hash, run, state, iteration, level, agreement, tainted }: Model): string {
  const taint = tainted.length === 0 ? '' : `  tainted by the correction in entry ${tainted.join(', ')}`;
  const agrees = agreement === null ? '–' : `${(100 * agreement).toFixed(1)}%`;
  return `${hash.slice(0, SHOWN)}  ${state.padEnd(9)}  iteration ${iteration}, level ${level}, agreement ${agrees}  ${run}${taint}`;
}

/** Digits of a hash that tell one from another, and that can be typed. */
const SHOWN = 12;
