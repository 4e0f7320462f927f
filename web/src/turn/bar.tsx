/** All that can be done about a question, each one key away; always in reach. */

import { KeyHelp } from '../key-help.tsx';
import type { Kind } from './commit.ts';
import { ACTION_KEYS, HELP } from './shortcuts.ts';
import type { TurnState } from './state.ts';

export function Bar({ state, onAct }: { readonly state: TurnState; readonly onAct: (kind: Kind) => void }) {
  const { turn, draft } = state;
  const possible = ACTION_KEYS.filter(([, kind]) => turn?.actions.includes(kind));
  return (
    <div className="bar" role="toolbar" aria-label="What to do about it">
      {possible.map(([key, kind, name]) => (
        <button
          key={kind}
          type="button"
          className="bar-act"
          aria-pressed={kind === draft.mode ? true : undefined}
          aria-keyshortcuts={key}
          disabled={needsExchange(kind) && turn?.exchanges.length === 0}
          onClick={() => onAct(kind)}
        >
          <kbd>{key}</kbd> {name}
        </button>
      ))}
      <KeyHelp keys={HELP} />
    </div>
  );
}

function needsExchange(kind: Kind): boolean {
  return kind === 'verify' || kind === 'reject' || kind === 'correct';
}
