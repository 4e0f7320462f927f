/** The front door: what a program that uses Capstan imports. The command line is in `cli/`. */

export { amplify } from './amplify/amplify.ts';
export { withEnvironment } from './amplify/environment.ts';
export { hch } from './amplify/hch.ts';
export { memo } from './amplify/memo.ts';
export { type TranscriptTree, unfold } from './amplify/tree.ts';
export { nobody } from './assistants/nobody.ts';
export { CapstanError, type ErrorCode } from './base/errors.ts';
export { type Proportion, proportion } from './base/proportion.ts';
export { Random } from './base/random.ts';
export { type Answer, agree, type Known, known, type Unknown, unknown } from './core/answer.ts';
export type { Assistant, Environment, Origin, Overseer } from './core/assistant.ts';
export { Budget, type Limits, type Scope, scope } from './core/budget.ts';
export type { Demand, Encoding, Split, Task } from './core/task.ts';
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
export { type Lesson, Student, type StudentOptions } from './distill/student.ts';
export type { Decision, Decisions, Item, Point } from './iterate/decisions.ts';
export { type IterateEvent, type IterateOptions, iterate } from './iterate/iterate.ts';
export type { Progress } from './iterate/progress.ts';
export { directly, type Supervision } from './iterate/supervision.ts';
export { Runtime } from './onnx/runtime.ts';
export { type Script, scripted } from './overseers/scripted.ts';
export { type Choices, type Configuration, configure } from './run/configuration.ts';
export {
  type Permutation,
  type PowerOptions,
  type PowerQuestion,
  permutationPowering,
} from './tasks/permutation-powering.ts';
