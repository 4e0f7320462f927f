/** capstan-witness: a witness of logs, for somebody who does not operate them, in a folder of its own. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CapstanError, messageOf } from '../base/errors.ts';
import { formatVerifierKey, parseVerifierKey, SEED_BYTES } from '../ledger/key.ts';
import type { TileSource } from '../ledger/tile.ts';
import { bytesNamed } from '../project/files.ts';
import { sourceOf, verifierIn } from '../record/ledger.ts';
import { keepCosigned } from '../record/witnessed.ts';
import { Folder } from '../storage/folder.ts';
import { verifyEvidence } from '../witness/evidence.ts';
import { beginningFrom, publishedIn, submissionFrom } from '../witness/watch.ts';
import { type Cosigned, makeWitness, withWitness } from '../witness/witness.ts';
import { integer } from './arguments.ts';
import { carryOut, newProgram } from './program.ts';
import { LOOPBACK, witnessServer } from './witness-server.ts';

interface WatchFlags {
  readonly trust?: boolean;
  readonly key?: string;
  readonly json?: boolean;
}

const PORT_MAX = 65_535;
const MS = 1000;
const seconds = () => Math.floor(Date.now() / MS);

export async function main(args: readonly string[]): Promise<number> {
  const program = newProgram(
    'capstan-witness',
    'Remembers the largest head of each log that it cosigned, and cosigns only what extends it.',
  );
  program
    .command('init')
    .description('Make a witness with a key of its own, and print the key to verify it with')
    .argument('<folder>', 'of the witness')
    .requiredOption('--name <name>', 'of its key, such as «auditor.example/1»')
    .action((folder: string, { name }: { readonly name: string }) => {
      console.log(formatVerifierKey(makeWitness(folder, name, () => randomBytes(SEED_BYTES))));
    });
  program
    .command('trust')
    .description('Cosign the heads of a log from now on')
    .argument('<folder>', 'of the witness')
    .argument('<vkey>', 'the verifier key of the log')
    .action((folder: string, vkey: string) => {
      withWitness(folder, seconds, (witness) => witness.trust(parseVerifierKey(vkey)));
    });
  program
    .command('watch')
    .description('Look at a ledger: cosign its head if it extends the one cosigned last, and leave it there')
    .argument('<folder>', 'of the witness')
    .argument('<ledger>', 'the ledger')
    .option('--key <vkey>', 'the verifier key of the log, to trust from now on')
    .option('--trust', 'trust the verifier key that lies in the ledger from now on; for the first time')
    .option('--json', 'print one JSON object')
    .action(watch);
  program
    .command('serve')
    .description('Cosign over HTTP (c2sp.org/tlog-witness), for logs on this machine')
    .argument('<folder>', 'of the witness')
    .option('--port <number>', 'to listen on; 0 takes a free one', integer('port', 0, PORT_MAX), 0)
    .action(serve);
  program
    .command('head')
    .description(
      'Print the head that was cosigned last, to be kept or given to «capstan ledger verify --known»',
    )
    .argument('<folder>', 'of the witness')
    .argument('<origin>', 'the name of the log')
    .action((folder: string, origin: string) => {
      const note = withWitness(folder, seconds, (witness) => witness.remembered(origin)?.note);
      if (!note) throw new CapstanError('not-found', `a head of «${origin}»: expected one that was cosigned`);
      process.stdout.write(note);
    });
  program
    .command('evidence')
    .description(
      'Verify evidence that a log lied: two heads, both signed by its key, that contradict each other',
    )
    .argument('<file>', 'as a witness keeps it')
    .argument('<vkey>', 'the verifier key of the log')
    .action((file: string, vkey: string) => {
      const [{ origin, size }, newer] = verifyEvidence(
        bytesNamed(file, file, 'evidence to read'),
        parseVerifierKey(vkey),
      );
      const other = newer.size === size ? '' : `, of which one goes on to ${newer.size}`;
      console.log(`verified   ${origin} signed two different logs of ${size} entries${other}`);
    });
  return carryOut(program, args);
}

function watch(folder: string, ledger: string, { trust, key, json }: WatchFlags): void {
  const source: TileSource = sourceOf(new Folder(`${ledger}/log`));
  const cosigned = withWitness(folder, seconds, (witness) => {
    const log = key ? parseVerifierKey(key) : trust ? verifierIn(new Folder(ledger)) : undefined;
    if (log) witness.trust(log);
    const { origin } = publishedIn(source).head;
    const remembered = witness.remembered(origin);
    if (!remembered)
      throw new CapstanError(
        'refused',
        `${ledger}: expected a log that this witness trusts, got «${origin}»; for the first time give --key VKEY, or --trust`,
      );
    const added = witness.add(submissionFrom(source, remembered.head?.size ?? 0));
    witness.settle(origin, (size, head) => beginningFrom(source, size, head.size));
    return { witness: witness.key, ...added };
  });
  keepCosigned(ledger, cosigned.witness, cosigned.note);
  console.log(json ? JSON.stringify(summaryOf(cosigned)) : textOf(cosigned));
}

async function serve(folder: string, { port }: { readonly port: number }): Promise<void> {
  withWitness(folder, seconds, () => undefined); // whether it is there
  const server = witnessServer(folder, seconds, (line) => process.stderr.write(`${line}\n`));
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CapstanError('usage', `--port ${port}: expected one that is free, got ${messageOf(cause)}`, {
      cause,
    });
  }
  console.log(`http://${LOOPBACK}:${(server.address() as AddressInfo).port}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
  await once(server, 'close');
}

function summaryOf({ head, time, before }: Cosigned) {
  const { origin, size, root } = head;
  return { origin, size, root: Buffer.from(root).toString('hex'), before, time };
}

function textOf(cosigned: Cosigned): string {
  const { origin, size, root, before, time } = summaryOf(cosigned);
  const grown = before === 0 ? 'for the first time' : `${size - before} more than before`;
  return `cosigned   ${size} entries of ${origin} (${grown}) at ${new Date(time * MS).toISOString()}, root ${root}`;
}
