/** How the page came to be, so that another machine can do it again; and what its words mean. */

import { mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { count, isNumber, moment, several, threshold } from './numbers.ts';
import type { RunRecord } from './record.ts';
import { byPerson, taughtByLearner } from './teacher.ts';

export function origin(record: RunRecord): Html {
  const { gates, parameters } = record;
  const facts: readonly (readonly [term: string, value: Html])[] = [
    ['Seed', html`<code>${record.seed}</code>`],
    [
      'Task',
      html`${record.task}, ${Object.entries(parameters).map(([name, value]) => html`${name} <code>${value}</code>, `)}${several(record.levels, 'level')}, of which H answers ${record.levelsOfPrimitives === 0 ? 'none' : record.levelsOfPrimitives} alone`,
    ],
    [
      'Gates',
      html`advance ${threshold(gates.advance)}, finish ${threshold(gates.finish)}; fixed before the run`,
    ],
    [
      'Network',
      html`${isNumber(mainOf(record)?.trainedParameters) ? count(mainOf(record)!.trainedParameters) : '–'} trained parameters`,
    ],
    ['Capstan', html`<code>${record.version}</code>`],
    ['Machine', html`${record.machine}`],
    ['Started', html`${moment(record.started)}`],
  ];
  return html`<p>Same command, same seed, same machine: the same checkpoints, bit for bit.</p>
<pre class="scroll" tabindex="0" role="region" aria-label="Command"><code>${record.command}</code></pre>
<dl class="facts">${facts.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

export function glossary(record: RunRecord): Html {
  const left = taughtByLearner(record) ? undefined : LEARNER;
  const terms = TERMS.filter((term) => term !== left).map((term) =>
    term === SCRIPT && byPerson(record) ? PERSON : term,
  );
  return html`<dl class="facts">${terms.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`)}</dl>`;
}

const LEARNER = [
  html`H′`,
  html`a network that learned from H’s decisions what H would do, and then made the targets in its place.`,
] as const;

const SCRIPT = [
  html`H`,
  html`the overseer. Here a script that sees one small workspace, asks smaller questions and combines their answers; it never sees the whole task.`,
] as const;
const PERSON = [
  html`H`,
  html`the overseer. Here a person who sees one small workspace at a time, and decides what to ask next or what the answer is; nobody sees the whole task.`,
] as const;

const TERMS: readonly (readonly [term: Html, meaning: Html])[] = [
  SCRIPT,
  LEARNER,
  [html`X`, html`the assistant: a network that answers a question at once.`],
  [
    html`Amplify<sup>H</sup>(X)`,
    html`H answering with X’s help: H asks, X answers the parts, H concludes. Better than X, and slower.`,
  ],
  [
    html`Distillation`,
    html`training X to say at once what Amplify<sup>H</sup>(X) says; the teacher is a moving average of X itself.`,
  ],
  [
    html`Level`,
    html`how hard a question is: each needs answers of the levels before. Where questions lean on guesses about each other there is one level.`,
  ],
  [html`Iteration`, html`one level at the frontier, from its first training step to its gate.`],
  [html`Agreement`, html`how often X says what its teacher says. The gates know only this.`],
  [
    html`Accuracy`,
    html`how often X says what is true. Measured for this page, on contexts kept from training.`,
  ],
  [
    html`Ground truth`,
    html`the right answers. Kept with the examiner, which training cannot reach; only networks marked so were shown them.`,
  ],
  [
    html`Gate`,
    html`an agreement fixed before the run. A checkpoint that does not reach it is served to nobody.`,
  ],
  [
    html`Horizon`,
    html`the largest level such that X agrees with Amplify<sup>H</sup>(X) at it and at all below, judged by the lower bound.`,
  ],
  [html`Decision`, html`one action of H: asking, or replying.`],
  [
    html`Checkpoint, data root`,
    html`the hash of the weights, and the Merkle root of the examples they were trained on.`,
  ],
  [html`95 % interval`, html`where the true share lies, as far as n questions can tell.`],
];
