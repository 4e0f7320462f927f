/** Names of OpenTelemetry's semantic conventions for generative AI, which are in development and change: these are of
 *  open-telemetry/semantic-conventions-genai at 002c8a6ea1c8a42b14a4527db83b3cabcded610a, docs/gen-ai/gen-ai-spans.md.
 *  What they have no name for is `capstan.*`. */

export const REVISION = 'semantic-conventions-genai@002c8a6ea1c8a42b14a4527db83b3cabcded610a';

export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  conversation: 'gen_ai.conversation.id',
  outputMessages: 'gen_ai.output.messages',
} as const;

/** The value of `gen_ai.operation.name` for a call of a model. */
export const CHAT = 'chat';

export const CAPSTAN = {
  run: 'capstan.run.id',
  policy: 'capstan.policy',
  node: 'capstan.node.id',
  depth: 'capstan.node.depth',
  status: 'capstan.node.status',
  children: 'capstan.node.children',
  answer: 'capstan.answer.kind',
  reason: 'capstan.answer.reason',
  confidence: 'capstan.answer.confidence',
  verdicts: 'capstan.verdicts',
  corrected: 'capstan.corrected.by',
  memo: 'capstan.node.remembered',
  action: 'capstan.action',
  overseerKind: 'capstan.overseer.kind',
  overseer: 'capstan.overseer.id',
  overseerVersion: 'capstan.overseer.version',
  proposed: 'capstan.proposed.by',
  edits: 'capstan.proposed.edits',
  entry: 'capstan.ledger.entry',
  calls: 'capstan.spent.calls',
  // Input and output together; the conventions have a name only for each alone.
  tokens: 'capstan.spent.tokens',
  micros: 'capstan.spent.micros',
  seconds: 'capstan.spent.seconds',
  questionText: 'capstan.question.text',
  answerText: 'capstan.answer.text',
} as const;
