/** How far a verification has come. */

import { useState } from 'react';

export type Verifying<Step, Result> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'at-work'; readonly step: Step | undefined }
  | { readonly kind: 'right'; readonly result: Result }
  | { readonly kind: 'wrong'; readonly message: string };

/** Once at a time; what is wrong is said, not thrown. */
export function useVerifying<Step, Result>(work: (onStep: (step: Step) => void) => Promise<Result>) {
  const [state, setState] = useState<Verifying<Step, Result>>({ kind: 'idle' });
  const begin = async () => {
    setState({ kind: 'at-work', step: undefined });
    try {
      const result = await work((step) => setState({ kind: 'at-work', step }));
      setState({ kind: 'right', result });
    } catch (error) {
      setState({ kind: 'wrong', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return { state, begin: () => void begin() };
}
