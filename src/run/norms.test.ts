import { describe, expect, test } from 'vitest';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { drawHeld } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { Drawer, stages } from '../iterate/curriculum.ts';
import { START } from '../iterate/progress.ts';
import { Replaying } from '../iterate/replaying.ts';
import { inForce } from '../oversight/norms.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { mainPlan } from './arms.ts';
import { type Choices, configure } from './configuration.ts';
import { changeNorms, taskAt } from './norms.ts';
import { overseersIn, supervisionOf, taskIn } from './plan.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const CHOICES: Choices = { task: task.name, size: 8, powers: 16, data: 'accumulate' };
const configuration = configure({ ...CHOICES, norms: { iteration: 2, share: 0.125 } });
const plan = mainPlan(task, permutationPoweringExaminer, configuration);
const random = Random.seeded(1);
const alone = (own: Task<PowerQuestion, number>): Assistant<PowerQuestion, number> =>
  memo(hch(own.overseer, own.environment, 3), own.key);
const [old, now] = [alone(task), alone(taskAt(task, configuration, 2))];
const exam = [1, 2, 3, 4].flatMap((level) => drawHeld(task, 'anchor', level, 64, random).flat());
const saidBy = (x: Assistant<PowerQuestion, number>, questions: readonly PowerQuestion[]) =>
  x.answer(questions, scope());

describe('norms that change', () => {
  test('are H’s from their iteration on, in targets, gates, audits and names; before that nothing is another', () => {
    expect(taskAt(task, configuration, 1)).toBe(task);
    expect(taskAt(task, configure(CHOICES), 9)).toBe(task);
    expect(taskIn(plan, task, 1)).toBe(task);
    expect(overseersIn(plan, 1)).toEqual([task.overseer]);
    expect(overseersIn(plan, 2)[0]!.origin).toEqual(taskIn(plan, task, 3).overseer.origin);
    expect(overseersIn(plan, 2)[0]!.origin.name).toMatch(
      /^H simulated, by policy 2, another answer at word \d+$/,
    );
  });

  test('flip about that share of the compound questions at once, and no simple one', async () => {
    const [before, after] = [await saidBy(old, exam), await saidBy(now, exam)];
    const share = (level: number) => {
      const places = exam.flatMap((question, i) => (task.level(question) === level ? [i] : []));
      return places.filter((i) => !agree(before[i]!, after[i]!)).length / places.length;
    };
    expect(share(1)).toBe(0);
    expect(share(2)).toBe(0.125); // whatever is asked of one element in eight
    expect(share(4)).toBeGreaterThan(share(2)); // and what follows from that
  });

  test('make the targets of their iterations', async () => {
    const supervision = supervisionOf(plan, task);
    const targets = async (iteration: number, x: Assistant<PowerQuestion, number>) =>
      (await saidBy(supervision.targets(x, nobody, iteration), exam)).map((one) =>
        one.kind === 'known' ? one.value : -1,
      );
    const values = async (x: Assistant<PowerQuestion, number>) =>
      (await saidBy(x, exam)).map((one) => (one.kind === 'known' ? one.value : -1));
    expect(await targets(1, old)).toEqual(await values(old));
    expect(await targets(2, now)).toEqual(await values(now));
    expect(await targets(2, now)).not.toEqual(await values(old));
  });

  test('drop of what is taught again just the targets that they flip', async () => {
    const { curriculum } = configuration.training;
    const replaying = new Replaying(task, curriculum, random);
    const place = stages(task, curriculum).findIndex(({ gated }) => gated);
    const [stage, next] = stages(task, curriculum).slice(place);
    const drawer = new Drawer(task, curriculum, random.split('lesson'));
    const progress = { ...START, stage: place, step: 40 };
    const contexts = drawer.draw(progress.step, stage!);
    const taught = await Promise.all(
      contexts.map(async (questions) => ({ questions, targets: await saidBy(old, questions) })),
    );
    replaying.remember(taught, progress, stage!);
    const flipped = new Set<string>();
    for (const { questions, targets } of taught) {
      const after = await saidBy(now, questions);
      questions.forEach((question, i) => {
        if (!agree(targets[i]!, after[i]!)) flipped.add(task.key(question));
      });
    }
    expect(flipped.size).toBeGreaterThan(0);
    const { norms, dropped } = await changeNorms(task, plan.change!, old, replaying, 77);
    expect(dropped).toBe(flipped.size);
    expect([inForce(norms, 1)!.version, inForce(norms, 2)]).toMatchObject([1, { version: 2, decisions: 77 }]);
    const later = { ...progress, step: 41, stage: place + 1 };
    const again = replaying.join([], later, next!);
    expect(again.length).toBeGreaterThan(0);
    for (const { questions, targets } of again) {
      expect(questions.length).toBe(8);
      const after = await saidBy(now, questions);
      questions.forEach((question, i) => {
        expect(flipped).not.toContain(task.key(question));
        expect(agree(targets[i]!, after[i]!)).toBe(true);
      });
    }
    // As it goes on after a stop.
    const resumed = new Replaying(task, curriculum, random, replaying.state());
    expect(resumed.join([], later, next!)).toEqual(again);
  });

  test.each([
    [{ overseer: 'predictor' }, /--norms: expected the overseer script, got predictor/],
    [{ defence: { kind: 'verify' } }, /--norms: expected no defence verify/],
    [{ curriculum: false, data: 'mixed' }, /--norms: expected a run of several iterations/],
    [{ norms: { iteration: 1, share: 0.1 } }, /norms: expected an integer from 2 to 3, got 1/],
    [{ norms: { iteration: 4, share: 0.1 } }, /norms: expected an integer from 2 to 3, got 4/],
    [{ norms: { iteration: 2, share: 0 } }, /norms: expected a share above 0, at most 1, got 0/],
  ] as const)('are refused where they make no sense: %j', (choices, message) => {
    const chosen = () => configure({ ...CHOICES, norms: { iteration: 2, share: 0.125 }, ...choices });
    expect(chosen).toThrow(CapstanError);
    expect(chosen).toThrow(message);
  });

  test('are in the configuration where they are asked for, and nowhere else', () => {
    const { norms, ...rest } = configuration;
    expect(norms).toEqual({ iteration: 2, share: 0.125 });
    expect(rest).toEqual(configure(CHOICES));
    expect(Object.keys(configure(CHOICES))).not.toContain('norms');
  });
});
