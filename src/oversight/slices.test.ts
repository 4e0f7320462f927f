import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { corrected } from './corrected.ts';
import { chanceOf, findSlices, holds, type Seen } from './slices.ts';
import { questionTraits } from './traits.ts';

/** Questions with two of eight words each, at two levels. */
function audits(
  isWrong: (traits: readonly string[], random: Random) => boolean,
  seed: number,
): readonly Seen[] {
  const random = Random.seeded(seed);
  return Array.from({ length: 300 }, (_, i) => {
    const level = 1 + random.below(2);
    const traits = [`word ${random.below(8)}`, `word ${8 + random.below(4)}`, `level ${level}`];
    const probability = random.below(2) === 0 ? 0.1 : 0.5;
    return { traits, level, round: i % 2, probability, wrong: isWrong(traits, random) };
  });
}

describe('slices', () => {
  test('a planted conjunction is named as it was planted, with its rates', () => {
    const rule = ['word 3', 'level 2'];
    for (let seed = 0; seed < 10; seed++) {
      const seen = audits((traits, random) => holds(rule, traits) || random.uniform() < 0.02, seed);
      const [slice] = findSlices(seen, Random.seeded(seed));
      expect(new Set(slice!.rule)).toEqual(new Set(rule));
      expect(slice!.inside.low).toBeGreaterThan(slice!.outside.high);
    }
  });

  test('mistakes by chance, more frequent at one level, give no slice but in 5 % of the runs at most', () => {
    let named = 0;
    for (let seed = 0; seed < 200; seed++) {
      const seen = audits(
        (traits, random) => random.uniform() < (traits.includes('level 2') ? 0.3 : 0.05),
        seed,
      );
      named += Number(findSlices(seen, Random.seeded(seed)).length > 0);
    }
    expect(named).toBeLessThanOrEqual(16); // 10 expected at most; more than 16 has a chance of .03
  });

  test('the chance of so many mistakes inside is that over all ways to deal them within strata', () => {
    const seen = audits((_, random) => random.uniform() < 0.4, 5).slice(0, 14);
    const rule = ['word 9'];
    const strata = [...new Set(seen.map(({ level, round }) => `${level}/${round}`))];
    const inside = (labels: readonly boolean[]) =>
      seen.filter(({ traits }, i) => labels[i] && holds(rule, traits)).length;
    const observed = inside(seen.map(({ wrong }) => wrong));
    const count = (labels: readonly boolean[], stratum: string) =>
      seen.filter(({ level, round }, i) => labels[i] && `${level}/${round}` === stratum).length;
    const own = seen.map(({ wrong }) => wrong);
    let [all, asMany] = [0, 0];
    for (let bits = 0; bits < 2 ** seen.length; bits++) {
      const labels = seen.map((_, i) => ((bits >> i) & 1) === 1);
      if (strata.some((stratum) => count(labels, stratum) !== count(own, stratum))) continue;
      all++;
      asMany += Number(inside(labels) >= observed);
    }
    expect(chanceOf(seen, rule)).toBeCloseTo(asMany / all, 10);
  });
});

test('where a rule holds the other decides everything, elsewhere H does', async () => {
  const task = permutationPowering({ elements: 8, powers: 8 });
  const questions = task.sample(Random.seeded(1), { split: 'train', size: 8, level: 3 });
  const named = (name: string) => ({
    origin: { name, groundTruth: false },
    act: async (workspaces: readonly unknown[]) =>
      workspaces.map(() => ({ kind: 'reply' as const, answer: known(name === 'H' ? 0 : 1) })),
  });
  const rule = ['word 3', 'level 2 or above'];
  let taken = 0;
  const both = corrected(named('H'), named('above'), {
    isTaken: (question: (typeof questions)[number]) => holds(rule, questionTraits(task, question)),
    onTaken: (decisions) => {
      taken += decisions;
    },
  });
  const actions = await both.act(
    questions.map((question) => ({ question, exchanges: [] })),
    scope(),
  );
  const expected = questions.map(({ element, power }) => Number(element === 0 && power > 1));
  expect(
    actions.map((action) => action.kind === 'reply' && action.answer.kind === 'known' && action.answer.value),
  ).toEqual(expected);
  expect(taken).toBe(expected.filter(Boolean).length);
});
