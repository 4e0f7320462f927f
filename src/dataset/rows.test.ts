import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonText, type Tree, treeArbitrary } from '../../test/trees-arbitrary.ts';
import type { Answer } from '../core/answer.ts';
import type { Action } from '../core/workspace.ts';
import type { TextQuestion } from '../text/question.ts';
import type { Author, Step, TranscriptNode } from '../transcript/node.ts';
import { TREE_FORMAT } from '../transcript/tree.ts';
import type { Contents } from './row.ts';
import { type Draft, OVERSEER_PROMPT, rowsOf } from './rows.ts';

const ada: Author = { kind: 'person', id: 'person:ada' };
const bo: Author = { kind: 'person', id: 'person:bo' };
const mini: Author = { kind: 'model', id: 'model:openai:gpt-5-mini' };
const known = (value: string): Answer<string> => ({ kind: 'known', value, confidence: 1 });
const reply = (value: string): Action<TextQuestion, string> => ({ kind: 'reply', answer: known(value) });
const ask = (...texts: string[]): Action<TextQuestion, string> => ({
  kind: 'ask',
  questions: texts.map((text) => ({ text })),
});
const id = (digit: number) => String(digit).repeat(64);
const step = (action: Step['action'], by: Author, more: Partial<Step> = {}): Step => ({
  action,
  by,
  spent: { calls: 1, tokens: 9, micros: 1, seconds: 0 },
  isMemo: false,
  began: '2026-11-20T09:30:00Z',
  ended: '2026-11-20T09:30:01Z',
  ...more,
});
const pass = { verifier: 'calculator', kind: 'pass' as const };
const fail = { verifier: 'calculator', kind: 'fail' as const };

/** How many weeks are 3 years and 2 weeks? One sub-answer is wrong, and the whole was put right by a person. */
const TREE: Tree = {
  header: {
    format: TREE_FORMAT,
    policy: 'p1',
    root: id(1),
    when: '2026-11-20T09:30:00Z',
    who: ada,
    run: 'run-7',
  },
  nodes: [
    {
      id: id(1),
      depth: 0,
      question: { text: 'Weeks in 3 years and 2 weeks?' },
      status: 'answered',
      answer: known('158'),
      steps: [
        step(ask('Weeks in a year?'), mini),
        step(ask('3 · 52?', '2 + 3?'), bo, {
          proposed: { action: ask('3 · 53?'), by: mini, edits: 2 },
          entry: 4,
        }),
        step(reply('161'), mini),
      ],
      children: [id(2), id(3), id(4)],
      verdicts: [pass],
      corrected: { by: ada, before: known('161'), entry: 9 },
    },
    { ...leaf(2, 'Weeks in a year?', '52', mini), verdicts: [pass] },
    { ...leaf(3, '3 · 52?', '156', mini), verdicts: [pass, { verifier: 'person:cleo', kind: 'pass' }] },
    { ...leaf(4, '2 + 3?', '6', bo), verdicts: [fail] },
  ],
};

function leaf(digit: number, text: string, answer: string, by: Author): TranscriptNode {
  return {
    id: id(digit),
    parent: id(1),
    depth: 1,
    question: { text },
    status: 'answered',
    answer: known(answer),
    steps: [step(reply(answer), by)],
    children: [],
    verdicts: [],
  };
}

const drafts = [...rowsOf(TREE, { unverified: false })];
const of = <K extends Draft['kind']>(kind: K, digit: number) =>
  drafts
    .filter((draft) => draft.kind === kind && draft.provenance.node_id === id(digit))
    .map((draft) => ({ ...(draft.content as Contents[K]), ...draft.provenance }));
