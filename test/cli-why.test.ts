/** From an answer back to its people and data, and what a correction does, as a person meets them. */

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../src/ledger/entry.ts';
import { openEnvelope } from '../src/ledger/envelope.ts';
import { parseVerifierKey } from '../src/ledger/key.ts';
import { capstan, lastLine, PATIENCE_MS, SCRATCH } from './command.ts';
import { long } from './long.ts';

const SMALL = ['run', 'permutation-powering', '--size', '8', '--powers', '4', '--replicas', '1'];
const json = async (...args: readonly string[]) => {
  const ended = await capstan([...args, '--json']);
  expect(ended.stderr).toBe('');
  return JSON.parse(ended.stdout);
};
const entries = async (): Promise<readonly Entry[]> => json('ledger', 'list');
const RUN = join(SCRATCH, 'runs/one');
/** Each is a process of its own. */
const MANY_COMMANDS_MS = 4 * PATIENCE_MS;
let checkpoint: string;

beforeAll(async () => {
  expect((await capstan([...SMALL, '--quiet', '--run', 'runs/one'])).status).toBe(0);
  checkpoint = JSON.parse(readFileSync(join(RUN, 'ida/promoted.json'), 'utf8')).hash;
}, PATIENCE_MS);

/** A question that the run was taught an answer to, as one types it, with that answer; read from the first shard. */
function taught(): { readonly text: string; readonly answer: number } {
  const { examples } = JSON.parse(readFileSync(join(RUN, 'ida/state.json'), 'utf8')).content;
  for (const shard of examples.shards) {
    const bytes = readFileSync(join(RUN, `ida/examples/${shard}.bin`));
    for (let start = 4; start < bytes.length; start += 4 + bytes.readUInt32LE(start - 4)) {
      let at = 0;
      const take = (count: number) =>
        Array.from({ length: count }, () => bytes.readUInt16LE(start + 2 * at++));
      const [N, Q] = take(2) as [number, number];
      const facts = take(2 * N).map((word) => word - 3);
      const [, element] = take(2) as [number, number];
      take(2 * (Q - 1));
      const read = Array.from({ length: Q }, () => take(take(1)[0]!));
      const [first] = take(Q);
      const power = read[0]!.reduce((sum, word, digit) => sum + (word - 1) * 2 ** digit, 0);
      if (N === 8 && power > 1 && first !== 0)
        return {
          text: `s^${power}(${element - 3}) [${facts.filter((_, i) => i % 2 === 1).join(' ')}]`,
          answer: first! - 3,
        };
    }
  }
  throw new Error('expected a target about a whole permutation');
}

describe('an answer on the record', () => {
  test('leads back to the checkpoint, its examples and whoever started the run', async () => {
    const asked = await json('ask', 'one', 's^3(5)', '--record');
    expect(asked.record).toEqual({
      answer: expect.stringMatching(/^[0-9a-f]{64}$/),
      entry: expect.any(Number),
    });
    const found = await json('ledger', 'why', asked.record.answer.slice(0, 8));
    expect(found).toMatchObject({ right: true, model: { checkpoint }, record: { asked: 's^3(5)' } });
    expect(found.record.tree).toMatchObject(asked.tree);
    const { stdout } = await capstan(['ledger', 'why', asked.record.answer]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^#\d+ answer [0-9a-f]{12}: σ³\(5\) = \d, right, as the examiner said then$/);
    const steps = [
      /#\d+ promoted/,
      /#\d+ gate passed/,
      /#\d+ \d+ examples/,
      /#\d+ training began/,
      /#\d+ run one/,
    ];
    let [depth, at] = [0, -1];
    for (const step of steps) {
      at = lines.findIndex((line, i) => i > at && step.test(line));
      const indent = lines[at]!.search(/\S/);
      expect(indent, `${step}`).toBeGreaterThan(depth);
      depth = indent;
    }
    // Nothing of it is in the log.
    expect(JSON.stringify(await entries())).not.toContain('s^3(5)');
  });

  test('whose record is altered or gone is an error that names the file, and one that is not there is said to be so', async () => {
    const { record } = await json('ask', 'one', 's^2(1)', '--record');
    const file = join(SCRATCH, `ledger/content/${record.answer}.json`);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace('s^2(1)', 's^2(2)'));
    const altered = await capstan(['ledger', 'why', record.answer]);
    expect(altered).toMatchObject({ status: 6, stdout: '' });
    expect(altered.stderr).toContain(`content/${record.answer}.json: expected the content «answer»`);
    rmSync(file);
    expect(await capstan(['ledger', 'verify'])).toMatchObject({ status: 6 });
    writeFileSync(file, whole);
    expect(await capstan(['ledger', 'verify'])).toMatchObject({ status: 0 });
    expect(await capstan(['ledger', 'why', 'abcdef0123'])).toMatchObject({ status: 3 });
    expect(await capstan(['ledger', 'why', 'x'])).toMatchObject({ status: 2 });
  });
});

