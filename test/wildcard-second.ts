/** Wildcard search with a check and a second decomposition: H splits the first `*`, the check the last, the second one between.
 *  And an H that errs by a rule about patterns. */

import type { Random } from '../src/base/random.ts';
import { type Answer, agree, known, unknown } from '../src/core/answer.ts';
import type { Assistant, Overseer } from '../src/core/assistant.ts';
import type { Scope } from '../src/core/budget.ts';
import type { Task } from '../src/core/task.ts';
import { type PatternQuestion, wildcardSearch, wordOfSum } from '../src/tasks/wildcard-search.ts';

export type Wildcards = Task<PatternQuestion, number>;

type X = Assistant<PatternQuestion, number>;

export function wildcards(strings: number): Wildcards {
  return {
    ...wildcardSearch({ strings }),
    check: (assistant) => async (claims, scope) => {
      const sums = await split(
        assistant,
        claims.map(({ question }) => question),
        (count) => count - 1,
        scope,
      );
      return claims.map(({ answer }, i) => agree(known(answer), sums[i]!));
    },
    // With two there is none between.
    second: (assistant) => ({
      origin: { ...assistant.origin, name: `Second(${assistant.origin.name})` },
      answer: (questions, scope) =>
        split(assistant, questions, (count) => (count > 2 ? count >> 1 : undefined), scope),
    }),
  };
}

/** The sums of both halves, with the `*` of that number replaced. */
async function split(
  assistant: X,
  questions: readonly PatternQuestion[],
  which: (count: number) => number | undefined,
  scope: Scope,
): Promise<readonly Answer<number>[]> {
  const sums: Answer<number>[] = [];
  for (const question of questions) {
    const places = [...question.pattern].flatMap((symbol, place) => (symbol === '*' ? [place] : []));
    const place = places[which(places.length) ?? -1];
    if (place === undefined) {
      sums.push(places.length === 0 ? (await assistant.answer([question], scope))[0]! : unknown('unsure'));
      continue;
    }
    const halves = ['a', 'b'].map((letter) => ({
      ...question,
      pattern: `${question.pattern.slice(0, place)}${letter}${question.pattern.slice(place + 1)}`,
    }));
    const [one, two] = (await assistant.answer(halves, scope)) as [Answer<number>, Answer<number>];
    const { sumMax } = question.strings;
    const of = (word: number) => word - wordOfSum(0, sumMax);
    sums.push(
      one.kind === 'known' && two.kind === 'known'
        ? known(wordOfSum(of(one.value) + of(two.value), sumMax))
        : unknown('unsure'),
    );
  }
  return sums;
}

/** H says one more, about the compound patterns that fit the rule. */
export function misadding(
  overseer: Overseer<PatternQuestion, number>,
  rule: (pattern: string) => boolean,
): Overseer<PatternQuestion, number> {
  return {
    origin: { ...overseer.origin, name: `${overseer.origin.name} misadding` },
    act: async (workspaces, scope) =>
      (await overseer.act(workspaces, scope)).map((action, i) => {
        const { pattern } = workspaces[i]!.question;
        if (action.kind !== 'reply' || action.answer.kind === 'unknown') return action;
        if (!pattern.includes('*') || !rule(pattern)) return action;
        return { ...action, answer: { ...action.answer, value: action.answer.value + 1 } };
      }),
  };
}

/** As many questions at each level, about the same strings. */
export function patterns(
  task: Wildcards,
  levels: readonly number[],
  contexts: number,
  each: number,
  random: Random,
): readonly (readonly PatternQuestion[])[] {
  return Array.from({ length: contexts }, (_, context) => {
    const stream = random.split(context);
    const [{ strings }] = task.sample(stream, { split: 'test', size: task.sizeMax, level: 1 }) as [
      PatternQuestion,
    ];
    return levels.flatMap((level) =>
      Array.from({ length: each }, () => {
        const starred = new Set(stream.shuffle([...Array(strings.letters).keys()]).slice(0, level));
        const symbol = (_: unknown, place: number) => (starred.has(place) ? '*' : 'ab'[stream.below(2)]!);
        return { strings, pattern: Array.from({ length: strings.letters }, symbol).join('') };
      }),
    );
  });
}
