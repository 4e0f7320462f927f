/** Whether nodes, one after the other, make one tree: the root first, a parent before its children, each that a parent
 *  names there once, one level further down, with a question that the parent asked. The rest follows: there are no
 *  cycles, since a node comes after its parent, and nothing stands apart.
 *      memory: the ids of all nodes, and the questions asked of those that are still to come */

import { questionKey } from '../text/question.ts';
import { refuse } from './_fields.ts';
import type { TranscriptNode } from './node.ts';

interface Expected {
  readonly parent: string;
  readonly depth: number;
  /** Keys of what the parent asked. */
  readonly asked: ReadonlySet<string>;
}

export class TreeShape {
  readonly #root: string;
  readonly #seen = new Set<string>();
  readonly #expected = new Map<string, Expected>();

  constructor(root: string) {
    this.#root = root;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Throws if the node cannot stand next, and then nothing has changed. */
  add(node: TranscriptNode): void {
    const { id, parent, depth, children } = node;
    if (this.#seen.has(id)) refuse('id', 'an id that no node before it has', id);
    if (this.#seen.size === 0) {
      if (id !== this.#root) refuse('id', `first the root ${this.#root}`, id);
      if (parent !== undefined) refuse('parent', 'none at the root', parent);
    } else this.#expectChild(node);
    const asked = askedBy(node);
    if (children.length > asked.size)
      refuse('children', `at most ${asked.size}, one for each question asked`, children);
    for (const [i, child] of children.entries())
      if (child === id || this.#seen.has(child) || this.#expected.has(child))
        refuse(`children[${i}]`, 'an id that no other node has or names', child);
    this.#seen.add(id);
    this.#expected.delete(id);
    for (const child of children) this.#expected.set(child, { parent: id, depth: depth + 1, asked });
  }

  /** Throws if one is still to come. */
  end(): void {
    if (this.#seen.size === 0) refuse('', `the root ${this.#root}`, undefined);
    for (const [child, { parent }] of this.#expected)
      refuse(
        '',
        `the node ${child}, which ${parent} names as its child, and ${this.#expected.size - 1} more`,
        undefined,
      );
  }

  #expectChild({ id, parent, depth, question }: TranscriptNode): void {
    if (parent === undefined) refuse('parent', `none but the root ${this.#root} to have none`, undefined);
    if (!this.#seen.has(parent)) refuse('parent', 'a node that stands before it', parent);
    const found = this.#expected.get(id);
    const expected =
      found?.parent === parent ? found : refuse('parent', 'a node that names it as its child', parent);
    if (depth !== expected.depth) refuse('depth', `${expected.depth}, one below its parent`, depth);
    if (!expected.asked.has(questionKey(question)))
      refuse('question', 'one that its parent asked', question.text);
  }
}

function askedBy({ steps }: TranscriptNode): ReadonlySet<string> {
  const asked = steps.flatMap(({ action }) => (action.kind === 'ask' ? action.questions : []));
  return new Set(asked.map(questionKey));
}
