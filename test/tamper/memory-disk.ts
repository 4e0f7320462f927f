/** A disk in memory that can only be read: files by their path, and the folders that their paths imply. */

import type { Disk } from '../../src/storage/disk.ts';

export type Files = ReadonlyMap<string, Buffer>;

/** The files lie below `/`. */
export function memoryDisk(files: Files): Disk {
  const at = (path: string) => files.get(path.slice(1));
  const below = (path: string) => {
    const prefix = path === '/' ? '' : `${path.slice(1)}/`;
    return [...files.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  };
  const missing = (path: string) => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return {
    readFileSync: (path: string, encoding?: BufferEncoding) => {
      const bytes = at(path);
      if (!bytes) throw missing(path);
      return encoding === undefined ? bytes : bytes.toString(encoding);
    },
    readdirSync: (path: string, { recursive = false }: { readonly recursive?: boolean } = {}) => {
      const names = below(path);
      if (names.length === 0) throw missing(path);
      return recursive ? names : [...new Set(names.map((name) => name.split('/')[0]!))];
    },
    statSync: (path: string, { throwIfNoEntry = true } = {}) => {
      const bytes = at(path);
      if (bytes) return { size: bytes.length, isFile: () => true };
      if (below(path).length > 0) return { size: 0, isFile: () => false };
      if (throwIfNoEntry) throw missing(path);
      return undefined;
    },
  } as unknown as Disk;
}
