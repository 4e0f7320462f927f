/** Horizons and gates of two runs in pairs. */

import type { Gate, RunView } from '../../../src/wire/run.ts';
import { percent } from '../charts/scale.ts';
import { NumberColumn } from '../column.tsx';
import { columnsOf } from '../run/horizon.ts';
import { Horizon, HorizonKey } from '../run/horizon.tsx';
import { type CellPair, cellPairs, gatePairs } from './apart.ts';
import { isTold, points } from './difference.ts';

interface Sides {
  readonly first: RunView;
  readonly second: RunView;
}

export function Horizons({ first, second }: Sides) {
  const pairs = cellPairs(first, second);
  return (
    <section aria-labelledby="horizons">
      <h2 id="horizons">Horizons</h2>
      <div className="horizons">
        {[first, second].map((view, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: there are two, the first and the second
          <div key={i}>
            <h3 className="said">
              {i === 0 ? 'First' : 'Second'}: {view.row.name}
            </h3>
            <Horizon
              columns={columnsOf(view)}
              levels={view.levels}
              threshold={view.threshold}
              caption={`The horizon of ${view.row.name}`}
            />
          </div>
        ))}
        {pairs.length > 0 && (
          <div>
            <h3>Second less first, in points</h3>
            <DifferenceGrid pairs={pairs} levels={Math.max(first.levels, second.levels)} />
          </div>
        )}
      </div>
      <HorizonKey threshold={first.threshold} hasOpen={false} />
      <p className="faint">
        In the differences, bold is what 95 % intervals tell from chance; each is of separate looks, and so
        less sharp than the paired test above.
      </p>
    </section>
  );
}

function DifferenceGrid({ pairs, levels }: { readonly pairs: readonly CellPair[]; readonly levels: number }) {
  const iterations = [...new Set(pairs.map(({ iteration }) => iteration))];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label="Differences of the cells">
      <table className="horizon differences">
        <tbody>
          {Array.from({ length: levels }, (_, i) => levels - i).map((level) => (
            <tr key={level}>
              <th scope="row">
                <span className="quiet">level </span>
                {level}
              </th>
              {iterations.map((iteration) => (
                <DifferenceCell
                  key={iteration}
                  pair={pairs.find((pair) => pair.iteration === iteration && pair.level === level)}
                />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td className="horizon-axes" aria-hidden="true">
              level ↑ iteration →
            </td>
            {iterations.map((iteration) => (
              <th key={iteration} scope="col">
                <span className="quiet">iteration </span>
                {iteration}
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function DifferenceCell({ pair }: { readonly pair: CellPair | undefined }) {
  if (!pair)
    return (
      <td>
        <span className="quiet">not measured in both</span>
      </td>
    );
  const { difference } = pair;
  const interval = `${points(difference.low)} to ${points(difference.high)}`;
  return (
    <td className={isTold(difference) ? 'is-told' : 'faint'} title={`95 %: ${interval}`}>
      {points(difference.value)}
      <span className="quiet"> ({interval})</span>
    </td>
  );
}

export function GatePairs({ first, second }: Sides) {
  const pairs = gatePairs(first, second);
  if (pairs.length === 0) return null;
  return (
    <section aria-labelledby="gate-pairs">
      <h2 id="gate-pairs">Gates</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className="wide" tabIndex={0} aria-label="Gates in pairs">
        <table className="rows">
          <thead>
            <tr>
              <NumberColumn>Iteration</NumberColumn>
              <NumberColumn>Level</NumberColumn>
              <NumberColumn>First: agreement</NumberColumn>
              <NumberColumn>at step</NumberColumn>
              <NumberColumn>Second: agreement</NumberColumn>
              <NumberColumn>at step</NumberColumn>
              <NumberColumn>Difference, points (95 %)</NumberColumn>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ iteration, first, second, difference }) => (
              <tr key={iteration}>
                <td className="number">{iteration}</td>
                <td className="number">
                  {[...new Set([first?.level, second?.level].filter((level) => level !== undefined))].join(
                    ' / ',
                  )}
                </td>
                <GateCells gate={first} />
                <GateCells gate={second} />
                <td className="number">
                  {difference ? (
                    <>
                      {points(difference.value)}{' '}
                      <span className="faint">
                        ({points(difference.low)} to {points(difference.high)})
                      </span>
                    </>
                  ) : (
                    '–'
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function GateCells({ gate }: { readonly gate: Gate | undefined }) {
  return (
    <>
      <td className="number">
        {gate ? `${percent(gate.agreement.value)} of ${gate.agreement.n.toLocaleString('en')}` : '–'}
      </td>
      <td className="number">{gate ? gate.step.toLocaleString('en') : '–'}</td>
    </>
  );
}
