/** The part of Markdown that model cards are written in, as plain values: whoever shows them makes text of them, never HTML. */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string };

export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly inlines: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

export function blocksOf(markdown: string): readonly Block[] {
  return markdown
    .split(/\n{2,}/)
    .map((chunk) => chunk.replace(/^\n+|\s+$/g, ''))
    .filter((chunk) => chunk !== '')
    .map(blockOf);
}

function blockOf(chunk: string): Block {
  const lines = chunk.split('\n');
  const [, hashes, title] = /^(#{1,6}) (.+)$/.exec(chunk) ?? [];
  if (hashes !== undefined && title !== undefined)
    return { kind: 'heading', depth: hashes.length, inlines: inlinesOf(title) };
  if (lines.every((line) => line.startsWith('    ')))
    return { kind: 'code', text: lines.map((line) => line.slice(4)).join('\n') };
  if (lines.length >= 2 && lines.every((line) => line.startsWith('|')) && /^[|:\- ]+$/.test(lines[1]!)) {
    const [head, , ...rows] = lines;
    return { kind: 'table', head: cellsOf(head!), rows: rows.map(cellsOf) };
  }
  return { kind: 'paragraph', inlines: inlinesOf(lines.join(' ')) };
}

function cellsOf(line: string): readonly (readonly Inline[])[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => inlinesOf(cell.trim()));
}

export function inlinesOf(text: string): readonly Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const { 0: whole, index, groups = {} } of text.matchAll(
    /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*/g,
  )) {
    if (index > from) inlines.push({ kind: 'text', text: text.slice(from, index) });
    inlines.push(
      groups.code === undefined
        ? { kind: 'strong', text: groups.strong! }
        : { kind: 'code', text: groups.code },
    );
    from = index + whole.length;
  }
  if (from < text.length) inlines.push({ kind: 'text', text: text.slice(from) });
  return inlines;
}
