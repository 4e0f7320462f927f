/** Which runs are meant: all words have to be in what is shown of one; «state:…» and «kind:…» mean just that. */

import type { RunRow } from '../../../src/wire/run.ts';

export function matches(row: RunRow, filter: string): boolean {
  const text = [row.name, row.what, row.question ?? '', row.state, row.kind].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => {
      const [, field, value = ''] = /^(state|kind):(.*)$/.exec(word) ?? [];
      if (field === undefined) return text.includes(word);
      return (field === 'state' ? row.state : row.kind).startsWith(value);
    });
}
