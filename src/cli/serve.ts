/** capstan serve: the workbench, for a browser on this machine. */

import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import type { Command } from 'commander';
import { person } from '../project/recorder.ts';
import { TendingProcess } from '../project/tending.ts';
import { Changes } from '../server/changes.ts';
import type { Holder } from '../server/place.ts';
import { server } from '../server/server.ts';
import { integer } from './arguments.ts';
import { stopOnSignals } from './signals.ts';
import { TurnKeeper } from './turn-keeper.ts';

const PORT = 7411;
const TOKEN_BYTES = 16;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('The workbench in a browser: oversee, watch, intervene')
    .option('--port <n>', 'on this port; 0 for any', integer('port', 0, 65_535), PORT)
    .option('--no-tend', 'leave question trees to «capstan run --resume», whoever answers')
    .action(listen);
}

interface ServeFlags {
  readonly port: number;
  readonly tend: boolean;
}

async function listen({ port, tend }: ServeFlags): Promise<void> {
  const token = (): string => randomBytes(TOKEN_BYTES).toString('hex');
  const key = token();
  const own: Holder = { key: 'link', id: person().id, roles: ['overseer', 'operator', 'auditor'] };
  const changes = new Changes(token());
  const turns = new TurnKeeper(changes);
  const tending = new TendingProcess({
    isIdle: !tend,
    tell: (run) => {
      changes.tell({ topic: 'tree', run });
      changes.tell({ topic: 'turns', run });
    },
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const app = server({
    now: Date.now,
    token,
    changes,
    turns: turns.open,
    tending,
    whoHas: (given) => (given === key ? own : undefined),
    holderOf: (name) => (name === own.key ? own : undefined),
    isAlone: () => true,
  });
  const http = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (address) => {
    console.log(`http://127.0.0.1:${address.port}/#key=${key}`);
  });
  const stop = stopOnSignals(() => process.stderr.write('stopping\n'));
  await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  await Promise.all([new Promise<void>((resolve) => http.close(() => resolve())), tending.stop()]);
  await turns.close();
}
