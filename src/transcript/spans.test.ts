import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Tree, treeArbitrary } from '../../test/trees-arbitrary.ts';
import { CAPSTAN, GEN_AI } from './conventions.ts';
import { tellSpans } from './spans.ts';

async function told(tree: Tree, content = false): Promise<readonly ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const number = await tellSpans(tree, { content, tracer: provider.getTracer('test') });
  const spans = exporter.getFinishedSpans();
  expect(spans.length).toBe(number);
  return spans;
}

const isQuestion = ({ name }: ReadableSpan) => name === 'question';
const nodeOf = ({ attributes }: ReadableSpan) => attributes[CAPSTAN.node];
const nanos = ([seconds, rest]: readonly [number, number]) => seconds * 1e9 + rest;

describe('the spans of a tree', () => {
  test('are one for each question and one for each call, and stand as the tree does', () =>
    fc.assert(
      fc.asyncProperty(treeArbitrary(), async (tree) => {
        const spans = await told(tree);
        const questions = spans.filter(isQuestion);
        expect(questions.map(nodeOf).sort()).toEqual(tree.nodes.map(({ id }) => id).sort());
        expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
        const byNode = new Map(questions.map((span) => [nodeOf(span), span]));
        for (const { id, parent, steps, children, status } of tree.nodes) {
          const span = byNode.get(id)!;
          expect(span.parentSpanContext?.spanId).toBe(byNode.get(parent)?.spanContext().spanId);
          const own = span.spanContext().spanId;
          const inner = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === own);
          expect(inner.filter(isQuestion).map(nodeOf).sort()).toEqual([...children].sort());
          const calls = inner.filter((one) => !isQuestion(one));
          expect(calls.map(({ attributes }) => attributes[CAPSTAN.overseer])).toEqual(
            steps.filter(({ isMemo }) => !isMemo).map(({ by }) => by.id),
          );
          expect(span.status.code === SpanStatusCode.ERROR).toBe(status === 'cancelled');
          for (const one of inner) expect(nanos(one.endTime)).toBeLessThanOrEqual(nanos(span.endTime));
          for (const one of calls) expect(nanos(one.startTime)).toBeGreaterThanOrEqual(nanos(span.startTime));
        }
      }),
      { numRuns: 40 },
    ));

  test('say of a model what the conventions say, and when it was asked', () =>
    fc.assert(
      fc.asyncProperty(treeArbitrary({ depthMax: 1 }), async (tree) => {
        for (const { name, kind, attributes } of await told(tree)) {
          const overseer = String(attributes[CAPSTAN.overseer]);
          expect(kind === SpanKind.CLIENT).toBe(overseer.startsWith('model:'));
          expect(attributes[GEN_AI.operation]).toBe(kind === SpanKind.CLIENT ? 'chat' : undefined);
          if (overseer === 'model:openai:gpt-5-mini') {
            expect(name).toBe('chat gpt-5-mini');
            expect(attributes).toMatchObject({
              'gen_ai.provider.name': 'openai',
              'gen_ai.request.model': 'gpt-5-mini',
            });
          }
          if (overseer === 'model:4f2a') expect(name).toBe('chat 4f2a');
          expect(attributes['gen_ai.conversation.id']).toBe(tree.header.root);
        }
      }),
      { numRuns: 40 },
    ));

  test('say nothing of what was asked and answered, unless told to', () => {
    const SECRET = 'hush ';
    const texts = fc.nat(9).map((number) => SECRET + number);
    return fc.assert(
      fc.asyncProperty(treeArbitrary({ texts, depthMax: 2 }), async (tree) => {
        const all = (spans: readonly ReadableSpan[]) =>
          JSON.stringify(
            spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
          );
        expect(all(await told(tree))).not.toContain(SECRET);
        const content = all(await told(tree, true));
        for (const { question } of tree.nodes) expect(content).toContain(question.text);
      }),
      { numRuns: 40 },
    );
  });

  test('have the times of the tree', async () => {
    const [tree] = fc.sample(
      treeArbitrary({ depthMax: 2 }).filter(({ nodes }) => nodes[0]!.steps.some(({ isMemo }) => !isMemo)),
      { numRuns: 1, seed: 1 },
    );
    const step = tree!.nodes[0]!.steps.find(({ isMemo }) => !isMemo)!;
    const root = (await told(tree!)).find(
      (span) => isQuestion(span) && span.parentSpanContext === undefined,
    )!;
    expect(nanos(root.startTime) / 1e6).toBe(Date.parse(step.began));
  });
});
