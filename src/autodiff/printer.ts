/** A graph as text, one line per expression, inputs before users; equal expressions are written once.
 *     %3 = matmul %1 %2 [4,5]
 *     %4 = transpose %3 order=[1,0] [5,4] */

import { type Node, schedule } from './graph.ts';

export function print(outputs: { readonly [name: string]: Node }): string {
  const lines: string[] = [];
  const names = new Map<Node, string>();
  const known = new Map<string, string>();
  for (const node of schedule(Object.values(outputs))) {
    const text = expression(node, names);
    const name = known.get(text) ?? `%${known.size}`;
    if (!known.has(text)) lines.push(`${name} = ${text}`);
    known.set(text, name);
    names.set(node, name);
  }
  for (const [name, node] of Object.entries(outputs)) lines.push(`${name} = ${names.get(node)}`);
  return lines.join('\n');
}

/** Operation, inputs, attributes, shape; integers are marked, floats are not. */
function expression(node: Node, names: ReadonlyMap<Node, string>): string {
  const shape = `${node.type === 'int' ? 'int' : ''}[${node.shape}]`;
  return [node.op, ...node.inputs.map((x) => names.get(x)!), ...attributesOf(node), shape].join(' ');
}

/** Without what the shape already says. */
function attributesOf({ attributes }: Node): readonly string[] {
  return Object.entries(attributes as { readonly [name: string]: unknown }).flatMap(([name, value]) => {
    if (name === 'shape' || name === 'type') return [];
    return [name === 'name' ? `«${value}»` : `${name}=${Array.isArray(value) ? `[${value}]` : value}`];
  });
}
