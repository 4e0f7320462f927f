/** One line at the foot of the page that says what has just happened, and goes by itself. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import './toast.css';

const SHOWN_MS = 2000;

type Say = (text: string) => void;

const Saying = createContext<Say>(() => undefined);

export const useToast = (): Say => useContext(Saying);

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState<{ readonly text: string }>();
  const say = useCallback<Say>((text) => setSaid({ text }), []);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <Saying value={say}>
      {children}
      <p className="toast" role="status">
        {said?.text}
      </p>
    </Saying>
  );
}
