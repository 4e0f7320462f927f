/** Which entries are shown: words, a kind, a run. */

import { KINDS } from '../../../src/ledger/entry.ts';
import { useRuns } from '../runs.ts';
import type { Filter } from './queries.ts';

export interface FilterFormProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function FilterForm({ filter, onChange }: FilterFormProps) {
  const runs = useRuns().data ?? [];
  const set = (name: keyof Filter, value: string) => {
    const { [name]: _, ...others } = filter;
    onChange(value === '' ? others : { ...others, [name]: value });
  };
  return (
    <search className="tools">
      <label>
        <span className="quiet">Search the ledger</span>
        <input
          type="search"
          placeholder="Words, a hash, or #17"
          value={filter.q ?? ''}
          onChange={(event) => set('q', event.target.value)}
        />
      </label>
      <label>
        <span className="faint">kind</span>{' '}
        <select value={filter.kind ?? ''} onChange={(event) => set('kind', event.target.value)}>
          <option value="">all</option>
          {KINDS.toSorted().map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </label>
      <label>
        <span className="faint">run</span>{' '}
        <select value={filter.run ?? ''} onChange={(event) => set('run', event.target.value)}>
          <option value="">all</option>
          {filter.run !== undefined && !runs.some(({ name }) => name === filter.run) && (
            <option>{filter.run}</option>
          )}
          {runs.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </search>
  );
}
