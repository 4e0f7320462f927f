/** Signing in with a key: pasted here, or already in the address that «capstan serve» prints. */

import { useState } from 'react';
import { forgetKey, useSignIn } from './session.ts';
import { ProblemLine } from './states.tsx';
import './sign-in.css';

const KEY_MAX = 200;

/** `refused`: what was said of the key in the address. */
export function SignIn({ refused }: { readonly refused?: unknown }) {
  const [key, setKey] = useState('');
  const signIn = useSignIn();
  const error = signIn.error ?? refused;
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    forgetKey();
    // From the address that was printed, its key.
    const given = key.trim().replace(/^.*#key=/, '');
    if (given !== '') signIn.mutate(given);
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p>
        On the machine where <code>capstan serve</code> runs, open the address that it printed: your key is in
        it, for one browser. For another, start it again, or make a key with <code>capstan keys add</code>.
        The address or the key can be pasted here too.
      </p>
      <label htmlFor="key">Key</label>
      <div className="sign-in-row">
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          maxLength={KEY_MAX}
          aria-describedby="key-said"
          aria-invalid={error != null}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <button type="submit" className="primary" disabled={key.trim() === '' || signIn.isPending}>
          Sign in
        </button>
      </div>
      <p id="key-said">{error != null && <ProblemLine error={error} />}</p>
    </form>
  );
}
