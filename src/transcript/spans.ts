/** A transcript tree as OpenTelemetry spans: one for each question, below that of its parent, and below it one for each
 *  action that somebody was asked for. @opentelemetry/api is optional, and loaded when this is used; where the spans go is
 *  the business of whoever set up its SDK. What was asked and answered is told only on request. */

import type { Attributes, Context, HrTime, Span, Tracer } from '@opentelemetry/api';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { CAPSTAN, CHAT, GEN_AI } from './conventions.ts';
import type { Author, Step, TranscriptNode } from './node.ts';
import type { TreeHeader } from './tree.ts';

export interface SpanOptions {
  /** Whether texts of questions and answers are told too. */
  readonly content?: boolean;
  /** Instead of the global one. */
  readonly tracer?: Tracer;
}

/** Tells the tree, whose parents come before their children, and how many spans it took. Times are those of the tree. */
export async function tellSpans(
  { header, nodes }: { readonly header: TreeHeader; readonly nodes: Iterable<TranscriptNode> },
  options: SpanOptions = {},
): Promise<number> {
  const api = await loaded();
  const { content = false, tracer = api.trace.getTracer('capstan', VERSION) } = options;
  const open = new Map<string, Open>();
  let spans = 0;

  const begin = (name: string, kind: number, attributes: Attributes, began: number, within: Context) => {
    spans++;
    return tracer.startSpan(name, { kind, attributes, startTime: instant(began) }, within);
  };
  const tell = (step: Step, within: Context): void => {
    const model = modelOf(step.by);
    const kind = model ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
    const attributes = { ...stepAttributes(step, header, content), ...model };
    const name = model ? `${CHAT} ${model[GEN_AI.requestModel]}` : `${step.action.kind} ${step.by.kind}`;
    begin(name, kind, attributes, millis(step.began), within).end(instant(millis(step.ended)));
  };
  /** Ends the span when all below it have ended, and then perhaps its parent's. */
  const settle = (node: Open | undefined): void => {
    for (let one = node; one !== undefined && one.missing === 0; ) {
      one.span.end(instant(one.ended));
      open.delete(one.id);
      const { parent } = one;
      if (parent) {
        parent.missing--;
        parent.ended = Math.max(parent.ended, one.ended);
      }
      one = parent;
    }
  };

  for (const node of nodes) {
    const parent = node.parent === undefined ? undefined : open.get(node.parent);
    const asked = node.steps.filter(({ isMemo }) => !isMemo);
    const began = Math.min(...asked.map((step) => millis(step.began)));
    const started = Number.isFinite(began) ? began : (parent?.began ?? millis(header.when));
    const attributes = nodeAttributes(node, header, content);
    const span = begin(
      'question',
      api.SpanKind.INTERNAL,
      attributes,
      started,
      parent?.context ?? api.ROOT_CONTEXT,
    );
    if (node.status === 'cancelled') span.setStatus({ code: api.SpanStatusCode.ERROR, message: 'cancelled' });
    const context = api.trace.setSpan(api.ROOT_CONTEXT, span);
    for (const step of asked) tell(step, context);
    const ended = Math.max(started, ...asked.map((step) => millis(step.ended)));
    const opened = {
      id: node.id,
      span,
      context,
      parent,
      began: started,
      ended,
      missing: node.children.length,
    };
    open.set(node.id, opened);
    settle(opened);
  }
  return spans;
}

interface Open {
  readonly id: string;
  readonly span: Span;
  readonly context: Context;
  readonly parent: Open | undefined;
  readonly began: number;
  ended: number;
  missing: number;
}

async function loaded(): Promise<typeof import('@opentelemetry/api')> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    throw new CapstanError(
      'not-found',
      'OpenTelemetry: expected the package @opentelemetry/api to be installed, got none; «npm install @opentelemetry/api»',
      { cause },
    );
  }
}

const millis = (moment: string): number => Date.parse(moment);
/** Not a number of milliseconds: of one before this process began, an SDK would make a time since it began. */
const instant = (ms: number): HrTime => [Math.floor(ms / 1000), (ms % 1000) * 1e6];

/** What is said of the model «model:openai:gpt-5-mini»; undefined where it is none. */
function modelOf({
  kind,
  id,
}: Author): (Attributes & { readonly [GEN_AI.requestModel]: string }) | undefined {
  if (kind !== 'model') return undefined;
  const name = id.replace(/^model:/, '');
  const [, provider, model] = /^([^:]+):(.+)$/.exec(name) ?? [];
  return {
    [GEN_AI.operation]: CHAT,
    ...(provider && { [GEN_AI.provider]: provider }),
    [GEN_AI.requestModel]: model ?? name,
  };
}

function nodeAttributes(node: TranscriptNode, header: TreeHeader, content: boolean): Attributes {
  const { answer, corrected, verdicts } = node;
  return {
    [GEN_AI.conversation]: header.root,
    [CAPSTAN.policy]: header.policy,
    ...(header.run !== undefined && { [CAPSTAN.run]: header.run }),
    [CAPSTAN.node]: node.id,
    [CAPSTAN.depth]: node.depth,
    [CAPSTAN.status]: node.status,
    [CAPSTAN.children]: node.children.length,
    [CAPSTAN.memo]: node.steps.filter(({ isMemo }) => isMemo).length,
    [CAPSTAN.verdicts]: verdicts.map(({ verifier, kind }) => `${verifier} ${kind}`),
    ...(answer && { [CAPSTAN.answer]: answer.kind }),
    ...(answer?.kind === 'known' && { [CAPSTAN.confidence]: answer.confidence }),
    ...(answer?.kind === 'unknown' && { [CAPSTAN.reason]: answer.reason }),
    ...(corrected && { [CAPSTAN.corrected]: corrected.by.id }),
    ...(content && { [CAPSTAN.questionText]: node.question.text }),
    ...(content && answer?.kind === 'known' && { [CAPSTAN.answerText]: answer.value }),
  };
}

function stepAttributes(step: Step, header: TreeHeader, content: boolean): Attributes {
  const { action, by, proposed, spent, entry } = step;
  return {
    [GEN_AI.conversation]: header.root,
    [CAPSTAN.action]: action.kind,
    [CAPSTAN.overseerKind]: by.kind,
    [CAPSTAN.overseer]: by.id,
    ...(by.version !== undefined && { [CAPSTAN.overseerVersion]: by.version }),
    ...(proposed && { [CAPSTAN.proposed]: proposed.by.id, [CAPSTAN.edits]: proposed.edits }),
    ...(entry !== undefined && { [CAPSTAN.entry]: entry }),
    [CAPSTAN.calls]: spent.calls,
    [CAPSTAN.tokens]: spent.tokens,
    [CAPSTAN.micros]: spent.micros,
    [CAPSTAN.seconds]: spent.seconds,
    ...(content && by.kind === 'model' && { [GEN_AI.outputMessages]: messagesOf(step) }),
  };
}

/** As the conventions have messages on a span: JSON. */
function messagesOf({ action }: Step): string {
  const parts = [{ type: 'text', content: JSON.stringify(action) }];
  return JSON.stringify([{ role: 'assistant', parts, finish_reason: 'stop' }]);
}
