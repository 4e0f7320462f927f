/** What the curves show, as figures. */

import type { Panel } from './panels.ts';
import { pointAt, said } from './scale.ts';

const ROWS_MAX = 24;

export function ValueTable({
  panels,
  names,
}: {
  readonly panels: readonly Panel[];
  readonly names?: readonly string[];
}) {
  const columns = panels.flatMap(({ name, unit, lines }) =>
    lines.map(({ points }, i) => ({ unit, points, title: names ? `${name}, ${names[i]}` : name })),
  );
  const steps = [...new Set(columns.flatMap(({ points }) => points.map(({ step }) => step)))].sort(
    (a, b) => a - b,
  );
  const every = Math.ceil(steps.length / ROWS_MAX) || 1;
  const shown = steps.filter((_, i) => (steps.length - 1 - i) % every === 0);
  return (
    <details className="figures">
      <summary>The curves as figures</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className="wide" tabIndex={0} aria-label="The curves as figures">
        <table>
          <thead>
            <tr>
              <th scope="col">step</th>
              {columns.map(({ title }) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((step) => (
              <tr key={step}>
                <th scope="row">{step.toLocaleString('en')}</th>
                {columns.map(({ title, points, unit }) => {
                  const found = points[0] && points[0].step <= step ? pointAt(points, step) : undefined;
                  return <td key={title}>{found ? said(found.value, unit) : '–'}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
