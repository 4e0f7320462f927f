/** What a provider that misbehaves does to a question: a schedule says what each request meets, and what may be spent. A tree
 *  of questions, or a single call, is carried through it, and what came of it is held against the rules. What was spent
 *  is counted by the provider, not by the budget. */

import { amplify } from '../src/amplify/amplify.ts';
import { languageModelAssistant } from '../src/assistants/language-model.ts';
import type { Json } from '../src/base/canonical.ts';
import { CapstanError } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { type Scope, scope } from '../src/core/budget.ts';
import type { ChatModel } from '../src/gateway/chat.ts';
import { chatModelFrom } from '../src/gateway/model.ts';
import { costOf } from '../src/gateway/prices.ts';
import { languageModelOverseer } from '../src/overseers/language-model.ts';
import { fastClock } from './clocks.ts';
import { gullible, sumQuestion } from './gullible.ts';
import { FAULTS, type FaultName, TestProvider } from './provider.ts';

/** Each fault by itself, hostile sub-answers, all mixed, and none. */
export type Row = FaultName | 'injection' | 'mixed';
export const ROWS = [...(Object.keys(FAULTS) as FaultName[]), 'injection', 'mixed'] as readonly Row[];

export interface Schedule {
  readonly row: Row;
  readonly seed: number;
}

export interface Outcome {
  readonly kind: 'right' | 'unknown' | 'error' | 'wrong';
  /** Whether the provider charged more than the limits allow. */
  readonly isOver: boolean;
  readonly requests: number;
  /** As the clock of the gateway has it. */
  readonly seconds: number;
  /** Rules that were broken. */
  readonly broken: readonly string[];
}

/** Times as fast as the world. */
const SPEED = 25;
const KEY = 'sk-secret-8c1f3e5a7b9d';
const PRICE = { input: 1, output: 2 };
const [TIMEOUT_MS, ATTEMPTS, REPAIRS, WAIT_MS] = [10_000, 3, 1, 3000];
/** Requests that follow each other in a tree: H, X, H. */
const IN_TURN = 3;
/** A slow machine: of the world, as the clock of the gateway has it. */
const SLACK_MS = 5000 * SPEED;

export async function carryOut({ row, seed }: Schedule): Promise<Outcome> {
  const random = Random.seeded(seed).split(row);
  const often = 0.1 + 0.9 * random.split('often').uniform();
  const [a, b] = [1 + random.below(50), 51 + random.below(49)];
  const names = Object.keys(FAULTS) as FaultName[];
  const provider = await TestProvider.start({
    answer: gullible(row === 'injection' || (row === 'mixed' && random.uniform() < 0.5)),
    fault: (n) => {
      const stream = random.split('request').split(n);
      if (row === 'injection' || stream.uniform() >= often) return 'none';
      return row === 'mixed' ? names[stream.below(names.length)]! : row;
    },
    models: ['m'],
    key: KEY,
  });
  const gauge = new Gauge();
  const clock = fastClock(SPEED);
  const limits = limitsOf(random.split('limits'));
  const concurrency = 1 + random.below(3);
  // Only in a tree does anybody read what another said.
  const isTree = row === 'injection' || random.uniform() < 0.5;
  try {
    const model = await chatModelFrom(`${provider.baseUrl}?key=THE_KEY#m`, {
      environment: { THE_KEY: KEY },
      concurrency,
      timeoutMs: TIMEOUT_MS,
      attemptsMax: ATTEMPTS,
      repairsMax: REPAIRS,
      waitMaxMs: WAIT_MS,
      price: PRICE,
      clock,
      random: () => random.uniform(),
      fetch: gauge.fetch,
    });
    gauge.calls = 0; // the trial is none
    const call = scope(limits);
    const began = clock.now();
    const { kind, heard } = await outcomeOf(isTree ? tree : single, model, a, b, call);
    const elapsed = clock.now() - began;
    const { spent } = call.budget;
    const broken: string[] = [];
    const rule = (holds: boolean, otherwise: string): void => {
      if (!holds) broken.push(otherwise);
    };
    rule(gauge.atOnce <= concurrency, `${gauge.atOnce} calls at once, of ${concurrency} allowed`);
    rule(elapsed <= boundMs() + SLACK_MS, `took ${elapsed} ms`);
    rule(spent.calls === gauge.calls, `${gauge.calls} calls made, ${spent.calls} counted`);
    for (const limit of ['calls', 'tokens', 'micros'] as const)
      rule(call.budget.left(limit) === limits[limit] - spent[limit], `${limit}: something is held for ever`);
    rule(!heard.includes('sk-secret') && !heard.includes('8c1f3e5a7b9d'), 'the key got out');
    broken.push(...keysBroken(provider));
    return { kind, isOver: isOver(provider, limits), requests: gauge.calls, seconds: elapsed / 1000, broken };
  } finally {
    await provider.close();
  }
}

