/** The front door: what a program that uses Capstan imports. The command line is in `cli/`. */

export { amplify } from './amplify/amplify.ts';
export { each } from './amplify/each.ts';
export { withEnvironment } from './amplify/environment.ts';
export { escalate } from './amplify/escalate.ts';
export { escalating } from './amplify/escalating.ts';
export { hch } from './amplify/hch.ts';
export { memo } from './amplify/memo.ts';
export { type TranscriptTree, unfold } from './amplify/tree.ts';
export {
  type Remedy,
  type Verification,
  type VerifiedOptions,
  verified,
} from './amplify/verified.ts';
export { vote } from './amplify/vote.ts';
export { weightedVote } from './amplify/weighted.ts';
export {
  type LanguageModelAssistantOptions,
  languageModelAssistant,
} from './assistants/language-model.ts';
export { nobody } from './assistants/nobody.ts';
export { recordedAssistant } from './assistants/recorded.ts';
export { CapstanError, type ErrorCode } from './base/errors.ts';
export { Random } from './base/random.ts';
export { type AdaptiveParts, adaptive } from './confidence/adaptive-depth.ts';
export { calibratedAssistant } from './confidence/calibrated.ts';
export { type Calibration, calibrate, calibrated, type Judged } from './confidence/calibration.ts';
export { type Combination, combine, combining } from './confidence/combination.ts';
export { type Confidence, confident, escalation } from './confidence/escalation.ts';
export { type FitOptions, fitConfidence } from './confidence/fitting.ts';
export { type PropagatingOptions, propagating } from './confidence/propagate.ts';
export { type LevelThreshold, levelThresholds, riskThreshold } from './confidence/threshold.ts';
export { type Answer, agree, type Known, known, type Unknown, unknown } from './core/answer.ts';
export type { Assistant, Environment, Origin, Overseer } from './core/assistant.ts';
export { Budget, type Limits, type Reservation, type Scope, type Spending, scope } from './core/budget.ts';
export type { Demand, Encoding, Split, Task } from './core/task.ts';
export type { Verdict, Verifier } from './core/verifier.ts';
export {
  type Action,
  type Ask,
  ask,
  type Escalate,
  type Exchange,
  type Reply,
  reply,
  type Transcript,
  type Workspace,
} from './core/workspace.ts';
export { importGsm8k } from './corpora/gsm8k.ts';
export { importStrategyqa } from './corpora/strategyqa.ts';
export { type Lesson, Student, type StudentOptions } from './distill/student.ts';
export type { ChatMessage, ChatModel, ChatReply, ChatRequest, Usage } from './gateway/chat.ts';
export { type Consultation, type Consulted, consult } from './gateway/consult.ts';
export { estimate, type TreeEstimate, type TreeShape } from './gateway/estimate.ts';
export { type GatewayOptions, gateway } from './gateway/gateway.ts';
export { chatModelFrom, type ModelOptions } from './gateway/model.ts';
export { PRICES, type Price, type PriceList } from './gateway/prices.ts';
export { type Provider, ProviderFault, type RawReply } from './gateway/provider.ts';
export type { Decision, Decisions, Item, Point } from './iterate/decisions.ts';
export { type IterateEvent, type IterateOptions, iterate } from './iterate/iterate.ts';
export type { Progress } from './iterate/progress.ts';
export { directly, type Supervision } from './iterate/supervision.ts';
export { Runtime } from './onnx/runtime.ts';
export { alone } from './overseers/alone.ts';
export {
  type LanguageModelOverseerOptions,
  languageModelOverseer,
} from './overseers/language-model.ts';
export { recordedOverseer } from './overseers/recorded.ts';
export { type Script, scripted } from './overseers/scripted.ts';
export { type AllocationOptions, allocate, type Doubted, drawFixed } from './oversight/allocation.ts';
export { AUDIT_GATE, type AuditGateOptions, type AuditVerdict, auditGate } from './oversight/audit-gate.ts';
export { corrected } from './oversight/corrected.ts';
export { type Audit, type ErrorRate, errorRate, type Round } from './oversight/estimate.ts';
export { auditInRounds } from './oversight/rounds.ts';
export { findSlices, type Slice } from './oversight/slices.ts';
export { type Choices, type Configuration, configure } from './run/configuration.ts';
export { type Proportion, proportion } from './statistics/proportion.ts';
export {
  type Permutation,
  type PowerOptions,
  type PowerQuestion,
  permutationPowering,
} from './tasks/permutation-powering.ts';
export { type Policy, policyVersion } from './text/policy.ts';
export { type Document, questionKey, type TextQuestion } from './text/question.ts';
export type { Recipe, TextScript } from './text/recipe.ts';
export { questionOf, readTasks, type TextTask, writeTasks } from './text/task.ts';
export type { Author, Spent, Step, TranscriptNode } from './transcript/node.ts';
export { readTree, readWholeTree } from './transcript/reader.ts';
export { type SpanOptions, tellSpans } from './transcript/spans.ts';
export type { TreeHeader } from './transcript/tree.ts';
export { TreeWriter } from './transcript/writer.ts';
export type { Item as InboxItem } from './trees/inbox.ts';
export type { Seat } from './trees/seat.ts';
export { type Outcome, type Plan, Trees, type TreesOptions } from './trees/trees.ts';
export { agreement } from './verifiers/agreement.ts';
export { type Calculation, calculations, calculator } from './verifiers/calculator.ts';
export { choice } from './verifiers/choice.ts';
export { conclusion } from './verifiers/conclusion.ts';
export { coverage } from './verifiers/coverage.ts';
export { type CriticOptions, critic } from './verifiers/critic.ts';
export { overseerCheck, yesOrNo } from './verifiers/overseer-check.ts';
export { type QuickjsOptions, quickjs } from './verifiers/quickjs.ts';
export { fitsSchema } from './verifiers/schema.ts';
export { type Ran, type Runner, unitTest } from './verifiers/unit-test.ts';
export { voting } from './verifiers/vote.ts';
