/** capstan ledger why: from a model, or an answer on the record, back to the people, models and data behind it, newest
 *  first, each line with the number of its entry. */

import type { Command } from 'commander';
import type { Entry } from '../ledger/entry.ts';
import { commandLine } from '../project/command-line.ts';
import { LEDGER } from '../project/home.ts';
import type { AnswerNode, Blame, Corrections, Judgement } from '../provenance/answer.ts';
import { wrongIn } from '../provenance/answer.ts';
import { type AnswerCauses, why } from '../provenance/trail.ts';
import { flat, type ModelCauses } from '../provenance/why.ts';
import { verifyLedger } from '../record/verify.ts';

export function addWhy(ledger: Command): void {
  ledger
    .command('why')
    .description('Go from a checkpoint, or an answer on the record, back to whom and what it comes from')
    .argument('<name>', 'the beginning of the hash of a checkpoint, or of the name of an answer')
    .argument('[folder]', 'the ledger', LEDGER)
    .option('--json', 'print one JSON object')
    .action((name: string, folder: string, { json }: { readonly json?: boolean }) => {
      const { entries } = verifyLedger(folder);
      const { models, answer } = why(folder, entries, name);
      if (json) console.log(JSON.stringify(answer ? plain(answer) : { models }));
      else
        console.log((answer ? answerLines(answer) : models.flatMap((model) => modelLines(model))).join('\n'));
    });
}

/** Without what a map holds. */
function plain({ judgement, ...answer }: AnswerCauses) {
  const { right, by, blame } = judgement ?? {};
  return { ...answer, ...(judgement && { right, correctedBy: by, firstWrong: blame }) };
}

const INDENT = '  ';
/** Digits of a hash that tell one from another by eye. */
const SHOWN = 12;
const brief = (hash = '') => hash.slice(0, SHOWN);

/** The model, what happened to it, how it was made, and the one it was trained on from, one step in. */
function modelLines({ checkpoint, run, events, made, parent }: ModelCauses, indent = ''): readonly string[] {
  const chain = flat(made);
  const lines = [`${indent}#${made.entry.seq} checkpoint ${brief(checkpoint)} of run ${run}`];
  const served = events.filter(({ kind }) => kind === 'model-served');
  const told = events.filter((event) => event.kind !== 'model-served' || event === served[0]);
  for (const event of told) {
    const times =
      event === served[0] && served.length > 1 ? `, ${served.length} times in all, this the last` : '';
    lines.push(`${indent}${INDENT}${textOf(event)}${times}`);
  }
  const causes = chain.map((entry, depth) => `${indent}${INDENT.repeat(depth + 1)}${textOf(entry)}`);
  lines.push(...causes);
  return parent ? [...lines, ...modelLines(parent, indent + INDENT)] : lines;
}

function answerLines({ answer, entry, record, judgement, model }: AnswerCauses): readonly string[] {
  const by = `checkpoint ${brief(model.checkpoint)}, asked by ${entry.authority ?? entry.actor.id}`;
  if (!record || !judgement)
    return [`#${entry.seq} answer ${brief(answer)} by ${by}: erased`, ...modelLines(model, INDENT)];
  const { tree, overseer } = record;
  const { blame } = judgement;
  return [
    `#${entry.seq} answer ${brief(answer)}: ${tree.question} = ${tree.direct}, ${verdictOf(judgement)}`,
    `${INDENT}by ${by}; with its sub-answers ${overseer} makes it ${tree.answer}:`,
    ...treeLines(tree, judgement.corrections, INDENT + INDENT),
    ...(blame ? blameLines(blame, model.checkpoint, overseer) : []),
    ...(blame ? [`${INDENT}what taught it    ${commandLine('trace', model.run, record.asked)}`] : []),
    ...modelLines(model, INDENT),
  ];
}

function verdictOf({ right, by }: Judgement): string {
  if (right === undefined) return 'which nobody has judged';
  const who = by === undefined ? 'as the examiner said then' : `as corrected in entry #${by}`;
  return `${right ? 'right' : 'wrong'}, ${who}`;
}

function blameLines(
  { node, path, culprit, unjudged }: Blame,
  checkpoint: string,
  overseer: string,
): string[] {
  const behind = {
    assistant: `X, checkpoint ${brief(checkpoint)}`,
    overseer: `${overseer}, who made it of sub-answers of which none is known to be wrong`,
    facts: 'the facts, as they were looked up',
  }[culprit];
  const said = culprit === 'assistant' ? node.direct : node.answer;
  return [
    `${INDENT}first wrong node  ${node.question} = ${said}`,
    `${INDENT}on the way        ${path.join(' → ')}`,
    `${INDENT}behind it         ${behind}`,
    ...(unjudged > 0
      ? [`${INDENT}not judged        ${unjudged} of its sub-answers; it may be one of them`]
      : []),
  ];
}

