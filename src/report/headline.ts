/** The first screen: what happened, in one sentence that follows from the record, and the five figures it rests on. */

import { accuracyNow, controlUpTo, horizonOf, idaOf, lowestLevel, meanAccuracy } from './arms.ts';
import { STATES } from './baselines.ts';
import { type Html, html } from './escape.ts';
import { count, duration, interval, isNumber, moment, percent, several, short } from './numbers.ts';
import type { ArmRecord, RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';

export function headline(record: RunRecord): Html {
  const ida = idaOf(record);
  const subject = subjectOf(record);
  return html`<header><p class="eyebrow">Capstan · iterated distillation and amplification · <time datetime="${record.started}">${moment(record.started)}</time></p>
<h1>${subject.title} ${ida ? stateOf(ida) : ''}</h1>
<p class="lede">${ida ? told(record, ida) : 'Nothing has been trained yet.'}</p>
<p>${subject.question} ${ida ? beside(record, ida) : ''}</p>
${ida ? figures(record, ida) : ''}</header>`;
}

function stateOf({ state }: ArmRecord): Html {
  const { mark, tone, words } = STATES[state] ?? { mark: '◌', tone: 'waiting', words: String(state) };
  return html`<span class="state ${tone}">${mark} ${words}</span>`;
}

/** One sentence, derived: what the run came to. */
function told(record: RunRecord, ida: ArmRecord): string {
  const subject = subjectOf(record);
  const horizon = horizonOf(ida) ?? 0;
  const network = `a network of ${short(ida.trainedParameters)} parameters`;
  const spent = `In ${several(ida.iterations.length, 'iteration')} and ${duration(ida.seconds)}`;
  const overseer = `H, who taught it, ${subject.overseer}.`;
  const mean = percent(meanAccuracy(ida));
  const stands =
    horizon > 0
      ? `its horizon stands at level ${horizon} of ${record.levels}, ${subject.upTo(horizon)}`
      : 'no gate is passed yet';
  const last = ida.iterations.at(-1);
  if (ida.state === 'gate-failed' && last) {
    const at = last.agreement;
    return `${spent} ${network} came as far as the gate of level ${last.level} and did not pass it: it agreed with its teacher on ${percent(at.value)} of ${count(at.n)} questions (95 % interval ${interval(at)}). What passed before still counts: ${stands}.`;
  }
  if (ida.state === 'running')
    return `After ${several(ida.steps, 'step')} and ${duration(ida.seconds)} ${network} is still learning: ${stands}. ${overseer}`;
  if (ida.state === 'interrupted')
    return `Interrupted after ${several(ida.steps, 'step')} and ${duration(ida.seconds)}, and can be resumed: ${stands}.`;
  if (horizon < record.levels)
    return `${spent} ${network} learned, on average over the levels, ${mean} of the questions; ${stands}. ${overseer}`;
  return `${spent} ${network} learned to answer ${subject.learned}, ${mean} of them right on average over the levels. ${overseer}`;
}

/** What the same network does when it is taught only what H can judge alone. */
function beside(record: RunRecord, ida: ArmRecord): string {
  const control = controlUpTo(record, record.levelsOfPrimitives);
  const own = accuracyNow(ida)[record.levels - 1]?.value;
  const other = control && accuracyNow(control)[record.levels - 1]?.value;
  if (!isNumber(own) || !isNumber(other)) return '';
  return `Trained only on what H answers alone, the same network gets ${percent(other)} of the hardest level right; with IDA, ${percent(own)}.`;
}

function figures(record: RunRecord, ida: ArmRecord): Html {
  const hardest = accuracyNow(ida)[record.levels - 1]?.value;
  const lowest = lowestLevel(ida);
  const elsewhere =
    lowest && isNumber(hardest) && lowest.value < hardest
      ? `; lowest: level ${lowest.level}, ${percent(lowest.value)}`
      : '';
  return html`<dl class="figures">
${figure('Mean accuracy', percent(meanAccuracy(ida)), 'over the levels, held-out contexts')}
${figure('Hardest level', percent(hardest), `level ${record.levels}${elsewhere}`)}
${figure('Horizon', horizonOf(ida) === undefined ? '–' : `${horizonOf(ida)} of ${record.levels}`, 'levels that agree with their amplification')}
${figure('Time', duration(ida.seconds), `${several(ida.steps, 'training step')}`)}
${figure('H decisions', ida.decisions < 100_000 ? count(ida.decisions) : short(ida.decisions), 'acts of the overseer: asking, replying')}
</dl>`;
}

function figure(term: string, value: string, note: string): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}
