/** JSON files that notice when they were altered: the content beside the SHA-256 of its canonical form. Against
 *  accidents and idle hands; who rewrites content and hash together is the ledger's business. */

import { hash } from 'node:crypto';
import { canonical } from '../base/canonical.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';

interface Sealed {
  readonly format: string;
  readonly sha256: string;
  readonly content: unknown;
}

/** A secret one is its owner's alone to read. */
export function writeSealed(
  folder: Folder,
  name: string,
  format: string,
  content: object,
  options: { readonly secret?: boolean } = {},
): void {
  folder.writeAtomic(name, sealedText(format, content), options);
}

/** What is written. */
export function sealedText(format: string, content: object): string {
  const sealed: Sealed = { format, sha256: digest(content), content };
  return `${JSON.stringify(sealed, null, 1)}\n`;
}

/** What `writeSealed` wrote; throws «corrupt», naming the file, on anything else. */
export function readSealed<T>(folder: Folder, name: string, format: string): T {
  const text = folder.readText(name);
  try {
    const { format: found, sha256, content }: Partial<Sealed> = Object(JSON.parse(text));
    if (found !== format) throw new Error(`expected format «${format}», got «${found}»`);
    if (sha256 === undefined || content === undefined) throw new Error('expected content and its hash');
    if (digest(content) !== sha256) throw new Error(`expected content with hash ${sha256}, it was altered`);
    return content as T;
  } catch (cause) {
    throw new CapstanError('corrupt', `${folder.path}/${name}: ${messageOf(cause)}`, { cause });
  }
}

function digest(content: unknown): string {
  return hash('sha256', canonical(JSON.parse(JSON.stringify(content))));
}
