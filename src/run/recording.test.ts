import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { readRecording, recordingText, workspaceKey } from './recording.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const read = (text: string) => readRecording(task, text, 'decisions.jsonl');

const line = fc.record({
  workspace: fc.integer({ min: 0, max: 7 }).map((x) => [`σ⁵(${x})`]),
  action: fc.oneof(
    fc.integer({ min: 0, max: 7 }).map((x) => `ask s^2(${x})`),
    fc.constantFrom('reply 3', 'reply unknown'),
  ),
  by: fc.constantFrom('person:ada', 'person:bob'),
  seconds: fc.nat(1000),
});

describe('a recording', () => {
  test('is read as it was written, and of two decisions about one workspace the last counts', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const recorded = read(lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
        const last = new Map(lines.map((one) => [workspaceKey(one.workspace), one]));
        expect(
          [...recorded.values()].map(({ workspace, by, seconds }) => ({ workspace, by, seconds })),
        ).toEqual([...last.values()].map(({ workspace, by, seconds }) => ({ workspace, by, seconds })));
        expect(read(recordingText(recorded.values()))).toEqual(recorded);
      }),
    );
  });

  test('that is none is refused by its line, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          read(`${JSON.stringify(value)}\n`);
        } catch (error) {
          expect(error).toBeInstanceOf(CapstanError);
          expect((error as CapstanError).message).toContain('decisions.jsonl');
        }
      }),
    );
  });

  test.each([
    [{ action: 'reply 3' }, /decision 1: expected «workspace»/],
    [{ workspace: ['σ⁵(3)'] }, /expected «action»/],
    [{ workspace: ['σ⁵(3)'], action: 'reply 9' }, /decision 1: «reply 9»: expected one as in/],
    [{ workspace: ['σ⁵(3)'], action: 'reply 3', by: 'a\u001b[31m' }, /expected «by», a name/],
    [{ workspace: ['σ⁵(3)'], action: 'reply 3', seconds: -1 }, /expected «seconds»/],
    [{ workspace: ['σ⁵(3)'], action: 'reply 3', at: { step: 1 } }, /expected «at»/],
  ])('%j', (value, message) => {
    expect(() => read(JSON.stringify(value))).toThrow(message);
  });
});
