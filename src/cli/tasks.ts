/** capstan tasks: what can be run. */

import type { Command } from 'commander';
import { TASKS } from '../tasks/tasks.ts';

export function addTasks(program: Command): void {
  program
    .command('tasks')
    .description('List the tasks')
    .option('--json', 'print one JSON array')
    .action(({ json }: { json?: boolean }) => {
      const rows = TASKS.map(({ name, summary, syntax }) => ({ name, summary, question: syntax }));
      if (json) console.log(JSON.stringify(rows));
      else for (const row of rows) console.log(`${row.name}\n  ${row.summary}\n  questions: ${row.question}`);
    });
}
