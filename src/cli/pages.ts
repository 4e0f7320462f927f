/** The built pages, read once: what is not among them when the server starts is not served. */

import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PageFile, Pages } from '../server/place.ts';
import { Folder } from '../storage/folder.ts';

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Undefined where none were built. */
export function pagesIn(path: string): Pages | undefined {
  const folder = new Folder(path);
  const files = new Map(folder.files().map((name) => [`/${name}`, fileOf(folder, name)]));
  return files.size === 0 ? undefined : (name) => files.get(name);
}

function fileOf(folder: Folder, name: string): PageFile {
  const bytes = Uint8Array.from(folder.read(name));
  const gzip = Uint8Array.from(gzipSync(bytes, { level: 9 }));
  return {
    bytes,
    ...(gzip.length < bytes.length && { gzip }),
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    isImmutable: name.startsWith('assets/'),
  };
}
