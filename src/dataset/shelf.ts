/** Puts the files of a dataset into its folder. Rows come in their order and go to JSONL, which then becomes Parquet; all of
 *  it lies complete under temporary names before the first file is replaced, and the manifest is replaced last. Tombstones
 *  are replaced first: whatever strikes after that, a second try finds out what has to go. */

import { createHash } from 'node:crypto';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import type { Folder } from '../storage/folder.ts';
import type { Staged } from '../storage/staged.ts';
import { linesOf } from '../transcript/reader.ts';
import { LINE_BYTES_MAX } from '../transcript/tree.ts';
import { CARD_FILE, cardOf } from './card.ts';
import {
  DATASET_FORMAT,
  type FileRecord,
  MANIFEST_FILE,
  type Manifest,
  type Source,
  versionOf,
  writeManifest,
} from './manifest.ts';
import { ParquetRows } from './parquet.ts';
import { lineOf, ROW_KINDS, type Row, type RowKind, type RowSplit, rowOf, SPLITS } from './row.ts';
import { TOMBSTONES_FILE, type Tombstones } from './tombstones.ts';

export const ALL_FILES: readonly {
  readonly kind: RowKind;
  readonly split: RowSplit;
  readonly name: string;
}[] = ROW_KINDS.flatMap((kind) =>
  [...SPLITS].sort().map((split) => ({ kind, split, name: `${kind}/${split}` })),
);

interface Growing {
  readonly kind: RowKind;
  readonly split: RowSplit;
  readonly name: string;
  readonly staged: Staged;
  readonly tree: MerkleAccumulator;
  readonly sha256: ReturnType<typeof createHash>;
}

/** A line may be longer than that of a tree: it has the provenance too. */
export const ROW_BYTES_MAX = 4 * LINE_BYTES_MAX;

export class Shelf {
  readonly #folder: Folder;
  readonly #files = new Map<string, Growing>();
  readonly #staged: Staged[] = [];

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  add(kind: RowKind, row: Row): void {
    const name = `${kind}/${row.split}`;
    const file = this.#files.get(name) ?? this.#begin(kind, row.split, name);
    const bytes = Buffer.from(`${lineOf(row)}\n`);
    file.staged.write(bytes);
    file.sha256.update(bytes);
    file.tree.append(bytes.subarray(0, -1));
  }

  /** `wrote` is told of each file that is complete. */
  finish(source: Source, tombstones: Tombstones, wrote: (name: string) => void = () => {}): Manifest {
    const records: FileRecord[] = [];
    const all = new MerkleAccumulator();
    const replaced: [string, Staged][] = [];
    for (const { kind, split, name } of ALL_FILES) {
      const file = this.#files.get(name);
      if (!file) continue;
      const { staged, tree, sha256 } = file;
      const about = { kind, split, rows: tree.size };
      const jsonl = {
        name: `${name}.jsonl`,
        bytes: staged.bytes,
        sha256: sha256.digest('hex'),
        root: tree.root(),
      };
      records.push({ ...about, ...jsonl });
      wrote(jsonl.name);
      const parquet = this.#parquet(file, all);
      records.push({ ...about, ...parquet.record });
      wrote(parquet.record.name);
      replaced.push([jsonl.name, staged], [parquet.record.name, parquet.staged]);
    }
    const manifest: Manifest = {
      format: DATASET_FORMAT,
      version: versionOf(source, tombstones.digest()),
      ...source,
      files: records,
      rows: all.size,
      root: all.root(),
      withdrawn: { rows: tombstones.rows, people: tombstones.people },
    };
    this.#replace(replaced, manifest, tombstones);
    return manifest;
  }

  /** Leaves no trace of what was not finished. */
  discard(): void {
    for (const staged of this.#staged) staged.discard();
  }

  #replace(files: readonly [string, Staged][], manifest: Manifest, tombstones: Tombstones): void {
    for (const [, staged] of files) staged.seal();
    const folder = this.#folder;
    if (tombstones.rows + tombstones.people > 0 || folder.exists(TOMBSTONES_FILE))
      folder.writeAtomic(TOMBSTONES_FILE, tombstones.text());
    // With it the folder is known as a dataset's, should something strike before the first one is complete.
    if (!folder.exists(MANIFEST_FILE)) folder.writeAtomic(MANIFEST_FILE, writeManifest(manifest));
    for (const [, staged] of files) staged.commit();
    const kept = new Set(files.map(([name]) => name));
    for (const { name } of ALL_FILES)
      for (const file of [`${name}.jsonl`, `${name}.parquet`])
        if (!kept.has(file)) folder.remove(file, { sync: true });
    folder.writeAtomic(CARD_FILE, cardOf(manifest));
    folder.writeAtomic(MANIFEST_FILE, writeManifest(manifest));
  }

  #begin(kind: RowKind, split: RowSplit, name: string): Growing {
    const staged = this.#stage(`${name}.jsonl`);
    const file = { kind, split, name, staged, tree: new MerkleAccumulator(), sha256: createHash('sha256') };
    this.#files.set(name, file);
    return file;
  }

  #stage(name: string): Staged {
    const staged = this.#folder.stage(name);
    this.#staged.push(staged);
    return staged;
  }

  /** The same rows as Parquet; on the way their lines go into the tree of all. */
  #parquet({ kind, name, staged }: Growing, all: MerkleAccumulator) {
    const parquet = this.#stage(`${name}.parquet`);
    const sha256 = createHash('sha256');
    const rows = new ParquetRows(kind, (bytes) => {
      sha256.update(bytes);
      parquet.write(bytes);
    });
    const reading = { name: `${name}.jsonl`, lineBytesMax: ROW_BYTES_MAX };
    for (const line of linesOf(staged.pieces(), reading)) {
      all.append(line);
      rows.add(rowOf(line, reading.name), line.length);
    }
    rows.end();
    const record = { name: `${name}.parquet`, bytes: parquet.bytes, sha256: sha256.digest('hex') };
    return { staged: parquet, record };
  }
}
