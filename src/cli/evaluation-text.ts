/** An evaluation in a terminal: a line for each figure that speaks for all seeds, and what is missing. */

import type { EvaluationReport, Figure } from '../protocol/report.ts';
import { intervalOf, speaking, written } from '../report/evaluation-figures.ts';
import { namesIn, rowName } from '../report/evaluation-table.ts';

/** Figures told apart by more than this many labels' values are a table of the page; here their last is shown. */
const LINES_MAX = 8;
const MARKS = { holds: '✓', fails: '✕', open: '◌' } as const;
const [NAME, VALUE] = [58, 16];

export function evaluationText(report: EvaluationReport, pages: readonly string[]): string {
  const names = namesIn(report);
  const lineOf = (figure: Figure) => {
    const name = figure.name + rowName(figure, names);
    return `    ${name.padEnd(NAME)} ${written(figure.value, figure.unit).padStart(VALUE)}  ${intervalOf(figure)}`;
  };
  const lines = report.kpis.flatMap(({ id, name, status, figures, needs }) => [
    `${id.padEnd(4)}${name}${status === 'missing' ? ': not measured' : ''}`,
    ...shown(speaking(report, figures)).map(lineOf),
    ...needs.map((need) => `    needs ${need}`),
  ]);
  const claims = report.claims.map(
    (claim) => `${MARKS[claim.verdict]} ${claim.text}${rowName(claim, names)} (${claim.kpi})`,
  );
  return `${[...lines, ...claims, ...pages.map((page) => `page ${page}`)].join('\n')}\n`;
}

/** Of each name all figures where they are few, else those of the last iteration over all levels. */
function shown(figures: readonly Figure[]): readonly Figure[] {
  const names = [...new Set(figures.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = figures.filter((one) => one.name === name);
    if (own.length <= LINES_MAX) return own;
    const last = Math.max(...own.map(({ iteration }) => iteration ?? 0));
    const latest = own.filter(({ iteration }) => (iteration ?? 0) === last);
    const whole = latest.filter(({ level }) => level === undefined);
    return (whole.length > 0 ? whole : latest).slice(0, LINES_MAX);
  });
}
