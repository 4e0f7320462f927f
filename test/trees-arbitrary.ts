/** Transcript trees by chance, for properties: whole ones, as a writer takes them, with everything in them that the format
 *  has. Few people and few questions, so that the same ones come back in other trees. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonical, type Json } from '../src/base/canonical.ts';
import type { Answer } from '../src/core/answer.ts';
import type { Action } from '../src/core/workspace.ts';
import { questionKey, type TextQuestion } from '../src/text/question.ts';
import type { Author, Step, TranscriptNode, Verdict } from '../src/transcript/node.ts';
import { TREE_FORMAT, type TreeHeader } from '../src/transcript/tree.ts';
import { TreeWriter } from '../src/transcript/writer.ts';

export interface Tree {
  readonly header: TreeHeader;
  /** Parents before their children. */
  readonly nodes: readonly TranscriptNode[];
}

export interface TreesOptions {
  /** Levels below the root, at most. */
  readonly depthMax?: number;
  /** Texts of questions and answers; any, without it. */
  readonly texts?: fc.Arbitrary<string>;
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
/** Everyday texts, of which the same come up again. */
export const commonText: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('add', 'Weigh', 'count', 'sum'), fc.integer({ min: 0, max: 12 }))
  .map(([word, number]) => `${word} ${number}`);

/** So few that most of what is said is said again somewhere. */
export const scarceText: fc.Arbitrary<string> = fc.constantFrom('add 1', 'Weigh 2', 'weigh 2!');

const PEOPLE = ['person:ada', 'person:bo', 'person:cleo'];
const MODELS = ['model:openai:gpt-5-mini', 'model:ollama:llama3.2', 'model:4f2a'];

const author: fc.Arbitrary<Author> = fc.oneof(
  fc.record({ kind: fc.constant('person' as const), id: fc.constantFrom(...PEOPLE) }),
  fc.record({ kind: fc.constant('model' as const), id: fc.constantFrom(...MODELS) }),
  fc.record(
    {
      kind: fc.constant('script' as const),
      id: fc.constant('script:sum'),
      version: fc.constantFrom('1', '2'),
    },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('program' as const), id: fc.constant('program:capstan') }),
);
const spent = fc.record({
  calls: fc.nat(3),
  tokens: fc.nat(9000),
  micros: fc.nat(90_000),
  seconds: fc.oneof(fc.nat(600), fc.double({ min: 0, max: 600, noNaN: true })),
});
const verdict: fc.Arbitrary<Verdict> = fc
  .record(
    {
      verifier: fc.constantFrom('calculator', 'vote', 'person:cleo', 'model:critic:small'),
      kind: fc.constantFrom('pass', 'pass', 'pass', 'fail', 'unsure'),
      reason: text,
      entry: fc.nat(99),
    },
    { requiredKeys: ['verifier', 'kind'] },
  )
  .map((one) => ({ ...one, ...(one.verifier.startsWith('model:') && paidFor(one.kind)) }));
const paidFor = (kind: Verdict['kind']): Partial<Verdict> => ({
  spent: { calls: 1, tokens: 90, micros: 7, seconds: 0 },
  ...(kind === 'unsure' && { cause: 'budget' }),
});

/** What a node has by itself, before it is known where it stands. */
interface Seed {
  readonly question: TextQuestion;
  readonly status: TranscriptNode['status'];
  readonly answer: Answer<string>;
  readonly asking: Author;
  readonly replying: Author;
  readonly replies: boolean;
  readonly proposed: Step['proposed'] | undefined;
  readonly spent: Step['spent'];
  readonly isMemo: boolean;
  readonly entry: number | undefined;
  readonly seconds: number;
  /** Children of one ask each, or all of one. */
  readonly together: boolean;
  readonly verdicts: readonly Verdict[];
  readonly corrected: TranscriptNode['corrected'] | undefined;
  readonly children: readonly Seed[];
}

