import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cosign, formatHead, signHead } from '../ledger/head.ts';
import { formatVerifierKey, signerKey, verifierOf } from '../ledger/key.ts';
import { formatNote, parseNote } from '../ledger/note.ts';
import { Folder } from '../storage/folder.ts';
import { cosignedSize, keepCosigned, witnessesIn } from './witnessed.ts';

const path = fs.mkdtempSync(join(tmpdir(), 'capstan-witnessed-'));
afterAll(() => fs.rmSync(path, { recursive: true, force: true }));
const folder = new Folder(path);
const WITNESS = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));
const KEY = verifierOf(WITNESS);

function logNamed(name: string) {
  const signer = signerKey('note', name, Buffer.alloc(32, 1));
  const note = (size: number, by = WITNESS) => {
    const head = { origin: name, size, root: Buffer.alloc(32, size), extensions: [] };
    const { signatures } = parseNote(Buffer.from(signHead(head, signer)));
    const text = formatHead(head);
    return formatNote({ text, signatures: [...signatures, cosign(text, by, 1)] });
  };
  return { key: verifierOf(signer), note };
}

test('a larger head that a witness cosigned is not replaced by a smaller one of that log', () => {
  const log = logNamed('example.org/log');
  const size = () => cosignedSize(folder, log.key, KEY);
  expect(size()).toBe(0);
  for (const [given, kept] of [[5, 5], [9, 9], [7, 9], [9, 9], [12, 12]] as const) {
    keepCosigned(path, KEY, log.note(given));
    expect(size()).toBe(kept);
  } // biome-ignore format: a table
  // One of another log makes room, and so does what the witness did not sign.
  keepCosigned(path, KEY, logNamed('example.org/other').note(3));
  expect(size()).toBe(0);
  keepCosigned(path, KEY, log.note(4));
  expect(size()).toBe(4);
  const stranger = signerKey('cosignature', 'stranger.example/1', Buffer.alloc(32, 3));
  for (const there of [log.note(99, stranger), log.note(99).slice(0, -9), 'nonsense', '']) {
    folder.writeAtomic(`witnessed/${KEY.id}`, there);
    expect(size()).toBe(0);
    keepCosigned(path, KEY, log.note(4));
    expect(size()).toBe(4);
  }
});

test('the witnesses of a ledger are the lines of a file, and none without it', () => {
  expect(witnessesIn(folder)).toEqual([]);
  const vkey = formatVerifierKey(KEY);
  folder.writeAtomic('witness.vkey', `${vkey}\r\n\n${vkey}`);
  expect(witnessesIn(folder).map(formatVerifierKey)).toEqual([vkey, vkey]);
  folder.writeAtomic('witness.vkey', `${vkey.slice(0, -3)}\n`);
  expect(() => witnessesIn(folder)).toThrow('witness.vkey, line 1: a verifier key: expected');
});
