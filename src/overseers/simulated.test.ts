/** Simulated people: what they do is a function of the workspace, at the rates that are planted. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import type { NoisyTask } from './noisy.ts';
import { adversarial, kappaOf, paced, panel, revised, tiring } from './simulated.ts';

type Desk = Workspace<number, number>;

/** The answer of word w is w; words 1 to 8 are answers, one sort. */
const toy: NoisyTask<number, number> = {
  key: String,
  environment: () => undefined,
  encoding: {
    words: 9,
    wordOf: (answer) => answer,
    answerOf: (word) => (word >= 1 ? word : undefined),
    sentence: (question) => [question % 9],
  },
};
const ANSWERS = 8;
const right = (question: number) => 1 + (question % ANSWERS);

/** Asks once where the question is odd, then says what is right. */
const h: Overseer<number, number> = {
  origin: { name: 'H', groundTruth: false },
  act: async (workspaces) =>
    workspaces.map(({ question, exchanges }): Action<number, number> => {
      if (question % 2 === 1 && exchanges.length === 0) return { kind: 'ask', questions: [question - 1] };
      return { kind: 'reply', answer: known(right(question), 0.5) };
    }),
};

const SOME = 4000;
const desks = Array.from({ length: SOME }, (_, i): Desk => ({ question: 2 * i, exchanges: [] }));
const saidBy = async (overseer: Overseer<number, number>, asked: readonly Desk[] = desks) =>
  (await overseer.act(asked, scope())).map((action) =>
    action.kind === 'reply' && action.answer.kind === 'known' ? action.answer.value : undefined,
  );
const isWrong = (said: readonly (number | undefined)[]) =>
  said.map((one, i) => one !== right(desks[i]!.question));
const shareOf = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;
/** Within four standard deviations of a share of that. */
const isNear = (share: number, planted: number, n: number) =>
  Math.abs(share - planted) <= 4 * Math.sqrt((planted * (1 - planted)) / n) + 1e-9;

const queue = desks.map(({ question }) => String(question));
const ALL: readonly (readonly [string, () => Overseer<number, number>])[] = [
  ['tiring', () => tiring(h, { queue, fresh: 0.1, tired: 0.5, seed: 1 }, toy)],
  ['a panel', () => panel(h, { members: 2, rate: 0.3, kappa: 0.7, answers: ANSWERS, seed: 1 }, toy)[1]!],
  ['adversarial', () => adversarial(h, { share: 0.4, aim: 3, seed: 1 }, toy)],
  ['revised', () => revised(h, { version: '2', isFlipped: (question) => question % 10 === 0 }, toy)],
  ['paced', () => paced(h, { ask: 1, reply: 2, escalate: 0, latency: 0 }, async () => {})],
];

describe.each(ALL)('a simulated overseer that is %s', (_, make) => {
  test('says so in its name', () => {
    expect(make().origin.name).toMatch(/^H simulated/);
  });

  test('is a pure function of each workspace: whatever came before, in whatever batch and order', async () => {
    const some = desks.slice(0, 60);
    const whole = await saidBy(make(), some);
    const one = make();
    const backwards = [...some].reverse();
    await one.act(some, scope());
    expect((await saidBy(one, backwards)).reverse()).toEqual(whole);
    for (const [i, desk] of some.slice(0, 5).entries())
      expect(await saidBy(make(), [desk])).toEqual([whole[i]]);
  });

  test('asks as before, and says all as surely', async () => {
    const odd: Desk = { question: 7, exchanges: [] };
    expect(await make().act([odd], scope())).toEqual(await h.act([odd], scope()));
    for (const action of await make().act(desks.slice(0, 50), scope()))
      expect(action).toMatchObject({ kind: 'reply', answer: { confidence: 0.5 } });
  });
});

describe('fatigue', () => {
  test('rises along the queue from the fresh rate to the tired one', async () => {
    const wrong = isWrong(await saidBy(tiring(h, { queue, fresh: 0.1, tired: 0.5, seed: 3 }, toy)));
    const quarter = SOME / 4;
    [0.15, 0.25, 0.35, 0.45].forEach((planted, i) => {
      expect(isNear(shareOf(wrong.slice(i * quarter, (i + 1) * quarter)), planted, quarter)).toBe(true);
    });
  });

  test('follows the place in the queue, not the question, and is fresh at what does not stand there', async () => {
    const late = tiring(h, { queue: [...queue].reverse(), fresh: 0, tired: 0.5, seed: 3 }, toy);
    const wrong = isWrong(await saidBy(late));
    expect(shareOf(wrong.slice(0, 500))).toBeGreaterThan(shareOf(wrong.slice(-500)) + 0.2);
    const elsewhere = tiring(h, { queue: ['-1'], fresh: 0, tired: 1, seed: 3 }, toy);
    expect(shareOf(isWrong(await saidBy(elsewhere)))).toBe(0);
  });
});

