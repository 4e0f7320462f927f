import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import type { Action, Transcript, Workspace } from '../core/workspace.ts';
import { OPTIMIZER } from '../network/optimizer.ts';
import { Runtime } from '../onnx/runtime.ts';
import { actionWords, workspaceWords } from '../overseers/predictor.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { Imitator, type ImitatorOptions, type ImitatorState } from './imitator.ts';

type PowerTranscript = Transcript<PowerQuestion, number>;
type PowerImitator = Imitator<PowerQuestion, number>;

const task = permutationPowering({ elements: 8, powers: 8 });
const { encoding } = task;
const optimizer = { ...OPTIMIZER, learningRate: 3e-3, warmUp: 20 };
const SMALL: ImitatorOptions = { width: 8, rows: 16, optimizer, names: 'apart' };

let runtime: Runtime;
let other: Runtime;
beforeAll(async () => {
  [runtime, other] = (await Promise.all(
    [1, 2].map(() => Runtime.open({ threads: 1, backend: 'native' })),
  )) as [Runtime, Runtime];
});
afterAll(() => Promise.all([runtime.close(), other.close()]));

const random = Random.seeded(1);
const fresh = (options = SMALL, on = [runtime]): Promise<PowerImitator> =>
  Imitator.fresh(task, options, on, random.split('weights'));

/** H with an assistant that knows: one question about each of so many contexts, of any level. */
async function transcriptsOf(name: string, count: number): Promise<readonly PowerTranscript[]> {
  const stream = random.split(name);
  const questions = Array.from({ length: count }, (_, i) => {
    const own = stream.split(i);
    const asked = task.sample(own, { split: 'train', size: 8, level: 1 + (i % 3) });
    return asked[own.below(asked.length)]!;
  });
  const made: PowerTranscript[] = [];
  const right = memo(hch(task.overseer, task.environment, 3), task.key);
  const record = (transcript: PowerTranscript) => made.push(transcript);
  await amplify(task.overseer, withEnvironment(task.environment, right), { record }).answer(
    questions,
    scope(),
  );
  return made;
}

interface Decision {
  readonly workspace: Workspace<PowerQuestion, number>;
  readonly action: Action<PowerQuestion, number>;
}

/** What H decided, decision by decision. */
function decisionsOf({ question, exchanges, answer }: PowerTranscript): readonly Decision[] {
  return [
    ...exchanges.map(({ question: asked }, i) => ({
      workspace: { question, exchanges: exchanges.slice(0, i) },
      action: { kind: 'ask' as const, questions: [asked] },
    })),
    { workspace: { question, exchanges }, action: { kind: 'reply' as const, answer } },
  ];
}

describe('what it remembers', () => {
  test('is one decision for each exchange and the reply: the words seen, the words said, and which places say something', async () => {
    const transcripts = await transcriptsOf('remembered', 20);
    const expected = transcripts.flatMap(decisionsOf).map(({ workspace, action }) => {
      const said = actionWords(encoding, action);
      const blanks = new Array<number>(encoding.sentenceLength + 1 - said.length).fill(0);
      return [...workspaceWords(task, workspace), ...said, ...blanks, ...said.map(() => 1), ...blanks];
    });
    const imitator = await fresh();
    expect(imitator.decisions).toBe(0);
    imitator.remember(transcripts.slice(0, 7));
    imitator.remember(transcripts.slice(7));
    expect(imitator.decisions).toBe(expected.length);
    expect([...(await imitator.state()).decisions!]).toEqual(expected.flat());
  });

  test('changes nothing that it says until it learns from it', async () => {
    const transcripts = await transcriptsOf('remembered', 20);
    const imitator = await fresh();
    const before = await imitator.state();
    imitator.remember(transcripts);
    const { parameters, first, second } = await imitator.state();
    expect({ parameters, first, second, decisions: new Float32Array(0) }).toEqual(before);
  });
});

describe('state', () => {
  /** Two lessons, each from its own stream. */
  async function study(imitator: PowerImitator, from: number): Promise<readonly number[]> {
    const losses: number[] = [];
    for (let lesson = from; lesson < 4; lesson++) {
      imitator.remember(await transcriptsOf(`lesson ${lesson}`, 5));
      losses.push(await imitator.learn(5, random.split('study').split(lesson)));
    }
    return losses;
  }
  /** As it would come back from a file. */
  const copied = (state: ImitatorState): ImitatorState => structuredClone(state);

  test('and the count of its steps are all that the next step depends on: who goes on from them ends in the same bits', async () => {
    const imitator = await fresh();
    const losses = await study(imitator, 0);
    const end = await imitator.state();
    expect(imitator.steps).toBe(20);
    for (const cut of [0, 1, 3]) {
      const begun = await fresh();
      for (let lesson = 0; lesson < cut; lesson++) {
        begun.remember(await transcriptsOf(`lesson ${lesson}`, 5));
        await begun.learn(5, random.split('study').split(lesson));
      }
      const saved = copied(await begun.state());
      // Another network, on another runtime, that knew other things.
      const another = await Imitator.fresh(task, SMALL, [other], Random.seeded(99));
      another.remember(await transcriptsOf('something else', 3));
      await another.learn(3, random);
      await another.restore(saved, begun.steps);
      expect(await another.state()).toEqual(saved);
      expect(another.decisions).toBe(begun.decisions);
      expect(await study(another, cut)).toEqual(losses.slice(cut));
      expect(await another.state()).toEqual(end);
    }
  });

  test('once restored is what it says, whatever it said before', async () => {
    const imitator = await fresh();
    const workspaces = (await transcriptsOf('asked', 30))
      .flatMap(decisionsOf)
      .map(({ workspace }) => workspace);
    const [start, untaught] = [await imitator.state(), await imitator.overseer.act(workspaces, scope())];
    imitator.remember(await transcriptsOf('lesson', 40));
    await imitator.learn(60, random.split('study'));
    expect(await imitator.overseer.act(workspaces, scope())).not.toEqual(untaught);
    await imitator.restore(start, 0);
    expect(await imitator.overseer.act(workspaces, scope())).toEqual(untaught);
    expect([imitator.decisions, imitator.steps]).toEqual([0, 0]);
  });

  test('is the same on every runtime after learning, so that all of them answer alike', async () => {
    const imitator = await fresh(SMALL, [runtime, other]);
    imitator.remember(await transcriptsOf('lesson', 5));
    await imitator.learn(3, random.split('study'));
    const [one, two] = await Promise.all([runtime, other].map((each) => each.get('predictor.parameters')));
    expect(one).toEqual(two);
    expect(one!.data).toEqual((await imitator.state()).parameters);
    expect(one!.data.length).toBe(imitator.parameterCount);
  });
});

describe('learning', () => {
  test('from 150 transcripts of permutation powering makes decisions on fresh contexts as H does, 95 in 100 and more', async () => {
    const imitator = await fresh({ width: 64, rows: 128, optimizer, names: 'apart' });
    imitator.remember(await transcriptsOf('train', 150));
    const losses: number[] = [];
    for (let lesson = 0; lesson < 3; lesson++)
      losses.push(await imitator.learn(100, random.split('study').split(lesson)));
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    const decisions = (await transcriptsOf('test', 150)).flatMap(decisionsOf);
    const actions = await imitator.overseer.act(
      decisions.map(({ workspace }) => workspace),
      scope(),
    );
    const said = (action: Action<PowerQuestion, number>) => actionWords(encoding, action).join();
    const exact = decisions.filter(({ action }, i) => said(action) === said(actions[i]!)).length;
    expect(exact / decisions.length).toBeGreaterThan(0.95);
  });
});
