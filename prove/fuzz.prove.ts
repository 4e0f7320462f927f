/** Whatever is sent to the server, it answers, in time and without anything breaking. */

import { fuzz } from '../test/fuzz/fuzz.ts';
import { askers, knownIn, smallProject } from '../test/fuzz/project.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const ALL = 100_000;
/** So many are sent to one state of the project; the next begin anew. */
const ROUND = 1000;
/** Of what is wrong, so much is printed. */
const SHOWN = 20;
const HANG_MS = 5000;

export const proof: Proof = {
  claim: `Of ${ALL} requests, made from the OpenAPI document for a whole server with a small project behind it, right, nearly right and odd, none is answered with a failure of the server's (5xx), with a problem of another kind than RFC 9457's, or not within ${HANG_MS / 1000} s.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const statuses: { [status: string]: number } = {};
      const wrong = new Set<string>();
      const done = new Map<string, number>();
      let [sent, slowestMs] = [0, 0];
      let project = await smallProject();
      for (let isRuled = true; sent < ALL; isRuled = !isRuled, project = project.fresh(isRuled)) {
        const { app, broken } = project;
        const round = await fuzz(app, {
          seed: seed * ALL + sent,
          known: await knownIn(app),
          requests: Math.min(ROUND, ALL - sent),
          who: await askers(app),
        });
        for (const [status, count] of Object.entries(round.statuses))
          statuses[status] = (statuses[status] ?? 0) + count;
        for (const one of [...round.wrong, ...broken]) {
          if (wrong.size < SHOWN) process.stderr.write(`fuzz: ${one}\n`);
          wrong.add(one);
        }
        slowestMs = Math.max(slowestMs, round.slowestMs);
        sent += round.sent;
        for (const [operation, count] of Object.entries(round.done))
          done.set(operation, (done.get(operation) ?? 0) + count);
        process.stderr.write(`fuzz: ${sent} of ${ALL} sent, ${wrong.size} of them wrong\n`);
      }
      project.leave();
      for (const one of [...wrong].slice(0, SHOWN)) checks.hold(false, `seed ${seed}: ${one}`);
      checks.hold(slowestMs < HANG_MS, `seed ${seed}: one was answered after ${Math.round(slowestMs)} ms`);
      const never = [...done].filter(([, count]) => count === 0).map(([operation]) => operation);
      const rows = Object.entries(statuses).map(([status, count]) => [status, count]);
      const said = `Seed ${seed}: ${sent} requests to ${done.size} operations, of which ${never.length === 0 ? 'each was done' : `all but ${never.join(', ')} were done`}; the slowest answered after ${Math.round(slowestMs)} ms. «unsendable» is what no client of Node's would send.`;
      return `${table(['status', 'answers'], rows)}\n\n${said}`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
