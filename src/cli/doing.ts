/** The options that say who acts. */

import type { Command } from 'commander';

export function withDoer(command: Command): Command {
  return command
    .option('--as <name>', 'who acts, where people are enrolled')
    .option('--key <file>', 'their key (default: ~/.config/capstan/NAME.key)');
}
