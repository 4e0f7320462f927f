/** Kills a process that grows a tree, by SIGKILL at any moment, while people answer in another one; and looks whether anything
 *  that was acknowledged is asked again, or lost. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from '../../src/base/random.ts';
import type { TextQuestion } from '../../src/text/question.ts';
import type { Item } from '../../src/trees/inbox.ts';
import { Trees } from '../../src/trees/trees.ts';
import { actAt, CRITIC_VERSION, MODEL_VERSION, type Shape, sizeOf } from './grown.ts';

export interface Grown {
  readonly trees: number;
  readonly kills: number;
  readonly calls: number;
  /** Calls that were made again: they were in flight at a kill. */
  readonly repeated: number;
  /** The most that one process asked in vain. */
  readonly lostMost: number;
  readonly answeredByPeople: number;
  readonly violations: readonly string[];
}

export interface GrowOptions {
  readonly shape: Shape;
  readonly concurrency: number;
  readonly milliseconds: number;
  /** A process lives so long, at most. */
  readonly lifeMs: number;
  /** Whether the disk is full at random sizes, in place of kills. */
  readonly fills?: boolean;
  /** Whether each answer is shown to a critic, whose verdicts count as calls. */
  readonly judged?: boolean;
}

/** So many more, of 4 KiB, fit on a disk that fills up. */
const PAGES = 200;
const pagesOf = (file: string): number => Math.ceil((existsSync(file) ? statSync(file).size : 0) / 4096);

const GROWER = new URL('./grower.ts', import.meta.url);

/** As many trees as it takes for so many kills. */
export async function growths(count: number, random: Random, options: GrowOptions): Promise<Grown> {
  const sum = { trees: 0, kills: 0, calls: 0, repeated: 0, lostMost: 0, answeredByPeople: 0 };
  const violations: string[] = [];
  while (sum.kills < count) {
    const path = mkdtempSync(join(tmpdir(), 'capstan-growths-'));
    try {
      await grow(path, random.split(sum.trees), count, options, sum, violations);
    } finally {
      rmSync(path, { recursive: true });
    }
    sum.trees++;
  }
  return { ...sum, violations };
}

type Sum = { kills: number; calls: number; repeated: number; lostMost: number; answeredByPeople: number };

async function grow(
  path: string,
  random: Random,
  count: number,
  options: GrowOptions,
  sum: Sum,
  violations: string[],
): Promise<void> {
  const log = join(path, 'calls');
  const file = join(path, 'memory.db');
  const begun = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  const people = new People(file, options.shape);
  const seen = new Set<string>();
  let before = 0;
  for (let life = 0; ; life++) {
    const isLast = sum.kills >= count; // and then it is left to grow
    const pagesMax = options.fills && !isLast ? pagesOf(file) + 4 + random.below(PAGES) : 0;
    const known = people.decided(seen); // acknowledged
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(GROWER), file, log, JSON.stringify({ ...options, pagesMax })],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let [said, complaint] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      complaint += part;
    });
    const closed = once(child, 'close');
    if (!isLast && !options.fills) void killLater(child, log, random.uniform() * options.lifeMs);
    const [status, signal] = (await closed) as [number | null, string | null];
    const calls = begun();
    const own = calls.slice(before);
    for (const call of own) {
      if (known.has(call)) violations.push(`life ${life}: ${call} was acknowledged, and asked again`);
      if (seen.has(call)) sum.repeated++;
      seen.add(call);
    }
    // What it asked in vain; some later life asks it again.
    const lost = own.length - people.decided(own).size;
    if (lost > options.concurrency)
      violations.push(`life ${life}: ${lost} calls in vain, expected at most ${options.concurrency}`);
    sum.lostMost = Math.max(sum.lostMost, lost);
    before = calls.length;
    const isFull = options.fills && complaint.includes('SQLITE_FULL');
    if (signal === 'SIGKILL' || isFull) sum.kills++;
    else if (status !== 0) violations.push(`life ${life}: ended with ${status}: ${complaint.slice(0, 500)}`);
    people.check(violations, life);
    if (said.startsWith('answered ')) {
      const expected = `answered ${sizeOf(options.shape)}`;
      if (said.trim() !== expected) violations.push(`expected «${expected}», got «${said.trim()}»`);
      break;
    }
    if (status === 0) people.answerAll(random);
    else people.answerSome(random);
    if (life > 10_000) throw new Error('a tree that does not end');
  }
  sum.calls += before;
  sum.answeredByPeople += people.answered;
  people.close();
}

/** Some time after its first call began, so that it is at work and not only starting. */
async function killLater(child: ReturnType<typeof spawn>, log: string, afterMs: number): Promise<void> {
  const size = () => (existsSync(log) ? statSync(log).size : 0);
  const started = size();
  while (size() === started && child.exitCode === null) await sleep(2);
  await sleep(afterMs);
  child.kill('SIGKILL');
}

/** In a process of their own: what they are told is on the disk stays so. */
class People {
  readonly #trees: Trees;
  readonly #shape: Shape;
  readonly #told = new Map<string, string>();

  constructor(file: string, shape: Shape) {
    this.#trees = Trees.open(file, { now: () => '' });
    this.#shape = shape;
  }

  get answered(): number {
    return this.#told.size;
  }

  /** Those of the calls that were acknowledged: first looks at questions, and claims before the critic. */
  decided(calls: Iterable<string>): ReadonlySet<string> {
    const { memory } = this.#trees;
    const isDecided = (call: string) =>
      call.startsWith('{')
        ? memory.judgement(memory.claimKey(CRITIC_VERSION, JSON.parse(call))) !== undefined
        : memory.decision(memory.workspaceKey(MODEL_VERSION, { question: { text: call }, exchanges: [] })) !==
          undefined;
    return new Set([...calls].filter(isDecided));
  }

  answerAll(random: Random): void {
    for (const item of this.#trees.inbox.open()) this.#answer(item, random);
  }

  answerSome(random: Random): void {
    for (const item of this.#trees.inbox.open()) if (random.below(2) === 0) this.#answer(item, random);
  }

  /** Nothing that they did is undone or wanted again. */
  check(violations: string[], life: number): void {
    for (const { key } of this.#trees.inbox.open())
      if (this.#told.has(key)) violations.push(`life ${life}: item ${key} was answered, and waits again`);
    for (const [key, said] of this.#told)
      if (JSON.stringify(this.#trees.memory.decision(key)?.action) !== said)
        violations.push(`life ${life}: the answer to ${key} is lost`);
  }

  close(): void {
    this.#trees.close();
  }

  #answer(item: Item<TextQuestion, string>, random: Random): void {
    const action = actAt(this.#shape, item.workspace);
    const spent = { calls: 0, tokens: 0, micros: 0, seconds: random.below(60) };
    const by = { kind: 'person', id: 'person:ada' } as const;
    this.#trees.inbox.decide(item, { action, by, spent, began: '', ended: '' });
    this.#told.set(item.key, JSON.stringify(action));
  }
}
