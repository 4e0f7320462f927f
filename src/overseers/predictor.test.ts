import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { nobody } from '../assistants/nobody.ts';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import { forEachPlace, initialise } from '../network/parameters.ts';
import { predictorWeights } from '../network/predictor.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { actionWords, predictor, predictorShape, read, workspaceWords } from './predictor.ts';

type PowerWorkspace = Workspace<PowerQuestion, number>;
type PowerAction = Action<PowerQuestion, number>;
type Numbers = readonly number[];

const naming = permutationPowering({ elements: 8, powers: 16 });
/** Names are read as they are, so that words can be told at sight. */
const task = { ...naming, encoding: { ...naming.encoding, names: [] } };
const { encoding } = task;
const SLOT = 'weights';
const shape = predictorShape(task, 16);
const ASK = encoding.words;
const REPLY = encoding.words + 1;

const sample = (seed: number, level: number) =>
  task.sample(Random.seeded(seed), { split: 'train', size: 8, level });
const QUESTIONS = [1, 2, 3, 4].flatMap((level) => [1, 2, 3].flatMap((seed) => sample(seed, level)));

/** Every workspace of H that came up while it answered those questions, with its next action. */
async function decisions(below: Assistant<PowerQuestion, number>) {
  const seen: { readonly workspace: PowerWorkspace; readonly action: PowerAction }[] = [];
  const watched: typeof task.overseer = {
    origin: task.overseer.origin,
    async act(workspaces, scope) {
      const actions = await task.overseer.act(workspaces, scope);
      workspaces.forEach(({ question, exchanges }, i) => {
        seen.push({ workspace: { question, exchanges: [...exchanges] }, action: actions[i]! });
      });
      return actions;
    },
  };
  await amplify(watched, withEnvironment(task.environment, below)).answer(QUESTIONS, scope());
  return seen;
}

/** A runtime on which H′ says what it is told to say; it notes the rows of every pass. */
function saying(say: (words: Numbers) => Numbers, confidence = 1): { runtime: Runtime; passes: number[] } {
  const passes: number[] = [];
  const runtime = {
    load: async () => ({
      run: async (feeds: { readonly words: { readonly shape: Numbers; readonly data: Int32Array } }) => {
        const [rows] = feeds.words.shape as [number];
        passes.push(rows);
        const said = Array.from({ length: rows }, (_, row) => {
          const words = say(Array.from(feeds.words.data).slice(row * shape.places, (row + 1) * shape.places));
          return Array.from({ length: shape.actionWords }, (_, i) => words[i] ?? encoding.blank);
        }).flat();
        return {
          action: { shape: [rows, shape.actionWords], data: Int32Array.from(said) },
          confidence: {
            shape: [rows, shape.actionWords],
            data: new Float32Array(said.length).fill(confidence),
          },
        };
      },
    }),
  };
  return { runtime: runtime as unknown as Runtime, passes };
}
const speaking = (...said: Parameters<typeof saying>) =>
  predictor(task, shape, [saying(...said).runtime], SLOT);
/** All elements are read alike. */
const readingAlike = (...said: Parameters<typeof saying>) =>
  predictor(naming, shape, [saying(...said).runtime], SLOT);

const right = hch(task.overseer, task.environment, 4);
/** Of H with an assistant that knows, and with one that knows nothing. */
let made: Awaited<ReturnType<typeof decisions>>;
beforeAll(async () => {
  made = [...(await decisions(right)), ...(await decisions(nobody))];
});

