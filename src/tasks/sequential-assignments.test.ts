import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { reveal } from '../examiners/examiner.ts';
import { sequentialAssignmentsExaminer } from '../examiners/sequential-assignments.ts';
import {
  type AssignmentQuestion,
  type AssignmentTask,
  entryOf,
  type Program,
  sequentialAssignments,
} from './sequential-assignments.ts';
import { type Contract, describeTask } from './task.contract.ts';

const examinerFor = ({ parameters }: AssignmentTask) =>
  sequentialAssignmentsExaminer({ depth: parameters.depth! });

const asks = (shown: string, task: AssignmentTask) => (question: AssignmentQuestion) =>
  task.show(question) === shown;

function contractOf(task: AssignmentTask, sizes: readonly number[]): Contract<AssignmentQuestion> {
  const { program } = task.parse('value(x0)');
  const [a, b] = program.applied.find((pair) => pair !== undefined)!;
  const used = task.show({ kind: 'apply', program, a, b });
  return {
    sizes,
    kind: ({ kind }) => kind,
    parses: [
      ['value(x3)', asks('value(x3)', task)],
      ['A(x0)', asks('A(x0)', task)],
      ['  B ( x1 ) # 3 ', asks('B(x1)', task)],
      ['value(x2)#5', asks('value(x2)', task)],
      [used, asks(used, task)],
      [used.replaceAll(' ', ''), asks(used, task)],
    ],
    rejects: [
      '',
      'value(3)',
      'value()',
      'value(x999)',
      'value(x0',
      'value(x-1)',
      'A(B(x0))',
      'C(x0)',
      'f(0)',
      'f(0, 99)',
      'f(x0, x1)',
      'value(x0) #',
      'value(x0) #99999999999999999999',
      'value(x0) tail',
      'x0',
    ],
  };
}

for (const [task, sizes] of [
  [sequentialAssignments({ variables: 8 }), [7]],
  [sequentialAssignments({ variables: 8, values: 6, table: 7 }), [7]],
  // The paper's own size; of deeper levels too few questions are drawn to see that one needs them all.
  [sequentialAssignments({ variables: 64, depth: 4 }), [6]],
] as const)
  describeTask(task, examinerFor(task), contractOf(task, sizes));

const task = sequentialAssignments({ variables: 8 });
const large = sequentialAssignments({ variables: 64 });
const { truth, grades, grade } = examinerFor(task);
const seed = fc.nat(2 ** 31);

const value = (program: Program, variable: number): AssignmentQuestion => ({
  kind: 'value',
  program,
  variable,
});
const apply = (program: Program, a: number, b: number): AssignmentQuestion => ({
  kind: 'apply',
  program,
  a,
  b,
});
const resultOf = (program: Program, variable: number) => reveal(truth(value(program, variable)));
/** The two that each variable is assigned from, at it, and their values. */
const assignmentsOf = ({ order, first, second, depth }: Program) =>
  order.filter((x) => depth[x]! > 0).map((x) => [first[x]!, second[x]!] as const);
/** Every question about the program that H may come to from the value of a variable. */
function questionsOf(program: Program): readonly AssignmentQuestion[] {
  const resolved = (x: number) => [x, resultOf(program, x)];
  return [
    ...program.order.map((x) => value(program, x)),
    ...assignmentsOf(program).flatMap(([y, z]) =>
      resolved(y).flatMap((a) => resolved(z).map((b) => apply(program, a, b))),
    ),
  ];
}
/** Programs as they are sampled: some to train on, some to be examined on. */
const anyProgram = fc
  .record({ n: seed, table: fc.constantFrom(0, 5), depth: fc.constantFrom(1, 3, 5), natural: fc.boolean() })
  .map(({ n, table, depth, natural }) => {
    const of = sequentialAssignments({ variables: 8, table, depth });
    const demand = { split: 'train', size: 8, level: of.levels } as const;
    const [question] = natural ? of.roots!(Random.seeded(n), 'test') : of.sample(Random.seeded(n), demand);
    return { task: of, program: question!.program };
  });

