/** Trees by chance as runs write them down: breadth first, and a question that several ask at one depth is one node, below
 *  whoever asked it first. */

import type fc from 'fast-check';
import { questionKey } from '../src/text/question.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { type Tree, type TreesOptions, treeArbitrary } from './trees-arbitrary.ts';

export function sharedTree(options: TreesOptions): fc.Arbitrary<Tree> {
  return treeArbitrary(options).map(shared);
}

function shared({ header, nodes }: Tree): Tree {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const keyOf = ({ question, depth }: TranscriptNode) => `${depth} ${questionKey(question)}`;
  const taken = new Set([keyOf(nodes[0]!)]);
  const kept = [nodes[0]!];
  for (const [i, node] of kept.entries()) {
    const children = node.children.filter((id) => {
      const key = keyOf(byId.get(id)!);
      const isFirst = !taken.has(key);
      taken.add(key);
      return isFirst;
    });
    kept[i] = { ...node, children };
    kept.push(...children.map((id) => byId.get(id)!));
  }
  return { header, nodes: kept };
}
