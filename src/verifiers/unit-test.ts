/** Answers that are programs are run on cases of which the output is known. Whoever runs them is an argument, because a
 *  program that a stranger wrote needs a wall around it: no disk, no network, bounded time and memory. `quickjs` is one for
 *  JavaScript; for other languages a container or a virtual machine can be. */

import type { Claim } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';

export interface Case {
  readonly input: string;
  readonly output: string;
}

export type Ran =
  | { readonly kind: 'output'; readonly text: string }
  /** The program stopped with an error, or did not stop in its time. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It was not run. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Runs one program on one input. That it comes to an end is the runner's to see to. */
export type Runner = (program: string, input: string, scope: Scope) => Promise<Ran>;

export interface UnitTestOptions<Q> {
  readonly run: Runner;
  /** Those of a question; one without cases cannot be verified. */
  cases(question: Q): readonly Case[];
}

/** Space at the end of lines and of the output makes no difference. */
export function unitTest<Q>({ run, cases }: UnitTestOptions<Q>): Verifier<Q, string> {
  return {
    name: NAME,
    groundTruth: false,
    async verify(claims, scope) {
      const verdicts: Verdict[] = [];
      for (const claim of claims) verdicts.push(await tested(claim, cases(claim.question), run, scope));
      return verdicts;
    },
  };
}

const NAME = 'unit test';

async function tested<Q>(
  { answer }: Claim<Q, string>,
  cases: readonly Case[],
  run: Runner,
  scope: Scope,
): Promise<Verdict> {
  if (cases.length === 0) return { verifier: NAME, kind: 'unsure', reason: 'there is no case to run it on' };
  for (const [i, { input, output }] of cases.entries()) {
    scope.signal?.throwIfAborted();
    const ran = await run(answer, input, scope);
    const which = `case ${i + 1} of ${cases.length}`;
    if (ran.kind === 'refused') return { verifier: NAME, kind: 'unsure', reason: `${which}: ${ran.reason}` };
    if (ran.kind === 'failed') return { verifier: NAME, kind: 'fail', reason: `${which}: ${ran.reason}` };
    if (trimmed(ran.text) !== trimmed(output))
      return {
        verifier: NAME,
        kind: 'fail',
        reason: `${which}: expected ${cut(output)}, got ${cut(ran.text)}`,
      };
  }
  return { verifier: NAME, kind: 'pass' };
}

function trimmed(text: string): string {
  return text.replace(/[^\S\n]+$/gm, '').trimEnd();
}

const SHOWN = 80;

function cut(text: string): string {
  return text.length > SHOWN ? `«${text.slice(0, SHOWN)}…»` : `«${text}»`;
}
