/** The tree of bench/growing.ts on LangGraph.js with its durable checkpointer: a process that grows it, from its last
 *  checkpoint if there is one. node tree.js FILE GROWTH [LOG]; says what it took as one line of JSON.
 *
 *  A graph of `visit`, sent once for each question of a level, as its documentation shows map and reduce, with its
 *  own limit of calls at a time. Tasks in tasks (its functional way) take as long for 341 questions, and ten times as long
 *  for 5,461. */

import { openSync, readFileSync, writeSync } from 'node:fs';
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';

const [file, text, log] = process.argv.slice(2);
const { depth, fan, milliseconds, concurrency } = JSON.parse(text);
const calls = log && openSync(log, 'a');
const { version } = JSON.parse(
  readFileSync(new URL('./node_modules/@langchain/langgraph/package.json', import.meta.url), 'utf8'),
);

/** Names what is below; the one call of each question. */
async function model(question) {
  if (calls) writeSync(calls, `began ${question}\n`);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  if (calls) writeSync(calls, `ended ${question}\n`);
  return question.length > depth ? [] : Array.from({ length: fan }, (_, i) => `${question}${i}`);
}

/** What is not asked yet, or the sum. */
function next({ asked }) {
  const known = new Set(asked.map(([question]) => question));
  const open = asked.length === 0 ? ['q'] : asked.flatMap(([, below]) => below.filter((q) => !known.has(q)));
  return open.length > 0 ? open.map((question) => new Send('visit', { question })) : 'sum';
}

function sum({ asked }) {
  const below = new Map(asked);
  const count = (question) => below.get(question).reduce((total, child) => total + count(child), 1);
  return { total: count('q') };
}

const State = Annotation.Root({
  asked: Annotation({ reducer: (before, more) => before.concat(more), default: () => [] }),
  total: Annotation(),
});
const database = new Database(file);
const checkpointer = new SqliteSaver(database);
checkpointer.setup();
database.pragma('synchronous = normal'); // as ours
const graph = new StateGraph(State)
  .addNode('visit', async ({ question }) => ({ asked: [[question, await model(question)]] }))
  .addNode('level', () => ({}))
  .addNode('sum', sum)
  .addEdge(START, 'level')
  .addConditionalEdges('level', next, ['visit', 'sum'])
  .addEdge('visit', 'level')
  .addEdge('sum', END)
  .compile({ checkpointer });
const config = {
  configurable: { thread_id: 'tree' },
  durability: 'sync', // of its three modes, the one that has a step on the disk before the next begins
  maxConcurrency: concurrency,
  recursionLimit: 1000,
};
const isResumed = (await checkpointer.getTuple(config)) !== undefined;
const started = performance.now();
const { total } = await graph.invoke(isResumed ? null : {}, config);
const seconds = (performance.now() - started) / 1000;
database.close();
const megabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
process.stdout.write(`${JSON.stringify({ version, total, seconds, megabytes })}\n`);
