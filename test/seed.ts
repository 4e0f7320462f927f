/** Before every test file: properties draw the same examples in every run, so a red test stays red until it is mended. */

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.CAPSTAN_TEST_SEED ?? 1) });
