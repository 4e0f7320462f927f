/** The ledger over HTTP: its entries to look at, receipts, and its published files byte by byte, so that whoever looks can
 *  verify without trusting this server. */

import { z } from 'zod';
import type { Entry } from '../ledger/entry.ts';
import { formatVerifierKey } from '../ledger/key.ts';
import { parseTilePath } from '../ledger/tile.ts';
import { LEDGER } from '../project/home.ts';
import type { Kept, ProjectLog } from '../project/log.ts';
import { HEAD, publishedHead, verifierIn } from '../record/ledger.ts';
import { receiptOf } from '../record/receipt.ts';
import { cosignedHead, witnessesIn } from '../record/witnessed.ts';
import { Folder } from '../storage/folder.ts';
import { EntryPage, type EntryRow, LedgerHead, Receipt } from '../wire/ledger.ts';
import { type App, addEndpoint, expectAccess } from './endpoint.ts';
import { RequestError } from './problem.ts';

const PAGE_MAX = 500;
const PAGE = 100;
const QUERY_MAX = 200;
const MS = 1000;
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const EntryQuery = z.object({
  /** The newest first, from the one before this number on. */
  before: Seq.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE),
  /** Words that all have to be in it. */
  q: z.string().max(QUERY_MAX).optional(),
  run: z.string().max(QUERY_MAX).optional(),
  kind: z.string().max(QUERY_MAX).optional(),
});
type EntryQuery = z.infer<typeof EntryQuery>;

export function addLedger(app: App, log: ProjectLog): void {
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/ledger',
      access: 'audit',
      summary: 'The signed head, and what witnesses vouch for',
      gives: LedgerHead.nullable(),
    },
    () => headOf(log),
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/ledger/entries',
      access: 'audit',
      summary: 'Entries, the newest first',
      query: EntryQuery,
      gives: EntryPage,
    },
    ({ query }) => pageOf(log.entries, query),
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/ledger/entries/{seq}',
      access: 'audit',
      summary: 'One entry, and those that follow from it or end it',
      params: z.object({ seq: Seq }),
      gives: EntryPage,
    },
    ({ params: { seq } }) => aboutEntry(log.entries, seq),
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/ledger/receipts/{seq}',
      access: 'audit',
      summary: 'The receipt of an entry (.tlog-proof)',
      params: z.object({ seq: Seq }),
      gives: Receipt,
    },
    ({ params: { seq } }) => ({ seq, receipt: receiptOf(LEDGER, seq) }),
  );
  // Not «/ledger/*», which «/ledger» is as well: that is a page.
  app.get('/ledger/:file{.+}', (c) => {
    expectAccess(c.get('visitor')?.session, 'audit');
    const bytes = published(c.req.path.slice('/ledger/'.length));
    return c.body(Uint8Array.from(bytes).buffer, 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    });
  });
}

function headOf(log: ProjectLog) {
  const folder = new Folder(LEDGER);
  if (log.replay.size === 0) return null;
  const verifier = verifierIn(folder);
  const head = publishedHead(folder, verifier);
  if (!head) return null;
  const witnessed = witnessesIn(folder).flatMap((witness) => {
    try {
      const { size, cosignatures } = cosignedHead(folder, verifier, witness);
      const time = Math.max(...cosignatures.map((one) => one.time));
      return [{ witness: witness.name, size, time: new Date(time * MS).toISOString() }];
    } catch {
      return []; // it has cosigned nothing that lies here
    }
  });
  const { origin, size, root } = head;
  return {
    ...{ origin, size, witnessed },
    root: Buffer.from(root).toString('hex'),
    key: formatVerifierKey(verifier),
    unpublished: log.replay.size - size,
  };
}

function pageOf(all: readonly Kept[], { before = all.length, limit, q, run, kind }: EntryQuery) {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ entry, bytes }: Kept): boolean => {
    if (run !== undefined && entry.run !== run) return false;
    if (kind !== undefined && entry.kind !== kind) return false;
    if (words.length === 0) return true;
    const text = textOf(bytes).toLowerCase();
    return words.every((word) => (/^#\d+$/.test(word) ? `#${entry.seq}` === word : text.includes(word)));
  };
  const entries: EntryRow[] = [];
  let total = 0;
  for (let i = all.length - 1; i >= 0; i--) {
    const one = all[i]!;
    if (!matches(one)) continue;
    total++;
    if (i < before && entries.length < limit) entries.push(rowOf(one));
  }
  return { entries, total };
}

function aboutEntry(all: readonly Kept[], seq: number) {
  const own = all[seq];
  if (!own)
    throw new RequestError('unknown-path', `entry ${seq}: expected one of ${all.length}, there is none`);
  const leansOn = ({ ends, parents = [] }: Entry): boolean => ends === seq || parents.includes(seq);
  const after = all.slice(seq + 1).filter(({ entry }) => leansOn(entry));
  const entries = [own, ...after.slice(0, PAGE_MAX - 1)].map(rowOf);
  return { entries, total: 1 + after.length };
}

function rowOf({ entry, bytes }: Kept): EntryRow {
  const { seq, time, kind, actor, run, ends, subjects, figures, words, parents, content, signed } = entry;
  return {
    ...{ seq, time, kind },
    actor: actor.id,
    ...(run !== undefined && { run }),
    ...(ends !== undefined && { ends }),
    subjects: [...(subjects ?? [])],
    figures: { ...figures },
    words: { ...words },
    parents: [...(parents ?? [])],
    fields: (content ?? []).map(({ field }) => field),
    signers: (signed ?? []).map(({ key }) => key),
    text: textOf(bytes),
  };
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What is published of the ledger; nothing else of its folder, least of all the key that signs. */
function published(name: string): Uint8Array {
  const folder = new Folder(LEDGER);
  if (!(name === 'log.vkey' || name === `log/${HEAD}` || isTile(name)) || !folder.exists(name))
    throw new RequestError('unknown-path', `/ledger/${name}: expected a published file of the ledger`);
  return folder.read(name);
}

function isTile(name: string): boolean {
  try {
    parseTilePath(name.replace(/^log\//, ''));
    return name.startsWith('log/');
  } catch {
    return false;
  }
}