const system = { role: 'system', content: OVERSEER_PROMPT };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('the rows of a tree', () => {
  test('sft: a verified answer, as it stands after correction, by whoever gave it', () => {
    expect(of('sft', 1)).toMatchObject([
      {
        messages: [user('Weeks in 3 years and 2 weeks?'), assistant('158')],
        overseer_id: 'person:ada',
        teacher_model: null,
        verdict: 'pass',
        verifier_ids: ['calculator'],
        people: ['person:ada', 'person:bo', 'person:cleo'],
        models: ['model:openai:gpt-5-mini'],
        entries: [4, 9],
        run_id: 'run-7',
        parent_id: null,
        depth: 0,
      },
    ]);
    expect(of('sft', 4)).toEqual([]);
    // Its question followed from what ada asked; nobody but a model answered it.
    expect(of('sft', 2)).toMatchObject([
      { people: ['person:ada'], entries: [], teacher_model: mini.id, parent_id: id(1) },
    ]);
    // The second step could see the first answer, and was bo's.
    expect(of('sft', 3)).toMatchObject([
      { people: ['person:ada', 'person:bo', 'person:cleo'], entries: [4] },
    ]);
  });

  test('decomposition: each time that something was asked, what was seen then', () => {
    const [first, second, ...more] = of('decomposition', 1);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      prompt: [system, user('Weeks in 3 years and 2 weeks?')],
      completion: [assistant('{"ask":["Weeks in a year?"]}')],
      sub_questions: ['Weeks in a year?'],
      people: ['person:ada'],
      teacher_model: mini.id,
    });
    expect(second).toMatchObject({
      prompt: [...first!.prompt, ...first!.completion, user('{"answers":["52"]}')],
      completion: [assistant('{"ask":["3 · 52?","2 + 3?"]}')],
      overseer_id: 'person:bo',
      people: ['person:ada', 'person:bo'],
      entries: [4],
    });
  });

  test('dpo: the correction, and the proposal that was edited', () => {
    expect(of('dpo', 1)).toMatchObject([
      {
        prompt: [user('Weeks in 3 years and 2 weeks?')],
        chosen: [assistant('158')],
        rejected: [assistant('161')],
        overseer_id: 'person:ada',
      },
      {
        chosen: [assistant('{"ask":["3 · 52?","2 + 3?"]}')],
        rejected: [assistant('{"ask":["3 · 53?"]}')],
        overseer_id: 'person:bo',
      },
    ]);
  });

  test('steps: a label for each sub-answer that was judged, and for the answer', () => {
    expect(of('steps', 1)).toMatchObject([
      {
        prompt: 'Weeks in 3 years and 2 weeks?',
        completions: ['Q: Weeks in a year?\nA: 52', 'Q: 3 · 52?\nA: 156', 'Q: 2 + 3?\nA: 6', 'A: 158'],
        labels: [true, true, false, true],
      },
    ]);
    expect(of('steps', 4)).toMatchObject([{ completions: ['A: 6'], labels: [false] }]);
  });

  test('are of answers that a verifier let pass, or on request of those that none has failed', () =>
    fc.assert(
      fc.property(treeArbitrary({ texts: commonText }), fc.boolean(), (tree, unverified) => {
        const nodes = new Map(tree.nodes.map((node) => [node.id, node]));
        const rows = [...rowsOf(tree, { unverified })];
        for (const { kind, provenance } of rows) {
          const said = nodes.get(provenance.node_id)!.verdicts.map((verdict) => verdict.kind);
          if (kind !== 'steps') expect(said).not.toContain('fail');
          if (!unverified && (kind === 'sft' || kind === 'decomposition')) expect(said).toContain('pass');
          if (!unverified && kind === 'dpo' && provenance.overseer_kind !== 'person')
            expect(said).toContain('pass');
        }
        const expected = tree.nodes.filter(
          ({ answer, verdicts }) =>
            answer?.kind === 'known' &&
            verdicts.every((verdict) => verdict.kind !== 'fail') &&
            (unverified || verdicts.some((verdict) => verdict.kind === 'pass')),
        );
        expect(rows.filter(({ kind }) => kind === 'sft').length).toBe(expected.length);
      }),
      { numRuns: 150 },
    ));

  test('name everybody whose words are in them', () => {
    let named = 0;
    fc.assert(
      fc.property(treeArbitrary({ texts: commonText }), (tree) => {
        for (const { content, provenance } of rowsOf(signed(tree), { unverified: true })) {
          const said = JSON.stringify(content);
          for (const [, who] of said.matchAll(/<(person:\w+)>/g)) {
            named++;
            expect(provenance.people).toContain(who);
          }
          for (const [, who] of said.matchAll(/<(model:[\w:.-]+)>/g))
            expect(provenance.models).toContain(who);
        }
      }),
      { numRuns: 150 },
    );
    expect(named).toBeGreaterThan(1000);
  });
});

/** The tree with each text signed by whoever said it: a question by who asked it, an answer by who replied. */
function signed({ header, nodes }: Tree): Tree {
  const sign = (text: string, by: Author | undefined) => `${text} <${by?.id ?? 'nobody'}>`;
  const signQuestion = (question: TextQuestion, by: Author): TextQuestion => ({
    ...question,
    text: sign(question.text, by),
  });
  const signAnswer = (answer: Answer<string>, by: Author | undefined): Answer<string> =>
    answer.kind === 'known' ? { ...answer, value: sign(answer.value, by) } : answer;
  const signAction = (action: Step['action'], by: Author): Step['action'] => {
    if (action.kind === 'ask')
      return { ...action, questions: action.questions.map((one) => signQuestion(one, by)) };
    return action.kind === 'reply' ? { ...action, answer: signAnswer(action.answer, by) } : action;
  };
  const askerOf = ({ parent }: TranscriptNode): Author =>
    nodes.find((node) => node.id === parent)?.steps.find(({ action }) => action.kind === 'ask')?.by ??
    header.who;
  return {
    header,
    nodes: nodes.map((node) => ({
      ...node,
      question: signQuestion(node.question, askerOf(node)),
      ...(node.answer && { answer: signAnswer(node.answer, node.corrected?.by ?? node.steps.at(-1)?.by) }),
      steps: node.steps.map((one) => ({
        ...one,
        action: signAction(one.action, one.by),
        ...(one.proposed && {
          proposed: { ...one.proposed, action: signAction(one.proposed.action, one.proposed.by) },
        }),
      })),
      ...(node.corrected && {
        corrected: { ...node.corrected, before: signAnswer(node.corrected.before, node.steps.at(-1)?.by) },
      }),
    })),
  };
}
