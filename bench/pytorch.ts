/** A whole training step, ours and PyTorch's of the same network on the same batch, one thread each. The peer is
 *  `peers/pytorch/step.py`, a process that takes steps when it is asked to; only the steps are timed, on its side. */

import { type Benchmark, type Figure, figure, interleave, median } from './benchmark.ts';
import { openPeer } from './peer.ts';
import { openStepper, type StepCase, stepCase } from './training.ts';

const TURNS = 15;
/** Seconds of one turn, about. */
const TURN = 0.4;

export interface Size {
  readonly width: number;
  readonly facts: number;
  readonly rounds: number;
}

export function stepBenchmark(name: string, { width, facts, rounds }: Size): Benchmark {
  return {
    measures: `ms per training step (forward, loss, backward, clip, Adam, moving average), width ${width}, 16 contexts × ${facts} facts, ${rounds} rounds`,
    run: async (say) => [await measure(name, await stepCase(width, facts, rounds), say)],
  };
}

async function measure(name: string, one: StepCase, say: (line: string) => void): Promise<Figure> {
  const ours = await openStepper(one);
  const peer = await openPyTorch(one);
  try {
    await ours.take(2);
    const steps = Math.max(1, Math.round((2 * TURN) / (await ours.take(2))));
    if (typeof peer === 'string') {
      say(`PyTorch is not here (${peer}); set CAPSTAN_PYTHON to a Python that has it`);
      const { own } = await interleave(TURNS, { own: () => ours.take(steps) });
      return figure(name, 'ms', (1000 * median(own)) / steps);
    }
    if (peer.parameters !== ours.parameters)
      throw new Error(`expected the same network, got ${ours.parameters} and ${peer.parameters} parameters`);
    const { own, other } = await interleave(TURNS, {
      own: () => ours.take(steps),
      other: () => peer.take(steps),
    });
    const ms = (seconds: number) => (1000 * seconds) / steps;
    const least = [Math.min(...own), Math.min(...other)] as const;
    say(
      `${TURNS} turns of ${steps} steps each; ${ours.parameters} parameters, ${ours.operations} operations`,
    );
    say(`ours      median ${ms(median(own)).toFixed(3)} ms, least ${ms(least[0]).toFixed(3)} ms`);
    say(
      `PyTorch   median ${ms(median(other)).toFixed(3)} ms, least ${ms(least[1]).toFixed(3)} ms, on ${peer.cores().toFixed(2)} cores`,
    );
    say(
      `ratio of the least ${(least[0] / least[1]).toFixed(3)}; losses ${ours.loss().toFixed(3)} and ${peer.loss().toFixed(3)}`,
    );
    return figure(name, 'ms', ms(median(own)), { name: `PyTorch ${peer.version}`, value: ms(median(other)) });
  } finally {
    if (typeof peer !== 'string') await peer.close();
    await ours.close();
  }
}

interface Peer {
  readonly version: string;
  readonly parameters: number;
  take(steps: number): Promise<number>;
  loss(): number;
  /** Cores in use in the last turn. */
  cores(): number;
  close(): Promise<void>;
}

/** The peer, or why there is none: a Python with PyTorch on OpenBLAS, not on the reference BLAS. */
async function openPyTorch(one: StepCase): Promise<Peer | string> {
  // torch.set_num_threads does not reach the threads of OpenBLAS.
  const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const peer = await openPeer('peers/pytorch/step.py', one, threads);
  if (typeof peer === 'string') return peer;
  let loss = Number.NaN;
  let cores = Number.NaN;
  return {
    version: String(peer.opened.torch),
    parameters: Number(peer.opened.parameters),
    async take(steps) {
      const answer = await peer.ask(String(steps));
      loss = Number(answer.loss);
      cores = Number(answer.cpuSeconds) / Number(answer.seconds);
      return Number(answer.seconds);
    },
    loss: () => loss,
    cores: () => cores,
    close: peer.close,
  };
}
