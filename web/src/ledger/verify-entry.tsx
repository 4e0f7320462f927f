/** One entry, verified by this browser from its receipt. */

import { duration } from '../figures.ts';
import type { VerifiedEntry } from '../verify/receipt.ts';
import { NotVerified } from './not-verified.tsx';
import { receiptOf } from './queries.ts';
import { useVerifying } from './verifying.ts';

export function VerifyEntry({ seq, verifier }: { readonly seq: number; readonly verifier: string }) {
  const { state, begin } = useVerifying<never, VerifiedEntry>(async () => {
    const [{ verifyEntry }, receipt] = await Promise.all([import('../verify/receipt.ts'), receiptOf(seq)]);
    return verifyEntry(seq, receipt, verifier);
  });
  return (
    <div className="verify">
      <button type="button" disabled={state.kind === 'at-work'} onClick={begin}>
        Verify here
      </button>{' '}
      <span role="status">
        {state.kind === 'idle' && (
          <span className="faint">that it is in the tree whose head the log signed</span>
        )}
        {state.kind === 'at-work' && 'verifying …'}
        {state.kind === 'right' && (
          <>
            <span className="mark-verified" aria-hidden="true">
              ✓
            </span>{' '}
            <b>Verified</b> in {duration(state.result.ms)}: {state.result.hashes} hashes lead from it to the
            root <code>{state.result.root.slice(0, 8)}</code> of {state.result.size.toLocaleString('en')}{' '}
            entries, which the log signed
            {state.result.witnesses.length > 0 &&
              `, and which ${state.result.witnesses.join(', ')} vouched for`}
            .
          </>
        )}
        {state.kind === 'wrong' && <NotVerified message={state.message} />}
      </span>
    </div>
  );
}
