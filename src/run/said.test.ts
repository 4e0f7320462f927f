import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import { ask, reply } from '../core/workspace.ts';
import { actionWords } from '../overseers/predictor.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { actionText } from './actions.ts';
import { parseAction } from './said.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const [question] = task.sample(Random.seeded(1), { split: 'train', size: 8, level: 4 });
const shown = [task.show({ ...question!, power: 15, element: 0 })];

describe('what a person types', () => {
  test('is what it is shown as: the words that H′ learns, whichever way it is typed', () => {
    const power = fc.integer({ min: 1, max: 14 });
    const element = fc.integer({ min: 0, max: 7 });
    fc.assert(
      fc.property(power, element, (power, element) => {
        const asked = ask({ ...question!, power, element });
        const replied = reply(known(element));
        for (const action of [asked, replied, reply(unknown('unsure'))]) {
          const text = actionText(task, action);
          const said = parseAction(task, shown, text);
          expect(said.action).toEqual(actionWords(task.encoding, action));
          expect(parseAction(task, shown, said.text)).toEqual(said);
        }
        expect(parseAction(task, shown, `  ask  s^${power}(${element}) `)).toEqual(
          parseAction(task, shown, actionText(task, asked)),
        );
      }),
    );
  });

  test('is refused where it makes no sense, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const { kind, action } = parseAction(task, shown, text);
          expect(action.length).toBe(kind === 'ask' ? 1 + task.encoding.sentenceLength : 2);
        } catch (error) {
          expect(error).toBeInstanceOf(CapstanError);
          expect((error as CapstanError).code).toBe('invalid');
        }
      }),
    );
  });

  test.each([
    ['', /expected «ask»/],
    ['escalate', /expected «ask»/],
    ['ask s^15(0)', /expected a smaller question/],
    ['ask s^16(0)', /expected a power from 1 to 15/],
    ['reply 8', /expected one as in 0, 1/],
    ['reply', /expected one as in/],
  ])('«%s»', (text, message) => {
    expect(() => parseAction(task, shown, text)).toThrow(message);
  });

  test('is a reply once all was asked that may be', () => {
    const full = [...shown, 'σ⁷(0) = 1', 'σ⁷(1) = 2', 'σ¹(2) = 3'];
    expect(() => parseAction(task, full, 'ask s^1(3)')).toThrow(/expected a reply, since 3 questions/);
    expect(parseAction(task, full, 'reply 3')).toMatchObject({ kind: 'reply', text: 'reply 3' });
  });
});
