/** How long overseers wait for their next workspace, when a hundred of them are at it over HTTP, with events, some of them at
 *  real pages, beside thousands of workspaces that wait; and that nothing is in two hands or lost meanwhile. */

import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/base/random.ts';
import { LEDGER } from '../src/project/home.ts';
import { verifyLedger } from '../src/record/verify.ts';
import type { Committed, Next, Turn } from '../src/wire/turn.ts';
import { launchBrowser } from '../test/browser.ts';
import { offer, writeRun } from '../test/desk/project.ts';
import { type Benchmark, figure, median } from './benchmark.ts';
import { workAtPage } from './real-pages.ts';
import { keyFor, served } from './served.ts';

const PEOPLE = 100;
/** So many of them at pages, each in a browser's context of their own, where there is a browser. */
const AT_PAGES = 3;
const RUNS = 5;
const ITEMS = 5000;
const SECONDS = 30;
/** From one workspace to the next; people take longer. */
const THINK_MS = 5000;
/** After which what was committed is on the ledger. */
const UNDO_MS = 10_000;
const MS = 1000;

export const benchmark: Benchmark = {
  measures: `the next workspace for ${PEOPLE} overseers over HTTP, with ${ITEMS} that wait in ${RUNS} runs`,
  async run(say) {
    const [before, state] = [process.cwd(), process.env.XDG_STATE_HOME];
    const home = mkdtempSync(join(tmpdir(), 'capstan-overseers-'));
    process.chdir(home);
    process.env.XDG_STATE_HOME = join(home, 'state');
    try {
      for (let i = 0; i < RUNS; i++) {
        // One of them is decided by two, so that there are reviews and disagreements.
        writeRun(`run-${i}`, { reviewers: i === 0 ? 2 : 1, freshEyes: false, suggestion: 'hidden' });
        await offer(`run-${i}`, ITEMS / RUNS);
      }
      const people = await enrolled(PEOPLE);
      const server = await served();
      try {
        const found = await worked(server.url, people);
        await sleep(UNDO_MS + 5 * MS);
        for (const violation of judged(found)) throw new Error(violation);
        const { taken, acked, waited, idle, events, shown, atPages } = found;
        say(
          atPages > 0
            ? `${atPages} of them at real pages: ${shown.length} decided by keyboard, the next question on the screen after ${median(shown).toFixed(0)} ms, at most ${Math.max(...shown).toFixed(0)} ms`
            : 'skipped: real pages (no browser can be launched here)',
        );
        say(
          `${taken.length} handed out, ${acked.length} decided, ${events} events; the longest wait ${Math.max(...waited).toFixed(0)} ms`,
        );
        const peer = (value: number) => ({ name: 'who is signed in', value });
        return [
          figure('overseers/next-p99', 'ms', p99(waited), peer(p99(idle))),
          figure('overseers/next-median', 'ms', median(waited), peer(median(idle))),
        ];
      } finally {
        await server.stop();
      }
    } finally {
      process.chdir(before);
      process.env.XDG_STATE_HOME = state ?? '';
      rmSync(home, { recursive: true, force: true });
    }
  },
};

function p99(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(0.99 * samples.length)]!;
}

interface Overseer {
  readonly name: string;
  readonly key: string;
}

async function enrolled(count: number): Promise<readonly Overseer[]> {
  const people: Overseer[] = [];
  for (let i = 0; i < count; i++) {
    const name = `overseer-${i}`;
    people.push({ name, key: await keyFor(name, 'overseer') });
  }
  return people;
}

interface Found {
  readonly taken: { readonly person: string; readonly item: string }[];
  readonly acked: { readonly person: string; readonly item: string }[];
  /** Milliseconds for each answer about what comes next. */
  readonly waited: number[];
  /** For each answer about who is signed in, asked just before: what the machine makes of a request that does next to nothing. */
  readonly idle: number[];
  events: number;
  /** Milliseconds at pages, from the key that commits to the next question. */
  readonly shown: number[];
  readonly atPages: number;
}

