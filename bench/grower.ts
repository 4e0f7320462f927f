/** A process that grows a tree, so that its memory is its own and it can be killed: grower.ts FILE GROWTH [LOG]; says what it
 *  took as one line of JSON. */

import { openSync } from 'node:fs';
import { type Growth, grow } from './growing.ts';

const [file, text, log] = process.argv.slice(2) as [string, string, string | undefined];
const seconds = await grow(file, JSON.parse(text) as Growth, log ? openSync(log, 'a') : undefined);
const megabytes = (process.resourceUsage().maxRSS * 1024) / 1e6; // maxRSS is in KiB
process.stdout.write(`${JSON.stringify({ seconds, megabytes })}\n`);
