/** The log's key, as this browser saw it first. A server that shows another one later has another log, or somebody stands in
 *  between: that is told, and never got used to by itself. */

export type Pinned =
  | { readonly kind: 'first' | 'same' }
  | {
      readonly kind: 'changed';
      /** The one that is remembered. */
      readonly known: string;
    };

interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** Remembers the key of a project's log if none is. `project`: its name. */
export function pin(store: Store, project: string, key: string): Pinned {
  const name = nameOf(project);
  const known = store.getItem(name);
  if (known === null) store.setItem(name, key);
  if (known === null) return { kind: 'first' };
  return known === key ? { kind: 'same' } : { kind: 'changed', known };
}

/** Somebody has looked at both and believes the new one. */
export function repin(store: Store, project: string, key: string): void {
  store.setItem(nameOf(project), key);
}

function nameOf(project: string): string {
  return `capstan log.vkey ${project}`;
}
