/** A run's record as one page of HTML that needs nothing else: no request, no font, no library.
 *      renderReport : RunRecord → HTML          pure: same record, same bytes
 *  Everything the record says is escaped; the page's policy forbids any load even if that failed. */

import { agreement } from './agreement.ts';
import { baselines } from './baselines.ts';
import { curves } from './curves.ts';
import { type Html, html, raw, textOf } from './escape.ts';
import { gain, hasControls } from './gain.ts';
import { gradesOf } from './grades.ts';
import { headline } from './headline.ts';
import { horizon } from './horizon.ts';
import { iterations } from './iterations.ts';
import { mistakes } from './mistakes.ts';
import { glossary, origin } from './origin.ts';
import { POLICY } from './policy.ts';
import type { RunRecord } from './record.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { subjectOf } from './subject.ts';
import { taughtByLearner, teacher } from './teacher.ts';
import { hasExample, unfolded } from './unfolded.ts';

/** Sections that have nothing to say of such a run are left out. */
export function renderReport(record: RunRecord): string {
  const { kind, areLevels } = gradesOf(record);
  const isAlone = record.arms.length === 1;
  const sections: readonly Section[] = [
    { id: 'horizon', name: 'Horizon', title: 'The horizon of complexity', body: horizon(record) },
    {
      id: 'accuracy',
      name: 'Accuracy',
      title: `Accuracy ${areLevels ? 'per level' : `by ${kind}`} over time`,
      body: curves(record),
    },
    { id: 'agreement', name: 'Agreement', title: 'Agreement at the gate', body: agreement(record) },
    ...(taughtByLearner(record)
      ? [{ id: 'teacher', name: 'Teacher', title: 'Who made the targets', body: teacher(record) }]
      : []),
    ...(record.noise
      ? [{ id: 'mistakes', name: 'Mistakes', title: 'What became of H’s mistakes', body: mistakes(record) }]
      : []),
    ...(hasControls(record)
      ? [{ id: 'gain', name: 'Gain', title: 'What amplification adds', body: gain(record) }]
      : []),
    isAlone
      ? { id: 'baselines', name: 'Figures', title: 'In figures', body: baselines(record) }
      : { id: 'baselines', name: 'Baselines', title: 'Beside the baselines', body: baselines(record) },
    { id: 'iterations', name: 'Iterations', title: 'Iterations', body: iterations(record) },
    ...(hasExample(record)
      ? [{ id: 'example', name: 'Example', title: 'One question, unfolded', body: unfolded(record) }]
      : []),
    { id: 'origin', name: 'Origin', title: 'How it was made', body: origin(record) },
    { id: 'terms', name: 'Terms', title: 'Terms', body: glossary(record) },
  ];
  return textOf(html`${raw('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${subjectOf(record).title} · Capstan report</title><link rel="icon" href="data:,">
<style>${raw(STYLE)}</style></head>
<body><main>
${headline(record)}
<nav aria-label="On this page">${sections.map(({ id, name }) => html`<a href="#${id}">${name}</a> `)}</nav>
${sections.map(section)}
</main><script>${raw(SCRIPT)}</script></body></html>
`);
}

interface Section {
  readonly id: string;
  /** In the list of sections. */
  readonly name: string;
  readonly title: string;
  readonly body: Html;
}

function section({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`;
}
