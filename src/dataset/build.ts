/** From transcript trees to a dataset:
 *      trees → drafts of rows → by question → one split, once each, not withdrawn → JSONL → Parquet, card, manifest
 *  The same trees give the same bytes, in whatever order they come. Memory: one tree, one bucket of the spool, one row group. */

import { createHash } from 'node:crypto';
import { canonical } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { readWholeTree } from '../transcript/reader.ts';
import type { Exclusion } from './exclusion.ts';
import {
  DATASET_FORMAT,
  type Dropped,
  MANIFEST_FILE,
  type Manifest,
  type Options,
  readManifest,
  versionOf,
} from './manifest.ts';
import type { Provenance, RowSplit } from './row.ts';
import { rowsOf, textsOf } from './rows.ts';
import { type Candidate, rowFrom, selected, type Tally } from './selection.ts';
import { Shelf } from './shelf.ts';
import { fractionOf, Spool } from './spool.ts';
import { TOMBSTONES_FILE, Tombstones } from './tombstones.ts';
import { comparisonKey } from './words.ts';

/** A tree to be read. */
export interface TreeFile {
  readonly name: string;
  readonly pieces: Iterable<Uint8Array>;
}

export type BuildEvent =
  | { readonly kind: 'tree-read'; readonly trees: number; readonly nodes: number; readonly drafts: number }
  | { readonly kind: 'rows-written'; readonly rows: number }
  | { readonly kind: 'file-written'; readonly name: string };

export interface Built {
  readonly manifest: Manifest;
  /** Rows that the trees would have given, but for withdrawals. */
  readonly withdrawn: number;
}

/** Makes the dataset, or makes it anew, in which case withdrawals from it stand. */
export function buildDataset(
  folder: Folder,
  trees: Iterable<TreeFile>,
  exclusion: Exclusion,
  options: Options,
  tell: (event: BuildEvent) => void = () => {},
): Built {
  expectShares(options);
  const own = [TOMBSTONES_FILE, 'lock'];
  if (!folder.exists(MANIFEST_FILE) && folder.files().some((name) => !own.includes(name)))
    throw new CapstanError(
      'exists',
      `${folder.path}: expected a dataset or an empty folder, got other files`,
    );
  return withDataset(folder, () => {
    const tombstones = tombstonesOf(folder);
    if (folder.exists(MANIFEST_FILE))
      readManifest(folder.readText(MANIFEST_FILE), `${folder.path}/${MANIFEST_FILE}`);
    const spool = new Spool<Candidate>(folder);
    const shelf = new Shelf(folder);
    try {
      const gathered = gather(trees, spool, exclusion, options, tell);
      const tally: Tally = { duplicate: 0, straddling: 0, withdrawn: 0 };
      const { built, trees: read, nodes, contaminated, contaminated_trees } = gathered;
      const dropped = (): Dropped => ({
        duplicate: tally.duplicate,
        straddling: tally.straddling,
        contaminated,
        contaminated_trees,
      });
      const source = { built, options, trees: read, nodes, excluded: exclusion.questions };
      const version = versionOf({ ...source, dropped: dropped() }, tombstones.digest());
      let rows = 0;
      for (const group of spool.groups())
        for (const one of selected(group, tombstones, tally)) {
          shelf.add(one.kind, rowFrom(one, version));
          tell({ kind: 'rows-written', rows: ++rows });
        }
      const manifest = shelf.finish({ ...source, dropped: dropped() }, tombstones, (name) =>
        tell({ kind: 'file-written', name }),
      );
      return { manifest, withdrawn: tally.withdrawn };
    } finally {
      spool.discard();
      shelf.discard();
    }
  });
}

/** Nobody else writes to the folder meanwhile. */
export function withDataset<T>(folder: Folder, act: () => T): T {
  const lock = lockFolder(folder.path);
  try {
    folder.sweep();
    return act();
  } finally {
    lock.release();
  }
}

export function tombstonesOf(folder: Folder): Tombstones {
  if (!folder.exists(TOMBSTONES_FILE)) return new Tombstones();
  return Tombstones.read(folder.readText(TOMBSTONES_FILE), `${folder.path}/${TOMBSTONES_FILE}`);
}

/** The split of a tree. */
export function splitOf(
  rootKey: string,
  { validation, test }: Pick<Options, 'validation' | 'test'>,
): RowSplit {
  const at = fractionOf(rootKey);
  if (at < test) return 'test';
  return at < test + validation ? 'validation' : 'train';
}

function expectShares({ validation, test }: Options): void {
  const isShare = (value: number) => value >= 0 && value <= 1;
  if (!isShare(validation) || !isShare(test) || validation + test > 1)
    throw new CapstanError(
      'invalid',
      `the shares of validation and test: expected numbers from 0 that make 1 at most, got ${validation} and ${test}`,
    );
}

function gather(
  trees: Iterable<TreeFile>,
  spool: Spool<Candidate>,
  exclusion: Exclusion,
  options: Options,
  tell: (event: BuildEvent) => void,
) {
  const seen = new Set<string>();
  const counts = { nodes: 0, drafts: 0, contaminated: 0, contaminated_trees: 0 };
  for (const { name, pieces } of trees) {
    const sha256 = createHash('sha256');
    const { header, nodes } = readWholeTree(through(pieces, sha256), { name });
    const digest = sha256.digest('hex');
    if (seen.has(digest)) continue; // the same file again
    seen.add(digest);
    counts.nodes += nodes.length;
    const { text } = nodes[0]!.question;
    if (exclusion.isQuestion(text) || exclusion.overlaps([text])) counts.contaminated_trees++;
    else
      for (const { kind, content, provenance, question } of rowsOf({ header, nodes }, options)) {
        if (exclusion.isQuestion(question.text) || exclusion.overlaps(textsOf(content)))
          counts.contaminated++;
        else {
          const split = splitOf(provenance.root_key, options);
          const beside: Omit<Provenance, 'dataset_version'> = {
            ...provenance,
            split,
            license: options.license,
          };
          spool.add(comparisonKey(question), { kind, row: { ...content, ...beside } });
          counts.drafts++;
        }
      }
    tell({ kind: 'tree-read', trees: seen.size, nodes: counts.nodes, drafts: counts.drafts });
  }
  if (seen.size === 0)
    throw new CapstanError('usage', 'a dataset: expected at least one transcript tree, got none');
  const { nodes, contaminated, contaminated_trees } = counts;
  return {
    trees: seen.size,
    nodes,
    contaminated,
    contaminated_trees,
    built: sourceHash(options, exclusion, seen),
  };
}

function* through(
  pieces: Iterable<Uint8Array>,
  sha256: ReturnType<typeof createHash>,
): Generator<Uint8Array> {
  for (const piece of pieces) {
    sha256.update(piece);
    yield piece;
  }
}

function sourceHash(options: Options, exclusion: Exclusion, trees: ReadonlySet<string>): string {
  const { license, test, unverified, validation } = options;
  const sha256 = createHash('sha256');
  sha256.update(canonical([DATASET_FORMAT, { license, test, unverified, validation }, exclusion.digest()]));
  for (const tree of [...trees].sort()) sha256.update(tree);
  return sha256.digest('hex');
}
