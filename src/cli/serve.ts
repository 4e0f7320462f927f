/** capstan serve: the workbench in a browser, on this machine or, with keys and TLS, for others. */

import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { commandLine } from '../project/command-line.ts';
import { bytesNamed } from '../project/files.ts';
import { LEDGER } from '../project/home.ts';
import { keyRing } from '../project/keys.ts';
import { ProjectLog } from '../project/log.ts';
import { sessionStore } from '../project/sessions.ts';
import { TendingProcess } from '../project/tending.ts';
import { type Seen, watchProject } from '../project/watch.ts';
import { Changes } from '../server/changes.ts';
import type { KeptSession, Place, Site } from '../server/place.ts';
import { server } from '../server/server.ts';
import type { Change } from '../wire/session.ts';
import { integer } from './arguments.ts';
import { linkOf } from './link.ts';
import { pagesIn } from './pages.ts';
import { stopOnSignals } from './signals.ts';
import { isLoopback, type Listening, listen, siteOf, type Tls } from './socket.ts';
import { TurnKeeper } from './turn-keeper.ts';

const PORT = 7411;
const TOKEN_BYTES = 16;
const PAGES = fileURLToPath(new URL('../web', import.meta.url));
const WATCH_MS = 400;
const [UNDO_S, UNDO_MAX_S, SECOND_MS] = [10, 60, 1000];
/** How long what has begun may take when the server stops. */
const GRACE_MS = 5000;

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly allowHost: readonly string[];
  readonly as?: string;
  readonly tend: boolean;
  readonly undo: number;
  readonly json?: boolean;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('The workbench in a browser: oversee, watch, intervene')
    .option('--port <n>', 'on this port; 0 for any', integer('port', 0, 65_535), PORT)
    .option(
      '--host <address>',
      'on this address; one that others reach needs keys, and TLS or a proxy',
      '127.0.0.1',
    )
    .option('--tls-cert <file>', 'speak TLS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this private key (PEM)')
    .option('--behind-proxy', 'a proxy stands before it, which speaks TLS and says who asks')
    .option(
      '--allow-host <name...>',
      'a name under which browsers reach it',
      (one: string, all: readonly string[]) => [...all, one],
      [],
    )
    .option('--as <name>', 'who the printed link signs in, where people are enrolled')
    .option('--no-tend', 'leave question trees to «capstan run --resume», whoever answers')
    .option(
      '--undo <seconds>',
      'in which people can take back what they committed; until then it has no effect',
      integer('undo', 0, UNDO_MAX_S),
      UNDO_S,
    )
    .option('--json', 'print the address as JSON')
    .action(work);
}

async function work(flags: Flags): Promise<void> {
  const log = new ProjectLog(LEDGER);
  const keys = keyRing(log);
  const tls = tlsOf(flags);
  const site = siteOf({ ...flags, isTls: tls !== undefined });
  const isOpen = !isLoopback(flags.host) || flags.behindProxy === true;
  if (isOpen && keys.isEmpty())
    throw new CapstanError(
      'refused',
      `--host ${flags.host}: expected keys, since others can reach it, found none; «capstan keys add NAME --role …» makes one`,
    );
  const link = isOpen ? undefined : linkOf(flags.as, log);
  const stop = stopOnSignals(() => process.stderr.write('stopping\n'));
  const token = (): string => randomBytes(TOKEN_BYTES).toString('hex');
  const changes = new Changes(token());
  const turns = new TurnKeeper(changes, log, flags.undo * SECOND_MS);
  const tending = new TendingProcess({
    isIdle: !flags.tend,
    tell: (run) => {
      changes.tell({ topic: 'tree', run });
      changes.tell({ topic: 'turns', run });
    },
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const unwatch = watchProject(WATCH_MS, (seen) => {
    for (const change of changesOf(seen)) changes.tell(change);
  });
  const place: Place = {
    ...{ now: Date.now, token, changes, log, site },
    whoHas: (key) => link?.whoHas(key) ?? keys.whoHas(key),
    holderOf: (name) => link?.holderOf(name) ?? keys.holderOf(name),
    isAlone: () => log.replay.authority.people.size === 0 && keys.isEmpty(),
    project: basename(process.cwd()),
    sessions: sessionStore<KeptSession>(),
    report: (line) => process.stderr.write(`capstan: ${line.replaceAll(/\s*\n\s*/g, ' | ')}\n`),
    every: (milliseconds, act) => {
      const timer = setInterval(act, milliseconds);
      return () => clearInterval(timer);
    },
    stopping: stop.signal,
    turns: turns.open,
    tending,
    ...pagesOf(PAGES),
  };
  try {
    const listening = await listen(server(place), { ...flags, ...(tls && { tls }) });
    say(isOpen ? urlOf(site, listening) : listening.url, link?.key, flags);
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    await listening.close(GRACE_MS);
  } finally {
    unwatch();
    await turns.close();
    await tending.stop();
    stop.release();
  }
}

/** As others reach it. */
function urlOf({ hosts: [name], isProxied }: Site, { url }: Listening): string {
  return isProxied ? `https://${name}/` : `https://${name}:${new URL(url).port}/`;
}

function say(url: string, key: string | undefined, { json }: Flags): void {
  const address = key === undefined ? url : `${url}#key=${key}`;
  console.log(json ? JSON.stringify({ url: address }) : address);
  process.stderr.write(
    key === undefined
      ? `people sign in with their keys (${commandLine('keys', 'list')})\n`
      : 'open it in a browser, which it signs in once; Ctrl-C ends the server\n',
  );
}

function pagesOf(path: string): Pick<Place, 'pages'> {
  const pages = pagesIn(path);
  if (!pages) process.stderr.write('capstan: no pages were built, there is only the API; npm run build\n');
  return pages ? { pages } : {};
}

function tlsOf({ tlsCert, tlsKey }: Flags): Tls | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new CapstanError('usage', 'expected both of --tls-cert and --tls-key, got one');
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return {
    cert: bytesNamed(tlsCert, `--tls-cert ${tlsCert}`, 'a certificate'),
    key: bytesNamed(tlsKey, `--tls-key ${tlsKey}`, 'a private key'),
  };
}

/** What is out of date after that; of turns in question trees it is the desk that tells. */
function changesOf(seen: Seen): readonly Change[] {
  switch (seen.what) {
    case 'ledger':
      return [{ topic: 'ledger' }, { topic: 'models' }, { topic: 'controls' }];
    case 'halt':
      return [{ topic: 'controls' }];
    case 'inbox':
      return [{ topic: 'turns' }];
    case 'run':
      return [
        { topic: 'run', run: seen.run },
        { topic: 'tree', run: seen.run },
      ];
  }
}
