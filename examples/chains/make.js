// Writes contexts.jsonl, the same every time: node make.js [contexts]

import { readFileSync, writeFileSync } from 'node:fs';

const here = (name) => new URL(name, import.meta.url);
const { names, relations } = JSON.parse(readFileSync(here('task.json'), 'utf8'));
const contexts = Number(process.argv[2] ?? 200);

// xorshift32 (Marsaglia 2003): chance that anybody can repeat
let state = 1;
function below(bound) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}

function fact({ to, fact: words }, name) {
  const others = names[to].filter((one) => one !== name);
  return words.replace('{from}', name).replace('{to}', others[below(others.length)]);
}

const line = () =>
  JSON.stringify({
    facts: Object.values(relations).flatMap((one) => names[one.from].map((name) => fact(one, name))),
  });
writeFileSync(here('contexts.jsonl'), `${Array.from({ length: contexts }, line).join('\n')}\n`);
