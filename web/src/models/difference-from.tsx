/** What a checkpoint's lineage says otherwise than its parent's, and how far its weights moved. Asked for when it is opened. */

import { useState } from 'react';
import type { ModelDifference, ModelRow } from '../../../src/wire/model.ts';
import { percent } from '../charts/scale.ts';
import { Hash } from '../hash.tsx';
import { ProblemLine } from '../states.tsx';
import { HASH } from './markdown.tsx';
import { useDifference } from './queries.ts';

export function DifferenceFrom({ parent, hash }: { readonly parent: ModelRow; readonly hash: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useDifference(parent.hash, hash, isOpen);
  return (
    <details className="facts" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="faint">How it differs from X{parent.iteration} on paper</summary>
      {data ? <Tables difference={data} /> : error ? <ProblemLine error={error} /> : <p>Reading both …</p>}
    </details>
  );
}

function Tables({ difference: { changed, moved } }: { readonly difference: ModelDifference }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label="How it differs">
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">In its lineage</th>
            <th scope="col">Before</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {changed.map(([name, before, after]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Value text={before} />
              </td>
              <td>
                <Value text={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">Weights</th>
            <th scope="col">Moved by, of their length</th>
          </tr>
        </thead>
        <tbody>
          {moved.map(({ name, distance }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{distance === undefined ? 'only one has it' : percent(distance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Value({ text }: { readonly text: string }) {
  return HASH.test(text) ? <Hash value={text} /> : <span className="said">{text}</span>;
}
