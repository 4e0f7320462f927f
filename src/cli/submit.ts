/** capstan ledger submit: asks a witness over HTTP to cosign the ledger's head, and keeps what it answers where
 *  `capstan ledger verify --witness` looks for it. */

import type { Command } from 'commander';
import { CapstanError, messageOf } from '../base/errors.ts';
import { parseVerifierKey, type VerifierKey } from '../ledger/key.ts';
import { LEDGER } from '../project/home.ts';
import { logOf, sourceOf, verifierIn } from '../record/ledger.ts';
import { cosignedSize, keepCosigned, witnessesIn } from '../record/witnessed.ts';
import { Folder } from '../storage/folder.ts';
import { ADD_CHECKPOINT } from '../witness/answer.ts';
import { askWitness, type Gained } from '../witness/asking.ts';
import { integer } from './arguments.ts';
import { post } from './post.ts';

interface Flags {
  readonly witness: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
}

const [SECONDS, SECONDS_MAX, MS] = [30, 600, 1000];

export function addSubmit(ledger: Command): void {
  ledger
    .command('submit')
    .description('Have a witness cosign the head over HTTP (c2sp.org/tlog-witness), and keep its cosignature')
    .argument('<url>', 'of the witness, without «/add-checkpoint»')
    .argument('[folder]', 'the ledger', LEDGER)
    .option(
      '--witness <vkey>',
      'the verifier key of the witness, instead of those in «witness.vkey» of the ledger; can be given again',
      (vkey: string, before: readonly string[]) => [...before, vkey],
      [],
    )
    .option('--timeout <seconds>', 'to wait for an answer', integer('timeout', 1, SECONDS_MAX), SECONDS)
    .option('--json', 'print one JSON array, with an object for each key that cosigned')
    .action(submit);
}

async function submit(given: string, path: string, { witness, timeout, json }: Flags): Promise<void> {
  const url = urlOf(given);
  const folder = new Folder(path);
  const log = verifierIn(folder);
  const witnesses = keysOf(witness, folder);
  const from = Math.max(...witnesses.map((key) => cosignedSize(folder, log, key)));
  const gained = await askWitness(sourceOf(logOf(folder)), {
    where: `the witness at ${given}`,
    ...{ log, witnesses, from },
    send: (body) => post(url, body, timeout),
  });
  for (const { key, note } of gained) keepCosigned(path, key, note);
  if (json) console.log(JSON.stringify(gained.map((one) => summaryOf(one, log))));
  else for (const one of gained) console.log(textOf(one, log));
}

function keysOf(given: readonly string[], folder: Folder): readonly VerifierKey[] {
  const witnesses = given.length > 0 ? given.map(parseVerifierKey) : witnessesIn(folder);
  const other = witnesses.find(({ kind }) => kind !== 'cosignature');
  if (other)
    throw new CapstanError(
      'invalid',
      `witness ${other.name}: expected a key for cosignatures, got that of a log`,
    );
  if (witnesses.length > 0) return witnesses;
  throw new CapstanError(
    'usage',
    `expected the verifier key of the witness: --witness VKEY, or a line in ${folder.path}/witness.vkey`,
  );
}

function urlOf(given: string): string {
  let url: URL;
  try {
    url = new URL(given);
  } catch (cause) {
    throw new CapstanError('usage', `«${given}»: expected the URL of a witness, got ${messageOf(cause)}`, {
      cause,
    });
  }
  const isPlain = ['http:', 'https:'].includes(url.protocol) && !url.username && !url.search && !url.hash;
  if (isPlain) return `${url.origin}${url.pathname.replace(/\/+$/, '')}${ADD_CHECKPOINT}`;
  throw new CapstanError('usage', `«${given}»: expected http(s)://HOST[:PORT][/PATH] and no more`);
}

function summaryOf({ key, size, root, before, time }: Gained, log: VerifierKey) {
  return {
    ...{ origin: log.name, size, root: Buffer.from(root).toString('hex') },
    ...{ witness: key.name, before, time },
  };
}

function textOf(one: Gained, log: VerifierKey): string {
  const { origin, size, root, witness, time } = summaryOf(one, log);
  return `cosigned   ${size} entries of ${origin} by ${witness} at ${new Date(time * MS).toISOString()}, root ${root}`;
}