describe('words', () => {
  test('say a whole workspace, and a whole action: who says H’s words does what H does', async () => {
    const table = new Map(
      made.map(({ workspace, action }) => [
        workspaceWords(task, workspace).join(),
        actionWords(encoding, action),
      ]),
    );
    const h = speaking((words) => table.get(words.join()) ?? []);
    const actions = await h.act(
      made.map(({ workspace }) => workspace),
      scope(),
    );
    const replies = actions.filter(({ kind }) => kind === 'reply').length;
    expect(replies).toBeGreaterThan(50);
    expect(actions.length - replies).toBeGreaterThan(100);
    made.forEach(({ action }, i) => {
      // «Unknown» has one word, whatever its reason.
      const unsure = action.kind === 'reply' && action.answer.kind === 'unknown';
      expect(actions[i]).toEqual(unsure ? { kind: 'reply', answer: unknown('unsure') } : action);
    });
  });

  test('are as many for every workspace, and words of the task; what is not yet there is blank', () => {
    for (const { workspace } of made) {
      const words = workspaceWords(task, workspace);
      expect(words.length).toBe(shape.places);
      expect(words.every((word) => word >= 0 && word < encoding.words)).toBe(true);
      const said = encoding.sentenceLength + workspace.exchanges.length * (encoding.sentenceLength + 1);
      expect(words.slice(said)).toEqual(new Array(shape.places - said).fill(encoding.blank));
    }
  });

  test('are others for every other workspace, contexts and reasons for not knowing aside', () => {
    const content = ({ question, exchanges }: PowerWorkspace) =>
      JSON.stringify([question, ...exchanges.map(({ question }) => question)].map(encoding.sentence)) +
      JSON.stringify(exchanges.map(({ answer }) => (answer.kind === 'known' ? answer.value : null)));
    const words = new Map(
      made.map(({ workspace }) => [workspaceWords(task, workspace).join(), content(workspace)]),
    );
    expect(words.size).toBe(new Set(made.map(({ workspace }) => content(workspace))).size);
  });

  test('tell an escalation as a reply of «unknown»', () => {
    const escalated = actionWords(encoding, { kind: 'escalate', reason: 'too hard' });
    expect(escalated).toEqual(actionWords(encoding, { kind: 'reply', answer: unknown('nobody') }));
    expect(escalated).toEqual([REPLY, encoding.blank]);
  });
});

describe('names that are read alike', () => {
  test('are told apart again: who says H’s words does what H does, and knows it of any name from one', async () => {
    const table = new Map(
      made.map(({ workspace, action }) => {
        const { words, naming: names } = read(naming, workspace);
        return [words.join(), actionWords(encoding, action).map(names.alias)];
      }),
    );
    const apart = new Set(made.map(({ workspace }) => workspaceWords(task, workspace).join()));
    expect(table.size).toBeLessThan(apart.size / 2);
    const actions = await readingAlike((words) => table.get(words.join()) ?? []).act(
      made.map(({ workspace }) => workspace),
      scope(),
    );
    made.forEach(({ action }, i) => {
      const unsure = action.kind === 'reply' && action.answer.kind === 'unknown';
      expect(actions[i]).toEqual(unsure ? { kind: 'reply', answer: unknown('unsure') } : action);
    });
  });

  test('that nobody has are «unknown»; words that an action does not need are not looked at', async () => {
    const workspaces = QUESTIONS.slice(0, 3).map((question) => ({ question, exchanges: [] }));
    const [one, two] = [encoding.wordOf(0), encoding.wordOf(1)];
    const own = workspaces.map(({ question }) => ({ kind: 'reply', answer: known(question.element, 1) }));
    expect(await readingAlike(() => [REPLY, one, two, two]).act(workspaces, scope())).toEqual(own);
    for (const words of [
      [REPLY, two],
      [ASK, two, 2, 1, 1, 1],
    ])
      expect(await readingAlike(() => words).act(workspaces, scope())).toEqual(
        workspaces.map(() => ({ kind: 'reply', answer: unknown('unsure') })),
      );
  });
});

