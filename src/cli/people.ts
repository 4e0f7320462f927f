/** capstan people: who is enrolled in this project, with which roles and keys. Enrolling the first one begins authority. */

import { renameSync } from 'node:fs';
import type { Command } from 'commander';
import { personOf, SIGNED } from '../authority/authority.ts';
import { ROLES, type Role } from '../authority/policy.ts';
import type { Said } from '../authority/request.ts';
import { CapstanError } from '../base/errors.ts';
import type { Kind } from '../ledger/entry.ts';
import { formatVerifierKey, parseVerifierKey, verifierOf } from '../ledger/key.ts';
import { type DoerFlags, doerOf, expectPolicy, keyFile, keyOf, makeKey } from '../project/doer.ts';
import { LEDGER } from '../project/home.ts';
import { withProject } from '../project/recorder.ts';
import { act, type Doer, type Outcome } from '../record/acts.ts';
import type { Ledger } from '../record/ledger.ts';
import { replayed } from '../record/replay.ts';
import { oneOf } from './arguments.ts';
import { withDoer } from './doing.ts';
import { waitsText } from './requests.ts';

interface Flags extends DoerFlags {
  readonly reason?: string;
}

interface AddFlags extends Flags {
  readonly role: readonly Role[];
  readonly public?: string;
}

export function addPeople(program: Command): void {
  const people = program.command('people').description('Who is enrolled, with roles and keys');
  people
    .command('list')
    .description('List who is enrolled')
    .option('--json', 'print one JSON array')
    .action(({ json }: { readonly json?: boolean }) => {
      const rows = [...replayed(LEDGER).authority.people.values()].map(({ name, roles, key, entry }) => ({
        ...{ name, roles, entry },
        key: formatVerifierKey(key),
      }));
      if (json) console.log(JSON.stringify(rows));
      else if (rows.length === 0)
        console.log('nobody is enrolled; whoever is at the terminal may do all there is');
      else for (const { name, roles, key } of rows) console.log(`${name}  ${roles.join(', ')}  ${key}`);
    });
  people
    .command('key')
    .description('Make a key for somebody who is to be enrolled, and print its public half')
    .argument('<name>', 'whose')
    .option('--key <file>', 'where (default: ~/.config/capstan/NAME.key)')
    .action((name: string, { key }: DoerFlags) =>
      console.log(formatVerifierKey(verifierOf(makeKey(name, key ?? keyFile(name))))),
    );
  withDoer(people.command('add'))
    .description('Enrol somebody; the first one enrols themselves, and only signed acts count from then on')
    .argument('<name>', 'small letters, digits and hyphens')
    .requiredOption('--role <role...>', `some of ${ROLES.join(', ')}`, roles)
    .option(
      '--public <vkey>',
      'their public key (default: a key is made for them, where --key says for the first)',
    )
    .option('--reason <text>', 'why, for the record')
    .action(add);
  withDoer(people.command('rotate'))
    .description('Put a new key in the place of one’s own')
    .argument('<name>', 'whose')
    .option('--new-key <file>', 'where it is made (default: the new one takes the place of the old)')
    .option('--reason <text>', 'why, for the record')
    .action(rotate);
  withDoer(people.command('withdraw'))
    .description('Let somebody’s key count no more')
    .argument('<name>', 'whose')
    .option('--reason <text>', 'why, for the record')
    .action((name: string, flags: Flags) => {
      withProject((ledger) => {
        const doer = doerOf(ledger.replay.authority, flags, flags.reason ?? `withdraws ${name}`);
        say(enact(ledger, 'principal-withdrawn', { words: { name } }, doer), `withdrawn  ${name}`);
      });
    });
}

function roles(text: string, before: readonly Role[] = []): readonly Role[] {
  return [...before, oneOf('role', ROLES)(text)];
}

function add(name: string, flags: AddFlags): void {
  withProject((ledger) => {
    const { authority } = ledger.replay;
    const isFirst = authority.people.size === 0;
    const why = flags.reason ?? `enrols ${name}`;
    const file = isFirst ? (flags.key ?? keyFile(name)) : keyFile(name);
    if (isFirst && flags.public !== undefined)
      throw new CapstanError(
        'usage',
        '--public: expected the first person to have their key here, got a public one',
      );
    const doer = isFirst ? undefined : doerOf(authority, flags, why);
    const made = flags.public === undefined ? keyAt(name, file) : undefined;
    const key = made ? verifierOf(made) : parseVerifierKey(flags.public!);
    const own = ROLES.filter((role) => flags.role.includes(role)).join(' ');
    const said = { words: { name, roles: own, key: formatVerifierKey(key), actions: SIGNED } };
    const first = (): Doer => ({ ...doerOf(authority, {}, why), actor: personOf(name), keys: [made!] });
    say(
      enact(ledger, 'principal-enrolled', said, doer ?? first()),
      `enrolled   ${name}, ${own.replaceAll(' ', ', ')}`,
    );
    if (made) console.log(`key        ${file}`);
  });
}

/** A key that was made for this is there already where enrolling failed, or was asked for. */
function keyAt(name: string, file: string) {
  try {
    return keyOf(name, file);
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'not-found') throw error;
    return makeKey(name, file);
  }
}

function rotate(name: string, flags: Flags & { readonly newKey?: string }): void {
  withProject((ledger) => {
    const { authority } = ledger.replay;
    const doer = doerOf(authority, { ...flags, as: name }, flags.reason ?? `rotates the key of ${name}`);
    const old = flags.key ?? keyFile(name);
    // The new one is on the disk before it counts, and in the place of the old one after.
    const file = flags.newKey ?? `${old}.new`;
    const key = keyAt(name, file);
    const said = { words: { name, key: formatVerifierKey(verifierOf(key)) } };
    if (authority.people.size === 0)
      throw new CapstanError('usage', `people rotate ${name}: expected somebody who is enrolled, nobody is`);
    const outcome = enact(ledger, 'key-rotated', said, { ...doer, keys: [...doer.keys, key] });
    const place = flags.newKey ?? old;
    if (place !== file) renameSync(file, old);
    say(outcome, `rotated    ${name}`);
    console.log(`key        ${place}`);
  });
}

function enact(ledger: Ledger, kind: Kind, said: Said, doer: Doer): Outcome {
  expectPolicy(ledger.replay.authority);
  return act(ledger, kind, said, doer);
}

function say(outcome: Outcome, done: string): void {
  console.log(
    outcome.kind === 'done' ? `${done} (entry ${outcome.entry} of the ledger)` : waitsText('people', outcome),
  );
}
