/** A question tree of any size, as a run would have written it down: who acted, verdicts, corrections, what waits. The same
 *  options give the same bytes. */

import { hash } from 'node:crypto';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { type Answer, known, unknown } from '../src/core/answer.ts';
import type { TreeFile } from '../src/project/grove.ts';
import { writeSealed } from '../src/run/sealed.ts';
import { Folder } from '../src/storage/folder.ts';
import type { Author, Step, TranscriptNode } from '../src/transcript/node.ts';
import { TreeWriter } from '../src/transcript/writer.ts';

export interface LargeTree {
  readonly nodes: number;
  /** Sub-questions of a question, at most. */
  readonly fan?: number;
  readonly seed?: number;
}

const STARTED = Date.parse('2026-11-20T09:00:00.000Z');
const FAN = 12;
/** Of a hundred answers, so many are rejected, not verified, corrected, unknown. */
const [REJECTED, UNVERIFIED, CORRECTED, UNKNOWN] = [3, 5, 1, 4];
const WORDS = (
  'bridge river winter harvest copper letter engine garden signal valley market silver window island ' +
  'theory record season copper planet mirror forest candle number voyage'
).split(' ');

const AUTHORS: readonly Author[] = [
  { kind: 'person', id: 'person:ada' },
  { kind: 'person', id: 'person:bo' },
  { kind: 'model', id: 'model:ollama:llama3.2', version: 'a1'.repeat(32) },
  { kind: 'model', id: 'model:openai:gpt-5-mini', version: 'b2'.repeat(32) },
];

/** The bytes of a transcript, parents before their children, breadth first as runs write them. */
export function largeTree({ nodes, fan = FAN, seed = 1 }: LargeTree): Buffer {
  const random = Random.seeded(seed);
  const parents: number[] = [-1];
  const children: number[][] = [[]];
  for (let at = 0; parents.length < nodes; at++) {
    // Never none, so that it goes on; now and then many.
    const count = Math.min(nodes - parents.length, random.below(10) === 0 ? 4 * fan : 1 + random.below(fan));
    for (let i = 0; i < count; i++) {
      children[at]!.push(parents.length);
      parents.push(at);
      children.push([]);
    }
  }
  const depths = new Uint32Array(nodes);
  for (let n = 1; n < nodes; n++) depths[n] = depths[parents[n]!]! + 1;
  const questions = parents.map((_, n) => ({ text: `${sentence(random, 8)} (${n})?` }));
  const lines: Uint8Array[] = [];
  const header = {
    policy: 'c3'.repeat(32),
    root: idOf(0),
    when: new Date(STARTED + 10 * nodes).toISOString(),
    who: AUTHORS[0]!,
    run: 'large',
  };
  const writer = new TreeWriter(header, (line) => lines.push(line));
  for (let n = 0; n < nodes; n++) {
    const asked = children[n]!;
    const answer = answerOf(random, n);
    const by = AUTHORS[random.below(AUTHORS.length)]!;
    // What is below is answered before.
    const ended = STARTED + 10 * (2 * nodes - n);
    const chance = random.below(100);
    const node: TranscriptNode = {
      id: idOf(n),
      ...(n > 0 && { parent: idOf(parents[n]!) }),
      depth: depths[n]!,
      question: questions[n]!,
      status: 'answered',
      answer,
      steps: [
        ...(asked.length > 0
          ? [stepOf(by, { kind: 'ask', questions: asked.map((child) => questions[child]!) }, ended - 9)]
          : []),
        stepOf(by, { kind: 'reply', answer }, ended),
      ],
      children: asked.map(idOf),
      verdicts:
        chance < REJECTED
          ? [{ verifier: 'calculator', kind: 'fail', reason: `expected ${n}, got ${n + 1}` }]
          : chance < REJECTED + UNVERIFIED
            ? []
            : [{ verifier: 'calculator', kind: 'pass' }],
      ...(chance >= 100 - CORRECTED && { corrected: { by: AUTHORS[0]!, before: known('something else') } }),
    };
    writer.write(node);
  }
  writer.end();
  return Buffer.concat(lines);
}

/** A run of such a tree in a folder of runs, as if a recipe had grown it. */
export function largeRun(home: string, name: string, tree: LargeTree): void {
  const file: TreeFile = {
    recipe: 'large.ts',
    source: '0'.repeat(64),
    root: { text: 'A large question?' },
    overseer: 'person',
    assistant: 'ollama:llama3.2',
    limits: { depth: 100 },
    started: new Date(STARTED).toISOString(),
    command: 'capstan run large.ts',
    version: '0.0.0',
  };
  const folder = new Folder(join(home, name));
  writeSealed(folder, 'tree.json', 'capstan-tree-run-1', file);
  folder.writeAtomic('transcript.jsonl', largeTree(tree));
}

function idOf(n: number): string {
  return hash('sha256', `large ${n}`);
}

function stepOf(by: Author, action: Step['action'], ended: number): Step {
  const isPerson = by.kind === 'person';
  const spent = isPerson
    ? { calls: 0, tokens: 0, micros: 0, seconds: 20 }
    : { calls: 1, tokens: 400, micros: 120, seconds: 0 };
  const time = (at: number) => new Date(at).toISOString();
  return { action, by, spent, isMemo: true, began: time(ended - 5), ended: time(ended) };
}

function answerOf(random: Random, n: number): Answer<string> {
  return random.below(100) < UNKNOWN
    ? unknown('unsure')
    : known(`${sentence(random, 12)}, ${n}.`, (1 + random.below(100)) / 100);
}

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => WORDS[random.below(WORDS.length)]).join(' ');
}
