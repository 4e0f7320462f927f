/** The walk for auditors is what its document says, from a fresh clone: the commands in it run as they stand in a copy of
 *  the tracked files, built as `npm ci` builds it, and print what it shows. */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { long } from './long.ts';

const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const CLONE = mkdtempSync(join(tmpdir(), 'capstan-clone-'));
const PATIENCE_MS = 120_000;
/** The run in it ends because a gate does not pass. */
const STATUS_OF_THE_RUN = 100;

interface Step {
  readonly command: string;
  /** Undefined where the document shows nothing. */
  readonly shown: string | undefined;
}

beforeAll(() => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: REPOSITORY, encoding: 'utf8' });
  for (const name of tracked.split('\0').filter((one) => one !== '' && existsSync(join(REPOSITORY, one))))
    cpSync(join(REPOSITORY, name), join(CLONE, name));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(CLONE, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: CLONE, stdio: ['ignore', 'ignore', 'inherit'] });
}, PATIENCE_MS);
afterAll(() => rmSync(CLONE, { recursive: true, force: true }));

/** In the order of the document. */
function steps(): readonly Step[] {
  const text = readFileSync(join(CLONE, 'docs/audit.md'), 'utf8');
  const blocks = text.matchAll(/^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms);
  return [...blocks].map(([, command, shown]) => ({ command: command!, shown }));
}

/** Without what depends on chance and on whose machine it is: hashes, names, numbers of entries, and figures of more than one digit. */
function alike(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{12,}\b/g, 'HASH')
    .replaceAll(/person:[\w.-]+/g, 'person:ADA')
    .replaceAll(/\d[\d.,]*\d|(?<=#|entry )\d/g, 'N')
    .replaceAll(/ +$/gm, '');
}

long(
  'goes from a wrong answer to the first wrong node and whom it is from, in three commands',
  () => {
    const [project, ...walk] = steps();
    expect(walk.length).toBe(3);
    const { CI, FORCE_COLOR, NODE_OPTIONS, ...environment } = process.env;
    const own = join(CLONE, '.own');
    const env = { ...environment, XDG_STATE_HOME: own, XDG_CONFIG_HOME: own };
    const run = (command: string) =>
      spawnSync('bash', ['-c', command], { cwd: CLONE, env, encoding: 'utf8' });
    // What a shell remembers from one command to the next.
    const alias = /^capstan\(\).*\n/.exec(project!.command)![0];
    const ran = run(project!.command);
    expect(ran.status, ran.stderr).toBe(STATUS_OF_THE_RUN);
    for (const { command, shown } of walk) {
      expect(command.trimEnd()).not.toContain('\n'); // a command is a line
      const { status, stdout, stderr } = run(alias + command);
      expect(status, stderr).toBe(0);
      expect(alike(stdout), command).toBe(alike(shown!));
    }
    // And what is behind it is the one who errs, by a wrong answer that the walk begins with.
    const [answer, why] = walk.map(({ shown }) => shown!);
    expect(answer).toMatch(/^σ⁶\(0\) = 1 /);
    expect(why).toMatch(/first wrong node {2}σ³\(0\) = 1\n/);
    expect(why).toMatch(/targets by script:H with systematic errors/);
  },
  PATIENCE_MS,
);