function treeLines(node: AnswerNode, corrections: Corrections, indent: string): string[] {
  return node.children.flatMap((child) => {
    const wrong = wrongIn(child, corrections) ? '  ✗' : '';
    const fact = child.isFact ? '  a fact' : '';
    return [
      `${indent}${child.question} = ${child.answer}${fact}${wrong}`,
      ...treeLines(child, corrections, indent + INDENT),
    ];
  });
}

function textOf(entry: Entry): string {
  return `#${entry.seq} ${saidBy[entry.kind]?.(entry) ?? entry.kind}`;
}

const MILLION = 1e6;
const percent = (ppm = 0) => `${((100 * ppm) / MILLION).toFixed(1)}%`;
const whoOf = ({ authority, actor }: Entry) => authority ?? actor.id;
/** H, asked by somebody, or a person themselves. */
const judgeOf = (entry: Entry) =>
  entry.words?.judge === 'person' ? entry.actor.id : `H, asked by ${whoOf(entry)}`;
const hashOf = ({ subjects = [] }: Entry, name: string) =>
  subjects.find((subject) => subject.name === name)?.sha256;

const saidBy: { readonly [kind in Entry['kind']]?: (entry: Entry) => string } = {
  'model-served': (entry) => `served, asked by ${whoOf(entry)}`,
  'model-promoted': () => 'promoted',
  'model-rolled-back': (entry) => `served again, by ${whoOf(entry)}`,
  'model-revoked': (entry) => `revoked by ${whoOf(entry)}`,
  'answer-corrected': (entry) => `tainted: ${whoOf(entry)} corrected an answer that it learned`,
  'answer-recorded': (entry) => `gave an answer that is on the record, asked by ${whoOf(entry)}`,
  'model-audited': (entry) => {
    const { figures: of = {} } = entry;
    return `audited by ${judgeOf(entry)}: ${percent(of['wrong-ppm'])} wrong (${percent(of['wrong-low-ppm'])} to ${percent(of['wrong-high-ppm'])}), of ${of.audits} answers of ${of.answers}`;
  },
  'model-calibrated': (entry) => {
    const { figures: of = {} } = entry;
    const stays = of.accepted === 0 ? 'it does not help, and what was in force stays; ' : '';
    return `calibrated${of.round ? ' again' : ''} by ${judgeOf(entry)}: ${stays}${percent(of['kept-and-wrong-ppm'])} kept and wrong, ${percent(of['risk-ppm'])} at most, ${percent(of['escalated-ppm'])} for a person`;
  },
  'gate-decided': ({ figures: of = {} }) =>
    `gate ${of.passed ? 'passed' : 'failed'}: agreement ${percent(of['agreement-ppm'])} of ${of.questions} questions (${percent(of['low-ppm'])} at least, ${percent(of['threshold-ppm'])} needed), level ${of.level}, horizon ${of.horizon}`,
  'examples-written': (entry) => {
    const { id, version = '', kind } = entry.actor;
    const of =
      kind === 'model'
        ? `${id} ${brief(version)}, which learned from ${entry.authority}`
        : `${id} ${version}`;
    const { examples, decisions } = entry.figures ?? {};
    return `${examples} examples with the root ${brief(hashOf(entry, 'examples'))}, targets by ${of}, ${decisions} decisions of H`;
  },
  'training-ended': ({ figures }) => `training ended after step ${figures?.step}`,
  'training-started': (entry) => {
    const parent = hashOf(entry, 'parent');
    return `training began after step ${entry.figures?.step}${parent ? `, from ${brief(parent)}` : ''}`;
  },
  'run-started': (entry) => begun('started', entry),
  'run-resumed': (entry) => begun('resumed', entry),
};

function begun(how: string, entry: Entry): string {
  const { task, overseer } = entry.words ?? {};
  const what = `${task}, overseer ${overseer}, seed ${entry.figures?.seed}`;
  return `run ${entry.run} ${how} by ${whoOf(entry)}: ${what}; configuration ${brief(hashOf(entry, 'run.json'))}, Capstan ${entry.actor.version}`;
}
