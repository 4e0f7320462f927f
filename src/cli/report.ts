/** capstan report: draws the page of a run again from its record. */

import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { RunRecord } from '../report/record.ts';
import { renderReport } from '../report/report.ts';
import { findRun, openRun } from '../run/folder.ts';
import { HOME } from './home.ts';

export function addReport(program: Command): void {
  program
    .command('report')
    .description('Write the HTML report of a run')
    .argument('<run>', 'its folder, or its name in ./runs')
    .option('--json', 'print the record instead')
    .action((given: string, { json }: { json?: boolean }) => {
      const { folder } = openRun(findRun(HOME, given));
      if (!folder.exists('record.json'))
        throw new CapstanError(
          'not-found',
          `${folder.path}: no record yet; finish the run with «capstan run --resume ${given}»`,
        );
      const record = readRecord(folder.readText('record.json'), folder.path);
      if (json) return console.log(JSON.stringify(record));
      folder.writeAtomic('report.html', renderReport(record));
      console.log(`${folder.path}/report.html`);
    });
}

function readRecord(text: string, path: string): RunRecord {
  try {
    return JSON.parse(text) as RunRecord;
  } catch (cause) {
    throw new CapstanError(
      'corrupt',
      `${path}/record.json: expected JSON; «capstan run --resume» writes it again`,
      { cause },
    );
  }
}
