/** capstan ledger: reads and verifies the record of what was done. It changes nothing; only `erase` deletes, on the record,
 *  and `submit` puts a cosignature beside it. */

import type { Command } from 'commander';
import { formatVerifierKey, parseVerifierKey } from '../ledger/key.ts';
import { bytesNamed } from '../project/files.ts';
import { GROVE_FILES, groveNamed } from '../project/grove.ts';
import { LEDGER } from '../project/home.ts';
import { auditRun } from '../provenance/audit.ts';
import { auditGrown } from '../provenance/grown.ts';
import { receiptOf } from '../record/receipt.ts';
import { type Audited, auditLedger, verifyLedger } from '../record/verify.ts';
import { Folder } from '../storage/folder.ts';
import { integer } from './arguments.ts';
import { addErase } from './erase.ts';
import { addExport } from './export.ts';
import { line, printAudit, runOf } from './provenance.ts';
import { addSubmit } from './submit.ts';
import { addWhy } from './why.ts';

interface VerifyFlags {
  readonly ledger: string;
  readonly known?: string;
  readonly key?: string;
  readonly witness: readonly string[];
  readonly json?: boolean;
}

export function addLedger(program: Command): void {
  const ledger = program.command('ledger').description('Read and verify what is on the record');
  ledger
    .command('verify')
    .description(
      'Verify all of it: signature, every entry, every tile, the journal, and what was begun and ended',
    )
    .argument('[folder]', 'the ledger; or a run, to compare it with the ledger', LEDGER)
    .option('--ledger <folder>', 'of a run', LEDGER)
    .option('--known <file>', 'a head kept from before («checkpoint»), which the log has to extend')
    .option('--key <vkey>', 'the verifier key of the log, instead of the one in the folder')
    .option(
      '--witness <vkey>',
      'a witness that has to have cosigned a head that the log extends; can be given again',
      (vkey: string, before: readonly string[]) => [...before, vkey],
      [],
    )
    .option('--json', 'print one JSON object')
    .action(verify);
  ledger
    .command('list')
    .description('List the entries, verified')
    .argument('[folder]', 'the ledger', LEDGER)
    .option('--run <name>', 'only those of this run')
    .option('--json', 'print one JSON array')
    .action((folder: string, { run, json }: { readonly run?: string; readonly json?: boolean }) => {
      const shown: string[] = [];
      auditLedger(folder, {}, (one) => {
        if (run === undefined || one.run === run) shown.push(json ? JSON.stringify(one) : line(one));
      });
      // Only now is all of it verified.
      if (json) console.log(`[${shown.join(',')}]`);
      else for (const one of shown) console.log(one);
    });
  addWhy(ledger);
  addExport(ledger);
  addErase(ledger);
  addSubmit(ledger);
  ledger
    .command('receipt')
    .description('Print a receipt (.tlog-proof): proof that an entry is in the log, to be verified offline')
    .argument('<number>', 'of the entry', integer('number', 0))
    .argument('[folder]', 'the ledger', LEDGER)
    .action((number: number, folder: string) => {
      process.stdout.write(receiptOf(folder, number));
    });
}

function verify(given: string, { ledger, known, key, witness, json }: VerifyFlags): void {
  const run = runOf(given);
  const options = {
    known: known === undefined ? undefined : bytesNamed(known, `--known ${known}`, 'a head to read'),
    key: key === undefined ? undefined : parseVerifierKey(key),
    witnesses: witness.map(parseVerifierKey),
  };
  const grove = groveNamed(given);
  if (grove !== undefined) {
    const { entries } = verifyLedger(ledger, options);
    const audit = auditGrown(new Folder(grove), GROVE_FILES, entries);
    const played = audit.recorded > 0 ? `, ${audit.recorded} played back` : '';
    const state = audit.isOpen ? ', its last session has not ended' : '';
    console.log(
      json
        ? JSON.stringify(audit)
        : `verified   run ${audit.run}: ${audit.nodes} questions, ${audit.people} acts of people on the record${played}${state}`,
    );
    return;
  }
  if (run !== undefined) {
    printAudit(auditRun(run, verifyLedger(ledger, options).entries), json ?? false);
    return;
  }
  const audited = auditLedger(given, options);
  console.log(json ? JSON.stringify(summaryOf(audited)) : textOf(audited));
}

function summaryOf({ key, head, open, unpublished, torn, witnessed, contents }: Audited) {
  return {
    origin: head.origin,
    size: head.size,
    root: Buffer.from(head.root).toString('hex'),
    key: formatVerifierKey(key),
    open: open.map(({ seq }) => seq),
    unpublished,
    torn: torn?.bytes ?? 0,
    witnessed: witnessed.map(({ key, size, time, after }) => ({ witness: key.name, size, time, after })),
    ...contents,
  };
}

function textOf(verified: Audited): string {
  const { origin, size, root, key, unpublished, torn, witnessed, erased, unrecorded } = summaryOf(verified);
  const open = verified.open.map((entry) => `open       ${line(entry)}`);
  return [
    `verified   ${size} entries of ${origin}, root ${root}`,
    `key        ${key}`,
    ...(unpublished > 0 ? [`unsigned   ${unpublished} entries after the head`] : []),
    ...(torn > 0 ? [`torn       ${torn} bytes at the end of the journal, as a crash leaves them`] : []),
    ...witnessed.map(
      ({ witness, size, time, after }) =>
        `witnessed  ${size} entries by ${witness} at ${new Date(time * 1000).toISOString()}, not the ${after} after them`,
    ),
    ...open,
    ...erased.map(({ seq, field, by }) => `ERASED     «${field}» of entry ${seq} (authorised by #${by})`),
    ...unrecorded.map((file) => `unrecorded ${file}, to which no entry is committed`),
  ].join('\n');
}
