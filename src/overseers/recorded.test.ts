import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { recordedAssistant } from '../assistants/recorded.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope, scopeFor } from '../core/budget.ts';
import type { TextQuestion } from '../text/question.ts';
import { questionOf, type TextTask } from '../text/task.ts';
import { recordedOverseer } from './recorded.ts';

const ADA = 'person:ada';
const word = fc.string({ unit: fc.constantFrom('a', 'b', '#1', '#2', ' '), minLength: 1, maxLength: 5 });
const steps = fc.array(fc.record({ question: word, answer: word }), { minLength: 1, maxLength: 5 });
const task: fc.Arbitrary<TextTask> = fc
  .tuple(fc.uuid(), fc.constantFrom('everything' as const, 'references' as const), steps, fc.boolean())
  .map(([id, given, all, hasDocument]) => ({
    id,
    question: `Q ${id}`,
    ...(hasDocument && { documents: [{ name: 'd', text: id }] }),
    decompositions: [
      // A sub-question without the question it is about would be another task's too.
      {
        given,
        steps: all.map((step) => ({
          question: `${id} ${step.question}`,
          answer: step.answer,
          by: ADA,
          answeredBy: ADA,
        })),
      },
    ],
    split: 'test',
    source: { name: 'made up', license: 'CC0-1.0' },
  }));

/** Writes down what it is asked. */
function heard(answers: (question: TextQuestion) => Answer<string>) {
  const asked: TextQuestion[] = [];
  const assistant: Assistant<TextQuestion, string> = {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions) => {
      asked.push(...questions);
      return questions.map(answers);
    },
  };
  return { asked, assistant };
}

describe('a recorded decomposition', () => {
  test('answered from the record ends with its last answer, whatever else is in the batch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(task, { selector: ({ id }) => id, maxLength: 5 }), async (tasks) => {
        const tree = amplify(recordedOverseer(tasks), recordedAssistant(tasks, ADA));
        const answers = await tree.answer(tasks.map(questionOf), scopeFor(tasks.length));
        // A step that is asked twice in the same words is answered as it was first.
        const last = tasks.map(({ decompositions }) => decompositions![0]!.steps.at(-1)!);
        for (const [i, answer] of answers.entries()) {
          const all = tasks[i]!.decompositions![0]!;
          if (all.given === 'everything') expect(answer).toEqual(known(last[i]!.answer));
          else expect(answer.kind).toBe('known');
        }
      }),
    );
  });

  test('is asked a step at a time, each step once, and shows all that came before or what it names', async () => {
    const root = { text: 'Q', documents: [{ name: 'd', text: 'D' }] };
    const all = [
      { question: 'one?', by: ADA },
      { question: 'of #1, two?', by: ADA },
      { question: '#1 and #2 and #3?', by: ADA },
    ];
    const asked = async (given: 'everything' | 'references') => {
      const one: TextTask = {
        id: 'q',
        question: root.text,
        documents: root.documents,
        decompositions: [{ given, steps: all }],
        split: 'test',
        source: { name: 'made up', license: 'CC0-1.0' },
      };
      const x = heard(({ text }) => known(`<${text.length}>`));
      await amplify(recordedOverseer([one]), x.assistant).answer([root], scope());
      return x.asked;
    };
    expect(await asked('references')).toEqual([
      { text: 'one?', documents: root.documents },
      { text: 'of <4>, two?', documents: root.documents },
      { text: '<4> and <12> and #3?', documents: root.documents },
    ]);
    const question = { name: 'question', text: 'Q' };
    const [first, second] = [
      { name: 'step 1', text: 'one?\n<4>' },
      { name: 'step 2', text: 'of #1, two?\n<11>' },
    ];
    expect(await asked('everything')).toEqual([
      { text: 'one?', documents: [...root.documents, question] },
      { text: 'of #1, two?', documents: [...root.documents, question, first] },
      { text: '#1 and #2 and #3?', documents: [...root.documents, question, first, second] },
    ]);
  });

  test('goes no further where an answer is unknown, and hands that on', async () => {
    await fc.assert(
      fc.asyncProperty(task, fc.nat(4), async (one, i) => {
        const { length } = one.decompositions![0]!.steps;
        const at = i % length;
        let count = 0;
        const x = heard(() => (count++ === at ? unknown('budget') : known('a')));
        const answers = await amplify(recordedOverseer([one]), x.assistant).answer(
          [questionOf(one)],
          scope(),
        );
        expect(answers).toEqual([unknown('budget')]);
        expect(x.asked).toHaveLength(at + 1);
      }),
    );
  });

  test('that nobody recorded is escalated; of several, one author’s is played', async () => {
    const nothing = await amplify(recordedOverseer([]), recordedAssistant([], ADA)).answer(
      [{ text: 'Q' }],
      scope(),
    );
    expect(nothing).toEqual([unknown('escalated')]);
    const two: TextTask = {
      id: 'q',
      question: 'Q',
      decompositions: [ADA, 'model:m'].map((by) => ({
        given: 'references',
        steps: [{ question: `by ${by}?`, by }],
      })),
      split: 'test',
      source: { name: 'made up', license: 'CC0-1.0' },
    };
    for (const [by, expected] of [
      [undefined, `by ${ADA}?`],
      [ADA, `by ${ADA}?`],
      ['model:m', 'by model:m?'],
    ] as const) {
      const x = heard(() => known('a'));
      await amplify(recordedOverseer([two], by), x.assistant).answer([{ text: 'Q' }], scope());
      expect(x.asked.map(({ text }) => text)).toEqual([expected]);
    }
    expect(await recordedAssistant([two], ADA).answer([{ text: 'Q' }, { text: 'by x?' }], scope())).toEqual([
      unknown('unavailable'),
      unknown('unavailable'),
    ]);
  });
});
