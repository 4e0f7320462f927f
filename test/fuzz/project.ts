/** A small project on the disk for whoever asks a whole server: training runs, question trees, workspaces that wait for people,
 *  and a ledger with what they left. It is the current folder of the process while it is in use. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personOf } from '../../src/authority/authority.ts';
import { formatVerifierKey, verifierOf } from '../../src/ledger/key.ts';
import { makeKey } from '../../src/project/doer.ts';
import { recorder, withProject } from '../../src/project/recorder.ts';
import { Turns } from '../../src/project/turns.ts';
import { act } from '../../src/record/acts.ts';
import type { App } from '../../src/server/endpoint.ts';
import type { Person } from '../../src/server/place.ts';
import { server } from '../../src/server/server.ts';
import { begin, grow, putRecipe } from '../grown.ts';
import { type Keys, memoryPlace } from '../place.ts';
import { carryOutTiny, createTiny, tiny } from '../tiny-run.ts';

export const PEOPLE: Keys = {
  all: { id: 'person:all', roles: ['overseer', 'operator', 'auditor'] },
  overseer: { id: 'person:overseer', roles: ['overseer'] },
  auditor: { id: 'person:auditor', roles: ['auditor'] },
  operator: { id: 'person:operator', roles: ['operator'] },
} satisfies { readonly [key: string]: Person };

/** What is taken back is taken back soon. */
const UNDO_MS = 20;
const NO_LIMIT = { perSecond: 1e9, burst: 1e9 };

export interface SmallProject {
  readonly app: App;
  /** What is broken, as the server told. */
  readonly broken: string[];
  /** As it was in the beginning, with a server of its own; `isRuled`: with people enrolled, whose acts are signed. */
  readonly fresh: (isRuled?: boolean) => SmallProject;
  readonly leave: () => void;
}

export async function smallProject(runs: readonly string[] = ['one', 'two']): Promise<SmallProject> {
  const home = fs.mkdtempSync(join(tmpdir(), 'capstan-fuzz-'));
  const before = {
    folder: process.cwd(),
    state: process.env.XDG_STATE_HOME,
    config: process.env.XDG_CONFIG_HOME,
  };
  let turns: Turns | undefined;
  const leave = () => {
    turns?.close();
    process.chdir(before.folder);
    process.env.XDG_STATE_HOME = before.state ?? '';
    process.env.XDG_CONFIG_HOME = before.config ?? '';
    fs.rmSync(home, { recursive: true, force: true });
  };
  process.env.XDG_CONFIG_HOME = join(home, 'config');
  const enter = (folder: string): void => {
    process.chdir(folder);
    process.env.XDG_STATE_HOME = join(folder, 'state');
  };
  const kept = join(home, 'kept');
  fs.mkdirSync(kept);
  enter(kept);
  for (const [seed, name] of runs.entries()) {
    const path = `runs/${name}`;
    createTiny({ path, configuration: tiny({ seed: seed + 1 }) });
    await carryOutTiny({ path, ledger: 'ledger' }, { record: recorder() });
  }
  putRecipe();
  await grow('tree', 'program');
  await grow('asked', 'person', 'seven eight nine');
  await begin('new');
  const ruled = join(home, 'ruled');
  fs.cpSync(kept, ruled, { recursive: true });
  enter(ruled);
  enrolAll();
  let copies = 0;
  const fresh = (isRuled = false): SmallProject => {
    turns?.close();
    turns = undefined;
    const folder = join(home, `copy-${++copies}`);
    fs.cpSync(isRuled ? ruled : kept, folder, { recursive: true });
    if (copies > 1) fs.rmSync(join(home, `copy-${copies - 1}`), { recursive: true, force: true });
    enter(folder);
    const broken: string[] = [];
    const app = server(
      memoryPlace(PEOPLE, {
        now: Date.now,
        limits: { perKey: NO_LIMIT, perAddress: NO_LIMIT, wrongKeys: NO_LIMIT },
        report: (line) => broken.push(line),
        turns() {
          turns ??= Turns.open({ undoMs: UNDO_MS });
          return turns;
        },
      }),
    );
    return { app, broken, fresh, leave };
  };
  return fresh();
}

/** Each with a signer key on this machine. */
function enrolAll(): void {
  const [first] = Object.keys(PEOPLE) as [string];
  const own = makeKey(first);
  const expires = new Date(Date.now() + DAY_MS).toISOString();
  withProject((ledger) => {
    for (const [name, { roles }] of Object.entries(PEOPLE)) {
      const key = name === first ? own : makeKey(name);
      const words = { name, roles: roles.join(' '), key: formatVerifierKey(verifierOf(key)) };
      const doer = { actor: personOf(first), keys: [own], contents: [], expires };
      const outcome = act(ledger, 'principal-enrolled', { words }, doer);
      if (outcome.kind === 'waits') throw new Error(`expected ${name} to be enrolled by one person`);
    }
  });
}

const DAY_MS = 86_400_000;

/** Who asks: with a key, with a cookie and its token or without, with neither. */
export async function askers(app: App): Promise<readonly { readonly [name: string]: string }[]> {
  const bearers = Object.keys(PEOPLE).map((key) => ({ authorization: `Bearer ${key}` }));
  const cookies: { readonly [name: string]: string }[] = [];
  for (let i = 0; i < DEVICES; i++) {
    const said = await app.request('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'all' }),
    });
    const cookie = said.headers.get('set-cookie')!.split(';')[0]!;
    const { csrf } = (await said.json()) as { readonly csrf: string };
    cookies.push({ cookie, 'x-csrf-token': csrf });
  }
  const [first, second] = cookies as [(typeof cookies)[number], (typeof cookies)[number]];
  return [
    ...[bearers[0]!, bearers[0]!, bearers[0]!, bearers[0]!],
    ...bearers,
    bearers.at(-1)!,
    ...cookies,
    { ...second, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    { cookie: first.cookie! },
    { authorization: 'Bearer nobody' },
    {},
  ];
}

/** What means something there: runs, checkpoints, nodes, a key. */
export async function knownIn(app: App): Promise<readonly string[]> {
  const headers = { authorization: 'Bearer all' };
  const ids = async (run: string): Promise<readonly string[]> => {
    const said = await app.request(`/api/trees/${run}/rows?from=0&to=4`, { headers });
    return ((await said.json()) as { readonly rows: readonly { readonly id: string }[] }).rows.map(
      ({ id }) => id,
    );
  };
  return [
    'one',
    'two',
    'one@1',
    'two@1',
    'tree',
    'asked',
    'new',
    'all',
    ...(await ids('tree')),
    ...(await ids('asked')),
  ];
}

/** Some of them sign out on the way. */
const DEVICES = 4;