describe('sequential assignments', () => {
  test('are examined as by following the facts from each variable down, whatever is resolved already', () => {
    fc.assert(
      fc.property(
        seed,
        fc.constantFrom(4, 7, 16, 64),
        fc.integer({ min: 1, max: large.levels }),
        fc.constantFrom(0, 5),
        (n, size, level, table) => {
          const any = sequentialAssignments({ variables: 64, table });
          const questions = any.sample(Random.seeded(n), { split: 'train', size, level });
          const { program } = questions[0]!;
          const tokens = chunks(any.encoding.facts(questions[0]!), 4);
          const { blank } = any.encoding;
          const evaluate = (x: number): number => {
            const [, y, z, own] = tokens.find(([name]) => name === x)!;
            return own === blank ? look(evaluate(y!), evaluate(z!)) : own!;
          };
          const look = (a: number, b: number): number => {
            if (table !== 0) return program.table.get(entryOf(a, b))!;
            return tokens.find(
              (token) => token.slice(1, 3).join() === `${a},${b}` && token[3] !== blank,
            )![3]!;
          };
          const resolve = (word: number) => (program.order.includes(word) ? evaluate(word) : word);
          for (const question of questions.filter((_, i) => i % 5 < 2)) {
            const expected =
              question.kind === 'apply'
                ? look(resolve(question.a), resolve(question.b))
                : evaluate(question.variable);
            expect(reveal(truth(question))).toBe(expected);
          }
          program.order.forEach((x, i) => {
            const pair = program.depth[x] === 0 ? undefined : [program.first[x]!, program.second[x]!];
            expect(program.applied[i]).toEqual(pair?.map(evaluate));
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('have ⌊√size⌋ values of their own, and every other variable after the two it is assigned from', () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 2, max: 64 }),
        fc.integer({ min: 1, max: large.levels }),
        (n, size, level) => {
          const [{ program }] = large.sample(Random.seeded(n), { split: 'train', size, level }) as [
            AssignmentQuestion,
          ];
          const { order, first, second, depth } = program;
          expect(new Set(order).size).toBe(size);
          const place = (x: number) => order.indexOf(x);
          order.forEach((x, i) => {
            expect(depth[x] === 0).toBe(i < Math.floor(Math.sqrt(size)));
            if (depth[x] === 0) return;
            const [y, z] = [first[x]!, second[x]!];
            expect(Math.max(place(y), place(z))).toBeLessThan(i);
            expect(Math.min(place(y), place(z))).toBeGreaterThanOrEqual(0);
            expect(depth[x]).toBe(1 + Math.max(depth[y]!, depth[z]!));
          });
          // As deep as demanded, or as the size permits: 2, 3 and 4 are levels of one assignment.
          const demanded = Math.max(1, Math.ceil((level - 1) / 3));
          const deepest = Math.min(demanded, size - Math.floor(Math.sqrt(size)));
          expect(Math.max(...order.map((x) => depth[x]!))).toBe(deepest);
        },
      ),
    );
  });

  test('ask for values and for what f makes of arguments resolved or not, every other one as hard as may be', () => {
    for (const size of [5, 8])
      for (let level = 1; level <= task.levels; level++)
        for (let i = 0; i < 10; i++) {
          const asked = task.sample(Random.seeded(i), { split: 'train', size, level });
          expect(asked.length).toBe(32);
          const all = questionsOf(asked[0]!.program).filter((question) => task.level(question) <= level);
          const keys = new Set(all.map(task.key));
          for (const question of asked) expect(keys).toContain(task.key(question));
          const top = Math.max(...all.map(task.level));
          asked.forEach((question, j) => {
            if (j % 2 === 0) expect(task.level(question)).toBe(top);
          });
        }
  });

  test('ask for every variable and every form of every assignment alike', () => {
    const seen = { value: 0, open: 0, 'first resolved': 0, 'second resolved': 0, resolved: 0 };
    for (let i = 0; i < 500; i++) {
      const asked = task.sample(Random.seeded(i), { split: 'train', size: 8, level: task.levels });
      for (const question of asked.filter((_, j) => j % 2 === 1)) {
        const isOpen = (word: number) => question.program.order.includes(word);
        if (question.kind !== 'apply') seen.value++;
        else if (isOpen(question.a)) seen[isOpen(question.b) ? 'open' : 'second resolved']++;
        else seen[isOpen(question.b) ? 'first resolved' : 'resolved']++;
      }
    }
    // 8 values and 6 assignments in four forms: five standard deviations of 8000 are 210.
    const { value: values, ...forms } = seen;
    expect(Math.abs(values - (8000 * 8) / 32)).toBeLessThan(210);
    for (const times of Object.values(forms)) expect(Math.abs(times - (8000 * 6) / 32)).toBeLessThan(210);
  });

  test('to be examined on have nothing to look up but the entries in use, and arguments that are values', () => {
    for (let i = 0; i < 20; i++) {
      const [{ program }] = task.roots!(Random.seeded(i), 'test') as [AssignmentQuestion];
      const used = assignmentsOf(program).map((pair) => pair.map((x) => resultOf(program, x)).join());
      const { words } = task.encoding;
      for (let a = 0; a < words; a++)
        for (let b = 0; b < words; b++) {
          const answer = task.environment({ kind: 'apply', program, a, b });
          const isOpen = program.order.includes(a) || program.order.includes(b);
          const known = used.includes([a, b].join()) ? 'known' : 'unknown';
          expect(answer?.kind).toBe(isOpen ? undefined : known);
        }
    }
  });

  test('of a fixed table share it, whatever the program, and have no entries for facts', () => {
    const draw = (table: number, i: number) => {
      const fixed = sequentialAssignments({ variables: 8, table });
      const questions = fixed.sample(Random.seeded(i), { split: 'train', size: 8, level: 3 });
      expect(fixed.encoding.facts(questions[0]!).length).toBe(8 * 4);
      return questions;
    };
    const entries = (table: number, i: number) => [...draw(table, i)[0]!.program.table].join(' ');
    expect(entries(3, 1)).toBe(entries(3, 2));
    expect(entries(3, 1)).not.toBe(entries(4, 1));
    expect(draw(3, 1)[0]!.program.table.size).toBe(16);
    const asked = new Set<string>();
    for (let i = 0; i < 100; i++)
      for (const { kind, program, ...question } of draw(3, i)) {
        if (kind !== 'apply') continue;
        const { a, b } = question as { a: number; b: number };
        if (program.order.includes(a) || program.order.includes(b)) continue;
        asked.add(`${a} ${b}`);
        expect(program.applied.map((pair) => pair?.join(' '))).toContain(`${a} ${b}`);
      }
    expect(asked.size).toBe(16);
  });

  test('have names and positions among the facts that tell nothing of the order', () => {
    const own = new Array<number>(8).fill(0);
    for (let i = 0; i < 2000; i++) {
      const [{ program }] = task.sample(Random.seeded(i), { split: 'train', size: 8, level: 7 }) as [
        AssignmentQuestion,
      ];
      const names = [...program.order].sort((x, y) => x - y);
      names.forEach((x, place) => {
        own[place]! += program.depth[x] === 0 ? 1 : 0;
      });
      const facts = chunks(task.encoding.facts(value(program, names[0]!)), 4);
      expect(facts.slice(0, 8).map(([name]) => name)).toEqual(names);
      const said = facts.slice(8).filter(([name]) => name !== task.encoding.blank);
      const entries = said.map((token) => entryOf(token[1]!, token[2]!));
      expect(entries).toEqual([...entries].sort((a, b) => a - b));
      for (const pair of program.applied) if (pair) expect(entries).toContain(entryOf(...pair));
    }
    // Six standard deviations.
    for (const count of own) expect(Math.abs(count / 2000 - 1 / 4)).toBeLessThan(0.06);
  });

  test('have each assignment worked on when both of its arguments are done, and each question after all that it reads', () => {
    fc.assert(
      fc.property(anyProgram, ({ task: any, program }) => {
        const { facts, awake, rounds, word, roundsAt } = any.encoding;
        const about = value(program, program.order[0]!);
        const stretches = awake!(about);
        const at = new Map(chunks(facts(about), 4).map(([name], i) => [name!, stretches[i]]));
        const done = (x: number) => at.get(x)![1];
        for (const x of program.order) {
          if (program.depth[x] === 0) expect(at.get(x)).toEqual([0, 0]);
          else expect(at.get(x)![0]).toBe(Math.max(done(program.first[x]!), done(program.second[x]!)));
        }
        // Only assignments are worked on.
        expect(stretches.length).toBe(program.order.length);
        for (const question of questionsOf(program)) {
          const read = question.kind === 'apply' ? [question.a, question.b] : [question.variable];
          const ready = Math.max(0, ...read.filter((x) => program.order.includes(x)).map(done));
          const asleep = Array.from(
            { length: rounds(question) },
            (_, round) => word(question, round) === undefined,
          );
          expect(asleep.lastIndexOf(true)).toBe(ready - 1);
          expect(rounds(question)).toBeLessThanOrEqual(roundsAt(any.level(question)));
        }
      }),
    );
  });

  test('have a level for what is left to resolve, and a grade, their depth, if they are for a value', () => {
    const { program } = task.parse('value(x0)');
    expect(grades).toEqual([0, 1, 2, 3, 4, 5].map((depth) => `depth ${depth}`));
    for (const x of program.order) {
      const depth = program.depth[x]!;
      expect(task.level(value(program, x))).toBe(1 + 3 * depth);
      expect(grade!(value(program, x))).toBe(depth);
      for (const kind of ['first', 'second'] as const) {
        expect(task.level({ kind, program, variable: x })).toBe(1);
        expect(grade!({ kind, program, variable: x })).toBeUndefined();
      }
      for (const y of program.order) {
        const [a, b] = [x, y].map((variable) => resultOf(program, variable)) as [number, number];
        const other = program.depth[y]!;
        expect(task.level(apply(program, a, b))).toBe(1);
        expect(task.level(apply(program, x, b))).toBe(2 + 3 * depth);
        expect(task.level(apply(program, a, y))).toBe(2 + 3 * other);
        // The first one is resolved first, so the second one is asked for one question further down.
        expect(task.level(apply(program, x, y))).toBe(Math.max(2 + 3 * depth, 3 + 3 * other));
        expect(grade!(apply(program, x, y))).toBeUndefined();
      }
    }
  });

  test('make H ask only what is of a lower level, or simple', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async ({ task: any, program }) => {
        // Of any two arguments where all of f is there, else of those that the program applies it to.
        const pairs = any.parameters.table
          ? program.order.flatMap((x) => program.order.map((y) => [x, y] as const))
          : assignmentsOf(program);
        const asked = [
          ...questionsOf(program),
          ...pairs.flatMap(([x, y]) => [
            apply(program, x, y),
            apply(program, resultOf(program, x), y),
            apply(program, x, resultOf(program, y)),
          ]),
        ];
        let heard = 0;
        await amplify(any.overseer, knowing, {
          record: ({ question, exchanges }) => {
            heard++;
            for (const { question: sub } of exchanges)
              if (!any.environment(sub)) expect(any.level(sub)).toBeLessThan(any.level(question));
          },
        }).answer(asked, scope());
        expect(heard).toBe(asked.length);
      }),
      { numRuns: 30 },
    );
  });

  test('are all answered rightly by HCH as deep as their level', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async ({ task: any, program }) => {
        const asked = questionsOf(program);
        const answers = await hch(any.overseer, any.environment, any.levels).answer(asked, scope());
        expect(answers).toEqual(asked.map((question) => known(reveal(truth(question)))));
      }),
      { numRuns: 10 },
    );
    const roots = large.roots!(Random.seeded(1), 'test');
    const answers = await hch(large.overseer, large.environment, large.levels).answer(roots, scope());
    expect(answers).toEqual(roots.map((question) => known(reveal(truth(question)))));
  });

  test('make H resolve one argument at a time, the first one first', async () => {
    const { program } = task.parse('value(x0)');
    const deep = program.order.find((x) => program.depth[x] === Math.max(...program.depth))!;
    const [y, z] = [program.first[deep]!, program.second[deep]!];
    const [a, b] = [y, z].map((x) => resultOf(program, x)) as [number, number];
    const asked = [
      value(program, deep),
      apply(program, y, z),
      apply(program, a, z),
      apply(program, y, b),
      apply(program, a, b),
      apply(program, y, y),
      value(program, program.order[0]!),
    ];
    const transcripts: string[][] = [];
    await amplify(
      task.overseer,
      withEnvironment(() => undefined, knowing),
      {
        record: ({ exchanges }) =>
          void transcripts.push(exchanges.map(({ question }) => task.show(question))),
      },
    ).answer(asked, scope());
    const [x, own, left, right, f, g] = [deep, program.order[0]!, y, z, a, b].map(task.showAnswer);
    expect(transcripts).toEqual([
      [`A(${x})`, `B(${x})`, `f(${left}, ${right})`],
      [`value(${left})`, `f(${f}, ${right})`],
      [`value(${right})`, `f(${f}, ${g})`],
      [`value(${left})`, `f(${f}, ${g})`],
      [`f(${f}, ${g})`],
      [`value(${left})`, `f(${f}, ${left})`],
      [`A(${own})`],
    ]);
  });

  test('are unknown where an assistant does not know, says a variable, or leads to no entry', async () => {
    const { program } = task.parse('value(x0)');
    const deep = program.order.find((x) => program.depth[x] === Math.max(...program.depth))!;
    const [y, z] = [program.first[deep]!, program.second[deep]!];
    const [a, b] = [y, z].map((x) => resultOf(program, x)) as [number, number];
    const asked: string[] = [];
    const ask = async (question: AssignmentQuestion, said: Answer<number>) => {
      const saying: Assistant<AssignmentQuestion, number> = {
        origin: { name: 'X', groundTruth: false },
        answer: async (questions) => questions.map(() => said),
      };
      asked.length = 0;
      const x = amplify(task.overseer, withEnvironment(task.environment, saying), {
        record: ({ exchanges }) => void asked.push(...exchanges.map(({ question }) => question.kind)),
      });
      return (await x.answer([question], scope()))[0];
    };
    expect(await ask(value(program, deep), unknown('budget'))).toEqual(unknown('budget'));
    expect(asked).toEqual(['first', 'second', 'apply']);
    for (const question of [apply(program, y, z), apply(program, a, z), apply(program, y, b)]) {
      expect(await ask(question, unknown('budget'))).toEqual(unknown('budget'));
      for (const nonsense of [program.order[0]!, task.encoding.blank, task.encoding.words, -1])
        expect(await ask(question, known(nonsense))).toEqual(unknown('unsure'));
      expect(asked).toEqual(['value']);
    }
    for (let v = 0; v < task.encoding.words; v++) {
      if (!/^\d+$/.test(task.showAnswer(v))) continue;
      const found = (left: number, right: number) => {
        const entry = program.table.get(entryOf(left, right));
        return entry === undefined ? unknown('unsure') : known(entry);
      };
      expect(await ask(apply(program, a, z), known(v))).toEqual(found(a, v));
      expect(await ask(apply(program, y, b), known(v))).toEqual(found(v, b));
      expect(asked).toEqual(['value', 'apply']);
      // With both open the second one is left to X.
      expect(await ask(apply(program, y, z), known(v))).toEqual(known(v));
    }
  });

  test('are unknown where a look-up is, and a value of its own is known from the first', async () => {
    const { program } = task.parse('value(x0)');
    const [own, deep] = [program.order[0]!, program.order.at(-1)!];
    const named = program.first[own]!;
    const ask = async (said: { readonly [kind in AssignmentQuestion['kind']]?: Answer<number> }) => {
      const asked: string[] = [];
      const saying: Assistant<AssignmentQuestion, number> = {
        origin: { name: 'X', groundTruth: false },
        answer: async (questions) =>
          questions.map(({ kind }) => said[kind] ?? known(kind === 'apply' ? named : own)),
      };
      const x = amplify(task.overseer, saying, {
        record: ({ exchanges }) => void asked.push(...exchanges.map(({ question }) => question.kind)),
      });
      return [...(await x.answer([value(program, deep)], scope())), asked.length];
    };
    expect(await ask({})).toEqual([known(named), 3]);
    expect(await ask({ first: known(named) })).toEqual([known(named), 1]);
    for (const [i, kind] of (['first', 'second', 'apply'] as const).entries())
      expect(await ask({ [kind]: unknown('budget') })).toEqual([unknown('budget'), i + 1]);
  });

  test('read as questions only sentences with words of the right sort', () => {
    const seven = task.sample(Random.seeded(1), { split: 'train', size: 7, level: 3 })[0]!;
    const { program } = seven;
    const { encoding } = task;
    const [x, missing] = [true, false].map((inside) =>
      Array.from({ length: encoding.words }, (_, word) => word).find(
        (word) => /^x/.test(task.showAnswer(word)) && program.order.includes(word) === inside,
      ),
    ) as [number, number];
    const [a, b] = program.applied.find((pair) => pair !== undefined)!;
    const kinds = (['value', 'first', 'second'] as const).map((kind) => ({ kind, program, variable: x }));
    const applies = [apply(program, a, b), ...questionsOf(program).filter(({ kind }) => kind === 'apply')];
    for (const question of [...kinds, ...applies]) {
      const said = encoding.sentence(question);
      expect(encoding.questionOf(said, seven)).toEqual(question);
      for (const wrong of [
        said.with(0, a),
        said.with(0, encoding.blank),
        said.with(1, encoding.blank),
        said.with(1, missing),
        said.with(1, said[0]!),
        said.with(2, missing),
        said.with(2, said[0]!),
        said.slice(1),
        [...said, encoding.blank],
      ])
        expect(encoding.questionOf(wrong, seven)).toBeUndefined();
      const second = question.kind === 'apply' ? encoding.blank : x;
      expect(encoding.questionOf(said.with(2, second), seven)).toBeUndefined();
    }
  });

  test('are asked of the program that the number names, an unseen one', () => {
    const key = (text: string) => task.parse(text).program.key;
    expect(key('value(x1) #7')).toBe(key('A(x3) #7'));
    expect(key('value(x1) #7')).not.toBe(key('value(x1) #8'));
    expect(key('value(x1)')).toBe(key('value(x1) #0'));
  });

  test('have so many depths, levels and values by default', () => {
    const given = [4, 5, 8, 16, 32, 64].map((variables) => sequentialAssignments({ variables }));
    expect(given.map(({ parameters }) => parameters.depth)).toEqual([2, 3, 5, 7, 9, 11]);
    expect(given.map(({ levels }) => levels)).toEqual([7, 10, 16, 22, 28, 34]);
    expect(given.map(({ parameters }) => parameters.values)).toEqual([4, 4, 4, 4, 5, 8]);
  });

  test.each([
    [{ variables: 3 }, 'size'],
    [{ variables: 65 }, 'size'],
    [{ variables: 8.5 }, 'size'],
    [{ variables: 8, values: 1 }, 'values'],
    [{ variables: 8, values: 65 }, 'values'],
    [{ variables: 8, table: -1 }, 'table'],
    [{ variables: 8, table: 0.5 }, 'table'],
    [{ variables: 8, depth: 0 }, 'depth'],
    [{ variables: 8, depth: 7 }, 'depth'],
    [{ variables: 8, depth: 1.5 }, 'depth'],
  ])('refuse %j and name the %s', (options, name) => {
    expect(() => sequentialAssignments(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`^${name}: expected`) }),
    );
  });

  test('are sampled for every demand', () => {
    for (const options of [
      { variables: 4 },
      { variables: 8, table: 1 },
      { variables: 8, depth: 6 },
      { variables: 64, depth: 56 },
    ]) {
      const any = sequentialAssignments(options);
      for (let size = 2; size <= any.sizeMax; size += size < 8 ? 1 : 28)
        for (const split of ['train', 'gate', 'test'] as const)
          for (let level = 1; level <= any.levels; level += level < 19 ? 1 : 30)
            expect(any.sample(Random.seeded(1), { split, size, level }).length).toBe(Math.max(32, size));
    }
  });
});

