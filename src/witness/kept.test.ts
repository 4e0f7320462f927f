import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ForkedLog, LOG } from '../../test/crash/forked-log.ts';
import { openHead } from '../ledger/head.ts';
import { signerKey, verifierOf } from '../ledger/key.ts';
import type { Submission } from '../ledger/submission.ts';
import { formatEvidence, openPair, verifyEvidence } from './evidence.ts';
import { EVIDENCE_MAX, UNPROVEN_MAX } from './kept.ts';
import { Refused } from './refused.ts';
import { type Asked, makeWitness, type Witness, withWitness } from './witness.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-kept-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const [SHARED, SIZE] = [10, 40];
const log = new ForkedLog(SHARED, SIZE);
const OTHER = verifierOf(signerKey('note', 'example.org/other', Buffer.alloc(32, 5)));
let path: string;
let turn = 0;
beforeEach(fresh);

function fresh(): void {
  path = join(root, String(turn++));
  makeWitness(path, 'witness.example/1', () => Buffer.alloc(32, 2));
  asked((witness) => witness.trust(LOG));
}

function asked<T>(act: (witness: Witness) => T): T {
  return withWitness(path, () => 1_700_000_000, act);
}

function refused(submission: Asked): string {
  try {
    asked((witness) => witness.add(submission));
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}

const add = (submission: Submission) => asked((witness) => witness.add(submission));
const kept = (kind: string) => fs.readdirSync(path).filter((name) => name.startsWith(`${kind}-${LOG.id}-`)).sort(); // biome-ignore format: one thing
const bytesOf = (name: string) => fs.readFileSync(join(path, name));
const rootOf = (branch: number, size: number) => openHead(Buffer.from(log.head(branch, size)), LOG).root;
const beginningOn = (branch: number) => (size: number, head: { readonly size: number }) => ({
  tree: { size, root: rootOf(branch, size) },
  proof: log.submission(branch, head.size, size).proof,
});
/** A complete subtree, which a proof does not name. */
const isPower = (size: number) => Number.isInteger(Math.log2(size));
const sized = (low: number, high: number) => fc.integer({ min: low, max: high });

test('of a fork that its own proof shows, evidence is kept; without a root at a power of two it is unproven', () => {
  fc.assert(
    fc.property(sized(SHARED + 1, SIZE - 1), fc.nat(SIZE), fc.boolean(), (older, more, isRead) => {
      fresh();
      const newer = Math.min(older + 1 + more, SIZE);
      add(log.submission(0, older, 0));
      const submission = log.submission(1, newer, older);
      const said = refused(isRead ? { ...submission, root: rootOf(1, older) } : submission);
      if (isPower(older) && !isRead) {
        expect(said).toContain('nothing shows that it extends');
        expect([kept('evidence'), kept('unproven').length]).toEqual([[], 1]);
        return;
      }
      const [name, ...others] = kept('evidence');
      expect([name, others, kept('unproven')]).toEqual([`evidence-${LOG.id}-${older}-${newer}`, [], []]);
      expect(said).toContain(`both heads are in ${path}/${name}`);
      const [first, second] = verifyEvidence(bytesOf(name!), LOG);
      expect([first.root, second.root]).toEqual([rootOf(0, older), rootOf(1, newer)]);
      expect(() => verifyEvidence(bytesOf(name!), OTHER)).toThrow('a signature of');
    }),
    { numRuns: 40 },
  );
});

test('no byte of such evidence can be another', () => {
  add(log.submission(0, 20, 0));
  refused(log.submission(1, 30, 20));
  const bytes = bytesOf(`evidence-${LOG.id}-20-30`);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(() => verifyEvidence(changed, LOG), `byte ${at}`).toThrow();
  }
});

test('two heads of one log are no evidence, with whatever right or wrong root and proof', () => {
  for (let newer = 1; newer <= SIZE; newer++)
    for (let older = 1; older < newer; older++) {
      const { proof } = log.submission(0, newer, older);
      for (const tree of [rootOf(0, older), rootOf(1, SIZE), rootOf(0, newer)]) {
        const shown = { tree: { size: older, root: tree }, proof };
        const text = formatEvidence(log.head(0, older), log.head(0, newer), shown);
        expect(() => verifyEvidence(Buffer.from(text), LOG), `${older}, ${newer}`).toThrow();
      }
    }
});

