/** What a run leaves on the record, as a person meets it. */

import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyCommitment } from '../src/ledger/commitment.ts';
import type { Entry } from '../src/ledger/entry.ts';
import { parseVerifierKey } from '../src/ledger/key.ts';
import { parseReceipt, verifyReceipt } from '../src/ledger/receipt.ts';
import { verifyLedger } from '../src/record/verify.ts';
import { capstan, capstanAtWork, lastLine, PATIENCE_MS, SCRATCH } from './command.ts';

const LEDGER = join(SCRATCH, 'ledger');
const SMALL = ['run', 'permutation-powering', '--size', '8', '--powers', '4', '--replicas', '1'];
const ledger = (...args: readonly string[]) => capstan(['ledger', ...args]);
const entriesOf = async (...args: readonly string[]) => {
  const { stdout } = await ledger('list', ...args, '--json');
  return JSON.parse(stdout) as readonly Entry[];
};

beforeAll(async () => {
  const ended = await capstan([...SMALL, '--quiet', '--run', 'runs/one']);
  expect(ended.status).toBe(0);
  const killed = capstanAtWork([...SMALL, '--endless', '--run', 'runs/two']);
  await killed.said(/step \d+/);
  killed.process.kill('SIGKILL');
  await killed.ended;
}, PATIENCE_MS);

describe('models', () => {
  const models = async () => JSON.parse((await capstan(['models', 'list', '--json'])).stdout);
  const THREE = ['run', 'permutation-powering', '--size', '8', '--replicas', '1', '--run', 'runs/three'];

  test('are listed with their states, taken back and revoked, and each is on the record before', async () => {
    await capstan([...THREE, '--quiet']);
    const own = (await models()).filter(({ run }: { run: string }) => run === 'three');
    expect(own.map(({ state }: { state: string }) => state)).toEqual(['passed', 'passed', 'serving']);
    const [first, second, third] = own.map(({ hash }: { hash: string }) => hash) as [string, string, string];
    const ask = () => capstan(['ask', 'three', 's^13(5)', '--json']);
    expect(JSON.parse((await ask()).stdout).checkpoint).toBe(third);

    const shown = await capstan(['models', 'show', third.slice(0, 12)]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ hash: third, parent: second, groundTruth: false });

    const card = (await capstan(['models', 'card', third])).stdout;
    for (const said of ['version 1.2.0', third, 'Serving.', `Compared with \`${second}\``, '| 1.0.0 | 1 |'])
      expect(card).toContain(said);
    const diff = await capstan(['models', 'diff', second, third, '--questions', '200', '--json']);
    const { changes, moves, answers } = JSON.parse(diff.stdout);
    expect(changes).toContainEqual({ name: 'parent', before: first, after: second });
    for (const { distance } of moves) expect(distance).toBeGreaterThan(0);
    const shares = answers.map(({ same }: { same: { value: number } }) => same.value);
    expect(shares[0]).toBeGreaterThan(0.9); // what both know
    expect(shares.at(-1)).toBeLessThan(shares[0]); // and what the later one learned
    const itself = await capstan(['models', 'diff', third, third]);
    expect(itself.stdout).toMatch(/level 4: the same to 100\.0 %/);
    expect(itself.stdout).not.toContain('lineage');

    expect((await capstan(['models', 'revoke', second])).status).toBe(2); // no reason
    const revoked = await capstan(['models', 'revoke', second, '--reason', 'a bad week']);
    expect(revoked.stdout).toContain('served     nothing in three now');
    expect(await ask()).toMatchObject({ status: 9 });
    const refused = await capstan(['models', 'rollback', third, '--reason', 'x']);
    expect(refused).toMatchObject({ status: 9 });
    const back = await capstan(['models', 'rollback', first.slice(0, 8), '--reason', 'the last good one']);
    expect(back.status).toBe(0);
    expect(JSON.parse((await ask()).stdout).checkpoint).toBe(first);
    const states = (await models()).filter(({ run }: { run: string }) => run === 'three');
    expect(states.map(({ state }: { state: string }) => state)).toEqual(['serving', 'revoked', 'revoked']);

    const all = await entriesOf('--run', 'three');
    expect(all.filter(({ kind }) => kind === 'model-served').length).toBe(2); // as often as it was answered
    const entries = all.filter(({ kind }) => kind !== 'model-served');
    const [taken, given] = entries.slice(-2);
    expect([taken!.kind, given!.kind]).toEqual(['model-revoked', 'model-rolled-back']);
    expect(taken).toMatchObject({ actor: { kind: 'person' }, subjects: [{ sha256: second }] });
    // The reason is not in the log: a commitment is, and who has the salt can show that it is the one.
    expect(JSON.stringify(entries)).not.toContain('a bad week');
    const { reason, salt } = JSON.parse(
      readFileSync(join(SCRATCH, `runs/three/ida/revoked/${second}.json`), 'utf8'),
    );
    verifyCommitment(taken!, taken!.content![0]!, Buffer.from(reason), Buffer.from(salt, 'hex'));
  });

  test('that are not there are said to be so', async () => {
    expect(await capstan(['models', 'show', 'abcdef012345'])).toMatchObject({ status: 3 });
    expect(await capstan(['models', 'show', 'x'])).toMatchObject({ status: 2 });
  });
});

