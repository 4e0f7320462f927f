import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import { Student } from '../distill/student.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type Lineage } from '../registry/checkpoint.ts';
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
  configuration: {},
  configurationHash: 'c'.repeat(64),
  step: 7,
  dataRoot: 'd'.repeat(64),
  dataCount: 7,
  teacher: 'Amplify^H(X_ema)',
  groundTruth: false,
  gate: null,
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
async function checkpoint(lineage: Partial<Lineage> = {}): Promise<Checkpoint> {
  const { average } = await student.state();
  const { bytes, hash } = encodeCheckpoint({ ...LINEAGE, ...lineage }, student.named(average));
  return decodeCheckpoint(bytes, hash);
}
const serve = (given: Checkpoint) => checkpointAssistant(task, configuration.student, given, runtime);
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

  test.each([true, false])(
    'says of itself what its lineage says of ground truth: %s',
    async (groundTruth) => {
      const { origin } = await serve(await checkpoint({ groundTruth }));
      expect(origin).toEqual({ name: 'X2', groundTruth });
    },
  );
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
    const wider = { ...configuration.student, width: 32 };
    await expect(checkpointAssistant(task, wider, whole, runtime)).rejects.toThrow(
      expect.objectContaining({
        code: 'corrupt',
        message: expect.stringContaining('expected 352 values of «words»'),
      }),
    );
  });

  test('because it is of a task with other words', async () => {
    const smaller = permutationPowering({ elements: 7, powers: 16 });
    const whole = await checkpoint();
    await expect(checkpointAssistant(smaller, configuration.student, whole, runtime)).rejects.toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });
});