describe('an action', () => {
  const fresh: readonly PowerWorkspace[] = QUESTIONS.map((question) => ({ question, exchanges: [] }));
  const unsure = { kind: 'reply', answer: unknown('unsure') } as const;

  test('is about the context of its own workspace, also where others have the same words', async () => {
    const asking = speaking((words) => [ASK, ...words.slice(0, encoding.sentenceLength)]);
    const actions = await asking.act(fresh, scope());
    actions.forEach((action, i) => {
      expect(action).toEqual({ kind: 'ask', questions: [fresh[i]!.question] });
      if (action.kind === 'ask')
        expect(encoding.context(action.questions[0]!)).toBe(encoding.context(fresh[i]!.question));
    });
  });

  test('of one who asks and asks is «unknown» after as many asks as H makes at most', async () => {
    const asking = speaking((words) => [ASK, ...words.slice(0, encoding.sentenceLength)]);
    for (let asks = 0; asks <= task.asksMax + 1; asks++) {
      const [question] = QUESTIONS;
      const exchanges = Array.from({ length: asks }, () => ({ question: question!, answer: known(1) }));
      // A workspace longer than H's own has no words; it cannot come up.
      if (asks > task.asksMax) continue;
      const [action] = await asking.act([{ question: question!, exchanges }], scope());
      expect(action!.kind).toBe(asks < task.asksMax ? 'ask' : 'reply');
    }
    const spent = scope();
    const answers = await amplify(asking, right).answer(QUESTIONS, spent);
    expect(answers).toEqual(QUESTIONS.map(() => unknown('unsure')));
  });

  test.each<[string, Numbers]>([
    ['a question of no words', [ASK]],
    ['a question about the blank', [ASK, encoding.blank, 1, 2, 1, 1]],
    ['a question of the power 0', [ASK, encoding.wordOf(2), 1, 1, 1, 1]],
    ['a question with an element for a digit', [ASK, encoding.wordOf(2), 2, encoding.wordOf(2), 1, 1]],
    ['a question with an action in it', [ASK, ASK, 2, 1, 1, 1]],
    ['a reply of the blank', [REPLY, encoding.blank]],
    ['a reply of a digit', [REPLY, 2]],
    ['a reply of an action', [REPLY, ASK]],
  ])('of words that make none is «unknown»: %s', async (_, words) => {
    expect(await speaking(() => words).act(fresh.slice(0, 3), scope())).toEqual([unsure, unsure, unsure]);
  });

  test('that is neither of the two kinds is «unknown», whatever words follow', async () => {
    for (const kind of [encoding.blank, 1, encoding.wordOf(3)])
      expect(await speaking(() => [kind, encoding.wordOf(3)]).act(fresh.slice(0, 1), scope())).toEqual([
        unsure,
      ]);
  });

  test('that replies is as sure as of its kind and of its word together', async () => {
    const doubting = speaking(() => [REPLY, encoding.wordOf(3)], 0.5);
    expect(await doubting.act(fresh.slice(0, 1), scope())).toEqual([
      { kind: 'reply', answer: known(3, 0.25) },
    ]);
  });
});

describe('what was heard once', () => {
  const heard = () => saying(() => [REPLY, encoding.wordOf(3)]);
  const workspace = (question: PowerQuestion): PowerWorkspace => ({ question, exchanges: [] });
  /** Of different words. */
  const distinct = [
    ...new Map(QUESTIONS.map((question) => [encoding.sentence(question).join(), question])).values(),
  ];
  const [a, b, c] = distinct.map(workspace) as [PowerWorkspace, PowerWorkspace, PowerWorkspace];

  test('is not asked again: neither twice in a batch nor in a later one', async () => {
    const { runtime, passes } = heard();
    const h = predictor(task, shape, [runtime], SLOT);
    expect((await h.act([a, b, a, a, b], scope())).length).toBe(5);
    expect(passes).toEqual([2]);
    await h.act([b, a], scope());
    expect(passes).toEqual([2]);
    await h.act([b, c, a], scope());
    expect(passes).toEqual([2, 1]);
  });

  test('is asked again after forgetting', async () => {
    const { runtime, passes } = heard();
    const h = predictor(task, shape, [runtime], SLOT);
    await h.act([a, b], scope());
    h.forget();
    await h.act([a], scope());
    expect(passes).toEqual([2, 1]);
  });

  test('of nothing is nothing', async () => {
    const { runtime, passes } = heard();
    expect(await predictor(task, shape, [runtime], SLOT).act([], scope())).toEqual([]);
    expect(passes).toEqual([]);
  });

  test('comes from passes of 512 rows at most, in turns on all runtimes', async () => {
    const named = permutationPowering({ elements: 64, powers: 64 });
    const large = { ...named, encoding: { ...named.encoding, names: [] } };
    const many = Array.from({ length: 1030 }, (_, i) => {
      const [question] = large.sample(Random.seeded(1).split(i), { split: 'train', size: 64, level: 1 });
      return { question: { ...question!, element: i % 64, power: 1 + Math.floor(i / 64) }, exchanges: [] };
    });
    const own = predictorShape(large, 16);
    expect(own.places).not.toBe(shape.places);
    const passes: [number, number][] = [];
    const runtimes = [0, 1].map((turn) => ({
      load: async () => ({
        run: async ({ words }: { readonly words: { readonly shape: Numbers } }) => {
          const [rows] = words.shape as [number];
          passes.push([turn, rows]);
          const data = new Int32Array(rows * own.actionWords);
          return { action: { data }, confidence: { data } };
        },
      }),
    }));
    const h = predictor(large, own, runtimes as unknown as Runtime[], SLOT);
    expect((await h.act(many, scope())).length).toBe(1030);
    expect(passes.toSorted()).toEqual([
      [0, 512],
      [0, 8],
      [1, 512],
    ]);
  });
});