describe('control', () => {
  const place = join(SCRATCH, 'controlled');
  const here = (...args: readonly string[]) => capstan(args, { folder: place });
  const reason = ['--reason', 'a look at the data'];

  test('halts what is at work after its step, latches, and lets it go on to the same bits', async () => {
    mkdirSync(place);
    const args = [...SMALL, '--endless', '--max-steps', '400', '--run', 'runs/held'];
    const work = capstanAtWork(args, { folder: place });
    await work.said(/step (?:[5-9]\d|\d{3})/); // something is saved by then, so that going on is resuming
    const stopped = await here('stop', ...reason);
    expect(stopped).toMatchObject({ status: 0 });
    const halted = await work.ended;
    expect(halted.status).toBe(130);
    expect(halted.stderr).toContain('(work in this project was halted)');
    for (const again of [
      args,
      ['run', '--resume', 'runs/held'],
      [...SMALL, '--quiet', '--run', 'runs/new'],
    ]) {
      const { status, stderr } = await here(...again);
      expect(status).toBe(9);
      expect(stderr).toMatch(/stopped since .*, by person:.* \(entry \d+ of the ledger\)/);
    }
    // The file alone is no permission, and no file is none either.
    rmSync(join(place, 'ledger/halt'));
    expect((await here('run', '--resume', 'runs/held', '--quiet')).status).toBe(9);

    expect((await here('resume', ...reason)).status).toBe(0);
    expect((await here('resume', ...reason)).status).toBe(2);
    expect((await here('run', '--resume', 'runs/held', '--quiet')).status).toBe(0);
    expect((await here(...args.slice(0, -1), 'runs/whole', '--quiet')).status).toBe(0);
    const [held, whole] = ['held', 'whole'].map(
      (name) => JSON.parse(readFileSync(join(place, `runs/${name}/record.json`), 'utf8')).arms[0].iterations,
    );
    const hashes = (iterations: readonly { checkpoint: string }[]) =>
      iterations.map(({ checkpoint }) => checkpoint);
    expect(hashes(held)).toEqual(hashes(whole));
    const { entries, open } = verifyLedger(join(place, 'ledger'));
    expect(open).toEqual([]);
    const kinds = entries.map(({ kind }) => kind).filter((kind) => /^(work|run)-/.test(kind));
    // The file halts first, so the run may have ended on the record before the entry that stops it is there.
    expect(kinds.slice(1, 3).sort()).toEqual(['run-ended', 'work-stopped']);
    expect(kinds.toSpliced(1, 2)).toEqual([
      ...['run-started', 'work-resumed'],
      ...['run-resumed', 'run-ended', 'run-started', 'run-ended'],
    ]);
  });

  test('by a file alone halts too, where the ledger cannot be had', async () => {
    writeFileSync(join(place, 'ledger/halt'), '');
    const { status, stderr } = await here(...SMALL, '--run', 'runs/other');
    expect(status).toBe(9);
    expect(stderr).toContain('stopped by the file ledger/halt');
    const paused = await here('pause', ...reason);
    expect(paused.stdout).toMatch(/^paused, entry \d+/);
    expect((await here('resume', ...reason)).status).toBe(0);
    expect((await here('pause')).status).toBe(2);
  });
});