describe('the roots of sequential assignments', () => {
  const draw = (any: AssignmentTask, count: number) =>
    Array.from({ length: count }, (_, i) => any.roots!(Random.seeded(1).split(i), 'test'));

  test('are the values of all variables of one full-size program, which is of their split', () => {
    const keys = (['train', 'gate', 'test'] as const).map((split) => {
      const drawn = Array.from({ length: 200 }, (_, i) => task.roots!(Random.seeded(i), split));
      for (const roots of drawn) {
        const { program } = roots[0]!;
        const names = [...program.order].sort((x, y) => x - y);
        expect(roots).toEqual(names.map((x) => value(program, x)));
        expect(names.length).toBe(8);
      }
      return new Set(drawn.map(([question]) => question!.program.key));
    });
    const sampled = Array.from(
      { length: 200 },
      (_, i) =>
        task.sample(Random.seeded(i), { split: 'train', size: 8, level: task.levels })[0]!.program.key,
    );
    const [train, gate, test] = keys as [Set<string>, Set<string>, Set<string>];
    expect([...gate, ...test].filter((key) => train.has(key) || sampled.includes(key))).toEqual([]);
    expect([...gate].filter((key) => test.has(key))).toEqual([]);
  });

  test('are the same for the same stream', () => {
    expect(draw(task, 5)).toEqual(draw(task, 5));
  });

  test('are as deep as chance makes them, where nothing bounds them', () => {
    const [size, count] = [16, 500];
    // The paper's programs: both arguments of any variable are any two before it.
    const random = Random.seeded(3);
    const chance = Array.from({ length: count }, () => {
      const depths = [0, 0, 0, 0];
      while (depths.length < size) {
        const [y, z] = [random.below(depths.length), random.below(depths.length)];
        depths.push(1 + Math.max(depths[y]!, depths[z]!));
      }
      return depths;
    });
    const free = draw(sequentialAssignments({ variables: size, depth: 12 }), count).map((roots) =>
      roots.map(({ program }, i) => program.depth[program.order[i]!]!),
    );
    const histogram = (depths: readonly (readonly number[])[]) =>
      Array.from({ length: 7 }, (_, depth) => depths.flat().filter((one) => one === depth).length);
    const [found, expected] = [histogram(free), histogram(chance)];
    // Programs vary by less than two of 16 variables at each depth: five standard deviations of the difference.
    found.forEach((times, depth) => {
      expect(Math.abs(times - expected[depth]!)).toBeLessThan(5 * 2 * Math.sqrt(2 * count));
    });
  });

  test('are shallower than what is sampled at the highest level, and not all as deep', () => {
    for (const any of [task, large]) {
      const depth = any.parameters.depth!;
      const natural = draw(any, 100).map(([question]) => question!.program);
      const forced = Array.from({ length: 100 }, (_, i) => {
        const demand = { split: 'test', size: any.sizeMax, level: any.levels } as const;
        return any.sample(Random.seeded(1).split(i), demand)[0]!.program;
      });
      const deepest = ({ order, depth }: Program) => Math.max(...order.map((x) => depth[x]!));
      const mean = (programs: readonly Program[]) => {
        const depths = programs.flatMap(({ order, depth }) => order.map((x) => depth[x]!));
        return depths.reduce((sum, one) => sum + one, 0) / depths.length;
      };
      expect(new Set(forced.map(deepest))).toEqual(new Set([depth]));
      expect(Math.max(...natural.map(deepest))).toBeLessThanOrEqual(depth);
      expect(new Set(natural.map(deepest)).size).toBeGreaterThan(2);
      const less = natural.filter((program) => deepest(program) < depth);
      expect(less.length).toBeGreaterThan(50);
      expect(mean(natural)).toBeLessThan(mean(forced) - 0.1);
    }
  });
});

/** Right about values, and looks the rest up. */
const knowing = withEnvironment<AssignmentQuestion, number>(task.environment, {
  origin: { name: 'truth', groundTruth: true },
  answer: async (questions) => questions.map((question) => known(reveal(truth(question)))),
});

function chunks(words: readonly number[], length: number): readonly (readonly number[])[] {
  return words.flatMap((_, i) => (i % length === 0 ? [words.slice(i, i + length)] : []));
}
