/** The overseer's page as a state: whatever happens in whatever order, nothing that was typed is lost, and what is committed
 *  has the shape that the server expects. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Commit, Draft, type Next, type Turn } from '../src/wire/turn.ts';
import { asksHowSure, commitOf, type Kind, proposalOf } from '../web/src/turn/commit.ts';
import { matchesIn, piecesOf } from '../web/src/turn/find.ts';
import { intentOf } from '../web/src/turn/shortcuts.ts';
import { ASKED_MAX, BEGIN, hasWords, reduce, type TurnEvent, type TurnState } from '../web/src/turn/state.ts';

const ALL = ['reply', 'ask', 'verify', 'reject', 'correct', 'unknown', 'escalate', 'skip'] as const;
const MODES = ['reply', 'ask', 'reject', 'correct', 'escalate'] as const;

const words = fc.constantFrom('', ' ', 'x', 'the Severn', 'Wie lang?\n', '〱');
const fieldArb = fc.constantFrom('reply' as const, 'correction' as const, 'reason' as const);
const draftArb: fc.Arbitrary<Draft> = fc.record({
  mode: fc.constantFrom(...MODES),
  reply: words,
  asks: fc.array(words, { maxLength: 3 }),
  correction: words,
  reason: words,
  revision: fc.nat(40),
});
const actionArb: fc.Arbitrary<Turn['reviews'][number]['action']> = fc.oneof(
  fc.record({ kind: fc.constant('reply' as const), text: fc.constantFrom('346 km', 'no') }),
  fc.record({
    kind: fc.constant('ask' as const),
    questions: fc.array(fc.constantFrom('a?', 'b?'), { minLength: 1 }),
    documents: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('correct' as const), place: fc.constant(1), text: fc.constant('354 km') }),
  fc.constant({ kind: 'unknown' as const }),
);
const turnArb: fc.Arbitrary<Turn> = fc
  .record({
    id: fc.constantFrom('t1', 't2', 't3'),
    lease: fc.constantFrom('l1', 'l2', 'l3', 'l4'),
    exchanges: fc.nat(3),
    actions: fc.uniqueArray(fc.constantFrom(...ALL), { minLength: 4 }),
    draft: fc.option(draftArb, { nil: undefined }),
    suggestion: fc.option(actionArb, { nil: undefined }),
  })
  .map(({ id, lease, exchanges, actions, draft, suggestion }) => ({
    ...{ id, run: 'r', kind: 'decide', policy: '', actions, left: {}, behind: 0, reviews: [] },
    question: { text: `question ${id}` },
    exchanges: Array.from({ length: exchanges }, (_, index) => ({
      question: { text: `${index}?` },
      answer: { kind: 'known', value: 'yes', confidence: 1 },
      isVerified: false,
    })),
    lease: { token: lease, until: '2026-01-01T00:00:00Z' },
    suggestion: suggestion ? { kind: 'open', by: 'model:x', action: suggestion } : { kind: 'none' },
    ...(draft && { draft }),
  }));
const nextArb: fc.Arbitrary<Next> = fc.oneof(
  { weight: 5, arbitrary: turnArb.map((turn) => ({ turn })) },
  fc.constant({ meanwhile: 'two runs train' }),
);

/** What people and the server do. The index of a sub-question is taken modulo how many there are. */
type Done =
  | TurnEvent
  /** The server tells once more what it told before. */
  | { readonly kind: 'again'; readonly draft: Draft | undefined }
  | { readonly kind: 'decide'; readonly act: Kind | undefined; readonly confidence: number };
