/** Tests that take longer than everybody's every run can have: `npm run test:long` has them too. */

import { test } from 'vitest';

export const isLong = process.env.CAPSTAN_TESTS === 'long';
export const long = isLong ? test : test.skip;