export function treeArbitrary({ depthMax = 3, texts = text }: TreesOptions = {}): fc.Arbitrary<Tree> {
  const name = texts === text ? text : fc.constant('notes');
  const document = fc.record({ name, text: fc.oneof(texts, fc.constant('')) });
  const question: fc.Arbitrary<TextQuestion> = fc.record(
    { text: texts, documents: fc.array(document, { minLength: 1, maxLength: 2 }) },
    { requiredKeys: ['text'] },
  );
  const answer: fc.Arbitrary<Answer<string>> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('known' as const),
        value: fc.oneof(texts, fc.constant('')),
        confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('unknown' as const),
        reason: fc.constantFrom('nobody', 'unsure', 'escalated', 'budget', 'rejected', 'unavailable'),
      }),
    },
  );
  const action: fc.Arbitrary<Action<TextQuestion, string>> = fc.oneof(
    fc.record({ kind: fc.constant('reply' as const), answer }),
    fc.record({
      kind: fc.constant('ask' as const),
      questions: fc.array(question, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('escalate' as const), reason: text }),
  );
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
  const seed = (depth: number): fc.Arbitrary<Seed> =>
    fc.record({
      question,
      status: fc.constantFrom('answered', 'answered', 'answered', 'answered', 'waiting', 'cancelled'),
      answer,
      asking: author,
      replying: author,
      replies: fc.boolean(),
      proposed: maybe(fc.record({ action, by: author, edits: fc.nat(40) })),
      spent,
      isMemo: fc.boolean(),
      entry: maybe(fc.nat(5000)),
      seconds: fc.nat(59),
      together: fc.boolean(),
      verdicts: fc.array(verdict, { maxLength: 3 }),
      corrected: maybe(
        fc.record({ by: author, before: answer, entry: fc.nat(5000) }, { requiredKeys: ['by', 'before'] }),
      ),
      children: depth === 0 ? fc.constant([]) : fc.array(seed(depth - 1), { maxLength: 3 }),
    });
  const header = fc.record(
    {
      policy: text,
      when: fc.constant('2026-11-20T09:30:00.5Z'),
      who: author,
      run: fc.constantFrom('run-1', 'run-2'),
    },
    { requiredKeys: ['policy', 'when', 'who'] },
  );
  return fc.tuple(header, seed(depthMax)).map(([header, seed]) => grown(header, seed));
}

/** Bytes as a writer writes them. */
export function bytesOf({ header, nodes }: Tree): Buffer {
  const lines: Uint8Array[] = [];
  const { format: _, ...rest } = header;
  const writer = new TreeWriter(rest, (line) => lines.push(line));
  for (const node of nodes) writer.write(node);
  writer.end();
  return Buffer.concat(lines);
}

function grown(header: Omit<TreeHeader, 'format' | 'root'>, seed: Seed): Tree {
  const nodes: TranscriptNode[] = [];
  const grow = (seed: Seed, place: string, parent?: TranscriptNode): void => {
    // A question is asked once.
    const children = seed.children.filter(
      ({ question }, i, all) =>
        all.findIndex((one) => questionKey(one.question) === questionKey(question)) === i,
    );
    const places = children.map((_, i) => `${place}.${i}`);
    const id = (place: string) => sha256(canonical([header.policy, seedKey, place]));
    const node: TranscriptNode = {
      id: id(place),
      ...(parent && { parent: parent.id }),
      depth: parent ? parent.depth + 1 : 0,
      question: seed.question,
      status: seed.status,
      ...(seed.status === 'answered' && { answer: seed.answer }),
      steps: stepsOf(
        seed,
        children.map(({ question }) => question),
      ),
      children: places.map(id),
      verdicts: seed.verdicts,
      ...(seed.status === 'answered' && seed.corrected && { corrected: seed.corrected }),
    };
    nodes.push(node);
    for (const [i, child] of children.entries()) grow(child, places[i]!, node);
  };
  const seedKey = sha256(canonical(seed.question as unknown as Json));
  grow(seed, '0');
  return { header: { format: TREE_FORMAT, root: nodes[0]!.id, ...header }, nodes };
}

function stepsOf(seed: Seed, questions: readonly TextQuestion[]): readonly Step[] {
  const asks: Action<TextQuestion, string>[] = (seed.together ? [questions] : questions.map((one) => [one]))
    .filter((one) => one.length > 0)
    .map((questions) => ({ kind: 'ask', questions }));
  const ends = seed.status === 'answered' && seed.replies;
  const actions = [...asks, ...(ends ? [{ kind: 'reply' as const, answer: seed.answer }] : [])];
  const at = (second: number) =>
    `2026-11-20T09:${String(10 + second)}:${String(seed.seconds).padStart(2, '0')}Z`;
  return actions.map((action, i) => ({
    action,
    by: action.kind === 'ask' ? seed.asking : seed.replying,
    ...(i === actions.length - 1 && seed.proposed && { proposed: seed.proposed }),
    spent: seed.spent,
    isMemo: seed.isMemo,
    began: at(i),
    ended: at(i + 1),
    ...(seed.entry !== undefined && { entry: seed.entry + i }),
  }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