test('nothing that anybody sends in the name of a log that never lied becomes evidence', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const proof = fc.oneof(
    fc.array(hash, { maxLength: 8 }),
    fc.record({ size: sized(1, SIZE), old: fc.nat(SIZE) }).map(({ size, old }) => log.submission(0, size, Math.min(old, size)).proof),
    fc.record({ size: sized(1, SIZE), old: fc.nat(SIZE), at: fc.nat() }).map(({ size, old, at }) => {
      const right = [...log.submission(0, size, Math.min(old, size)).proof];
      return right.filter((_, i) => i !== at % Math.max(right.length, 1));
    }),
  ); // biome-ignore format: a table
  const sent = fc.record({ size: sized(0, SIZE), proof, root: fc.option(hash, { nil: undefined }) });
  fc.assert(
    fc.property(sized(1, SIZE), fc.array(sent, { maxLength: 30 }), (first, all) => {
      fresh();
      let last = add(log.submission(0, first, 0)).head.size;
      for (const { size, proof, root } of all)
        try {
          const submission = { old: last, proof, head: Buffer.from(log.head(0, size)), root };
          last = asked((witness) => witness.add(submission)).head.size;
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
        }
      expect(kept('evidence')).toEqual([]);
      expect(kept('unproven').length).toBeLessThanOrEqual(UNPROVEN_MAX);
      for (const name of kept('unproven')) {
        expect(openPair(bytesOf(name), LOG)[1].size).toBeGreaterThan(first);
        expect(() => verifyEvidence(bytesOf(name), LOG)).toThrow('one may well extend the other');
      }
      // Whoever looks at the log's tiles sees that all of it was true.
      add(log.submission(0, SIZE, last));
      asked((witness) => witness.settle(LOG.name, beginningOn(0)));
      expect([kept('evidence'), kept('unproven')]).toEqual([[], []]);
    }),
    { numRuns: 20 },
  );
});

test('what is unproven is settled by a head of its size, or by the tiles', () => {
  const doubt = (branch: number, size: number) => refused({ ...log.submission(branch, size, 16), proof: [] });
  add(log.submission(0, 16, 0));
  for (const [branch, size] of [[0, 20], [1, 24], [1, 28], [1, 40]] as const) doubt(branch, size); // biome-ignore format: a table
  expect(kept('unproven')).toHaveLength(4);
  add(log.submission(0, 20, 16));
  expect(kept('unproven')).toHaveLength(3);
  add(log.submission(0, 24, 20));
  expect(kept('evidence')).toEqual([`evidence-${LOG.id}-24`]);
  add(log.submission(0, 32, 24));
  expect(kept('unproven')).toHaveLength(2);
  asked((witness) => witness.settle(LOG.name, beginningOn(0)));
  expect(kept('evidence')).toEqual([`evidence-${LOG.id}-24`, `evidence-${LOG.id}-28-32`]);
  for (const name of kept('evidence')) verifyEvidence(bytesOf(name), LOG);
  // One larger than what was cosigned stays until it can be settled.
  expect(kept('unproven')).toHaveLength(1);
});

test('two unproven heads of one size contradict each other', () => {
  add(log.submission(0, 16, 0));
  for (const branch of [0, 1]) refused({ ...log.submission(branch, 30, 16), proof: [] });
  expect([kept('evidence'), kept('unproven')]).toEqual([[`evidence-${LOG.id}-30`], []]);
  verifyEvidence(bytesOf(`evidence-${LOG.id}-30`), LOG);
});

test('a log fills no disk: so many files are kept, what is there stays, and the refusal says so', () => {
  add(log.submission(0, 16, 0));
  const said = Array.from({ length: 20 }, (_, i) => refused({ ...log.submission(0, 17 + i, 16), proof: [] }));
  expect(said.filter((one) => one.includes('this pair was not kept'))).toHaveLength(20 - UNPROVEN_MAX);
  expect(kept('unproven')).toHaveLength(UNPROVEN_MAX);
  expect(kept('unproven').some((name) => name.startsWith(`unproven-${LOG.id}-17-`))).toBe(true);
  add(log.submission(0, 19, 16));
  for (let size = 20; size <= SIZE; size++) refused(log.submission(1, size, 19));
  expect(kept('evidence')).toHaveLength(EVIDENCE_MAX);
});
