/** My turn over HTTP. Whoever oversees is told of the one workspace that they hold, and of no other; whether it is a hidden
 *  test question nothing tells. */

import { z } from 'zod';
import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Held } from '../desk/desk.ts';
import { formOf, sureOf } from '../project/forms.ts';
import { TRAINING } from '../project/training.ts';
import { timeOf } from '../project/turn-book.ts';
import type { Turns, View } from '../project/turns.ts';
import { Commit, Committed, Draft, Next, Turn, TurnsState } from '../wire/turn.ts';
import { Name, Time } from '../wire/value.ts';
import { type App, addEndpoint } from './endpoint.ts';
import type { Place } from './place.ts';
import { actionOf, saidOf } from './turn-actions.ts';

const access = 'oversee' as const;
const params = z.object({ id: Name });
const body = z.object({ lease: Name });

export function addTurns(app: App, { turns = none, changes }: Pick<Place, 'turns' | 'changes'>): void {
  const tell = (): void => changes.tell({ topic: 'turns' });
  addEndpoint(
    app,
    { method: 'get', path: '/api/turns/next', access, summary: 'What you hold, or else what comes next for you', gives: Next }, // biome-ignore format: one endpoint is one line
    async ({ session: { person } }) => {
      const { held, behind, open } = await turns().desk.next(person);
      if (held) return { turn: await turnOf(turns(), held, behind) };
      return {
        meanwhile: open === 0 ? 'nothing waits for people now' : `${open} wait for other people than you`,
      };
    },
  );
  addEndpoint(
    app,
    { method: 'put', path: '/api/turns/{id}/draft', access, summary: 'Keep what you have typed so far; the later revision stays', params, body: Draft, gives: Draft }, // biome-ignore format: one endpoint is one line
    ({ params: { id }, body: draft, session: { person } }) => turns().desk.draft(person, id, draft),
  );
  addEndpoint(
    app,
    { method: 'post', path: '/api/turns/{id}/extend', access, summary: 'Hold it longer', params, body, gives: z.object({ until: Time }) }, // biome-ignore format: one endpoint is one line
    async ({ params: { id }, body: { lease }, session: { person } }) => ({
      until: timeOf(await turns().desk.extend(person, id, lease)),
    }),
  );
  addEndpoint(
    app,
    { method: 'post', path: '/api/turns/{id}/suggestion', access, summary: 'See what is proposed, which goes on record first', params, body, gives: Turn.pick({ suggestion: true }) }, // biome-ignore format: one endpoint is one line
    async ({ params: { id }, body: { lease }, session: { person } }) => {
      const desk = turns().desk;
      const { item, settings } = await turns().view(await desk.hand(person, id));
      const isHidden = item.proposal && settings.suggestion === 'hidden';
      if (isHidden) turns().expectDoer(person);
      const held = isHidden ? await desk.peek(person, id, lease) : await desk.hand(person, id);
      return { suggestion: suggestionOf(await turns().view(held)) };
    },
  );
  addEndpoint(
    app,
    { method: 'post', path: '/api/turns/{id}/commit', access, summary: 'Decide, or skip; the same once more is one act', params, body: Commit, gives: Committed }, // biome-ignore format: one endpoint is one line
    async ({ params: { id }, body: commit, session: { person } }) => {
      const committed = await commitTo(turns(), person, id, commit);
      if (committed.undoUntil === undefined) tell();
      return committed;
    },
  );
  addEndpoint(
    app,
    { method: 'post', path: '/api/turns/{id}/undo', access, summary: 'Take back what has not taken effect, and hold it again', params, body, gives: Next }, // biome-ignore format: one endpoint is one line
    async ({ params: { id }, session: { person } }) => {
      const held = await turns().desk.undo(person, id);
      return { turn: await turnOf(turns(), held, 0) };
    },
  );
  addEndpoint(
    app,
    { method: 'get', path: '/api/turns', access: 'operate', summary: 'How many turns wait, who holds which, and what each person has done', gives: TurnsState }, // biome-ignore format: one endpoint is one line
    () => stateOf(turns()),
  );
}

function none(): never {
  throw new CapstanError('unavailable', 'turns: expected a server with people’s turns, this one has none');
}