async function worked(url: string, people: readonly Overseer[]): Promise<Found> {
  const browser = await launchBrowser();
  const atPages = browser ? AT_PAGES : 0;
  const found: Found = { taken: [], acked: [], waited: [], idle: [], events: 0, shown: [], atPages };
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const until = performance.now() + SECONDS * MS;
  const random = Random.seeded(1);
  let come = () => {};
  const first = new Promise<void>((resolve) => {
    come = resolve;
  });
  const all = people.map(async ({ name, key }, i) => {
    const own = random.split(i);
    if (browser && i >= people.length - atPages) {
      await first;
      const at = { url, key, random: own, thinkMs: THINK_MS, until };
      return workAtPage(browser, at, {
        taken: (item) => found.taken.push({ person: name, item }),
        acked: (item) => found.acked.push({ person: name, item }),
        answered: (milliseconds) => found.waited.push(milliseconds),
        shown: (milliseconds) => found.shown.push(milliseconds),
      });
    }
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const call = async <T>(path: string, body?: object): Promise<T> => {
      const request = { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) };
      // As pages do, where the connection is gone: the same again is one act.
      const response = await fetch(`${url}/api${path}`, request).catch(() =>
        fetch(`${url}/api${path}`, request),
      );
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    };
    void listened(`${url}/api/events`, headers, stop.signal, () => found.events++);
    // The first finds all that waits new to the desk; the others do not come all at once.
    if (i > 0) await first;
    await sleep(own.uniform() * THINK_MS);
    while (performance.now() < until) {
      const began = performance.now();
      await call('/session');
      found.idle.push(performance.now() - began);
      const asked = performance.now();
      const { turn } = await call<Next>('/turns/next');
      found.waited.push(performance.now() - asked);
      come();
      if (!turn) break;
      found.taken.push({ person: name, item: turn.id });
      await sleep((0.5 + own.uniform()) * THINK_MS);
      await call<Committed>(`/turns/${turn.id}/commit`, commitOf(turn, own));
      found.acked.push({ person: name, item: turn.id });
    }
  });
  try {
    await Promise.all(all);
  } finally {
    stop.abort();
    await browser?.close();
  }
  return found;
}

function commitOf({ lease }: Turn, random: Random): object {
  const text = random.uniform() < 0.7 ? 'yes' : 'no';
  return { lease: lease.token, action: { kind: 'reply', text }, confidence: 4, seconds: 2 };
}

async function listened(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  tell: () => void,
): Promise<void> {
  try {
    const { body } = await fetch(url, { headers, signal });
    for await (const part of body!.pipeThrough(new TextDecoderStream())) if (part.includes('data:')) tell();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Whatever should not be. */
function judged({ taken, acked }: Found): readonly string[] {
  const violations: string[] = [];
  const entries = verifyLedger(LEDGER).entries.filter(
    ({ kind, words }) => kind === 'action-taken' && words?.as !== 'agreement',
  );
  const recorded = entries.map(({ actor, subjects }) => `${actor.id} ${subjects![0]!.sha256}`);
  if (new Set(recorded).size < recorded.length) violations.push('an act is on the ledger twice');
  const known = new Set(recorded);
  const lost = acked.filter(({ person, item }) => !known.has(`person:${person} ${item}`));
  if (lost.length > 0) violations.push(`${lost.length} acknowledged decisions are not on the ledger`);
  const reviewed = new Set(
    entries.filter(({ run }) => run === 'run-0').map(({ subjects }) => subjects![0]!.sha256),
  );
  const hands = new Map<string, Set<string>>();
  for (const { person, item } of taken) hands.set(item, (hands.get(item) ?? new Set()).add(person));
  for (const [item, people] of hands) {
    // Two reviewers, and whoever arbitrates.
    if (people.size > (reviewed.has(item) ? 3 : 1)) violations.push(`${item} was in ${people.size} hands`);
  }
  return violations;
}
