import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import { Student } from '../distill/student.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type Lineage } from '../registry/checkpoint.ts';
import { type Promotable, promotable } from '../registry/promotion.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { configure } from './configuration.ts';
import { checkpointAssistant } from './serve.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const configuration = configure({ task: task.name, size: 8, width: 16, replicas: 1 });
const LINEAGE: Lineage = {
  task: task.name,
  parameters: task.parameters,
  iteration: 2,
  level: 3,
  parent: null,
  seed: 1,
  configuration: { student: { width: 16, heads: 4, expansion: 2 } },
  configurationHash: 'c'.repeat(64),
  step: 7,
  dataRoot: 'd'.repeat(64),
  dataCount: 7,
  teacher: 'Amplify^H(X_ema)',
  groundTruth: false,
  gate: { agreement: 1, low: 0.99, high: 1, n: 1024, threshold: 0.9, passed: true, comparison: null },
  figures: {},
  version: '1.2.3',
};

let runtime: Runtime;
let student: Student<PowerQuestion, number>;
beforeAll(async () => {
  runtime = await Runtime.open({ threads: 1, backend: 'native' });
  student = await Student.fresh(task, configuration.student, [runtime], Random.seeded(1));
});
afterAll(() => runtime.close());

/** Saved to bytes and read again. */
async function checkpoint(lineage: Partial<Lineage> = {}): Promise<Promotable> {
  const { average } = await student.state();
  const { bytes, hash } = encodeCheckpoint({ ...LINEAGE, ...lineage }, student.named(average));
  return promotable(decodeCheckpoint(bytes, hash));
}
const serve = (given: Promotable) => checkpointAssistant(task, given, runtime);
const questions = [1, 2, 3, 4].flatMap((level) =>
  task.sample(Random.seeded(level), { split: 'test', size: 8, level }),
);

describe('a checkpoint', () => {
  test('answers as the student it was made from, at every level', async () => {
    const served = await serve(await checkpoint());
    const own = student.assistant('X2', false);
    expect(await served.answer(questions, scope())).toEqual(await own.answer(questions, scope()));
  });

  test('goes on answering the same while others are loaded and the student learns on', async () => {
    const served = await serve(await checkpoint());
    const before = await served.answer(questions, scope());
    const asked = questions.slice(0, 8);
    const targets = await amplify(task.overseer, served).answer(asked, scope());
    await student.learn([{ questions: asked, targets }], 0, 1);
    const later = await serve(await checkpoint());
    expect(await served.answer(questions, scope())).toEqual(before);
    expect(await later.answer(questions, scope())).not.toEqual(before);
  });

  test('says of itself that it saw no ground truth: one that did is not served', async () => {
    const { origin } = await serve(await checkpoint());
    expect(origin).toEqual({ name: 'X2', groundTruth: false });
    await expect(checkpoint({ groundTruth: true })).rejects.toThrow(
      expect.objectContaining({ code: 'refused' }),
    );
    await expect(checkpoint({ gate: null })).rejects.toThrow(expect.objectContaining({ code: 'refused' }));
  });

  test('has the shape that its hashed lineage says, whatever anybody says beside it', async () => {
    // Two heads instead of four fit the same weights, and would answer otherwise.
    const two = await checkpoint({ configuration: { student: { width: 16, heads: 2, expansion: 2 } } });
    const four = await checkpoint();
    expect(two.hash).not.toBe(four.hash);
    const answers = await (await serve(four)).answer(questions, scope());
    expect(await (await serve(two)).answer(questions, scope())).not.toEqual(answers);
  });

  test('that nobody checked does not compile', async () => {
    const unchecked: Checkpoint = await checkpoint();
    expectTypeOf<Checkpoint>().not.toExtend<Promotable>();
    // @ts-expect-error it might have failed its gate
    await checkpointAssistant(task, unchecked, runtime);
  });
});

describe('a checkpoint that does not fit is corrupt, with the weight that shows it', () => {
  test('because a weight is missing', async () => {
    const whole = await checkpoint();
    const tensors = whole.tensors.filter(({ name }) => name !== 'key');
    await expect(serve({ ...whole, tensors })).rejects.toThrow(
      expect.objectContaining({
        code: 'corrupt',
        message: `checkpoint ${whole.hash}: expected 256 values of «key», got none`,
      }),
    );
  });

  test('because it is of another network', async () => {
    const whole = await checkpoint();
    const student = { width: 32, heads: 4, expansion: 2 };
    const wider = { ...whole, lineage: { ...whole.lineage, configuration: { student } } };
    await expect(serve(wider)).rejects.toThrow(
      expect.objectContaining({
        code: 'corrupt',
        message: expect.stringContaining('expected 352 values of «words»'),
      }),
    );
  });

  test('because it is of a task with other words', async () => {
    const smaller = permutationPowering({ elements: 7, powers: 16 });
    const whole = await checkpoint();
    await expect(checkpointAssistant(smaller, whole, runtime)).rejects.toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });
});
