import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  carryOutTiny,
  createTiny,
  entriesOf,
  LEDGER_OPTIONS,
  PATIENCE_MS,
  recorderIn,
  saidOf,
} from '../../test/tiny-run.ts';
import { canonical } from '../base/canonical.ts';
import type { Entry } from '../ledger/entry.ts';
import { merkleRoot } from '../ledger/merkle.ts';
import { withLedger } from '../record/ledger.ts';
import { keepCorrection } from '../registry/correction.ts';
import { forgetReason, revoke } from '../registry/revocation.ts';
import { Folder } from '../storage/folder.ts';
import { auditRun } from './audit.ts';
import { lifeOf } from './life.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-audit-'));
const [run, ledger] = [join(home, 'one'), join(home, 'ledger')];
const place = { path: run, ledger };
let files: readonly string[];
let copies = 0;

beforeAll(async () => {
  createTiny(place);
  await carryOutTiny(place);
  files = new Folder(run).files();
}, PATIENCE_MS);
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

function copy(): string {
  const path = join(home, `copy-${++copies}`);
  fs.cpSync(run, path, { recursive: true });
  return path;
}

const audited = (path: string) => () => auditRun(path, entriesOf(ledger));

describe('a run that ended', () => {
  test('is all on the ledger, its examples by shard and root, wherever it lies now', () => {
    expect(audited(run)()).toMatchObject({
      run: 'one',
      checkpoints: 2,
      examples: 32,
      open: [],
      unrecorded: [],
    });
    expect(audited(copy())()).toMatchObject({ run: 'one', checkpoints: 2 });
  });

  test('has the root that its leaves have when they are read without us', () => {
    const shards = files.filter((file) => file.startsWith('ida/examples/'));
    expect(shards.length).toBe(2);
    const leaves: Uint8Array[] = [];
    const { examples } = JSON.parse(fs.readFileSync(join(run, 'ida/state.json'), 'utf8')).content;
    for (const shard of examples.shards) {
      const bytes = fs.readFileSync(join(run, `ida/examples/${shard}.bin`));
      for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at))
        leaves.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
    }
    const gate = entriesOf(ledger).findLast(({ kind }) => kind === 'gate-decided')!;
    expect(gate.subjects![1]).toEqual({ name: 'examples', sha256: merkleRoot(leaves) });
  });

  test('is refused with any bit of any file changed, any file cut short or gone, and the file is named', () => {
    const damage = fc.constantFrom('flip', 'truncate', 'remove', 'swap' as const);
    fc.assert(
      fc.property(fc.nat(), damage, fc.nat(), fc.nat(7), (which, how, at, bit) => {
        const path = copy();
        const file = files[which % files.length]!;
        const bytes = fs.readFileSync(join(path, file));
        if (how === 'flip') bytes[at % bytes.length]! ^= 1 << bit;
        if (how === 'remove') fs.rmSync(join(path, file));
        else
          fs.writeFileSync(
            join(path, file),
            how === 'truncate' ? bytes.subarray(0, at % bytes.length) : bytes,
          );
        if (how === 'swap') {
          const other = files[(which + 1 + (at % (files.length - 1))) % files.length]!;
          fs.copyFileSync(join(path, other), join(path, file));
        }
        // Without run.json it is no run at all.
        if (how === 'remove' && file === 'run.json') expect(audited(path)).toThrow('found no run.json');
        else expect(saidOf(audited(path)), `${how} ${file}`).toContain(file);
        fs.rmSync(path, { recursive: true });
      }),
      { numRuns: 120 },
    );
  });

  test('is refused with anything that the ledger does not know, by name', () => {
    for (const [file, from] of [
      ['ida/checkpoints/0000.safetensors', undefined],
      ['ida/examples/more.bin', undefined],
      ['ida/revoked/x.json', undefined],
      ['notes.txt', undefined],
      ['other/state.json', 'ida/state.json'],
    ] as const) {
      const path = copy();
      const folder = new Folder(path);
      folder.writeAtomic(file, from ? folder.read(from) : '{}');
      expect(saidOf(audited(path)), file).toContain(file.split('/')[0]);
    }
  });

  test('is refused where any one of its entries is not there', () => {
    const entries = entriesOf(ledger);
    for (const missing of entries.filter(
      ({ kind }) => !['ledger-started', 'training-started'].includes(kind),
    )) {
      const rest = entries.filter((entry) => entry !== missing);
      let shown: unknown;
      const said = saidOf(() => {
        shown = auditRun(run, rest).open.length;
      });
      expect(said !== '' || shown === 1, missing.kind).toBe(true);
    }
  });

  test('is refused where its checkpoints say of themselves anything but what their gates said', () => {
    const entries = entriesOf(ledger);
    const gate = entries.find(({ kind }) => kind === 'gate-decided')!;
    const told = (change: Partial<Entry>) => () =>
      auditRun(
        run,
        entries.map((entry) => (entry === gate ? { ...entry, ...change } : entry)),
      );
    for (const name of Object.keys(gate.figures!).filter((name) => name !== 'passed')) {
      const figures = { ...gate.figures, [name]: gate.figures![name]! + 1 };
      expect(saidOf(told({ figures }))).toMatch(
        /checkpoints\/.*: expected a lineage with .*, as in entry \d/,
      );
    }
    expect(saidOf(told({ words: { ...gate.words, teacher: 'nobody' } }))).toContain('teacher nobody');
  });

  test('whose shards were put in another order, and their list sealed again, has another root', () => {
    const path = copy();
    fs.rmSync(join(path, 'record.json'));
    fs.rmSync(join(path, 'report.html'));
    const cut = entriesOf(ledger).filter(({ kind }) => kind !== 'run-ended'); // killed: nothing says what the list was
    expect(auditRun(path, cut).examples).toBe(32);
    const file = join(path, 'ida/state.json');
    const { format, content } = JSON.parse(fs.readFileSync(file, 'utf8'));
    content.examples.shards.reverse();
    const sha256 = createHash('sha256').update(canonical(content)).digest('hex');
    fs.writeFileSync(file, JSON.stringify({ format, sha256, content }));
    expect(saidOf(() => auditRun(path, cut))).toMatch(/ida\/examples: expected \d+ examples with the root/);
  });

  test('whose folder calls it finished has to be ended on the ledger', () => {
    const cut = entriesOf(ledger).filter(({ kind }) => kind !== 'run-ended');
    expect(saidOf(() => auditRun(run, cut))).toMatch(
      /record.json: expected that entry 1 of the ledger has ended/,
    );
  });
});

