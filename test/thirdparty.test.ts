/** Logs that the pure code writes are verified by programs that share nothing with it: one on Go's own library for such
 *  logs, one on Python and openssl. Each must also refuse what was damaged, or its consent would mean nothing. */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosign, parseHead, signHead, type TreeHead } from '../src/ledger/head.ts';
import { formatVerifierKey, type SignerKey, signerKey, verifierOf } from '../src/ledger/key.ts';
import { formatNote, parseNote } from '../src/ledger/note.ts';
import { rootAt } from '../src/ledger/proof.ts';
import { formatReceipt, makeReceipt } from '../src/ledger/receipt.ts';
import { grow, tilePath, tileReader } from '../src/ledger/tile.ts';
import { makeWitness, withWitness } from '../src/witness/witness.ts';

const VERIFIERS = fileURLToPath(new URL('thirdparty/', import.meta.url));
const VERIFIER_MS = 60_000;
const LOG = signerKey('note', 'example.com/capstan', Buffer.alloc(32, 1));
const WITNESS = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));

/** As Debian's golang-golang-x-mod-dev has it; nothing is fetched. */
const GOPATH = '/usr/share/gocode';

interface Verifier {
  readonly name: string;
  readonly needs: string;
  readonly isHere: boolean;
  /** Throws if it cannot be built. */
  prepare(work: string): void;
  command(work: string, folder: string): readonly [string, ...string[]];
}

const verifiers: readonly Verifier[] = [
  {
    name: 'golang.org/x/mod/sumdb',
    needs: 'golang-go and golang-golang-x-mod-dev',
    isHere: runs('go', 'version') && existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')),
    prepare(work) {
      const here = {
        GOPATH,
        GO111MODULE: 'off',
        GOPROXY: 'off',
        GOFLAGS: '',
        GOCACHE: join(work, 'cache'),
        CGO_ENABLED: '0',
      };
      const command = ['build', '-o', join(work, 'verify'), join(VERIFIERS, 'verify.go')];
      execFileSync('go', command, { env: { ...process.env, ...here }, stdio: 'pipe', timeout: VERIFIER_MS });
    },
    command: (work, folder) => [join(work, 'verify'), folder],
  },
  {
    name: 'Python and openssl',
    needs: 'python3 and openssl 3',
    isHere: runs('python3', '--version') && opensslMajor() >= 3,
    prepare: () => {},
    command: (_, folder) => ['python3', join(VERIFIERS, 'verify.py'), folder],
  },
];

const SIZES = [1, 300, 70_000];

let work = '';
const folderOf = (size: number) => join(work, `log-${size}`);

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'capstan-thirdparty-'));
  for (const size of SIZES) write(folderOf(size), size);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

for (const verifier of verifiers) {
  const missing = verifier.isHere ? '' : ` (skipped: it needs ${verifier.needs})`;
  describe.skipIf(!verifier.isHere)(`${verifier.name}${missing}`, () => {
    beforeAll(() => verifier.prepare(work));

    test.each(SIZES)('verifies a log of %i entries', (size) => {
      expect(verdict(verifier, folderOf(size))).toMatchObject({ status: 0 });
    });

    test.each([
      ['a byte of an entry', 'tile/entries/001.p/44'],
      ['a byte of a full tile', 'tile/0/000'],
      ['a byte of the tile above', 'tile/1/000.p/1'],
    ])('refuses the log when %s is another', (_, path) => {
      refuses(verifier, path, (bytes) => bytes.with(-5, bytes.at(-5)! ^ 1));
    });

    test('refuses the log when the size in its head is another', () => {
      // All that a log of 200 needs is there.
      refuses(verifier, 'checkpoint', (bytes) => replaced(bytes, '\n300\n', '\n200\n'));
    });

    test('refuses the log when its key signed another root', () => {
      refuses(verifier, 'checkpoint', (bytes) => {
        const head = parseHead(parseNote(bytes).text);
        return Buffer.from(cosigned({ ...head, root: head.root.with(0, head.root[0]! ^ 1) }, LOG));
      });
    });

    test('refuses the log when another key of the same name and id signed its head', () => {
      const other = signerKey('note', LOG.name, Buffer.alloc(32, 9));
      refuses(verifier, 'checkpoint', (bytes) =>
        Buffer.from(cosigned(parseHead(parseNote(bytes).text), { ...other, id: LOG.id })),
      );
    });

    test('refuses the log when a file is missing', () => {
      refuses(verifier, 'tile/entries/000', () => undefined);
    });
  });
}