/** So that a kind of action comes first and no other does: the first number of a key is kept for that. */
function wellFormed(parameters: Float32Array): Float32Array {
  forEachPlace(predictorWeights(shape), ({ name, shape: [rows, columns] }, start) => {
    const at = (row: number, value: number) => {
      parameters[start + row * (columns ?? 1)] = value;
    };
    if (name === 'word' || name === 'place')
      for (let row = 0; row < rows!; row++) at(row, name === 'word' && row >= encoding.words ? 1 : 0);
    if (name === 'say.bias')
      for (let word = 0; word < shape.actionWords; word++)
        at((word * rows!) / shape.actionWords, word === 0 ? 200 : -200);
  });
  return parameters;
}

describe('a network that nobody trained', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ threads: 1, backend: 'native' });
    const random = Random.seeded(5);
    const noise = random.split('noise');
    const data = wellFormed(initialise(predictorWeights(shape), random).map((x) => x + 0.2 * noise.normal()));
    await runtime.put(SLOT, { shape: [data.length], data });
  });
  afterAll(() => runtime.close());

  /** The same but for the last digits of a confidence: other batches round otherwise. */
  const nearly = (action: PowerAction) =>
    action.kind === 'reply' && action.answer.kind === 'known'
      ? { ...action, answer: { ...action.answer, confidence: expect.closeTo(action.answer.confidence, 3) } }
      : action;

  test('decides in a batch of any size and order, with what it remembers or without, as it decides alone', async () => {
    // Whatever it says is an action here.
    const questionOf: typeof encoding.questionOf = (said, about) => ({
      ...about,
      power: Number(said.join('')),
    });
    const encoded = { ...encoding, answerOf: (word: number) => word, questionOf };
    const h = predictor({ encoding: encoded, asksMax: task.asksMax }, shape, [runtime], SLOT);
    const pool = made.filter((_, i) => i % 9 === 0).map(({ workspace }) => workspace);
    const alone = new Map<PowerWorkspace, PowerAction>();
    for (const workspace of pool) {
      h.forget();
      alone.set(workspace, (await h.act([workspace], scope()))[0]!);
    }
    expect(new Set([...alone.values()].map((action) => JSON.stringify(action))).size).toBeGreaterThan(10);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...pool), { maxLength: 40 }),
        fc.boolean(),
        async (workspaces, forgets) => {
          if (forgets) h.forget();
          const expected = workspaces.map((workspace) => alone.get(workspace)!);
          expect(await h.act(workspaces, scope())).toEqual(expected.map(nearly));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('is an overseer that knows no ground truth, and answers all the same', async () => {
    const h = predictor(task, shape, [runtime], SLOT);
    expect(h.origin).toEqual({ name: "H'", groundTruth: false });
    const answers = await amplify(h, right).answer(QUESTIONS, scope());
    expect(answers.length).toBe(QUESTIONS.length);
  });
});
