/** capstan ledger export: what the ledger says, in the formats of others. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { sealEnvelope } from '../ledger/envelope.ts';
import { HOME, LEDGER } from '../project/home.ts';
import { recordedLife } from '../provenance/life.ts';
import { provOf } from '../provenance/prov.ts';
import { PAYLOAD_TYPE, statementOf } from '../provenance/statement.ts';
import { whyModel } from '../provenance/why.ts';
import { signerIn } from '../record/ledger.ts';
import { verifyLedger } from '../record/verify.ts';
import { findRun, openRun } from '../run/folder.ts';
import { Folder } from '../storage/folder.ts';

interface ExportFlags {
  readonly inToto?: string;
  readonly prov?: string;
}

export function addExport(ledger: Command): void {
  ledger
    .command('export')
    .description('Print what the ledger says of a model or a run, in a format of others')
    .option(
      '--in-toto <checkpoint>',
      'in-toto statement with SLSA provenance, in a DSSE envelope signed by the log',
    )
    .option('--prov <run>', 'W3C PROV-JSON')
    .argument('[folder]', 'the ledger', LEDGER)
    .action((folder: string, { inToto, prov }: ExportFlags) => {
      if ((inToto === undefined) === (prov === undefined))
        throw new CapstanError('usage', 'export: expected one of --in-toto and --prov');
      console.log(JSON.stringify(inToto === undefined ? run(folder, prov!) : model(folder, inToto)));
    });
}

function model(folder: string, beginning: string) {
  const { entries, head } = verifyLedger(folder);
  const [found] = whyModel(entries, beginning);
  if (!found)
    throw new CapstanError('not-found', `${beginning}: expected a checkpoint on the ledger, got none`);
  return sealEnvelope(PAYLOAD_TYPE, statementOf(found, head.origin), signerIn(new Folder(folder)));
}

function run(folder: string, given: string) {
  return provOf(recordedLife(folder, openRun(findRun(HOME, given)).folder).life);
}
