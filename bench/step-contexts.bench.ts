/** How the cost of a step grows with its contexts: attention is quadratic in the facts, all the rest is linear. */

import { type Benchmark, figure, interleave, median } from './benchmark.ts';
import { openStepper, stepCase } from './training.ts';

const FACTS = [8, 16, 32, 64];
const WIDTH = 64;
const ROUNDS = 5;
const TURNS = 9;
/** Seconds of one turn, about. */
const TURN = 0.25;

export const benchmark: Benchmark = {
  measures: `ms and counted operations per training step, width ${WIDTH}, 16 contexts of 8 to 64 facts, ${ROUNDS} rounds`,
  async run(say) {
    const steppers = await Promise.all(
      FACTS.map(async (facts) => openStepper(await stepCase(WIDTH, facts, ROUNDS))),
    );
    try {
      const sides: Record<string, () => Promise<number>> = {};
      for (const [i, stepper] of steppers.entries()) {
        await stepper.take(2);
        const steps = Math.max(1, Math.round((2 * TURN) / (await stepper.take(2))));
        sides[FACTS[i]!] = async () => (1000 * (await stepper.take(steps))) / steps;
      }
      const samples = await interleave(TURNS, sides);
      return steppers.flatMap(({ operations }, i) => {
        const ms = samples[FACTS[i]!]!;
        const gflops = operations / median(ms) / 1e6;
        say(`${FACTS[i]} facts: least ${Math.min(...ms).toFixed(3)} ms, ${gflops.toFixed(1)} GFLOP/s`);
        return [
          figure(`step-contexts/${FACTS[i]}/time`, 'ms', median(ms)),
          figure(`step-contexts/${FACTS[i]}/operations`, 'MFLOP', operations / 1e6),
        ];
      });
    } finally {
      await Promise.all(steppers.map((stepper) => stepper.close()));
    }
  },
};
