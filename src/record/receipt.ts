/** Receipts of entries, out of what is published. */

import { expectInteger } from '../base/errors.ts';
import { formatReceipt, makeReceipt } from '../ledger/receipt.ts';
import { readBundle, TILE_WIDTH, tileReader } from '../ledger/tile.ts';
import { Folder } from '../storage/folder.ts';
import { HEAD, logOf, publishedHead, sourceOf, verifierIn } from './ledger.ts';

/** The `.tlog-proof` of an entry, the entry itself as its extra. */
export function receiptOf(path: string, number: number): string {
  const folder = new Folder(path);
  const size = publishedHead(folder, verifierIn(folder))?.size ?? 0;
  expectInteger('number of an entry', number, 0, size - 1);
  const log = logOf(folder);
  const source = sourceOf(log);
  const entry = readBundle(Math.floor(number / TILE_WIDTH), size, source)[number % TILE_WIDTH]!;
  return formatReceipt(makeReceipt(number, log.readText(HEAD), tileReader(size, source), entry));
}
