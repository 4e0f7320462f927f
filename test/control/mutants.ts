/** The program with one rule left out, and what the histories say of it. Each mutant is a copy of the sources with texts in
 *  them replaced, run by a process of its own. Where two rules guard the same, both are left out. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Sum } from './history.ts';

type Change = readonly [file: string, from: string, to: string];

const FAULT = 'authority/fault.ts';
const AUTHORITY = 'authority/authority.ts';
const LATCH = 'record/latch.ts';

const DOOR: Change = [
  'record/control.ts',
  'halted: halt ? { kind: halt.kind as Halt, entry: halt } : byFile',
  'halted: undefined',
];
const NO_HALT: Change = [FAULT, 'if (!halt || !WORK.has(kind)) return undefined;', 'return undefined;'];
const LOST: Change = [
  LATCH,
  'return seen && (other || latched.get(seen.seq)?.root !== seen.root) ? { seen, size, origin } : undefined;',
  'return undefined;',
];

export const MUTANTS: { readonly [rule: string]: readonly Change[] } = {
  'the halt, on the ledger': [NO_HALT],
  'the halt, on the ledger and before a run': [NO_HALT, DOOR],
  'the look at the file after a step': [
    ['record/control.ts', 'return new Folder(path, disk).exists(FILE);', 'return false;'],
  ],
  'the stop that a resumption has to name': [
    [FAULT, 'people.size > 0 && halt && !parents.includes(halt.seq)', 'false as boolean'],
  ],
  'the second person, on the ledger': [
    [FAULT, 'if (people.size >= needed) return undefined;', 'return undefined;'],
  ],
  'the second person, where it is counted': [
    [AUTHORITY, 'return Math.max(1, Math.min(authority.policy.acts[act].people, able));', 'return 1;'],
  ],
  'the role': [[FAULT, 'if (!mayAct(authority, principal, act))', 'if (false as boolean)']],
  'the signature': [
    [
      FAULT,
      '  const { signed = [] } = entry;',
      '  if (keys.length >= 0) return undefined;\n  const { signed = [] } = entry;',
    ],
  ],
  'whether a signature verifies': [[FAULT, '!isActSignature(place, entry, key, signature)', 'false']],
  'the expiry of a request': [[FAULT, 'return time <= expires', 'return time !== expires']],
  'that who was withdrawn counts no more': [
    [AUTHORITY, 'return { ...next, people: without(next.people, [words.name!]) };', 'return next;'],
  ],
  'that an old key counts no more': [
    [
      AUTHORITY,
      'return withKey(next, words.name!, { roles, entry: since }, words.key!);',
      'return roles && since ? next : next;',
    ],
  ],
  'the gate, on the ledger': [
    [FAULT, 'checkpoint === undefined || !isGated', 'checkpoint === undefined && !isGated'],
  ],
  'the gate, everywhere': [
    [FAULT, 'checkpoint === undefined || !isGated', 'checkpoint === undefined && !isGated'],
    ['registry/promotion.ts', 'if (!passed)', 'if (false as boolean)'],
    ['run/keep.ts', 'lineage.gate?.passed === true && ', ''],
  ],
  'that people promote where the policy says so': [
    [FAULT, "&& policy.promotion === 'gate'", '&& policy !== undefined'],
    ['run/keep.ts', "&& promotion() === 'gate'", '&& promotion() !== undefined'],
  ],
  'that a promotion is on the record before': [
    [
      'run/keep.ts',
      'const training = iterationEnded(',
      'if (next?.target) promote(folder, next.target, revoked());\n  const training = iterationEnded(',
    ],
  ],
  'revocation, where models are served': [
    ['registry/revocation.ts', 'if (revoked.size === 0) return;', 'return;'],
  ],
  'descendants of what is revoked': [
    [
      'registry/revocation.ts',
      'own !== null; own = parentOf(own)',
      'own !== null; own = parentOf(own) && null',
    ],
  ],
  'revocations that a backup has lost': [
    [LATCH, '...Object.entries(this.#seen(replay.origin)?.revoked ?? {}),', ''],
    [LATCH, '...here.map((one) => one.revoked),', '...here.map(() => ({})),'],
  ],
  'what was seen outside of the project': [LOST],
  'that only a person goes on without what is lost': [
    [LATCH, 'if (own && lost) {', 'if (own === null) {'],
    [LATCH, 'own === undefined || own.seq < last.seq || own.place !== this.#place', 'own !== null'],
  ],
};

/** What so many histories say of the program without the rule. */
export function without(rule: string, histories: number, firstSeed: number): Sum {
  const repository = fileURLToPath(new URL('../../', import.meta.url));
  const cache = join(repository, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'capstan-mutant-'));
  try {
    for (const name of ['src', 'test/control', 'test/crash'])
      cpSync(join(repository, name), join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [name, from, to] of MUTANTS[rule]!) {
      const file = join(folder, 'src', name);
      const text = readFileSync(file, 'utf8');
      if (text.split(from).length !== 2)
        throw new Error(`mutant «${rule}»: expected «${from}» once in ${name}`);
      writeFileSync(
        file,
        text.replace(from, () => to),
      );
    }
    const module = pathToFileURL(join(folder, 'test/control/history.ts')).href;
    const script = `import { controlHistories } from ${JSON.stringify(module)};
      process.stdout.write(JSON.stringify(controlHistories(${histories}, ${firstSeed})));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    return JSON.parse(execFileSync(process.execPath, args, { cwd: repository, encoding: 'utf8' })) as Sum;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
