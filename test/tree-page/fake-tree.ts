/** Trees for the tree page, made up: what a server would tell of them, by the shapes of the wire. */

import { createHash } from 'node:crypto';
import { FLAGS } from '../../src/wire/flags.ts';
import type { Answer, Author } from '../../src/wire/question.ts';
import type { Evidence, NodeView, Row, Skeleton } from '../../src/wire/tree.ts';

export interface Made {
  readonly question: string;
  answer?: Answer;
  readonly by?: Author;
  flags: number;
  readonly spans?: readonly Evidence['spans'][];
  readonly entries?: readonly number[];
  versions?: NodeView['versions'];
  readonly children: readonly Made[];
}

/** As it stands in pre-order. */
export interface Placed {
  readonly node: Made;
  readonly at: number;
  readonly id: string;
  readonly depth: number;
  readonly parent: number;
  readonly size: number;
}

export const ADA: Author = { kind: 'person', id: 'person:ada' };
export const X3: Author = { kind: 'model', id: 'model:X3' };
export const START = Date.parse('2026-11-28T12:00:00.000Z');
const STEP_MS = 40;

export function known(value: string, confidence = 0.9): Answer {
  return { kind: 'known', value, confidence };
}

export function placed(root: Made): readonly Placed[] {
  const all: { -readonly [K in keyof Placed]: Placed[K] }[] = [];
  const place = (node: Made, depth: number, parent: number): void => {
    const at = all.length;
    const id = createHash('sha256').update(`${at} ${node.question}`).digest('hex');
    const one = { node, at, id, depth, parent, size: 1 };
    all.push(one);
    for (const child of node.children) place(child, depth + 1, at);
    one.size = all.length - at;
  };
  place(root, 0, -1);
  return all;
}

const base64 = ({ buffer }: { readonly buffer: ArrayBufferLike }) =>
  Buffer.from(buffer as ArrayBuffer).toString('base64');

/** Answers come from the leaves up, the last one at the root. */
export function endedOf({ node, at, size }: Placed, count: number): number {
  return node.answer ? STEP_MS * (count - at + size) : 2 ** 32 - 1;
}

export function skeletonOf(all: readonly Placed[], version: string): Skeleton {
  return {
    version,
    count: all.length,
    depth: base64(Uint16Array.from(all, ({ depth }) => depth)),
    size: base64(Uint32Array.from(all, ({ size }) => size)),
    flags: base64(Uint8Array.from(all, ({ node }) => node.flags)),
    ended: base64(Uint32Array.from(all, (one) => endedOf(one, all.length))),
  };
}

export function rowOf({ node, at, id, depth, size }: Placed): Row {
  return {
    ...{ at, id, depth, flags: node.flags, descendants: size - 1 },
    question: node.question.slice(0, 200),
    ...(node.answer && { answer: node.answer }),
    ...(node.by && { by: node.by }),
    spent: { calls: 1, tokens: 120, micros: 1800, seconds: node.by?.kind === 'person' ? 12 : 0 },
    ms: 1500,
  };
}

export function nodeOf(all: readonly Placed[], one: Placed, version: string): NodeView {
  const ancestors: Placed[] = [];
  for (let up = all[one.parent]; up; up = all[up.parent]) ancestors.unshift(up);
  const children = all.filter(({ parent }) => parent === one.at);
  const time = new Date(START + 60_000).toISOString();
  const spent = { calls: 1, tokens: 120, micros: 1800, seconds: 12 };
  const by = one.node.by ?? X3;
  return {
    version,
    row: rowOf(one),
    question: {
      text: one.node.question,
      documents: [{ name: 'The ark', text: 'Two of each kind.\n'.repeat(4) }],
    },
    ancestors: ancestors.map(({ at, id, node }) => ({ at, id, question: node.question })),
    steps: [
      ...children.map(({ node }) => ({ text: `ask: ${node.question}`, kind: 'ask' as const })),
      ...(one.node.answer?.kind === 'known'
        ? [{ text: `reply: ${one.node.answer.value}`, kind: 'reply' as const }]
        : []),
    ].map((step) => ({
      ...step,
      by,
      spent,
      isMemo: false,
      began: new Date(START).toISOString(),
      ended: time,
    })),
    verdicts:
      one.node.flags & FLAGS.rejected
        ? [{ verifier: 'calculator', kind: 'fail' as const, reason: '2 × 4 is 8' }]
        : [{ verifier: 'calculator', kind: 'pass' as const }],
    evidence: children.map(({ at, id, node }, i) => ({
      ...{ at, id, question: node.question },
      ...(node.answer && { answer: node.answer }),
      ...(node.by && { by: node.by }),
      spans: [...(one.node.spans?.[i] ?? [])],
    })),
    versions: [...(one.node.versions ?? [])],
    entries: [...(one.node.entries ?? [])],
  };
}
