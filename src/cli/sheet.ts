/** A sheet that a person fills in instead of H: written by a command, and read by the same command once it is there. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CapstanError } from '../base/errors.ts';
import type { DoerFlags } from '../project/doer.ts';
import type { SheetLine } from '../run/sheet.ts';
import { parseLines } from '../storage/lines.ts';

export const SHEET_HELP = 'the file is written, and read once every «right» in it is true or false';

export interface Sheet {
  readonly lines: readonly Partial<SheetLine>[];
  readonly sha256: string;
}

/** Undefined where no person judges, or the file is still to be written. */
export function filledIn(file: string | undefined): Sheet | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { lines: parseLines(text, file) as readonly Partial<SheetLine>[], sha256 };
}

export function writeSheet(file: string, lines: readonly SheetLine[]): void {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  console.log(`${file}: say in each line whether it is right (${lines.length}), then the same command again`);
}

/** Who acts is asked where a person judges. Throws «usage» where it is said and H does. */
export function expectJudge({ as, key, person }: DoerFlags & { readonly person?: string }): void {
  const given = as !== undefined ? '--as' : key !== undefined ? '--key' : undefined;
  if (given !== undefined && person === undefined)
    throw new CapstanError('usage', `${given}: expected --person with it, H judges otherwise`);
}
