/** A model card, from its first part on: what stands above it is said already where it is shown. */

import { Hash } from '../hash.tsx';
import { type Block, blocksOf, type Inline } from './markdown.ts';

/** A hash in full, which nobody reads. */
export const HASH = /^[0-9a-f]{64}$/;

export function Markdown({ text }: { readonly text: string }) {
  const all = blocksOf(text);
  const blocks = all.slice(all.findIndex((block) => block.kind === 'heading' && block.depth > 1));
  return (
    <div className="card said">
      {blocks.map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
        <BlockOf key={i} block={block} />
      ))}
    </div>
  );
}

function BlockOf({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h3>
          <Inlines of={block.inlines} />
        </h3>
      );
    case 'paragraph':
      return (
        <p>
          <Inlines of={block.inlines} />
        </p>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'table':
      return (
        <div className="wide">
          <table className="rows">
            <thead>
              <tr>
                <Cells cells={block.head} isHead />
              </tr>
            </thead>
            <tbody>
              {block.rows.map((cells, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
                <tr key={i}>
                  <Cells cells={cells} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function Cells({
  cells,
  isHead = false,
}: {
  readonly cells: readonly (readonly Inline[])[];
  readonly isHead?: boolean;
}) {
  return cells.map((inlines, i) =>
    isHead ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
      <th key={i} scope="col">
        <Inlines of={inlines} />
      </th>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
      <td key={i}>
        <Inlines of={inlines} />
      </td>
    ),
  );
}

function Inlines({ of }: { readonly of: readonly Inline[] }) {
  return of.map(({ kind, text }, i) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
    if (kind === 'code' && HASH.test(text)) return <Hash key={i} value={text} />;
    // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
    if (kind === 'code') return <code key={i}>{text}</code>;
    // biome-ignore lint/suspicious/noArrayIndexKey: a text is replaced whole
    return kind === 'strong' ? <strong key={i}>{text}</strong> : text;
  });
}
