/** «Verify here»: the whole log, by this browser, from what is published of it. */

import type { LedgerHead } from '../../../src/wire/ledger.ts';
import { count, duration } from '../figures.ts';
import type { Progress, VerifiedLog } from '../verify/log.ts';
import { NotVerified } from './not-verified.tsx';
import { publishedBytes } from './queries.ts';
import { useVerifying } from './verifying.ts';

export function VerifyLog({ head }: { readonly head: LedgerHead }) {
  const { state, begin } = useVerifying<Progress, VerifiedLog>(async (onStep) => {
    const { verifyLog } = await import('../verify/log.ts');
    return verifyLog(publishedBytes, head.key, onStep);
  });
  return (
    <div className="verify">
      <button type="button" disabled={state.kind === 'at-work'} onClick={begin}>
        Verify here
      </button>{' '}
      <span role="status">
        {state.kind === 'idle' && (
          <span className="faint">
            reads all {count(head.size, 'entry', 'entries')} and checks every hash and the signature, in this
            browser
          </span>
        )}
        {state.kind === 'at-work' && (
          <>
            <progress
              aria-label="verified so far"
              max={head.size}
              {...(state.step && { value: state.step.entries })}
            />{' '}
            {state.step &&
              `${state.step.entries.toLocaleString('en')} of ${count(state.step.of, 'entry', 'entries')}`}
          </>
        )}
        {state.kind === 'right' && <Right result={state.result} />}
        {state.kind === 'wrong' && <NotVerified message={state.message} />}
      </span>
    </div>
  );
}

function Right({ result: { size, files, ms, origin, root } }: { readonly result: VerifiedLog }) {
  return (
    <>
      <span className="mark-verified" aria-hidden="true">
        ✓
      </span>{' '}
      <b>Verified</b> in {duration(ms)}: {count(size, 'entry', 'entries')} in {count(files, 'file')} make the
      root <code>{root.slice(0, 8)}</code> that {origin} signed. Not seen from here: what is not published
      yet, contents, and whether whoever acted was allowed to; <code>capstan ledger verify</code> looks at
      those.
    </>
  );
}
