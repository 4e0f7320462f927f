/** capstan keys: the keys with which people and programs open the workbench. */

import type { Command } from 'commander';
import { ROLES, type Role } from '../authority/policy.ts';
import { keptKeys, makeKeyFor, withdrawKeys } from '../project/keys.ts';
import { oneOf } from './arguments.ts';

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('Keys with which people and programs open the workbench (see: capstan serve)');
  keys
    .command('add')
    .description('Make a key for somebody and print it, this once')
    .argument('<name>', 'whose: small letters, digits and hyphens; where people are enrolled, one of them')
    .option(
      '--role <role...>',
      `some of ${ROLES.join(', ')}; where people are enrolled, fewer than they have`,
      roles,
      [],
    )
    .option('--json', 'print one JSON object')
    .action((name: string, flags: { readonly role: readonly Role[]; readonly json?: boolean }) => {
      const { key, kept } = makeKeyFor(name, flags.role);
      if (flags.json) console.log(JSON.stringify({ key, ...kept }));
      else {
        console.log(key);
        process.stderr.write(`key ${kept.name} of ${name}; it is shown this once\n`);
      }
    });
  keys
    .command('list')
    .description('List the keys: name, whose, roles, when made')
    .option('--json', 'print one JSON array')
    .action(({ json }: { readonly json?: boolean }) => {
      const rows = keptKeys().map(({ name, person, roles: own, made }) => ({
        name,
        person,
        roles: own,
        made,
      }));
      if (json) console.log(JSON.stringify(rows));
      else if (rows.length === 0) console.log('no keys; «capstan keys add NAME» makes one');
      else
        for (const { name, person, roles: own, made } of rows)
          console.log(`${name}  ${person}  ${own.join(', ') || 'all roles of theirs'}  ${made}`);
    });
  keys
    .command('withdraw')
    .description('Let a key, or all keys of somebody, open nothing any more; their sessions end at once')
    .argument('<which>', 'name of the key, or of the person')
    .action((which: string) => {
      for (const { name, person } of withdrawKeys(which)) console.log(`withdrawn  ${name} of ${person}`);
    });
}

function roles(text: string, before: readonly Role[]): readonly Role[] {
  return [...new Set([...before, oneOf('role', ROLES)(text)])];
}
