import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { ask, reply } from '../core/workspace.ts';
import type { Draft } from '../record/ledger.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { type Committer, onRecord } from './actions.ts';

const task = permutationPowering({ elements: 8, powers: 8 });
const [question] = task.sample(Random.seeded(1), { split: 'train', size: 8, level: 2 }) as [PowerQuestion];
const ADA = { id: 'person:ada', kind: 'person' } as const;
const WORKSPACES = [
  { question, exchanges: [] },
  { question, exchanges: [{ question: { ...question, power: 1 }, answer: known(4) }] },
];

/** Somebody who asks once, and then believes what they heard. */
const person = (done: string[]): Overseer<PowerQuestion, number> => ({
  origin: { name: 'Ada', groundTruth: false },
  async act(workspaces) {
    done.push('acted');
    return workspaces.map(({ exchanges: [first] }) =>
      first ? reply(first.answer) : ask({ ...question, power: 1 }),
    );
  },
});

describe('an action of a person', () => {
  test('is on the record before anybody sees it, with what was seen and what was done', async () => {
    const done: string[] = [];
    const said: { draft: Draft; texts: readonly string[] }[] = [];
    const commit: Committer = (draft, contents) => {
      done.push('recorded');
      return said.push({ draft, texts: contents.map(({ field, text }) => `${field}: ${text}`) }) - 1;
    };
    const actions = await onRecord(person(done), task, 'one', ADA, commit).act(WORKSPACES, scope());
    done.push('seen');
    expect(done).toEqual(['acted', 'recorded', 'recorded', 'seen']);
    expect(actions.map(({ kind }) => kind)).toEqual(['ask', 'reply']);
    const shown = task.show(question);
    const asked = task.show({ ...question, power: 1 });
    expect(said).toEqual([
      {
        draft: { kind: 'action-taken', actor: ADA, run: 'one', words: { action: 'ask' } },
        texts: [`workspace: ${shown}`, `action: ask ${asked}`],
      },
      {
        draft: { kind: 'action-taken', actor: ADA, run: 'one', words: { action: 'reply' } },
        texts: [`workspace: ${shown}\n${asked} = 4`, 'action: reply 4'],
      },
    ]);
  });

  test('has not happened where it could not be recorded', async () => {
    const full: Committer = () => {
      throw new Error('the disk is full');
    };
    await expect(onRecord(person([]), task, 'one', ADA, full).act(WORKSPACES, scope())).rejects.toThrow(
      'the disk is full',
    );
  });
});
