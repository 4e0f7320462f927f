/** One held-out question unfolded: what H asked, what it concluded from the answers, and what X says to each alone. */

import { mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { isNumber, percent, several } from './numbers.ts';
import type { ExampleNode, RunRecord } from './record.ts';

/** So deep the tree is open at first; below, only the way to something wrong. */
const DEPTH_OPEN = 4;
/** Deeper than any run unfolds; a page is not a stack to overflow. */
const DEPTH_MAX = 64;

/** An arm that was told the truth is asked nothing. */
export function hasExample(record: RunRecord): boolean {
  return record.example !== undefined || mainOf(record)?.kind !== 'supervised';
}

export function unfolded(record: RunRecord): Html {
  const root = record.example;
  if (!root) {
    const { state = 'running', iterations = [] } = mainOf(record) ?? {};
    const isOver = state === 'finished' || state === 'gate-failed';
    const why =
      isOver && !iterations.some(({ passed }) => passed)
        ? 'No question was unfolded: no gate was passed, so there is nobody to ask.'
        : 'No question has been unfolded yet: the example is drawn when the run ends.';
    return html`<p class="empty">${why}</p>`;
  }
  return html`<p>${story(root)} Read it from the leaves upward: H asks X the smaller questions, combines their answers, and that is what X learns to say in one step.</p>
<div class="tree-head"><span>question = what H concludes</span><span class="direct">X alone, and how sure it is</span></div>
<ul class="tree">${node(root, 0)}</ul>`;
}

function node(one: ExampleNode, depth: number): Html {
  if (one.children.length === 0 || depth >= DEPTH_MAX)
    return html`<li><div class="node leaf">${line(one)}</div></li>`;
  const open = depth < DEPTH_OPEN || wrongIn(one);
  return html`<li><details${open ? html` open` : ''}><summary class="node">${line(one)}</summary><ul>${one.children.map((child) => node(child, depth + 1))}</ul></details></li>`;
}

function line(one: ExampleNode): Html {
  const { question, answer, direct, confidence, right, directRight, isFact, children } = one;
  const below =
    children.length === 0
      ? ''
      : html`<span class="below">${several(descendants(children), 'question')} below</span>`;
  return html`<span class="asked"><span class="question">${question}</span> = <b class="value">${answer}</b> ${mark(right)} ${below}</span><span class="direct">${isFact ? 'a fact, looked up' : html`<span class="unseen">X says</span> <span class="value">${direct}</span> ${mark(directRight)} ${bar(confidence)}`}</span>`;
}

function mark(right: boolean | undefined): Html {
  if (right === undefined) return html`<span class="range" title="not checked">·</span>`;
  return right
    ? html`<span class="right" title="right" role="img" aria-label="right">✓</span>`
    : html`<span class="wrong" title="wrong" role="img" aria-label="wrong">✕</span>`;
}

function bar(confidence: number): Html {
  const share = isNumber(confidence) ? Math.min(1, Math.max(0, confidence)) : 0;
  const said = `confidence ${percent(isNumber(confidence) ? confidence : undefined)}`;
  return html`<span class="bar" role="img" aria-label="${said}" title="${said}"><i style="width:${Math.round(share * 100)}%"></i></span>`;
}

function wrongIn({ right, directRight, children }: ExampleNode, depth = 0): boolean {
  return (
    right === false ||
    directRight === false ||
    (depth < DEPTH_MAX && children.some((child) => wrongIn(child, depth + 1)))
  );
}

function descendants(children: readonly ExampleNode[], depth = 0): number {
  if (depth >= DEPTH_MAX) return children.length;
  return children.reduce((sum, child) => sum + 1 + descendants(child.children, depth + 1), 0);
}

function story(root: ExampleNode): string {
  const asked = 1 + descendants(root.children);
  const outcome = root.right === undefined ? '' : root.right ? ', and is right' : ', and is wrong';
  const alone = root.directRight === undefined ? '' : root.directRight ? ' rightly' : ' wrongly';
  return `H unfolds ${root.question} into ${several(asked - 1, 'smaller question')} and concludes ${root.answer}${outcome}; X alone says ${root.direct}${alone}, in one pass.`;
}
