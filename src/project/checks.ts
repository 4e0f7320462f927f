/** Who verifies what is answered, beside the recipe's own verifiers, and what is done about an answer that is rejected, as the
 *  command line names them:
 *      --verify     critic:MODEL    a language model judges each answer
 *                   overseer        H, a language model, judges each answer
 *                   vote:N          most of N answers of X, a language model, are the same
 *      --on-reject  retry, show, decompose, escalate, one after the other; then the answer is unknown, as after «unknown» alone */

import { amplify } from '../amplify/amplify.ts';
import { languageModelAssistant } from '../assistants/language-model.ts';
import { nobody } from '../assistants/nobody.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import type { Verifier } from '../core/verifier.ts';
import type { TextQuestion } from '../text/question.ts';
import { REMEDIES, type RemedyKind } from '../trees/checked.ts';
import type { Plan } from '../trees/trees.ts';
import { agreement } from '../verifiers/agreement.ts';
import { critic } from '../verifiers/critic.ts';
import { overseerCheck, yesOrNo } from '../verifiers/overseer-check.ts';
import { voting } from '../verifiers/vote.ts';
import { expectModel, type Loaded, type Models, policyOf, type TextSeat, versionOf } from './seats.ts';

/** As a run has them. */
export interface Checks {
  readonly verify?: readonly string[];
  readonly onReject?: readonly string[];
}

/** What the command line says; nothing where it says nothing. */
export function checksFrom({ verify = [], onReject = [] }: Checks): Checks {
  return { ...(verify.length > 0 && { verify }), ...(onReject.length > 0 && { onReject }) };
}

/** Calls for the verdicts on one answer. */
export function judgesIn({ verify = [] }: Checks): number {
  return verify.reduce((sum, name) => sum + (name.startsWith(VOTE) ? votesIn(name) : 1), 0);
}

/** Of an option that may be given several times. */
export const several = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];

export interface Table {
  readonly overseer: TextSeat;
  readonly assistant: string;
  readonly isAbove: boolean;
}

type Planned = NonNullable<Plan['verifiers']>[number];
type Checked = Pick<Plan, 'verifiers' | 'remedies'> & { readonly versions: readonly string[] };

/** As a plan has it, and the versions that shape an answer: none where the command line said nothing. */
export async function checked(
  { verify = [], onReject = [] }: Checks,
  table: Table,
  loaded: Loaded,
  models: Models,
): Promise<Checked> {
  const own = loaded.recipe.verifiers ?? [];
  const others: { readonly verifier: Planned; readonly version: string }[] = [];
  for (const name of verify) others.push(await verifierOf(name, table, loaded, models));
  if (onReject.length > 0 && own.length + others.length === 0)
    throw new CapstanError(
      'usage',
      `--on-reject: expected something to be rejected by, --verify or a recipe with verifiers, got none`,
    );
  const verifiers = [...own, ...others.map(({ verifier }) => verifier)];
  const versions = others.map(({ version }) => version);
  return {
    ...(verifiers.length > 0 && { verifiers }),
    ...(onReject.length > 0 && { remedies: remediesOf(onReject, table) }),
    versions: verify.length + onReject.length === 0 ? [] : ['verify', ...versions, 'on-reject', ...onReject],
  };
}

async function verifierOf(name: string, table: Table, loaded: Loaded, models: Models) {
  if (name === 'overseer') return plain(ownCheck(table));
  if (name.startsWith(CRITIC)) {
    const model = name.slice(CRITIC.length);
    expectModel(
      model,
      `--verify critic:MODEL: expected a model, as in critic:ollama:llama3.2, got «${model}»`,
    );
    return plain(critic(await models(model)));
  }
  if (name.startsWith(VOTE)) return vote(name, table, loaded, models);
  throw new CapstanError('usage', `--verify: expected one of critic:MODEL, overseer, vote:N, got «${name}»`);
}

const [CRITIC, VOTE] = ['critic:', 'vote:'];

function plain(verifier: Verifier<TextQuestion, string>) {
  return { verifier, version: versionIn(verifier) };
}

function versionIn({ name, version }: Verifier<TextQuestion, string>): string {
  invariant(version !== undefined, `${name} has a version, so that its verdicts are remembered`);
  return version;
}

/** H sees the question and the answer, and may ask nobody. */
function ownCheck({ overseer: seat }: Table): Verifier<TextQuestion, string> {
  if (seat.kind !== 'model')
    throw new CapstanError(
      'usage',
      `--verify overseer: expected --overseer to be a language model, which judges, got «${seat.kind}»`,
    );
  const { overseer, version } = seat;
  const { answer } = amplify(overseer, nobody);
  const check = overseerCheck({ origin: overseer.origin, answer }, yesOrNo);
  return {
    ...check,
    version: versionOf('check', version),
    verify: (claims, scope) => check.verify(claims, { ...scope, depth: 1 }),
  };
}

async function vote(name: string, { assistant }: Table, loaded: Loaded, models: Models) {
  const count = votesIn(name);
  const wanted = `--verify ${name}: expected --assistant to be a language model, whose answers are counted, got «${assistant}»`;
  expectModel(assistant, wanted);
  const model = await models(assistant);
  const policy = policyOf(loaded.recipe);
  const ballots = Array.from({ length: count }, (_, i) =>
    agreement(languageModelAssistant(model, { policy, sample: i + 1 })),
  );
  const verifier: Planned = (remembered) => voting(ballots.map(remembered));
  return { verifier, version: versionOf(VOTE, ...ballots.map(versionIn)) };
}

function votesIn(name: string): number {
  const count = Number(name.slice(VOTE.length));
  if (Number.isInteger(count) && count > 0 && count <= VOTES_MAX && count % 2 === 1) return count;
  throw new CapstanError(
    'usage',
    `--verify vote:N: expected an odd number up to ${VOTES_MAX}, as in vote:3, got «${name}»`,
  );
}

const VOTES_MAX = 15;

function remediesOf(kinds: readonly string[], { isAbove }: Table): readonly RemedyKind[] {
  const found: RemedyKind[] = [];
  for (const [i, kind] of kinds.entries()) {
    if (kind === 'unknown' && i === kinds.length - 1) continue;
    const known = REMEDIES.find((one) => one === kind);
    const expected = kind === 'unknown' ? 'unknown to be the last' : `one of ${REMEDIES.join(', ')}, unknown`;
    if (!known) throw new CapstanError('usage', `--on-reject: expected ${expected}, got «${kind}»`);
    if (known === 'escalate' && !isAbove)
      throw new CapstanError(
        'usage',
        '--on-reject escalate: expected --escalate to say to whom, got nothing',
      );
    found.push(known);
  }
  if (found.length > REMEDIES_MAX)
    throw new CapstanError('usage', `--on-reject: expected at most ${REMEDIES_MAX}, got ${found.length}`);
  return found;
}

const REMEDIES_MAX = 16;