describe('a panel', () => {
  /** Cohen's κ, counted. */
  const kappa = (a: readonly (number | undefined)[], b: readonly (number | undefined)[]) => {
    const agreed = shareOf(a.map((one, i) => one === b[i]));
    const values = [...new Set([...a, ...b])];
    const chance = values.reduce<number>(
      (sum, value) => sum + shareOf(a.map((one) => one === value)) * shareOf(b.map((one) => one === value)),
      0,
    );
    return (agreed - chance) / (1 - chance);
  };

  test.each([
    [0.1, 0.85],
    [0.1, kappaOf(0.1, ANSWERS)],
    [0.3, 0.6],
    [0.3, 1],
  ])('of members who err in %d agrees at κ %d, two by two', async (rate, planted) => {
    const members = panel(h, { members: 3, rate, kappa: planted, answers: ANSWERS, seed: 5 }, toy);
    const said = await Promise.all(members.map((member) => saidBy(member)));
    for (const one of said) expect(isNear(shareOf(isWrong(one)), rate, SOME)).toBe(true);
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(Math.abs(kappa(said[i]!, said[j]!) - planted)).toBeLessThan(0.035);
  });

  test('errs in common where κ is higher: a vote then helps less', async () => {
    const wrongVotes = async (planted: number) => {
      const members = panel(h, { members: 3, rate: 0.3, kappa: planted, answers: ANSWERS, seed: 5 }, toy);
      const wrong = (await Promise.all(members.map((member) => saidBy(member)))).map(isWrong);
      return shareOf(desks.map((_, i) => wrong.filter((one) => one[i]).length >= 2));
    };
    expect(await wrongVotes(0.9)).toBeGreaterThan((await wrongVotes(kappaOf(0.3, ANSWERS))) + 0.03);
  });

  test('has κ of independent mistakes by the formula, 1 without any, and less is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), (answers) => {
        expect(kappaOf(0, answers)).toBeCloseTo(1, 12);
        expect(kappaOf(1 - 1 / answers, answers)).toBeCloseTo(0, 12); // no better than chance
      }),
    );
    const options = { members: 2, rate: 0.3, answers: ANSWERS, seed: 1 };
    expect(() => panel(h, { ...options, kappa: 0.2 }, toy)).toThrow(
      /kappa: expected from 0.4\d\d to 1, got 0.2/,
    );
  });
});

test('an adversary wants one answer heard, in its share of the questions, and is right in the others', async () => {
  const said = await saidBy(adversarial(h, { share: 0.4, aim: 3, seed: 2 }, toy));
  const wrong = isWrong(said);
  expect(said.filter((one, i) => wrong[i] && one !== 3)).toEqual([]);
  expect(isNear(shareOf(wrong), 0.4 * (1 - 1 / 4), SOME)).toBe(true); // even questions have four right answers
  expect(shareOf(isWrong(await saidBy(adversarial(h, { share: 1, aim: 99, seed: 2 }, toy))))).toBe(0);
});

test('a revised policy differs on its flip set alone, always, and has a version of its own', async () => {
  const isFlipped = (question: number) => question % 10 === 0;
  const next = revised(h, { version: '2', isFlipped }, toy);
  const said = await saidBy(next);
  desks.forEach(({ question }, i) => {
    expect(said[i]).toBe(isFlipped(question) ? (right(question) % ANSWERS) + 1 : right(question));
  });
  expect(next.origin.version).toBe('2');
});

describe('time', () => {
  const pace = { ask: 30, reply: 12, escalate: 5, latency: 600 };
  const x = amplify(h, {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions) => questions.map((question) => known(right(question))),
  });

  test('is taken out of the budget for each action, and waited for once a batch', async () => {
    const waited: number[] = [];
    const timed = paced(h, pace, async (seconds) => {
      waited.push(seconds);
    });
    const work = scope();
    await amplify(timed, x).answer([7, 8], work);
    expect(work.budget.spent.seconds).toBe(30 + 12 + 12);
    expect(waited).toEqual([600, 600]);
    await timed.act([], scope());
    expect(waited.length).toBe(2);
  });

  test('that is not left makes an answer unknown', async () => {
    const timed = paced(h, pace, async () => {});
    const answers = await amplify(timed, x).answer([8, 10, 12], scope({ seconds: 25 }));
    expect(answers.map((answer) => (answer.kind === 'known' ? 'known' : answer.reason))).toEqual([
      ...['known', 'known', 'budget'],
    ]);
    expect(() => paced(h, { ...pace, ask: -1 }, async () => {})).toThrow(/ask: expected seconds ≥ 0, got -1/);
  });
});