describe('a run of which something was taken back', () => {
  test('has the file of each revocation and correction, and any change to one is an error that names it', async () => {
    const taken = { path: join(home, 'taken'), ledger: join(home, 'ledger-of-taken') };
    createTiny(taken);
    const { record } = await carryOutTiny(taken);
    const [first, second] = record.arms[0]!.iterations.map(({ checkpoint }) => checkpoint) as [
      string,
      string,
    ];
    const arm = new Folder(join(taken.path, 'ida'));
    const about = { actor: { id: 'person:ada', kind: 'person' }, run: 'taken' } as const;
    const salt = new Uint8Array(32).fill(5);
    withLedger(taken.ledger, LEDGER_OPTIONS, (open) => {
      const subjects = [{ name: 'tainted', sha256: second }];
      const entry = open.append([{ ...about, kind: 'answer-corrected', parents: [1], subjects }]);
      keepCorrection(arm, { entry, tainted: [second] });
      const [reason, hash] = ['a bad week', first];
      const of = {
        ...about,
        kind: 'model-revoked',
        subjects: [{ name: 'checkpoint', sha256: hash }],
      } as const;
      const revoked = open.appendAbout(of, [{ field: 'reason', text: reason, salt }]);
      revoke(arm, { hash, reason, salt: Buffer.from(salt).toString('hex'), entry: revoked });
    });
    const look = () => auditRun(taken.path, entriesOf(taken.ledger));
    expect(look()).toMatchObject({ checkpoints: 2, unrecorded: [] });
    for (const name of arm.files().filter((file) => /^(corrections|revoked)\//.test(file))) {
      const file = join(arm.path, name);
      const whole = fs.readFileSync(file);
      for (let at = 0; at < whole.length - 1; at += 3) {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 1;
        fs.writeFileSync(file, bytes);
        expect(saidOf(look), `${name}, byte ${at}: ${bytes}`).toContain(name);
      }
      fs.rmSync(file);
      expect(saidOf(look)).toContain(`${name}: expected a file`);
      fs.writeFileSync(file, whole);
    }
    forgetReason(arm, entriesOf(taken.ledger).at(-1)!.seq);
    expect(look()).toMatchObject({ unrecorded: [] });
  });
});

describe('a run that was stopped, killed and resumed', () => {
  const held = { path: join(home, 'held'), ledger };

  test('is verified at every point: what is not on the ledger yet is listed', async () => {
    createTiny(held);
    const stop = new AbortController();
    const stopping = carryOutTiny(held, {
      signal: stop.signal,
      tell: ({ kind }) => kind === 'iteration-ended' && stop.abort(),
    });
    await expect(stopping).rejects.toThrow('stopped after');
    expect(audited(held.path)()).toMatchObject({ checkpoints: 1, open: [], unrecorded: [] });

    // Killed between its last gate and what it says of it: nothing is recorded after that.
    const record = recorderIn(ledger);
    let dead = false;
    const killed = carryOutTiny(held, {
      record: (make) => {
        if (dead) throw new Error('nobody is there any more');
        return record((first) => {
          const drafts = make(first);
          dead = drafts.some(({ kind }) => kind === 'gate-decided');
          return drafts;
        });
      },
      tell: () => {
        if (dead) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow();
    const { open, checkpoints } = audited(held.path)();
    expect(checkpoints).toBe(2);
    expect(open.map(({ kind }) => kind)).toEqual(['run-resumed']);

    await carryOutTiny(held);
    expect(audited(held.path)()).toMatchObject({ checkpoints: 2, examples: 32, unrecorded: [] });
    expect(audited(held.path)().open.map(({ kind }) => kind)).toEqual(['run-resumed']);
  });

  test('is not taken for another of the same name', async () => {
    const entries = entriesOf(ledger);
    const again = { path: join(home, 'elsewhere/one'), ledger };
    createTiny({ ...again, baselines: true });
    await carryOutTiny(again, { halted: () => 'enough' }).catch(() => {});
    const own = JSON.parse(JSON.stringify(lifeOf(entriesOf(ledger), hashOf(run))!.entries));
    expect(own).toEqual(lifeOf(entries, hashOf(run))!.entries);
    expect(audited(again.path)()).toMatchObject({ checkpoints: 0, open: [] });
    expect(audited(run)()).toMatchObject({ checkpoints: 2 });
  });
});

function hashOf(path: string): string {
  const began = entriesOf(ledger).filter(({ kind }) => kind === 'run-started');
  return began.find(({ run: name }) => name === new Folder(path).name)!.subjects![0]!.sha256;
}
