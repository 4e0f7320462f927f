import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Verifier } from '../core/verifier.ts';
import type { TextQuestion } from '../text/question.ts';
import { agreement } from './agreement.ts';
import { describeVerifier } from './verifier.contract.ts';
import { voting } from './vote.ts';

const saying = (said: Answer<string>): Assistant<TextQuestion, string> => ({
  origin: { name: 'X', groundTruth: false, version: 'x1' },
  answer: async (questions) => questions.map(() => said),
});
const claims = ['Yes', ' yes.', 'no', 'yes  it is'].map((answer) => ({
  question: { text: 'Is it?' },
  answer,
}));

describeVerifier('agreement', agreement(saying(known('yes'))), claims);
describeVerifier('agreement with nobody', agreement(saying(unknown('budget'))), claims);

describe('agreement', () => {
  test('is with whoever says the same, but for capitals, space and a full stop', async () => {
    const verdicts = await agreement(saying(known('yes'))).verify(claims, scope());
    expect(verdicts.map(({ kind }) => kind)).toEqual(['pass', 'pass', 'fail', 'fail']);
    expect(verdicts[2]!.reason).toBe('expected «yes», got «no»');
  });

  test('is not with whoever does not know; where a limit or the provider stood in the way it cannot be told', async () => {
    const kinds = await Promise.all(
      (['unsure', 'budget', 'unavailable'] as const).map(async (reason) => {
        const [verdict] = await agreement(saying(unknown(reason))).verify(claims.slice(0, 1), scope());
        return [verdict!.kind, verdict!.cause];
      }),
    );
    expect(kinds).toEqual([
      ['fail', undefined],
      ['unsure', 'budget'],
      ['unsure', 'unavailable'],
    ]);
  });

  test('of several is counted, with what they cost together and what stood in the way of a majority', async () => {
    const spent = { calls: 1, tokens: 2, micros: 3, seconds: 0 };
    const paid = (said: Answer<string>): Verifier<TextQuestion, string> => {
      const inner = agreement(saying(said));
      const verify: typeof inner.verify = async (all, at) =>
        (await inner.verify(all, at)).map((verdict) => ({ ...verdict, spent }));
      return { ...inner, verify };
    };
    const three = async (...said: readonly Answer<string>[]) =>
      (await voting(said.map(paid)).verify(claims.slice(0, 1), scope()))[0]!;
    const both = { calls: 3, tokens: 6, micros: 9, seconds: 0 };
    expect(await three(known('yes'), known('no'), known('yes'))).toMatchObject({ kind: 'pass', spent: both });
    expect(await three(known('no'), known('no'), unknown('budget'))).toMatchObject({
      kind: 'fail',
      spent: both,
    });
    const open = await three(known('yes'), known('no'), unknown('budget'));
    expect(open).toMatchObject({ kind: 'unsure', cause: 'budget' });
  });
});
