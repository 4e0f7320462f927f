import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ForkedLog, LOG } from '../../test/crash/forked-log.ts';
import { openHead } from '../ledger/head.ts';
import { signerKey, verifierOf } from '../ledger/key.ts';
import { formatSubmission, type Submission } from '../ledger/submission.ts';
import { addCheckpoint } from './answer.ts';
import { verifyEvidence } from './evidence.ts';
import { Refused } from './refused.ts';
import { makeWitness, withWitness } from './witness.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-witness-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const log = new ForkedLog(10, 40);
const OTHER = verifierOf(signerKey('note', 'example.org/other', Buffer.alloc(32, 5)));
let path: string;
let turn = 0;
let clock: number;
beforeEach(() => {
  path = join(root, String(turn++));
  clock = 1_700_000_000;
  makeWitness(path, 'witness.example/1', () => Buffer.alloc(32, 2));
  withWitness(path, () => clock, (witness) => witness.trust(LOG)); // biome-ignore format: one step
});

const add = (submission: Submission) => withWitness(path, () => clock, (witness) => witness.add(submission)); // biome-ignore format: one step
const reply = (body: Uint8Array) => withWitness(path, () => clock, (witness) => addCheckpoint(body, witness)); // biome-ignore format: one step
const state = () =>
  fs
    .readdirSync(path)
    .filter((name) => name.startsWith('log-'))
    .map((name) => fs.readFileSync(join(path, name), 'utf8'))
    .join('\n');

