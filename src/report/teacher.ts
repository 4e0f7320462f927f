/** Who made the targets: H, H′ that learned from H, or the ground truth; and how faithful H′ is. */

import { mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { count, interval, percent, percentFigure } from './numbers.ts';
import type { ArmRecord, Proportion, RunRecord } from './record.ts';

/** What X is held against at the gate, and by the horizon. */
export function teacherOf(
  { groundTruth, fidelity, person }: ArmRecord,
  assistant: 'teacher' | 'X' = 'teacher',
): Html {
  if (groundTruth) return html`the ground truth`;
  return html`Amplify<sup>${fidelity || person ? 'H′' : 'H'}</sup>(${assistant})`;
}

/** Said wherever the page shows accuracy. */
export function truth(record: RunRecord): Html {
  return mainOf(record)?.groundTruth
    ? html`The contexts are held out, but <em>this network was trained on ground truth</em>: a yardstick, never promoted.`
    : html`Accuracy is measured against ground truth <em>for this page only; training never saw it</em>.`;
}

export function taughtByLearner(record: RunRecord): boolean {
  return record.arms.some(({ fidelity, person }) => fidelity || person);
}

export function teacher(record: RunRecord): Html {
  return html`${record.arms.map((arm) => {
    if (arm.fidelity) return learner(arm, arm.fidelity);
    return arm.person ? pupil(arm, arm.person) : '';
  })}`;
}

/** Whether H was a person. */
export function byPerson(record: RunRecord): boolean {
  return record.arms.some(({ person }) => person);
}

function pupil(
  { name }: ArmRecord,
  { decisions, by, tests, lately }: NonNullable<ArmRecord['person']>,
): Html {
  const whose = by.length > 0 ? ` of ${by.join(', ')}` : '';
  return html`<p>The targets of ${name} were made by H′, a network that learned from ${count(decisions)} decisions${whose}, one workspace at a time. Workspaces drawn by chance tested it before it learned from them, ${count(tests)} times: in the last ${count(lately.n)} it would have decided alike in ${percent(lately.value)} (${interval(lately)}).</p>`;
}

function learner(
  { name }: ArmRecord,
  { functional, exact, learnedFrom }: NonNullable<ArmRecord['fidelity']>,
) {
  return html`<p>The targets of ${name} were not made by H itself but by H′, a network that learned H’s decisions one workspace at a time: it learned from ${count(learnedFrom)} of them. Afterwards both were given the same held-out questions and the same assistant. ${meaning(functional)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="H′ against H">
<table class="few"><thead><tr><th scope="col">H′ does as H</th><th scope="col" class="n">%</th><th scope="col" class="n">95 % interval</th><th scope="col" class="n">n</th></tr></thead>
<tbody>${row('Same final answer', functional, 'questions')}${row('Same next action in H’s own workspaces', exact, 'decisions')}</tbody></table></div>`;
}

function row(what: string, share: Proportion, of: string): Html {
  return html`<tr><th scope="row">${what}</th><td class="n"><b>${percentFigure(share.value)}</b></td><td class="n">${interval(share)}</td><td class="n">${count(share.n)} <span class="range said">${of}</span></td></tr>`;
}

function meaning({ value, low }: Proportion): string {
  if (value === 1)
    return `They never ended in different answers: X learned from H′ what it would have learned from H, as far as these questions tell (by the lower bound, on ${percent(low)} of them).`;
  return `They ended in the same answer on ${percent(value)}: on the others X was taught something that H would not have said.`;
}