describe('the ledger of a project', () => {
  test('has what a run did: begun, gates, promotions after their gates, ended', async () => {
    const entries = await entriesOf('--run', 'one');
    const kinds = entries.map(({ kind }) => kind);
    expect(kinds[0]).toBe('run-started');
    expect(kinds.at(-1)).toBe('run-ended');
    const iteration = ['training-started', 'training-ended', 'examples-written', 'gate-decided'];
    expect(kinds.slice(1, -1)).toEqual([...iteration, 'model-promoted']);
    const [began, , , , gate, promoted, ended] = entries;
    expect(began).toMatchObject({
      authority: expect.stringMatching(/^person:/),
      words: { overseer: 'script' },
    });
    expect(ended).toMatchObject({ ends: began!.seq, words: { state: 'finished' } });
    expect(promoted!.parents).toEqual([gate!.seq]);
    expect(promoted!.subjects).toEqual([gate!.subjects![0]]);
    const summary = JSON.parse(readFileSync(join(SCRATCH, 'runs/one/ida/promoted.json'), 'utf8'));
    expect(promoted!.subjects![0]!.sha256).toBe(summary.hash);
  });

  test('shows what was begun and never ended, and verifies all the same', async () => {
    const { status, stdout } = await ledger('verify', '--json');
    expect(status).toBe(0);
    const verified = lastLine(stdout);
    const [killed, training] = await entriesOf('--run', 'two');
    expect(verified).toMatchObject({ open: [killed!.seq, training!.seq], unpublished: 0 });
    const { stdout: text } = await ledger('verify');
    expect(text).toMatch(/^verified {3}\d+ entries of capstan-[0-9a-f]{12}, root [0-9a-f]{64}$/m);
    expect(text).toMatch(/^open .*run-started.*two/m);
  });

  test('is what runs are compared with: what one claims is on it, and a file that differs is named', async () => {
    const one = await ledger('verify', 'one');
    expect(one.stdout).toMatch(/^verified {3}one: 1 checkpoints and \d+ examples, against 7 entries$/m);
    const two = await ledger('verify', 'runs/two', '--json');
    expect(lastLine(two.stdout)).toMatchObject({
      run: 'two',
      open: [expect.any(Number), expect.any(Number)],
    });
    const copy = join(SCRATCH, 'runs/altered');
    cpSync(join(SCRATCH, 'runs/one'), copy, { recursive: true });
    writeFileSync(join(copy, 'record.json'), '{}');
    const altered = await ledger('verify', 'altered');
    expect(altered).toMatchObject({ status: 6 });
    expect(altered.stderr).toContain('altered/record.json: expected hash');
    rmSync(copy, { recursive: true });
  });

  test('gives receipts that are verified without it', async () => {
    const { stdout } = await ledger('receipt', '1');
    const receipt = parseReceipt(Buffer.from(stdout));
    const key = parseVerifierKey(readFileSync(join(LEDGER, 'log.vkey'), 'utf8').trimEnd());
    verifyReceipt(receipt, receipt.extra!, key);
    expect(JSON.parse(Buffer.from(receipt.extra!).toString())).toMatchObject({ seq: 1, kind: 'run-started' });
  });

  test('is refused where it was altered or went back to an earlier state: exit status 6, and the file is named', async () => {
    const copy = join(SCRATCH, 'copy');
    cpSync(LEDGER, copy, { recursive: true });
    const checkpoint = join(copy, 'log/checkpoint');
    const known = join(SCRATCH, 'known');
    copyFileSync(checkpoint, known);
    const journal = join(copy, 'journal/00000000.seg');
    const bytes = readFileSync(journal);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(journal, bytes);
    const altered = await ledger('verify', copy);
    expect(altered).toMatchObject({ status: 6 });
    expect(altered.stderr).toContain(`${copy}/journal: expected`);
    rmSync(copy, { recursive: true });
    const other = await capstan([...SMALL, '--max-steps', '5', '--quiet'], { folder: join(SCRATCH, 'runs') });
    expect(other.status).toBe(100);
    const rolled = await ledger('verify', 'runs/ledger', '--known', known);
    expect(rolled).toMatchObject({ status: 6 });
    expect(await ledger('verify', '--known', known)).toMatchObject({ status: 0 });
  });

  test('that is not there, and a number that no entry has, are said to be so', async () => {
    expect(await ledger('verify', 'nowhere')).toMatchObject({ status: 3 });
    const { status, stderr } = await ledger('receipt', '9999');
    expect(status).toBe(2);
    expect(stderr).toContain('number of an entry: expected an integer from 0 to');
  });
});