const arrivedArb = fc.record({
  kind: fc.constant('arrived' as const),
  next: nextArb,
  kept: fc.option(draftArb, { nil: undefined }),
});
const deedArb: fc.Arbitrary<Done> = fc.oneof(
  { weight: 2, arbitrary: arrivedArb },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('typed' as const), field: fieldArb, text: words }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      act: fc.option(fc.constantFrom(...ALL), { nil: undefined }),
      confidence: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      draft: fc.option(draftArb, { nil: undefined }),
    }),
  },
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom(...MODES) }),
  fc.record({ kind: fc.constant('asked' as const), index: fc.nat(30), text: words }),
  fc.record({ kind: fc.constant('ask-added' as const), after: fc.nat(30) }),
  fc.record({ kind: fc.constant('place' as const), place: fc.integer({ min: -1, max: 5 }) }),
  fc.record({ kind: fc.constant('saved' as const), id: fc.constantFrom('t1', 't2'), revision: fc.nat(60) }),
  fc.record({ kind: fc.constant('refused' as const), lease: fc.constantFrom('l1', 'l2'), hint: words }),
  fc.constantFrom<Done>(
    { kind: 'suggestion-taken' },
    { kind: 'back' },
    { kind: 'undone' },
    { kind: 'other-used' },
    { kind: 'went-on' },
  ),
);
const doneArb = fc
  .tuple(arrivedArb, fc.array(deedArb, { maxLength: 30 }))
  .map(([first, others]): readonly Done[] => [first, ...others]);

interface Step {
  readonly before: TurnState;
  readonly done: Done;
  readonly after: TurnState;
  readonly commit: Commit | undefined;
}

/** Goes through what happens as the page does, and looks at each step. */
function follow(all: readonly Done[], look: (step: Step) => void): void {
  let state = BEGIN;
  for (const done of all) {
    const before = state;
    let commit: Commit | undefined;
    let told: Done = done;
    if (done.kind === 'decide') {
      const proposal = proposalOf(state, done.act);
      if ('missing' in proposal) state = reduce(state, { kind: 'lacking', hint: proposal.missing });
      else {
        if (asksHowSure(proposal.action))
          state = reduce(state, { kind: 'proposed', action: proposal.action });
        commit = commitOf(state, state.proposed ?? proposal.action, 1.5, done.confidence);
        if (commit) state = reduce(state, { kind: 'committed' });
      }
    } else if (done.kind === 'asked' || done.kind === 'ask-added') {
      const index = ('index' in done ? done.index : done.after) % state.draft.asks.length;
      state = reduce(state, done.kind === 'asked' ? { ...done, index } : { ...done, after: index });
    } else if (done.kind === 'again') {
      const turn = state.turn && { ...state.turn, ...(done.draft && { draft: done.draft }) };
      told = { kind: 'arrived', next: turn ? { turn } : {}, kept: undefined };
      state = reduce(state, told);
    } else state = reduce(state, done);
    look({ before, done: told, after: state, commit });
  }
}

const forAll = (look: (step: Step) => void) =>
  fc.assert(
    fc.property(doneArb, (all) => follow(all, look)),
    { numRuns: 300 },
  );

const isDeciding = ({ phase }: TurnState) => phase === 'open' || phase === 'confirming';
const EDITS: readonly Done['kind'][] = ['typed', 'asked', 'ask-added', 'ask-removed', 'suggestion-taken'];
const textOf = ({ reply, asks, correction, reason }: Draft) =>
  JSON.stringify([reply, asks, correction, reason]);

