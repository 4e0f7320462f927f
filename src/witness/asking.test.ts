import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { cosign, openHead, signHead } from '../ledger/head.ts';
import { signerKey, type VerifierKey, verifierOf } from '../ledger/key.ts';
import { formatSignature, parseNote } from '../ledger/note.ts';
import { rootAt } from '../ledger/proof.ts';
import { grow, type TileSource, tilePath, tileReader } from '../ledger/tile.ts';
import { addCheckpoint } from './answer.ts';
import { type Answer, askWitness } from './asking.ts';
import { makeWitness, withWitness } from './witness.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-asking-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const SIGNER = signerKey('note', 'example.org/log', Buffer.alloc(32, 1));
const LOG = verifierOf(SIGNER);
const WITNESS = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));
const KEY = verifierOf(WITNESS);
const STRANGER = signerKey('cosignature', 'stranger.example/1', Buffer.alloc(32, 3));
const NOW = 1_700_000_000;
let path: string;
let turn = 0;
beforeEach(fresh);

function fresh(): void {
  path = join(root, String(turn++));
  makeWitness(path, KEY.name, () => Buffer.alloc(32, 2));
  withWitness(path, () => NOW, (witness) => witness.trust(LOG)); // biome-ignore format: one step
}

/** A log as it is published; the word makes it another one. */
function logOf(size: number, word = ''): TileSource {
  const files = new Map<string, Uint8Array>();
  const entries = Array.from({ length: size }, (_, i) => Buffer.from(`${word}${i}`));
  for (const { tile, bytes } of grow(0, entries, () => undefined)) files.set(tilePath(tile), bytes);
  const tree = {
    size,
    root: rootAt(
      size,
      tileReader(size, (name) => files.get(name)),
    ),
  };
  files.set('checkpoint', Buffer.from(signHead({ origin: LOG.name, ...tree, extensions: [] }, SIGNER)));
  return (name) => files.get(name);
}

const headIn = (source: TileSource) => parseNote(source('checkpoint')!).text;
const signed = (text: string, by = WITNESS) => formatSignature(cosign(text, by, NOW));
const witness = async (body: Uint8Array) =>
  withWitness(path, () => NOW, (one) => addCheckpoint(body, one)); // biome-ignore format: one step

function ask(source: TileSource, send: (body: Uint8Array) => Promise<Answer>, { from = 0, keys = [KEY] as readonly VerifierKey[] } = {}) {
  return askWitness(source, { where: 'the witness', log: LOG, witnesses: keys, from, send });
} // biome-ignore format: one thing

test('wherever a log believes the witness to be, it is cosigned', async () => {
  const sizes = fc.array(fc.record({ more: fc.nat(300), from: fc.nat(600) }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sizes, async (steps) => {
      fresh();
      let size = 0;
      for (const { more, from } of steps) {
        const before = size;
        size += more;
        const source = logOf(size);
        const [one, ...others] = await ask(source, witness, { from: Math.min(from, size) });
        expect(others).toEqual([]);
        expect(one).toMatchObject({ key: KEY, size, before, time: NOW });
        const opened = openHead(Buffer.from(one!.note), LOG, [KEY]);
        expect(opened.cosignatures).toHaveLength(1);
      }
    }),
    { numRuns: 20 },
  );
});

test('a log that was rolled back or written again is told so', async () => {
  await ask(logOf(300), witness);
  await expect(ask(logOf(200), witness)).rejects.toThrow('it was rolled back');
  await expect(ask(logOf(300, 'else'), witness, { from: 300 })).rejects.toThrow('this one was written again');
  await expect(ask(logOf(400, 'else'), witness)).rejects.toThrow('this one was written again');
  await ask(logOf(400), witness);
});

test('a log whose tiles are not those of its head asks nobody', async () => {
  const source = logOf(300);
  const other = logOf(300, 'else');
  let asked = 0;
  const send = async () => {
    asked++;
    return { status: 200, type: '', body: '' };
  };
  const mixed = (name: string) => (name === 'checkpoint' ? other : source)(name);
  await expect(ask(mixed, send)).rejects.toThrow('the tiles of');
  expect(asked).toBe(0);
});

describe('of what a witness answers', () => {
  const source = logOf(20);
  const plain = (status: number, body: string) => async () => ({ status, type: 'text/plain', body });
  const size = (body: string) => async () => ({ status: 409, type: 'text/x.tlog.size', body });
  const ok = (body: string) => ask(source, plain(200, body));

  test('only a signature by a key that is known counts, and all of them must hold', async () => {
    const right = signed(headIn(source));
    const other = signed(headIn(source), STRANGER);
    const bent = right.replace(/.{8}\n$/, (end) => `${[...end.slice(0, -1)].reverse().join('')}\n`);
    const [one] = await ok(other + right);
    expect(one!.note).not.toContain('stranger');
    expect(await ask(source, plain(200, other + right), { keys: [KEY, verifierOf(STRANGER)] })).toHaveLength(
      2,
    );
    for (const [body, reason] of [
      [other, /expected a cosignature by witness\.example.*got one by stranger\.example/],
      [signed(headIn(logOf(19))), /a signature of witness\.example/],
      [right + bent, /a signature of witness\.example|base64/],
      [right.trimEnd(), /the answer of the witness/],
      [`\n${right}`, /the answer of the witness/],
      [`${right}\n${right}`, /the answer of the witness/],
      ['', /the answer of the witness/],
      ['<html>', /the answer of the witness/],
      [right.repeat(100), /at most 100 signatures/],
    ] as const) // biome-ignore format: a table
      await expect(ok(body), body.slice(0, 40)).rejects.toThrow(reason);
  });

  test('every refusal is an error with its meaning, and what it says is cut and made plain', async () => {
    for (const [
      status,
      code,
    ] of [[400, 'refused'], [403, 'refused'], [404, 'refused'], [409, 'corrupt'], [413, 'refused'], [422, 'corrupt'], [503, 'locked'], [500, 'not-found'], [302, 'not-found']] as const) // biome-ignore format: a table
      await expect(ask(source, plain(status, `so\u001b[2J\n${'x'.repeat(9999)}`))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(new RegExp(`got ${status}: [^\\u001b]{10,600}$`)),
      });
  });

  test('a size that makes no sense ends the asking', async () => {
    for (const [body, reason] of [
      ['0\n', /expected another size than 0/],
      ['21\n', /the log has 20; it was rolled back/],
      ['05\n', /expected a size/], ['-1\n', /expected a size/], ['', /expected a size/], ['1e3\n', /expected a size/],
      [`${2 ** 53}\n`, /expected a size/],
    ] as const) // biome-ignore format: a table
      await expect(ask(source, size(body)), body).rejects.toThrow(reason);
    let next = 0;
    const restless = () => size(`${++next % 20}\n`)();
    await expect(ask(source, restless)).rejects.toMatchObject({ code: 'locked' });
    expect(next).toBe(8);
  });
});
