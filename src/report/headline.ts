/** The first screen: what happened, in one sentence that follows from the record, and the five figures it rests on. */

import { accuracyNow, controlUpTo, horizonOf, lowestGrade, mainOf, overallNow } from './arms.ts';
import { STATES } from './baselines.ts';
import { type Html, html } from './escape.ts';
import { type Grade, gradesOf } from './grades.ts';
import { count, duration, interval, isNumber, moment, percent, several, short } from './numbers.ts';
import type { ArmRecord, RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';

export function headline(record: RunRecord): Html {
  const main = mainOf(record);
  const subject = subjectOf(record);
  return html`<header><p class="eyebrow">Capstan · iterated distillation and amplification · <time datetime="${record.started}">${moment(record.started)}</time></p>
<h1>${subject.title} ${main ? stateOf(main) : ''}</h1>
<p class="lede">${main ? told(record, main) : 'Nothing has been trained yet.'}</p>
<p>${subject.question} ${main ? beside(record, main) : ''}</p>
${main ? figures(record, main) : ''}</header>`;
}

function stateOf({ state }: ArmRecord): Html {
  const { mark, tone, words } = STATES[state] ?? { mark: '◌', tone: 'waiting', words: String(state) };
  return html`<span class="state ${tone}">${mark} ${words}</span>`;
}

/** One sentence, derived: what the run came to. */
function told(record: RunRecord, main: ArmRecord): string {
  const subject = subjectOf(record);
  const horizon = horizonOf(main) ?? 0;
  const network = `a network of ${short(main.trainedParameters)} parameters`;
  const spent = `In ${several(main.iterations.length, 'iteration')} and ${duration(main.seconds)}`;
  const stands = standing(record, horizon);
  const closing = main.groundTruth
    ? 'It was told the right answers: a yardstick for IDA, which never sees them.'
    : `H, who taught it, ${subject.overseer}.`;
  const last = main.iterations.at(-1);
  if (main.state === 'gate-failed' && last) {
    const at = last.agreement;
    const whom = main.groundTruth ? 'the truth' : 'its teacher';
    return `${spent} ${network} came as far as the gate${record.levels > 1 ? ` of level ${last.level}` : ''} and did not pass it: it agreed with ${whom} on ${percent(at.value)} of ${count(at.n)} questions (95 % interval ${interval(at)}). ${horizon > 0 && stands !== '' ? `What passed before still counts: ${stands}.` : ''}${main.groundTruth ? ` ${closing}` : ''}`;
  }
  const so = stands === '' ? '' : `: ${stands}`;
  if (main.state === 'running')
    return `After ${several(main.steps, 'step')} and ${duration(main.seconds)} ${network} is still learning${so}. ${closing}`;
  if (main.state === 'interrupted')
    return `Interrupted after ${several(main.steps, 'step')} and ${duration(main.seconds)}, and can be resumed${so}.`;
  const share = percent(overallNow(main));
  const { areLevels } = gradesOf(record);
  if (horizon < record.levels) {
    const learned = areLevels
      ? `learned, on average over the levels, ${share} of the questions`
      : `came to ${share} of the questions as they are asked`;
    return `${spent} ${network} ${learned}; ${stands === '' ? 'its gate was not passed' : stands}. ${closing}`;
  }
  const right = areLevels
    ? `${share} of them right on average over the levels`
    : `and gets ${share} of the questions right as they are asked`;
  return `${spent} ${network} learned to answer ${subject.learned}, ${right}. ${closing}`;
}

/** Where the horizon stands; nothing to say of a task with one level. */
function standing(record: RunRecord, horizon: number): string {
  if (record.levels <= 1) return '';
  return horizon > 0
    ? `its horizon stands at level ${horizon} of ${record.levels}, ${subjectOf(record).upTo(horizon)}`
    : 'no gate is passed yet';
}

/** What the same network does when it is taught only what H can judge alone. */
function beside(record: RunRecord, main: ArmRecord): string {
  const { areLevels, all } = gradesOf(record);
  const hardest = all.at(-1);
  const control = controlUpTo(record, record.levelsOfPrimitives);
  const [own, other] = [valueAt(main, hardest), control && valueAt(control, hardest)];
  if (!hardest || !isNumber(own) || !isNumber(other)) return '';
  const which = areLevels ? 'of the hardest level' : `at ${hardest.name}`;
  return `Trained only on what H answers alone, the same network gets ${percent(other)} ${which} right; with IDA, ${percent(own)}.`;
}

function valueAt(arm: ArmRecord, grade: Grade | undefined): number | undefined {
  return grade && accuracyNow(arm)[grade.index]?.value;
}

function figures(record: RunRecord, main: ArmRecord): Html {
  return html`<dl class="figures">
${accuracy(record, main)}
${record.levels > 1 ? horizon(record, main) : agreement(main)}
${figure('Time', duration(main.seconds), `${several(main.steps, 'training step')}`)}
${figure(main.groundTruth ? 'Answers told' : 'H decisions', main.decisions < 100_000 ? count(main.decisions) : short(main.decisions), main.groundTruth ? 'right ones, from ground truth' : 'acts of the overseer: asking, replying')}
</dl>`;
}

function accuracy(record: RunRecord, main: ArmRecord): Html {
  const grades = gradesOf(record);
  const lowest = lowestGrade(main, grades);
  const overall = percent(overallNow(main));
  if (!grades.areLevels)
    return html`${figure('Accuracy', overall, 'of the questions as they are asked, held-out contexts')}
${figure('Lowest', percent(lowest?.value), lowest ? `at ${lowest.grade.name}` : 'not measured yet')}`;
  const hardest = valueAt(main, grades.all.at(-1));
  const elsewhere =
    lowest && isNumber(hardest) && lowest.value < hardest
      ? `; lowest: ${lowest.grade.name}, ${percent(lowest.value)}`
      : '';
  return html`${figure('Mean accuracy', overall, 'over the levels, held-out contexts')}
${figure('Hardest level', percent(hardest), `level ${record.levels}${elsewhere}`)}`;
}

function horizon(record: RunRecord, main: ArmRecord): Html {
  const at = horizonOf(main);
  const whom = main.groundTruth ? 'the truth' : 'their amplification';
  return figure(
    'Horizon',
    at === undefined ? '–' : `${at} of ${record.levels}`,
    `levels that agree with ${whom}`,
  );
}

function agreement(main: ArmRecord): Html {
  const at = main.iterations.at(-1)?.agreement;
  const whom = main.groundTruth ? 'the truth' : 'its teacher';
  return figure(
    'Agreement',
    percent(at?.value),
    at ? `with ${whom} at the gate, ${interval(at)}` : 'no gate yet',
  );
}

function figure(term: string, value: string, note: string): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}