describe('the overseer’s page', () => {
  test('words in a field stay until whoever typed them changes them, commits, or goes on', () =>
    forAll(({ before, done, after }) => {
      if (!isDeciding(before) || EDITS.includes(done.kind) || !hasWords(before.draft)) return;
      if (done.kind === 'went-on' || done.kind === 'other-used') return;
      expect(textOf(after.draft)).toBe(textOf(before.draft));
      expect(after.turn?.id).toBe(before.turn?.id);
    }));

  test('whichever of two drafts is shown, the other can be had', () =>
    forAll(({ before, done, after }) => {
      if (done.kind === 'other-used' && before.other && isDeciding(before)) {
        expect(after.other).toEqual(before.draft);
        expect(textOf(after.draft)).toBe(textOf(before.other));
      }
      if (done.kind !== 'arrived' || !done.next.turn || isDeciding(before) || !isDeciding(after)) return;
      for (const draft of [done.kept, done.next.turn.draft]) {
        if (!draft || !hasWords(draft)) continue;
        const trimmed = (one: Draft) => textOf({ ...one, asks: one.asks.filter((ask) => ask !== '') });
        expect([after.draft, after.other].flatMap((one) => (one ? [trimmed(one)] : []))).toContain(
          trimmed(draft),
        );
      }
    }));

  test('a revision only rises, with each change, and the server is never said to have more than there is', () =>
    forAll(({ before, done, after }) => {
      expect(after.acked).toBeLessThanOrEqual(after.draft.revision);
      if (before.turn?.id !== after.turn?.id || done.kind === 'arrived') return;
      if (done.kind === 'went-on') return;
      const rise = after.draft.revision - before.draft.revision;
      expect(rise).toBeGreaterThanOrEqual(textOf(after.draft) === textOf(before.draft) ? 0 : 1);
    }));

  test('what is shown is later than all that the server has and this browser kept, or as late', () =>
    forAll(({ before, done, after }) => {
      if (done.kind !== 'arrived' || !isDeciding(after) || done.next.turn?.id !== after.turn?.id) return;
      expect(after.draft.revision).toBeGreaterThanOrEqual(done.next.turn?.draft?.revision ?? 0);
      if (!isDeciding(before)) expect(after.draft.revision).toBeGreaterThanOrEqual(done.kept?.revision ?? 0);
    }));

  test('what is kept is a draft and what is committed a commit, by an action that the turn has', () =>
    forAll(({ before, after, commit }) => {
      Draft.parse(after.draft);
      expect(after.draft.asks.length).toBeLessThanOrEqual(ASKED_MAX);
      if (!commit) return;
      Commit.strict().parse(commit);
      expect(before.turn!.actions).toContain(commit.action.kind);
      expect(commit.lease).toBe(before.turn!.lease.token);
      if ('place' in commit.action)
        expect(commit.action.place).toBeLessThanOrEqual(before.turn!.exchanges.length);
      expect(after.phase).toBe('sent');
    }));

  test('a question that was committed does not come back by an answer that is out of date', () =>
    forAll(({ before, done, after }) => {
      if (before.phase !== 'sent' || done.kind !== 'arrived') return;
      if (done.next.turn?.lease.token === before.gone) expect(after).toBe(before);
    }));

  test('nothing is committed while there is nothing to decide', () =>
    forAll(({ before, commit }) => {
      if (!isDeciding(before)) expect(commit).toBeUndefined();
    }));

  test('a key does nothing that the turn does not allow', () =>
    fc.assert(
      fc.property(turnArb, fc.string({ minLength: 1, maxLength: 1 }), (turn, key) => {
        const intent = intentOf(reduce(BEGIN, { kind: 'arrived', next: { turn }, kept: undefined }), key);
        if (intent?.kind === 'act') expect(turn.actions).toContain(intent.act);
        if (intent?.kind === 'write') expect(turn.actions).toContain(intent.mode);
      }),
    ));
});

describe('finding words in documents', () => {
  test('the pieces of a text are the text, and what is marked is what was looked for', () =>
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (texts, looked) => {
        const documents = texts.map((text) => ({ text }));
        const found = matchesIn(documents, looked);
        for (const [index, text] of texts.entries()) {
          const pieces = piecesOf(text, found, index);
          expect(pieces.map(({ from, to }) => text.slice(from, to)).join('')).toBe(text);
          for (const { from, to, at } of pieces) {
            if (at === undefined) continue;
            const space = (one: string) => one.replace(/\s+/g, ' ').toLowerCase();
            expect(space(text.slice(from, to))).toBe(space(looked));
          }
        }
      }),
    ));
});
