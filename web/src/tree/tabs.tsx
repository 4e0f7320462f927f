/** Tabs, as the ARIA pattern has them: one Tab stop, arrow keys between them. */

import { type ReactNode, useId, useRef } from 'react';

export function Tabs<T extends string>({
  label,
  names,
  chosen,
  onChoose,
  children,
}: {
  readonly label: string;
  readonly names: readonly (readonly [tab: T, name: ReactNode])[];
  readonly chosen: T;
  readonly onChoose: (tab: T) => void;
  readonly children: ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const press = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const index = names.findIndex(([tab]) => tab === chosen);
    const [next] = names[(index + by + names.length) % names.length]!;
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="tabs" ref={list} onKeyDown={press}>
        {names.map(([tab, name]) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`${id}-${tab}`}
            data-tab={tab}
            aria-selected={tab === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => onChoose(tab)}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${chosen}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what has nothing else to focus is scrolled by keys too
        tabIndex={0}
        className="panel"
      >
        {children}
      </div>
    </>
  );
}
