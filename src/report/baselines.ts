/** Every arm: how good, how fast, how dear. Arms that saw ground truth carry a mark that cannot be missed. */

import { accuracyNow, baselinesOf, firstReaching, mainOf, overallNow } from './arms.ts';
import { type Html, html } from './escape.ts';
import { type Grades, gradesOf } from './grades.ts';
import { count, duration, percentFigure, scientific, short, threshold } from './numbers.ts';
import type { ArmRecord, CurvePoint, RunRecord } from './record.ts';

/** Shares of all questions whose first reaching is told. */
const GOALS = [0.95, 0.99] as const;

export function baselines(record: RunRecord): Html {
  if (record.arms.length === 0) return html`<p class="empty">No arm has been trained yet.</p>`;
  const grades = gradesOf(record);
  const all = grades.areLevels ? 'mean' : 'all';
  return html`<p>${story(record)} ${record.arms.length === 1 ? 'No baselines were run beside it.' : ''}</p>
<div class="scroll" tabindex="0" role="region" aria-label="All arms">
<table class="arms"><thead>
<tr><th scope="col" rowspan="2">Arm</th><th scope="colgroup" colspan="${grades.all.length + 1}" class="group">accuracy in %${grades.areLevels ? '' : `, by ${grades.kind}`}</th>${GOALS.map((goal) => html`<th scope="colgroup" colspan="2" class="group">to ${goal * 100} % ${grades.areLevels ? 'mean' : 'of all'}</th>`)}<th scope="colgroup" colspan="4" class="group">spent</th></tr>
<tr><th scope="col" class="n">${all}</th>${grades.all.map(({ short }) => html`<th scope="col" class="n"><span class="unseen">${grades.kind} </span>${short}</th>`)}${GOALS.map(() => html`<th scope="col" class="n">steps</th><th scope="col" class="n">time</th>`)}<th scope="col" class="n">steps</th><th scope="col" class="n">time</th><th scope="col" class="n">operations</th><th scope="col" class="n">H decisions</th></tr></thead>
<tbody>${record.arms.map((arm) => row(record, arm, grades))}</tbody></table></div>
<p class="note">${grades.areLevels ? '' : '«All» are the questions as they are asked, where some are rarer than others. '}«–» under a goal: not reached, at the looks that were taken. Operations count training and teacher together. ${sizes(record)}</p>`;
}

export const STATES: {
  readonly [S in ArmRecord['state']]: {
    readonly mark: string;
    readonly tone: string;
    readonly words: string;
  };
} = {
  finished: { mark: '✓', tone: 'right', words: 'finished' },
  running: { mark: '◌', tone: 'waiting', words: 'still running' },
  interrupted: { mark: '◌', tone: 'waiting', words: 'interrupted' },
  'gate-failed': { mark: '✕', tone: 'wrong', words: 'gate failed' },
};

function row(record: RunRecord, arm: ArmRecord, { all }: Grades): Html {
  const accuracy = accuracyNow(arm);
  const state = STATES[arm.state];
  const isMain = arm === mainOf(record);
  return html`<tr${isMain ? html` class="own"` : arm.kind === 'control' ? html` class="beside"` : ''}><th scope="row">${arm.name}${arm.state === 'finished' || !state ? '' : html` <span class="${state.tone} state">${state.mark} ${state.words}</span>`}${arm.groundTruth ? html`<span class="truth"><b>trained on ground truth:</b> a yardstick, never promoted</span>` : ''}</th>
<td class="n"><b>${percentFigure(overallNow(arm))}</b></td>${all.map(({ index }) => html`<td class="n">${percentFigure(accuracy[index]?.value)}</td>`)}
${GOALS.map((goal) => reached(firstReaching(arm, goal)))}
<td class="n">${count(arm.steps)}</td><td class="n">${duration(arm.seconds)}</td><td class="n">${scientific(arm.operations)}</td>${arm.groundTruth ? html`<td class="n">–</td>` : html`<td class="n" title="${count(arm.decisions)}">${short(arm.decisions)}</td>`}</tr>`;
}

function reached(point: CurvePoint | undefined): Html {
  return html`<td class="n">${point ? count(point.step) : '–'}</td><td class="n">${point ? duration(point.seconds) : '–'}</td>`;
}

function sizes({ arms }: RunRecord): string {
  const trained = arms.filter(({ trainedParameters }) => trainedParameters > 0);
  const [first] = trained;
  if (!first) return '';
  return trained.every(({ trainedParameters }) => trainedParameters === first.trainedParameters)
    ? `Every network has ${count(first.trainedParameters)} trained parameters.`
    : `Trained parameters: ${trained.map(({ name, trainedParameters }) => `${name} ${count(trainedParameters)}`).join(', ')}.`;
}

/** One sentence: IDA beside the yardstick. */
function story(record: RunRecord): string {
  const main = mainOf(record);
  const yardstick = baselinesOf(record).find(({ groundTruth }) => groundTruth);
  if (!main || !yardstick) return '';
  const goal = GOALS.findLast((one) => firstReaching(main, one) && firstReaching(yardstick, one));
  if (goal === undefined)
    return `«${yardstick.name}» is a yardstick: what the same network learns when it is told the truth.`;
  const [own, other] = [firstReaching(main, goal)!, firstReaching(yardstick, goal)!];
  return `To ${threshold(goal)} ${gradesOf(record).areLevels ? 'mean accuracy' : 'of all questions'} IDA took ${count(own.step)} steps and ${duration(own.seconds)}; the same network told the truth took ${count(other.step)} and ${duration(other.seconds)}.`;
}