const go = verifiers[0]!;
describe.skipIf(!go.isHere)(
  `${go.name}, of witnesses and receipts${go.isHere ? '' : ` (skipped: it needs ${go.needs})`}`,
  () => {
    beforeAll(() => go.prepare(work));

    test('refuses a head that a witness did not sign', () => {
      refuses(go, 'witnesses', () =>
        Buffer.from(formatVerifierKey(signerKey('cosignature', 'w', Buffer.alloc(32, 3)))),
      );
    });

    test('refuses the receipt of another entry', () => {
      refuses(go, 'receipt.tlog-proof', (bytes) => replaced(bytes, 'index 200', 'index 201'));
    });
  },
);

/** The log of 300 must be refused once one file of it is another, or gone. */
function refuses(verifier: Verifier, path: string, change: (bytes: Buffer) => Uint8Array | undefined): void {
  const folder = mkdtempSync(join(work, 'damaged-'));
  cpSync(folderOf(300), folder, { recursive: true });
  const bytes = readFileSync(join(folder, path));
  const after = change(bytes);
  if (after) {
    expect(bytes.equals(after)).toBe(false);
    writeFileSync(join(folder, path), after);
  } else rmSync(join(folder, path));
  const { status, text } = verdict(verifier, folder);
  expect(status).toBe(1);
  // It refused, and did not stumble.
  expect(text).not.toMatch(/Traceback|panic/);
  expect(text).not.toBe('');
}

function replaced(bytes: Buffer, what: string, by: string): Buffer {
  return Buffer.from(bytes.toString().replace(what, by));
}

/** A log as a stranger would fetch it, with a witness and a receipt. */
function write(folder: string, size: number): void {
  const files = new Map<string, Uint8Array>();
  const entries = Array.from({ length: size }, (_, i) =>
    Buffer.from(`{"seq":${i},"said":"${'é'.repeat(i % 7)}"}`),
  );
  const source = (path: string) => files.get(path);
  for (const { tile, bytes } of grow(0, entries, source)) files.set(tilePath(tile), bytes);
  const reader = tileReader(size, source);
  const signed = signHead({ origin: LOG.name, size, root: rootAt(size, reader), extensions: [] }, LOG);
  const head = witnessed(Buffer.from(signed), size);
  files.set('checkpoint', Buffer.from(head));
  files.set('vkey', Buffer.from(`${formatVerifierKey(LOG)}\n`));
  files.set('witnesses', Buffer.from(`${formatVerifierKey(WITNESS)}\n`));
  const receipt = makeReceipt(Math.floor((size * 2) / 3), head, reader);
  files.set('receipt.tlog-proof', Buffer.from(formatReceipt(receipt)));
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** The head as our witness leaves it. */
function witnessed(head: Uint8Array, size: number): string {
  const path = join(work, `witness-${size}`);
  makeWitness(path, WITNESS.name, () => Buffer.alloc(32, 2));
  return withWitness(
    path,
    () => 1_700_000_000,
    (witness) => {
      witness.trust(verifierOf(LOG));
      return witness.add({ old: 0, proof: [], head }).note;
    },
  );
}

/** The head as a note of the log and a witness. */
function cosigned(head: TreeHead, log: SignerKey): string {
  const { text, signatures } = parseNote(Buffer.from(signHead(head, log)));
  return formatNote({ text, signatures: [...signatures, cosign(text, WITNESS, 1_700_000_000)] });
}

function verdict(
  verifier: Verifier,
  folder: string,
): { readonly status: number | null; readonly text: string } {
  const [program, ...rest] = verifier.command(work, folder);
  const done = spawnSync(program, rest, { encoding: 'utf8', timeout: VERIFIER_MS });
  return { status: done.status, text: done.stdout + done.stderr };
}

function runs(program: string, ...rest: readonly string[]): boolean {
  return spawnSync(program, rest).status === 0;
}

/** Of «OpenSSL 3.0.19 …»: 3, from which on it verifies Ed25519 over a file; NaN, if there is none. */
function opensslMajor(): number {
  return Number(
    /^OpenSSL (\d+)\./.exec(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1],
  );
}
