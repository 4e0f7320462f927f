/** capstan report: draws the page of a run again from its record. */

import type { Command } from 'commander';
import { CapstanError, messageOf } from '../base/errors.ts';
import { commandLine } from '../project/command-line.ts';
import { HOME } from '../project/home.ts';
import type { RunRecord } from '../report/record.ts';
import { renderReport } from '../report/report.ts';
import { findRun, openRun } from '../run/folder.ts';
import type { Folder } from '../storage/folder.ts';

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
          `${folder.path}: no record yet; finish the run with: ${commandLine('run', '--resume', given)}`,
        );
      const { record, page } = readRecord(folder);
      if (json) return console.log(JSON.stringify(record));
      folder.writeAtomic('report.html', page);
      console.log(`${folder.path}/report.html`);
    });
}

/** The record, known to be one by drawing it. */
function readRecord(folder: Folder): { readonly record: RunRecord; readonly page: string } {
  const text = folder.readText('record.json');
  try {
    const record = JSON.parse(text) as RunRecord;
    return { record, page: renderReport(record) };
  } catch (cause) {
    const again = commandLine('run', '--resume', folder.path);
    throw new CapstanError(
      'corrupt',
      `${folder.path}/record.json: expected the record of a run, got ${messageOf(cause)}; written again by: ${again}`,
      { cause },
    );
  }
}
