/** Who is behind what a node says: everybody whose words or decisions it follows from. A question follows from the step that
 *  asked it and from all that this step could see: the steps before it, what was answered to the questions before it, and
 *  its own question. An answer follows from everything below it, too. Entries of the ledger are fewer: of a question those of
 *  the steps that led to it from the root, and not those below its siblings, which would be as many for every row as a tree
 *  has. */

import { questionKey } from '../text/question.ts';
import type { Author, Step, TranscriptNode } from '../transcript/node.ts';
import type { TreeHeader } from '../transcript/tree.ts';

export interface Behind {
  readonly people: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly entries: ReadonlySet<number>;
}

/** A node, with what is known of it in its tree. */
export interface Placed {
  readonly node: TranscriptNode;
  /** By the step that asked for them; a child whose question was asked twice is of the first. */
  readonly childrenOf: readonly (readonly Placed[])[];
  /** Behind its question. */
  readonly asked: Behind;
  /** Behind its answer, without what is behind its question. */
  readonly answered: Behind;
}

/** Every node of a tree, its parents first. */
export function placed(header: TreeHeader, nodes: readonly TranscriptNode[]): readonly Placed[] {
  const working = new Map<string, Working>();
  const shared = new Shared();
  for (const node of nodes) working.set(node.id, { node, childrenOf: [], asked: NOTHING, answered: NOTHING });
  for (const one of working.values()) one.childrenOf = childrenByStep(one.node, working);
  // From below: an answer. Children come after their parents.
  for (const one of [...working.values()].reverse()) {
    const answered = nothing();
    addSteps(answered, one.node.steps);
    if (one.node.corrected) {
      addAuthor(answered, one.node.corrected.by);
      if (one.node.corrected.entry !== undefined) answered.entries.add(one.node.corrected.entry);
    }
    addVerdicts(answered, one.node);
    for (const child of one.childrenOf.flat()) join(answered, child.answered);
    one.answered = shared.as(answered);
  }
  // From above: a question.
  for (const one of working.values()) {
    if (one.node.parent === undefined) one.asked = askedBy(header.who);
    for (const [i, children] of one.childrenOf.entries()) {
      if (children.length === 0) continue;
      const entries = new Set(one.asked.entries);
      const { entry } = one.node.steps[i]!;
      if (entry !== undefined) entries.add(entry);
      const asked = shared.as({ ...seenBy(one, i), entries });
      for (const child of children) child.asked = asked;
    }
  }
  return [...working.values()];
}

/** What is behind the step with this index, what it says included. */
export function seenBy({ node, childrenOf, asked }: Placed, step: number): Behind {
  const seen = nothing();
  join(seen, asked);
  addSteps(seen, node.steps.slice(0, step + 1));
  for (const child of childrenOf.slice(0, step).flat()) join(seen, child.answered);
  return seen;
}

export function united(...parts: readonly Behind[]): Behind {
  const all = nothing();
  for (const part of parts) join(all, part);
  return all;
}

/** Behind the verdicts on a node. */
export function verifying(node: TranscriptNode): Behind {
  const behind = nothing();
  addVerdicts(behind, node);
  return behind;
}

interface Growing {
  readonly people: Set<string>;
  readonly models: Set<string>;
  readonly entries: Set<number>;
}

interface Working extends Placed {
  childrenOf: readonly (readonly Working[])[];
  asked: Behind;
  answered: Behind;
}

/** Keeps equal sets once: in a tree of 100,000 questions few are different, and each alone would take 300 bytes. */
class Shared {
  readonly #sets = new Map<string, ReadonlySet<string | number>>();

  as({ people, models, entries }: Behind): Behind {
    return { people: this.#one(people), models: this.#one(models), entries: this.#one(entries) };
  }

  #one<T extends string | number>(set: ReadonlySet<T>): ReadonlySet<T> {
    const key = JSON.stringify([...set].sort());
    const known = this.#sets.get(key) as ReadonlySet<T> | undefined;
    if (known === undefined) this.#sets.set(key, set);
    return known ?? set;
  }
}

const NOTHING: Behind = nothing();

function nothing(): Growing {
  return { people: new Set(), models: new Set(), entries: new Set() };
}

function askedBy(who: Author): Behind {
  const behind = nothing();
  addAuthor(behind, who);
  return behind;
}

function join(into: Growing, from: Behind): void {
  for (const person of from.people) into.people.add(person);
  for (const model of from.models) into.models.add(model);
  for (const entry of from.entries) into.entries.add(entry);
}

function addSteps(into: Growing, steps: readonly Step[]): void {
  for (const { by, proposed, entry } of steps) {
    addAuthor(into, by);
    if (proposed) addAuthor(into, proposed.by);
    if (entry !== undefined) into.entries.add(entry);
  }
}

function addAuthor(into: Growing, { kind, id }: Author): void {
  if (kind === 'person') into.people.add(id);
  if (kind === 'model') into.models.add(id);
}

/** Verifiers are known by name alone. */
function addVerdicts(into: Growing, { verdicts }: TranscriptNode): void {
  for (const { verifier: name, entry } of verdicts) {
    if (name.startsWith('person:')) into.people.add(name);
    if (name.startsWith('model:')) into.models.add(name);
    if (entry !== undefined) into.entries.add(entry);
  }
}

function childrenByStep({ steps, children }: TranscriptNode, all: ReadonlyMap<string, Working>): Working[][] {
  const byQuestion = new Map<string, Working>();
  for (const id of children) {
    const child = all.get(id)!;
    byQuestion.set(questionKey(child.node.question), child);
  }
  return steps.map(({ action }) => {
    if (action.kind !== 'ask') return [];
    return action.questions.flatMap((question) => {
      const key = questionKey(question);
      const child = byQuestion.get(key);
      byQuestion.delete(key);
      return child ? [child] : [];
    });
  });
}