describe('a witness', () => {
  test('cosigns what extends what it cosigned, in a note that holds both signatures', () => {
    const key = withWitness(path, () => clock, (witness) => witness.key); // biome-ignore format: one step
    for (const [before, size] of [
      [0, 5],
      [5, 12],
      [12, 12],
      [12, 40],
    ] as const) {
      // biome-ignore format: a table
      const { note, head, time } = add(log.submission(0, size, before));
      const opened = openHead(Buffer.from(note), LOG, [key]);
      expect(opened).toMatchObject({ size, root: head.root });
      expect(opened.cosignatures).toMatchObject([{ time }]);
      clock += 10;
    }
  });

  test('never says that it saw a larger tree earlier, whatever its clock does', () => {
    expect(add(log.submission(0, 5, 0)).time).toBe(clock);
    clock -= 1000;
    expect(add(log.submission(0, 6, 5)).time).toBe(clock + 1000);
  });

  test('keeps no signature of others', () => {
    const head = log.head(0, 5);
    const other = '— somebody AAAAAAAA\n';
    const { note } = add({ old: 0, proof: [], head: Buffer.from(`${head}${other}`) });
    expect(note).not.toContain('somebody');
    expect(note.startsWith(head)).toBe(true);
  });

  test('refuses every fork that leaves what it witnessed, and remembers nothing of it', () => {
    const size = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(fc.record({ branch: fc.nat(1), size, old: fc.option(size) })), (asked) => {
        fs.rmSync(path, { recursive: true });
        makeWitness(path, 'witness.example/1', () => Buffer.alloc(32, 2));
        withWitness(path, () => clock, (witness) => witness.trust(LOG)); // biome-ignore format: one step
        let last = { branch: 0, size: 0 };
        for (const { branch, size, old } of asked) {
          const before = state();
          const from = old ?? last.size;
          // What a model of a witness says: from where it was, upwards, on the same branch beyond what is shared.
          const extends_ = log.areConsistent(last, { branch, size });
          const isRight = from === last.size && size >= last.size && extends_;
          try {
            add(log.submission(branch, size, from));
            expect(isRight).toBe(true);
            last = { branch, size };
          } catch (error) {
            expect(error).toBeInstanceOf(Refused);
            expect(isRight).toBe(false);
            expect(state()).toBe(before);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  test('keeps two heads of one size as evidence that convinces who has the key, and nobody else', () => {
    add(log.submission(0, 20, 0));
    expect(() => add(log.submission(1, 20, 20))).toThrow(/expected one root for 20 entries, it signed two/);
    const name = `evidence-${LOG.id}-20`;
    const bytes = fs.readFileSync(join(path, name));
    const [first, second] = verifyEvidence(bytes, LOG);
    expect([first.size, second.size]).toEqual([20, 20]);
    expect(() => verifyEvidence(bytes, OTHER)).toThrow('a signature of');
    // No head is evidence against itself, nor against one of another size.
    for (const other of [log.head(0, 20), log.head(1, 21)])
      expect(() => verifyEvidence(Buffer.from(`${log.head(0, 20)}\n${other}`), LOG)).toThrow('evidence:');
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => verifyEvidence(changed, LOG), `byte ${at}`).toThrow();
    }
  });

  test('has one key for one origin, for good', () => {
    const again = verifierOf(signerKey('note', LOG.name, Buffer.alloc(32, 9)));
    withWitness(path, () => clock, (witness) => {
      witness.trust(LOG);
      expect(() => witness.trust(again)).toThrow('expected the key that is trusted');
      expect(() => witness.trust(witness.key)).toThrow('expected that of a log');
      witness.trust(OTHER);
      expect(witness.logs().map(({ name }) => name).sort()).toEqual([LOG.name, OTHER.name]);
    }); // biome-ignore format: one step
    expect(() => makeWitness(path, 'again', () => Buffer.alloc(32))).toThrow('there is one');
  });

  test('does not go on from a memory that somebody altered', () => {
    add(log.submission(0, 20, 0));
    const file = join(path, `log-${LOG.id}.head`);
    fs.writeFileSync(file, log.head(0, 10)); // the log signed it, the witness did not
    expect(() => add(log.submission(0, 30, 10))).toThrow('expected a head that this witness cosigned');
  });
});

describe('the answers', () => {
  const body = (branch: number, size: number, old: number) =>
    formatSubmission(log.submission(branch, size, old));
  const edited = (bytes: Buffer, what: string, by: string) => Buffer.from(bytes.toString().replace(what, by));

  test('are those of the specification', () => {
    const proofOf = (bytes: Buffer) => bytes.toString().split('\n')[1]!;
    const ask = (bytes: Uint8Array) => {
      const { status, type, body } = reply(bytes);
      return [status, type === 'text/x.tlog.size' ? body : ''];
    };
    expect(ask(Buffer.from('old'))).toEqual([400, '']);
    expect(ask(edited(body(0, 5, 0), '\n5\n', '\n05\n'))).toEqual([400, '']);
    expect(ask(edited(body(0, 5, 0), 'example.org', 'example.net'))).toEqual([404, '']);
    expect(ask(edited(body(0, 5, 0), '\n5\n', '\n6\n'))).toEqual([403, '']);
    expect(ask(body(0, 5, 6))).toEqual([400, '']);
    expect(ask(body(0, 5, 2))).toEqual([409, '0\n']);
    expect(ask(edited(body(0, 5, 0), 'old 0\n', `old 0\n${proofOf(body(0, 20, 12))}\n`))).toEqual([422, '']);
    const first = reply(body(0, 20, 0));
    expect(first).toMatchObject({ status: 200 });
    expect(first.body).toMatch(/^— witness\.example\/1 \S+\n$/);
    expect(ask(body(0, 30, 0))).toEqual([409, '20\n']);
    expect(ask(body(0, 12, 12))).toEqual([409, '20\n']);
    expect(ask(body(1, 20, 20))).toEqual([409, '']);
    expect(ask(body(1, 30, 20))).toEqual([422, '']);
    expect(ask(edited(body(0, 30, 20), proofOf(body(0, 30, 20)), proofOf(body(0, 30, 12))))).toEqual([
      422,
      '',
    ]);
    expect(ask(body(0, 30, 20))).toEqual([200, '']);
    expect(ask(body(0, 30, 30))).toEqual([200, '']);
  });
});
