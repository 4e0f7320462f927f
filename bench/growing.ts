/** A tree of questions that is known in advance, grown by Capstan and by plain promises: question q asks q0, q1, … down to a
 *  depth, one call of some milliseconds each, and each answers how many are below it and itself. */

import { writeSync } from 'node:fs';
import type { Overseer } from '../src/core/assistant.ts';
import type { TextQuestion } from '../src/text/question.ts';
import { built } from './benchmark.ts';

export interface Growth {
  readonly depth: number;
  readonly fan: number;
  readonly milliseconds: number;
  /** Calls at a time. */
  readonly concurrency: number;
}

export function sizeOf({ depth, fan }: Growth): number {
  return (fan ** (depth + 1) - 1) / (fan - 1);
}

/** Grows the tree on the disk, from where it was left; seconds. `log`: descriptor of a file that is told each call as it
 *  begins and ends. */
export async function grow(file: string, growth: Growth, log?: number): Promise<number> {
  const { Trees } = await built<typeof import('../src/trees/trees.ts')>('trees/trees');
  const { scope } = await built<typeof import('../src/core/budget.ts')>('core/budget');
  const trees = Trees.open(file, { concurrency: growth.concurrency, now: () => '' });
  const overseer = modelOf(growth, (what) => {
    if (log !== undefined) writeSync(log, `${what}\n`);
  });
  const by = { kind: 'model', id: 'model:bench' } as const;
  const plan = { policy: 'p', overseer: { kind: 'model', overseer, by, version: 'v' } as const };
  const started = performance.now();
  const outcome = await trees.answer({ text: 'q' }, plan, 'bench', scope({ depth: growth.depth + 1 }));
  const seconds = (performance.now() - started) / 1000;
  trees.close();
  const total = outcome.kind === 'answered' && outcome.answer.kind === 'known' ? outcome.answer.value : '';
  if (Number(total) !== sizeOf(growth)) throw new Error(`expected ${sizeOf(growth)}, got «${total}»`);
  return seconds;
}

function modelOf(growth: Growth, tell: (what: string) => void): Overseer<TextQuestion, string> {
  return {
    origin: { name: 'model', groundTruth: false },
    async act([workspace]) {
      const { question, exchanges } = workspace!;
      if (exchanges.length === 0) {
        tell(`began ${question.text}`);
        await pause(growth);
        tell(`ended ${question.text}`);
        const questions = childrenOf(question.text, growth).map((text) => ({ text }));
        if (questions.length > 0) return [{ kind: 'ask', questions }];
      }
      const total = exchanges.reduce(
        (sum, { answer }) => sum + Number(answer.kind === 'known' && answer.value),
        1,
      );
      return [{ kind: 'reply', answer: { kind: 'known', value: `${total}`, confidence: 1 } }];
    },
  };
}

/** The same tree with nothing but promises, kept nowhere; seconds. */
export async function growPlain(growth: Growth): Promise<number> {
  let free = growth.concurrency;
  const waiting: (() => void)[] = [];
  const visit = async (text: string): Promise<number> => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    await pause(growth);
    const next = waiting.shift();
    if (next) next();
    else free++;
    const below = await Promise.all(childrenOf(text, growth).map(visit));
    return below.reduce((sum, count) => sum + count, 1);
  };
  const started = performance.now();
  const total = await visit('q');
  const seconds = (performance.now() - started) / 1000;
  if (total !== sizeOf(growth)) throw new Error(`expected ${sizeOf(growth)}, got ${total}`);
  return seconds;
}

function pause({ milliseconds }: Growth): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function childrenOf(text: string, { depth, fan }: Growth): readonly string[] {
  return text.length > depth ? [] : Array.from({ length: fan }, (_, i) => `${text}${i}`);
}
