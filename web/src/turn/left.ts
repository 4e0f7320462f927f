/** Seconds until a time, once they are few enough to be told. */

import { useEffect, useState } from 'react';

const MS = 1000;

/** Undefined while more than `within` are left, and where there is no such time. */
export function useSecondsLeft(until: string | undefined, within: number): number | undefined {
  const end = until === undefined ? undefined : Date.parse(until);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (end === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const at = Date.now();
      setNow(at);
      const first = end - within * MS - at;
      if (at < end) timer = setTimeout(tick, first > 0 ? first : MS);
    };
    tick();
    return () => clearTimeout(timer);
  }, [end, within]);
  if (end === undefined || end - now > within * MS) return undefined;
  return Math.max(0, Math.ceil((end - now) / MS));
}
