import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Authority, after, NOBODY, personOf } from '../authority/authority.ts';
import { faultIn } from '../authority/fault.ts';
import { ROLES } from '../authority/policy.ts';
import { completionOf, requestOf, type Said } from '../authority/request.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import { signAct } from '../ledger/act.ts';
import { decodeEntry, ENDS, type Entry, encodeEntry, KINDS, type Kind } from '../ledger/entry.ts';
import { formatVerifierKey, signerKey } from '../ledger/key.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import { History } from './history.ts';

const NAMES = ['ada', 'bob', 'eve'];
const KEYS = NAMES.map((name, i) => signerKey('note', name, new Uint8Array(32).fill(i + 1)));
const ORIGIN = 'example.org/log';
const TIME = '2026-11-28T12:00:00.000Z';
const LATER = '2026-11-28T13:00:00.000Z';

/** As the definition says it, every entry in full. */
class Slow {
  authority: Authority = NOBODY;
  origin = '';

  take(bytes: Uint8Array, tree: MerkleAccumulator): void {
    const entry = decodeEntry(bytes, tree.size);
    const fault = faultIn(this.authority, entry, { origin: this.origin, root: tree.root() });
    if (fault !== undefined) throw new CapstanError('corrupt', `entry ${entry.seq}, ${entry.kind}: ${fault}`);
    if (entry.seq === 0) this.origin = entry.words?.origin ?? '';
    this.authority = after(this.authority, entry);
  }
}

interface Step {
  readonly kind: Kind;
  /** Who acts; the last is a program. */
  readonly by: number;
  readonly signers: readonly number[];
  readonly checkpoint: number;
  readonly passed: number;
  /** How many entries before. */
  readonly parents: readonly number[];
  readonly name: number;
  readonly asks: boolean;
  readonly completes: boolean;
}

const PEOPLE = NAMES.length;
const UNSIGNED: ReadonlySet<Kind> = new Set(['action-taken', 'gate-decided']);
const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS, ...(['gate-decided', 'model-promoted', 'work-resumed'] as const)),
  by: fc.nat(PEOPLE),
  signers: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray([0, 1, 2])),
  checkpoint: fc.nat(2),
  passed: fc.nat(1),
  parents: fc.array(fc.nat(8), { maxLength: 2 }),
  name: fc.nat(PEOPLE - 1),
  asks: fc.nat(3).map((one) => one === 0),
  completes: fc.nat(2).map((one) => one === 0),
});

function said(step: Step, seq: number): Said {
  const { checkpoint, passed } = step;
  const parents = step.parents.map((back) => seq - 1 - back).filter((parent) => parent >= 0);
  const name = NAMES[step.name]!;
  const key = formatVerifierKey(KEYS[step.name]!);
  const words = { name, roles: ROLES.join(' '), key, ...(checkpoint === 1 && { actions: 'signed' }) };
  return {
    ...(checkpoint < 2 && { subjects: [{ name: 'checkpoint', sha256: `${checkpoint}`.repeat(64) }] }),
    ...(parents.length > 0 && { parents }),
    figures: { passed },
    words,
  };
}

/** What the step says at that place, perhaps as the request for it, or as the completion of one that waits. */
function entryOf(step: Step, { authority }: Slow, tree: MerkleAccumulator): Entry {
  const { kind, by, signers, asks, completes } = step;
  const seq = tree.size;
  const base = { v: 1, seq, time: TIME } as const;
  const actor = by === PEOPLE ? ({ id: 'program:capstan', kind: 'program' } as const) : personOf(NAMES[by]!);
  const waiting = completes ? [...authority.requests.values()].at(-1) : undefined;
  const drafted: Entry = waiting
    ? { ...base, actor, kind: waiting.kind, ...completionOf(waiting.entry) }
    : asks
      ? { ...base, actor, kind: 'act-requested', ...requestOf(kind, said(step, seq), LATER) }
      : { ...base, actor, kind, ...said(step, seq), ...(ENDS[kind] && { ends: Math.max(0, seq - 1) }) };
  const keys = signers.length === 0 && !UNSIGNED.has(kind) && by < PEOPLE ? [by] : signers;
  const isSigned = authority.people.size > 0 || kind === 'principal-enrolled' || signers.length > 0;
  const place = { origin: ORIGIN, root: tree.root() };
  return isSigned && keys.length > 0
    ? signAct(
        place,
        drafted,
        keys.map((key) => KEYS[key]!),
      )
    : drafted;
}

function shown({ people, gates, ...state }: Authority): unknown {
  const all: unknown[] = [];
  gates.findLast((gate) => all.push(gate) < 0);
  const rest = [...people].map(([name, { roles, key, entry }]) => [name, roles, key.id, entry]);
  return { ...state, rest, all };
}

function outcome(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

test('a history judges as it would if it read every entry in full', () => {
  const seen = new Set<string>();
  const enrolment: Step = { kind: 'principal-enrolled', by: 0, signers: [0], checkpoint: 2, passed: 0, parents: [], name: 0, asks: false, completes: false }; // biome-ignore format: one step is one line
  const halt: Step = { ...enrolment, kind: 'work-stopped' };
  const beginnings = fc.constantFrom([], [halt], [enrolment], [enrolment, halt]);
  fc.assert(
    fc.property(beginnings, fc.array(steps, { minLength: 10, maxLength: 40 }), (beginning, rest) => {
      const [fast, slow, tree] = [new History(), new Slow(), new MerkleAccumulator()];
      const take = (bytes: Uint8Array, kind: Kind) => {
        const expected = outcome(() => slow.take(bytes, tree));
        expect(outcome(() => fast.take(bytes, tree))).toBe(expected);
        expect(shown(fast.authority)).toEqual(shown(slow.authority));
        if (expected === undefined) tree.append(bytes);
        seen.add(`${kind} ${expected === undefined ? 'follows' : 'does not'}`);
      };
      const program = { id: 'program:capstan', kind: 'program' } as const;
      const first: Entry = { v: 1, seq: 0, time: TIME, kind: 'ledger-started', actor: program, words: { origin: ORIGIN } }; // biome-ignore format: one entry is one line
      take(encodeEntry(first), first.kind);
      for (const step of [...beginning, ...rest]) {
        const entry = entryOf(step, slow, tree);
        if (outcome(() => encodeEntry(entry)) === undefined) take(encodeEntry(entry), entry.kind);
      }
      expect(fast.origin).toBe(ORIGIN);
    }),
    { numRuns: 300, seed: 1 },
  );
  // What needs a fresh key, a whole policy or a third person comes to nothing here.
  const rare: readonly Kind[] = ['act-approved', 'key-rotated', 'policy-adopted', 'principal-withdrawn'];
  for (const kind of KINDS) {
    expect(seen, kind).toContain(`${kind} does not`);
    if (!rare.includes(kind)) expect(seen, kind).toContain(`${kind} follows`);
  }
});
