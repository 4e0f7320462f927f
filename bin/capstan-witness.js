#!/usr/bin/env node
/** Starts the witness from the built files. */
import { main } from '../dist/cli/witness.js';

process.exitCode = await main(process.argv.slice(2));
