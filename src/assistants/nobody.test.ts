import { expect, test } from 'vitest';
import { unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { nobody } from './nobody.ts';

test('⊥ answers every question with «unknown: nobody», and knows no ground truth', async () => {
  for (const count of [0, 1, 3])
    expect(await nobody.answer(new Array(count).fill('?'), scope())).toEqual(
      new Array(count).fill(unknown('nobody')),
    );
  expect(nobody.origin).toEqual({ name: '⊥', groundTruth: false });
});
