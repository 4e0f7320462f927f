/** capstan tend: what «capstan serve» starts beside it, so that question trees go on while it answers. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import { TEND, tendFor } from '../project/tending.ts';
import { stopOnSignals } from './signals.ts';

export function addTend(program: Command): void {
  program
    .command(TEND, { hidden: true })
    .description('Let question trees go on when people have answered; «capstan serve» starts it')
    .option('--idle', 'leave trees alone, and only correct what is asked for')
    .action(async ({ idle = false }: { readonly idle?: boolean }) => {
      if (!process.connected)
        throw new CapstanError('usage', 'tend: expected to be started by «capstan serve», got nobody');
      const stop = stopOnSignals(() => {});
      await tendFor(idle, stop.signal);
      stop.release();
    });
}
