/** A contributor's rows are taken out of a dataset: out of every file, for good. What is left is what a build would give
 *  that had known of the withdrawal, byte for byte. */

import { CapstanError } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';
import { linesOf } from '../transcript/reader.ts';
import { tombstonesOf, withDataset } from './build.ts';
import { MANIFEST_FILE, type Manifest, readManifest, versionOf } from './manifest.ts';
import { type Row, type RowKind, rowOf } from './row.ts';
import { ALL_FILES, ROW_BYTES_MAX, Shelf } from './shelf.ts';

export interface Withdrawn {
  /** Taken out now. */
  readonly rows: number;
  readonly manifest: Manifest;
}

export function withdraw(
  folder: Folder,
  person: string,
  tell: (event: { readonly kind: 'rows-read'; readonly rows: number }) => void = () => {},
): Withdrawn {
  if (!/^person:\S/.test(person))
    throw new CapstanError(
      'invalid',
      `a person: expected an id as rows have it, «person:ada», got «${person}»`,
    );
  if (!folder.exists(MANIFEST_FILE))
    throw new CapstanError('not-found', `${folder.path}: expected a dataset, got no ${MANIFEST_FILE}`);
  return withDataset(folder, () => {
    const { built, options, trees, nodes, excluded, dropped } = readManifest(
      folder.readText(MANIFEST_FILE),
      `${folder.path}/${MANIFEST_FILE}`,
    );
    const source = { built, options, trees, nodes, excluded, dropped };
    const tombstones = tombstonesOf(folder);
    tombstones.addPerson(person);
    let removed = 0;
    let read = 0;
    for (const [, row] of rowsIn(folder)) {
      if (tombstones.covers(row)) {
        tombstones.addRow(row);
        removed++;
      }
      tell({ kind: 'rows-read', rows: ++read });
    }
    const version = versionOf(source, tombstones.digest());
    const shelf = new Shelf(folder);
    try {
      for (const [kind, row] of rowsIn(folder))
        if (!tombstones.covers(row)) shelf.add(kind, { ...row, dataset_version: version });
      return { rows: removed, manifest: shelf.finish(source, tombstones) };
    } finally {
      shelf.discard();
    }
  });
}

/** All rows, file by file. */
function* rowsIn(folder: Folder): Generator<readonly [RowKind, Row]> {
  for (const { kind, name } of ALL_FILES) {
    const file = `${name}.jsonl`;
    if (!folder.exists(file)) continue;
    const path = `${folder.path}/${file}`;
    let number = 0;
    for (const line of linesOf(folder.pieces(file), { name: path, lineBytesMax: ROW_BYTES_MAX }))
      yield [kind, rowOf(line, `${path}, line ${++number}`)];
  }
}
