import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { commonText, treeArbitrary } from '../../test/trees-arbitrary.ts';
import { ParquetRows } from './parquet.ts';
import { ROW_KINDS, type Row } from './row.ts';
import { rowsOf } from './rows.ts';

const beside = { dataset_version: 'v', split: 'train', license: 'MIT' } as const;

describe('rows as Parquet', () => {
  test('are read back as they were, whatever the size of their groups', () =>
    fc.assert(
      fc.asyncProperty(
        treeArbitrary(),
        treeArbitrary({ texts: commonText }),
        fc.constantFrom(...ROW_KINDS),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4000 }),
        async (one, other, kind, rowsMax, bytes) => {
          const rows = [one, other]
            .flatMap((tree) => [...rowsOf(tree, { unverified: true })])
            .filter((draft) => draft.kind === kind)
            .map(({ content, provenance }) => ({ ...content, ...provenance, ...beside }) as Row);
          const pieces: Uint8Array[] = [];
          const parquet = new ParquetRows(kind, (piece) => pieces.push(piece), { rows: rowsMax, bytes });
          for (const row of rows) parquet.add(row, JSON.stringify(row).length);
          parquet.end();
          const file = Uint8Array.from(Buffer.concat(pieces)).buffer;
          const read = await parquetReadObjects({ file });
          const plain = read.map(({ entries, ...row }) => ({ ...row, entries: entries.map(Number) }));
          expect(plain).toEqual(rows);
          const groups = parquetMetadata(file).row_groups;
          for (const group of groups) expect(Number(group.num_rows)).toBeLessThanOrEqual(rowsMax);
        },
      ),
      { numRuns: 60 },
    ));
});