describe('an export', () => {
  test('of a model is signed by the log, and of a run is PROV-JSON', async () => {
    const { stdout } = await capstan(['ledger', 'export', '--in-toto', checkpoint.slice(0, 12)]);
    const key = parseVerifierKey(readFileSync(join(SCRATCH, 'ledger/log.vkey'), 'utf8').trimEnd());
    const body = openEnvelope(JSON.parse(stdout), 'application/vnd.in-toto+json', key);
    expect(JSON.parse(body.toString()).subject[0].digest.sha256).toBe(checkpoint);
    const prov = await capstan(['ledger', 'export', '--prov', 'one']);
    expect(Object.keys(JSON.parse(prov.stdout))).toEqual(
      expect.arrayContaining(['prefix', 'entity', 'activity', 'agent', 'actedOnBehalfOf']),
    );
    expect(await capstan(['ledger', 'export'])).toMatchObject({ status: 2 });
    expect(await capstan(['ledger', 'export', '--in-toto', 'abcdef0123'])).toMatchObject({ status: 3 });
    expect(await capstan(['ledger', 'export', '--prov', 'nowhere'])).toMatchObject({ status: 3 });
  });
});

describe('a correction', () => {
  long('of an answer that nothing learned from taints nothing, and shows the first wrong node', async () => {
    const { record, tree } = await json('ask', 'one', 's^3(2)', '--record');
    const [half] = tree.children;
    const other = String((Number(half.answer) + 1) % 8);
    const element = /\((\d)\)/.exec(half.question)![1];
    const said = await json(
      'correct',
      `s^1(${element})`,
      '--run',
      'one',
      '--answer',
      other,
      '--reason',
      'a guess',
    );
    expect(said).toMatchObject({
      examples: [],
      checkpoints: [],
      answers: expect.arrayContaining([record.entry]),
    });
    const { stdout } = await capstan(['ledger', 'why', record.answer]);
    expect(stdout).toMatch(/^ *first wrong node {2}σ¹\(2\) = \d$/m);
    expect(stdout).toMatch(/^ *behind it {9}the facts/m);
    expect(stdout).toMatch(/^ *what taught it {4}.*capstan(\.js)? trace one 's\^3\(2\)'$/m);
    const traced = await json('trace', 'one', 's^3(2)');
    const share = { share: 0, enough: false, culprit: 'facts', right: other };
    expect(traced.mistakes).toEqual([expect.objectContaining({ question: 'σ¹(2)', ...share })]);
    expect(traced.taught).toBeUndefined();
    const shown = await capstan(['trace', 'one', 's^3(2)']);
    expect(shown.stdout).toMatch(/^blame {15}0 % {2}σ¹\(2\) = \d$/m);
    expect(JSON.stringify(await entries())).not.toContain('a guess');
  });

  test('taints what learned another answer: it stays served with a warning, and revoked it is served no more', async () => {
    const { text, answer } = taught();
    const agreed = await json(
      'correct',
      text,
      '--run',
      'one',
      '--answer',
      `${answer}`,
      '--reason',
      'so it is',
    );
    expect(agreed).toMatchObject({ examples: [], checkpoints: [] });
    expect(agreed.agreeing).toBeGreaterThan(0);

    const wrong = ['correct', text, '--run', 'one', '--answer', `${(answer + 1) % 8}`, '--reason', 'a slip'];
    const { status, stdout } = await capstan(wrong);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^examples {3}\d+ of \d+ teach another answer$/m);
    expect(stdout).toContain(`tainted    ${checkpoint.slice(0, 12)}, iteration 1`);
    expect(stdout).toMatch(/^redo {7}iteration 1, without these examples, from the beginning/m);
    expect(stdout).toContain('stays served, with a warning');
    const [model] = await json('models', 'list', 'one');
    expect(model).toMatchObject({ state: 'serving', tainted: [expect.any(Number)] });
    expect((await capstan(['models', 'list'])).stdout).toMatch(
      /serving .* tainted by the correction in entry \d+$/m,
    );
    const asked = await capstan(['ask', 'one', 's^3(5)']);
    expect(asked).toMatchObject({ status: 0 });
    expect(asked.stderr).toMatch(/learned from what was corrected later \(entry \d+ of the ledger\)/);
    expect((await capstan(['ledger', 'why', checkpoint])).stdout).toMatch(
      /#\d+ tainted: person:.* corrected/,
    );
    expect(await capstan(['ledger', 'verify', 'one'])).toMatchObject({ status: 0 });

    // Where nobody can tell, nothing is served.
    const file = join(RUN, `ida/corrections/${model.tainted[0]}.json`);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, 20));
    expect(await capstan(['ask', 'one', 's^3(5)'])).toMatchObject({ status: 6, stdout: '' });
    expect((await json('models', 'list', 'one'))[0]).toMatchObject({ state: 'damaged' });
    rmSync(file);
    const gone = await capstan(['ledger', 'verify', 'one']);
    expect(gone).toMatchObject({ status: 6 });
    expect(gone.stderr).toContain(`corrections/${model.tainted[0]}.json: expected a file`);
    writeFileSync(file, whole);

    const revoked = await capstan([...wrong, '--revoke']);
    expect(revoked.stdout).toContain('served     nothing now');
    expect(await capstan(['ask', 'one', 's^3(5)'])).toMatchObject({ status: 9, stdout: '' });
    expect(await capstan(['ledger', 'verify', 'one'])).toMatchObject({ status: 0 });
    const [correction, revocation] = (await entries()).slice(-2);
    expect([correction!.kind, revocation!.kind]).toEqual(['answer-corrected', 'model-revoked']);
    expect(revocation).toMatchObject({ parents: [correction!.seq], subjects: [{ sha256: checkpoint }] });
  });

  test('that makes no sense is refused, and leaves nothing', async () => {
    const before = (await entries()).length;
    const files = readdirSync(join(SCRATCH, 'ledger/content'));
    for (const [args, status] of [
      [['s^3(5)', '--run', 'one', '--answer', '9', '--reason', 'x'], 2],
      [['s^9(5)', '--run', 'one', '--answer', '1', '--reason', 'x'], 2],
      [['s^3(5)', '--run', 'one', '--answer', '1'], 2],
      [['s^3(5)', '--run', 'nowhere', '--answer', '1', '--reason', 'x'], 3],
    ] as const)
      expect(await capstan(['correct', ...args]), args.join(' ')).toMatchObject({ status, stdout: '' });
    const elsewhere = join(SCRATCH, 'elsewhere');
    cpSync(RUN, join(elsewhere, 'runs/one'), { recursive: true });
    await capstan([...SMALL, '--quiet', '--max-steps', '5'], { folder: elsewhere });
    const right = ['correct', 's^3(5)', '--run', 'one', '--answer', '1', '--reason', 'x'];
    expect(await capstan(right, { folder: elsewhere })).toMatchObject({ status: 3 });
    expect((await entries()).length).toBe(before);
    expect(readdirSync(join(SCRATCH, 'ledger/content'))).toEqual(files);
    expect(lastLine((await capstan(['ledger', 'verify', '--json'])).stdout)).toMatchObject({
      unrecorded: [],
    });
  });
});

