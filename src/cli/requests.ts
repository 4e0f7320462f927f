/** capstan requests and approve: what waits for a second person, and their word. */

import type { Command } from 'commander';
import { type Request, standing } from '../authority/authority.ts';
import { completionOf } from '../authority/request.ts';
import { commandLine } from '../project/command-line.ts';
import { type DoerFlags, doerOf } from '../project/doer.ts';
import { LEDGER } from '../project/home.ts';
import { approveNumbered } from '../project/office.ts';
import { type Outcome, waiting } from '../record/acts.ts';
import { replayed } from '../record/replay.ts';
import { integer } from './arguments.ts';
import { withDoer } from './doing.ts';

export function addRequests(program: Command): void {
  program
    .command('requests')
    .description('List what waits for the approval of more people')
    .option('--json', 'print one JSON array')
    .action(({ json }: { readonly json?: boolean }) => {
      const replay = replayed(LEDGER);
      const requests = waiting({ replay }, new Date().toISOString());
      if (json)
        console.log(
          JSON.stringify(
            requests.map(({ entry, kind, act, expires, people }) => ({
              number: entry.seq,
              ...{ act, kind, expires, people },
              said: completionOf(entry),
            })),
          ),
        );
      else if (requests.length === 0) console.log('nothing waits for approval');
      else for (const one of requests) console.log(lineOf(one, standing(replay.authority, one)));
    });
  withDoer(program.command('approve'))
    .description('Approve what somebody else has requested; what has enough people takes effect')
    .argument('<number>', 'of the request', integer('number', 0))
    .option('--reason <text>', 'why, for the record')
    .action((number: number, flags: DoerFlags & { readonly reason?: string }) => {
      const act = replayed(LEDGER).authority.requests.get(number)?.act ?? '';
      const outcome = approveNumbered(number, (authority) =>
        doerOf(authority, flags, flags.reason ?? `approves request ${number}`),
      );
      console.log(
        outcome.kind === 'done'
          ? `${outcome.what}, entry ${outcome.entry} of the ledger`
          : waitsText(act, outcome),
      );
    });
}

export function waitsText(
  act: string,
  { request, people, needed }: Extract<Outcome, { kind: 'waits' }>,
): string {
  return [
    `${act} waits as request ${request} of the ledger: it needs ${needed} people, and has ${people.join(', ')}`,
    `another one says: ${commandLine('approve', String(request), '--as', 'NAME')}`,
  ].join('\n');
}

function lineOf({ entry, act, expires }: Request, people: readonly string[]): string {
  const about = [
    entry.run ?? '',
    ...(entry.subjects ?? []).map(({ name, sha256 }) => `${name} ${sha256.slice(0, SHOWN)}`),
    entry.words?.name ?? '',
  ].filter(Boolean);
  return [
    String(entry.seq).padStart(6),
    act.padEnd(8),
    ...about,
    `by ${people.join(', ') || 'nobody any more'}`,
    `until ${expires}`,
  ].join('  ');
}

/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;