function limitsOf(random: Random) {
  const [calls, tokens, micros] = [
    4 + random.below(20),
    2000 + random.below(40_000),
    3000 + random.below(60_000),
  ];
  const kind = random.below(4);
  return {
    calls: kind === 1 ? calls : Infinity,
    tokens: kind === 2 ? tokens : Infinity,
    micros: kind === 3 ? micros : Infinity,
  };
}

type Asking = (model: ChatModel, a: number, b: number, call: Scope) => Promise<string | undefined>;

const tree: Asking = async (model, a, b, call) => {
  const overseer = languageModelOverseer(model, {
    policy: { name: 'sums', text: 'Ask for each number.' },
    tokensMax: 500,
  });
  const assistant = amplify(overseer, languageModelAssistant(model, { tokensMax: 500 }));
  const [answer] = await assistant.answer([{ text: sumQuestion(a, b) }], call);
  return answer!.kind === 'known' ? answer!.value : undefined;
};

/** Whoever asks a model directly gets errors, not "unknown". */
const single: Asking = async (model, a, b, call) => {
  const reply = await model.complete({
    messages: [
      { role: 'system', content: 'You oversee sums.' },
      { role: 'user', content: `${sumQuestion(a, b)}` },
    ],
    schema: { type: 'object', properties: { action: { type: 'string' } }, required: ['action'] },
    tokensMax: 500,
    idempotencyKey: 'single',
    budget: call.budget,
  });
  return (reply.value as { action?: Json }).action === 'ask' ? String(a + b) : 'something else';
};

async function outcomeOf(
  asking: Asking,
  model: ChatModel,
  a: number,
  b: number,
  call: Scope,
): Promise<{ readonly kind: Outcome['kind']; readonly heard: string }> {
  try {
    const answer = await asking(model, a, b, call);
    if (answer === undefined) return { kind: 'unknown', heard: '' };
    return { kind: answer === String(a + b) ? 'right' : 'wrong', heard: answer };
  } catch (error) {
    if (error instanceof CapstanError && (error.code === 'unavailable' || error.code === 'budget'))
      return { kind: 'error', heard: `${error.message}${error.cause}` };
    throw error;
  }
}

/** What was charged, by the provider's own books. */
function isOver({ asked }: TestProvider, limits: { calls: number; tokens: number; micros: number }): boolean {
  const bills = asked.map(({ charged }) => charged);
  const tokens = bills.reduce((sum, bill) => sum + bill.inputTokens + bill.outputTokens, 0);
  const micros = bills.reduce((sum, bill) => sum + costOf(bill, PRICE), 0);
  return asked.length > limits.calls || tokens > limits.tokens || micros > limits.micros;
}

/** A key stands for one request, and a request has one key. */
function keysBroken({ asked }: TestProvider): readonly string[] {
  const texts = new Map<string, string>();
  const counts = new Map<string, number>();
  const broken: string[] = [];
  for (const { headers, text } of asked) {
    const key = String(headers['idempotency-key']);
    if ((texts.get(key) ?? text) !== text) broken.push('two requests have one key');
    texts.set(key, text);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (new Set(texts.values()).size < texts.size) broken.push('a request has two keys');
  if ([...counts.values()].some((count) => count > ATTEMPTS)) broken.push('more attempts than allowed');
  return broken;
}

function boundMs(): number {
  const calls = IN_TURN * (REPAIRS + 1) * ATTEMPTS;
  return 2 * calls * (TIMEOUT_MS + WAIT_MS); // two sub-questions may have to wait for each other
}

/** Counts calls where they leave: a call is over when it is answered or broken off. */
class Gauge {
  calls = 0;
  atOnce = 0;
  #open = 0;

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    this.calls++;
    this.atOnce = Math.max(this.atOnce, ++this.#open);
    let isOpen = true;
    const over = (): void => {
      if (isOpen) this.#open--;
      isOpen = false;
    };
    init?.signal?.addEventListener('abort', over, { once: true });
    try {
      return await globalThis.fetch(input, init);
    } finally {
      over();
    }
  };
}