describe('what is erased', () => {
  const all = () =>
    readdirSync(SCRATCH, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name)));
  const found = (texts: readonly (string | Buffer)[]) =>
    texts.map((text) => all().filter((bytes) => bytes.includes(text)).length);
  const keptOf = (commitment: string) => {
    const { salt, text } = JSON.parse(
      readFileSync(join(SCRATCH, `ledger/content/${commitment}.json`), 'utf8'),
    );
    return [JSON.stringify(text).slice(1, -1), salt as string, Buffer.from(salt, 'hex')];
  };
  const last = async () => (await entries()).at(-1)!;

  test(
    'is in no file of the project any more, neither text nor salt, and every proof stays valid',
    async () => {
      const QUESTION = 's^3(4) [1 2 3 4 5 6 7 0]';
      const REASON = 'told by somebody who wants to be forgotten';
      // Not the bits of the first run, of which some are revoked.
      await capstan([...SMALL, '--quiet', '--seed', '2', '--run', 'runs/two']);
      const { record } = await json('ask', 'two', QUESTION, '--record');
      await json('correct', QUESTION, '--run', 'two', '--answer', '3', '--reason', REASON);
      const correction = await last();
      const { hash } = JSON.parse(readFileSync(join(SCRATCH, 'runs/two/ida/promoted.json'), 'utf8'));
      const revoking = `${REASON}, again`;
      rmSync(join(SCRATCH, 'runs/one'), { recursive: true });
      expect((await capstan(['models', 'revoke', hash, '--reason', revoking])).status).toBe(0);
      const revocation = await last();
      const receipts = await Promise.all(
        [record.entry, correction.seq].map((seq) => capstan(['ledger', 'receipt', String(seq)])),
      );
      const contents = [record.answer, ...correction.content!.map(({ commitment }) => commitment)].map(
        keptOf,
      );
      contents.push(keptOf(revocation.content![0]!.commitment));
      const [, , key] = contents; // of a question: short, and known to nobody without its salt
      expect(key![0]).toMatch(/^[0-9a-f]{64}$/);
      for (const texts of contents) expect(Math.min(...found(texts.slice(0, 2)))).toBeGreaterThan(0);

      const why = ['--reason', 'asked to'];
      for (const seq of [record.entry, correction.seq, revocation.seq])
        expect((await capstan(['ledger', 'erase', String(seq), ...why])).stdout).toMatch(
          /^erased {5}«\w+» of entry/,
        );
      for (const texts of contents.filter(([text]) => text !== '3')) expect(found(texts)).toEqual([0, 0, 0]);
      expect(found([REASON, QUESTION])).toEqual([0, 0]);

      const verified = await capstan(['ledger', 'verify']);
      expect(verified.status).toBe(0);
      for (const field of ['question', 'key', 'answer', 'reason'])
        expect(verified.stdout).toMatch(
          new RegExp(`^ERASED {5}«${field}» of entry ${correction.seq} \\(authorised by #\\d+\\)$`, 'm'),
        );
      expect((await capstan(['ledger', 'verify', 'two'])).status).toBe(0);
      const again = await Promise.all(
        [record.entry, correction.seq].map((seq) => capstan(['ledger', 'receipt', String(seq)])),
      );
      const inner = (text: string) => /^extra (.*)$/m.exec(text)![1];
      expect(again.map(({ stdout }) => inner(stdout))).toEqual(receipts.map(({ stdout }) => inner(stdout)));
      expect((await capstan(['ledger', 'why', record.answer])).stdout).toMatch(/: erased$/m);
      // It stands, and what is gone is not gone a second time.
      expect(await capstan(['ask', 'two', 's^3(5)'])).toMatchObject({ status: 9 });
      const count = (await entries()).length;
      const twice = await capstan(['ledger', 'erase', String(correction.seq), ...why]);
      expect(twice).toMatchObject({ status: 0, stdout: expect.stringContaining('had been, and is gone') });
      expect((await entries()).length).toBe(count);
    },
    MANY_COMMANDS_MS,
  );

  test('by a command that died in between is finished by the next', async () => {
    await capstan(['pause', '--reason', 'a moment']);
    const paused = await last();
    const file = join(SCRATCH, `ledger/content/${paused.content![0]!.commitment}.json`);
    const whole = readFileSync(file);
    await capstan(['ledger', 'erase', String(paused.seq), 'reason', '--reason', 'x']);
    writeFileSync(file, whole); // as if it had been killed before it deleted
    const verified = await capstan(['ledger', 'verify']);
    expect(verified).toMatchObject({ status: 6 });
    expect(verified.stderr).toContain('expected nothing, as it was erased by entry');
    expect((await capstan(['ledger', 'erase', String(paused.seq), '--reason', 'x'])).status).toBe(0);
    expect((await capstan(['ledger', 'verify'])).status).toBe(0);
    expect(await capstan(['ledger', 'erase', '0', '--reason', 'x'])).toMatchObject({ status: 2 });
    expect(await capstan(['ledger', 'erase', '99999', '--reason', 'x'])).toMatchObject({ status: 2 });
    expect(await capstan(['ledger', 'erase', String(paused.seq), 'answer', '--reason', 'x'])).toMatchObject({
      status: 2,
    });
    expect((await capstan(['ledger', 'erase', String(paused.seq)])).status).toBe(2);
  });
});