async function commitTo(
  turns: Turns,
  person: string,
  id: string,
  commit: Commit,
): Promise<z.input<typeof Committed>> {
  const { lease: token, action, confidence, reason, seconds } = commit;
  const { desk } = turns;
  if (action.kind === 'skip') {
    await desk.skip(person, id, token);
    return { id, effect: 'left to others; for you it comes last' };
  }
  const own = canonical(JSON.parse(JSON.stringify(commit)) as Json);
  let ack = await desk.acked(person, id, { token, body: own });
  if (!ack) {
    turns.expectDoer(person);
    const held = await desk.hand(person, id);
    const { item } = await turns.view(held);
    const said = saidOf(action, item, confidence);
    turns.expectSense(held, said);
    const saying = {
      ...{ token, body: own, seconds, form: formOf(said), sure: sureOf(said) },
      said: JSON.parse(JSON.stringify(said)) as Json,
      ...(reason !== undefined && { reason }),
    };
    if (action.kind === 'verify') {
      const { entry } = await desk.say(person, id, saying);
      return {
        id,
        ...(entry !== undefined && { entry }),
        effect: 'it is on the ledger; the turn is still yours',
      };
    }
    ack = await desk.commit(person, id, saying);
  }
  const { undoUntil, entry } = ack;
  return {
    id,
    ...(undoUntil !== undefined && { undoUntil: timeOf(undoUntil) }),
    ...(entry !== undefined && { entry }),
    effect: entry === undefined ? 'it counts in a moment, unless you take it back' : 'it is on the ledger',
  };
}

async function turnOf(turns: Turns, held: Held, behind: number): Promise<Turn> {
  const view = await turns.view(held);
  const { item, policy, left } = view;
  const { question, exchanges } = item.workspace;
  const judging = exchanges.length > 0 ? (['verify', 'reject', 'correct'] as const) : [];
  const isTraining = held.source === TRAINING;
  return Turn.parse({
    ...{ id: held.item, run: held.run, kind: held.kind, policy, question, left, behind },
    exchanges: exchanges.map((exchange, i) => ({
      ...exchange,
      isVerified: !isTraining && isVerified(turns, view, i),
    })),
    actions: isTraining
      ? ['reply', 'ask', 'unknown', 'skip']
      : ['reply', 'ask', ...judging, 'unknown', 'escalate', 'skip'],
    lease: { token: held.token, until: timeOf(held.until) },
    suggestion: suggestionOf(view),
    reviews: held.reviews.map(({ said, reason }) => ({
      action: actionOf(said, item),
      ...(reason !== undefined && { reason }),
    })),
    ...(held.draft !== undefined && { draft: JSON.parse(held.draft) as Draft }),
  });
}

/** Whether somebody has said so; of a hidden question whoever holds it, as of any other. */
function isVerified({ trees }: Turns, { held, item }: View, index: number): boolean {
  const { question, answer } = item.workspace.exchanges[index]!;
  const isOwn = held.verdicts.some((said) => (said as { readonly place?: number }).place === index);
  return isOwn || trees.verdicts.of(question, answer).some(({ kind }) => kind === 'pass');
}

function suggestionOf({ held, item, settings }: View): Turn['suggestion'] {
  const { proposal } = item;
  if (!proposal) return { kind: 'none' };
  if (settings.suggestion === 'hidden' && !held.isOpened) return { kind: 'hidden' };
  return {
    kind: 'open',
    by: proposal.by.id,
    action: actionOf({ kind: 'decide', action: proposal.action }, item),
  };
}

function stateOf({ desk }: Turns): TurnsState {
  const { leases, phases, unsettled, tallies } = desk.state();
  const runs = new Map<string, { run: string; deciding: number; arbitrating: number }>();
  for (const { run, kind, count } of phases) {
    const row = runs.get(run) ?? { run, deciding: 0, arbitrating: 0 };
    runs.set(run, { ...row, [kind]: count });
  }
  return {
    runs: [...runs.values()],
    leases: leases.map(({ person, run, item, until }) => ({ person, run, turn: item, until: timeOf(until) })),
    unsettled,
    people: tallies.map(({ person, decided, seconds, right, n }) => ({
      person,
      tally: { decided, seconds, ...(n > 0 && { gold: { right, n } }) },
    })),
  };
}
