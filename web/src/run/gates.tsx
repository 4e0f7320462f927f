/** Every look at a gate, with its figures, what it let through and where that is written down. */

import { Link } from '@tanstack/react-router';
import type { Gate } from '../../../src/wire/run.ts';
import { beginningOf, percent } from '../charts/scale.ts';
import { NumberColumn } from '../column.tsx';
import { Interval } from './interval.tsx';

/** Of a run whose gates were looked at often, these are shown at once. */
const SHOWN = 12;

export function Gates({ gates }: { readonly gates: readonly Gate[] }) {
  const newest = gates.toReversed();
  return (
    <section aria-labelledby="gates">
      <h2 id="gates">Gates</h2>
      <GateTable gates={newest.slice(0, SHOWN)} />
      {newest.length > SHOWN && (
        <details>
          <summary className="faint">{newest.length - SHOWN} earlier looks</summary>
          <GateTable gates={newest.slice(SHOWN)} />
        </details>
      )}
    </section>
  );
}

function GateTable({ gates }: { readonly gates: readonly Gate[] }) {
  const from = beginningOf(
    Math.min(...gates.flatMap(({ agreement, threshold }) => [agreement.low, threshold])),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label="Looks at gates">
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">Gate</th>
            <NumberColumn>Iteration</NumberColumn>
            <NumberColumn>Level</NumberColumn>
            <NumberColumn>Step</NumberColumn>
            <th scope="col">Agreement with Amplify^H(X), 95 %</th>
            <NumberColumn>of</NumberColumn>
            <NumberColumn>Asked for</NumberColumn>
            <th scope="col">Checkpoint</th>
            <NumberColumn>Entry</NumberColumn>
          </tr>
        </thead>
        <tbody>
          {gates.map((gate) => (
            <GateRow key={`${gate.entry} ${gate.step} ${gate.look}`} {...{ gate, from }} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GateRow({ gate, from }: { readonly gate: Gate; readonly from: number }) {
  const { passed, iteration, level, step, agreement, threshold, checkpoint, entry } = gate;
  return (
    <tr>
      <td className="state-word">
        {passed ? (
          <>
            <span className="mark-verified" aria-hidden="true">
              ✓
            </span>{' '}
            passed
          </>
        ) : (
          <span className="faint">not yet</span>
        )}
      </td>
      <td className="number">{iteration}</td>
      <td className="number">{level}</td>
      <td className="number">{step.toLocaleString('en')}</td>
      <td>
        <Interval share={agreement} {...{ threshold, from }} />
      </td>
      <td className="number">{agreement.n.toLocaleString('en')}</td>
      <td className="number">{percent(threshold)}</td>
      <td>
        {checkpoint && (
          <Link to="/models/$hash" params={{ hash: checkpoint }} className="mono">
            {checkpoint.slice(0, 8)}
          </Link>
        )}
      </td>
      <td className="number">
        {entry !== undefined && (
          <Link to="/ledger/$entry" params={{ entry: String(entry) }}>
            #{entry}
          </Link>
        )}
      </td>
    </tr>
  );
}
