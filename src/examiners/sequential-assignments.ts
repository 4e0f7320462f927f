/** All values by running the program, once, in the order of its assignments. */

import { type AssignmentQuestion, entryOf, type Program } from '../tasks/sequential-assignments.ts';
import { type Examiner, seal } from './examiner.ts';

/** Its grades are how deep a variable may be. */
export function sequentialAssignmentsExaminer(task: {
  readonly depth: number;
}): Examiner<AssignmentQuestion, number> {
  return {
    truth(question) {
      const { kind, program } = question;
      const values = run(program);
      if (kind === 'value') return seal(values[question.variable]!);
      if (kind !== 'apply') return seal(program[kind][question.variable]!);
      const [a, b] = [values[question.a] ?? question.a, values[question.b] ?? question.b];
      return seal(program.table.get(entryOf(a, b))!);
    },
    grades: Array.from({ length: task.depth + 1 }, (_, depth) => `depth ${depth}`),
    grade: (question) => (question.kind === 'value' ? question.program.depth[question.variable] : undefined),
  };
}

const ran = new WeakMap<Program, readonly number[]>();

/** The value of each variable, at it. */
function run(program: Program): readonly number[] {
  let values = ran.get(program);
  if (!values) {
    const { order, first, second, depth, table } = program;
    values = order.reduce<number[]>((found, x) => {
      found[x] = depth[x] === 0 ? first[x]! : table.get(entryOf(found[first[x]!]!, found[second[x]!]!))!;
      return found;
    }, []);
    ran.set(program, values);
  }
  return values;
}
