/** What a person decided in a run, as a recording: to be played back as it was, or to be learned from again, in a new run, with
 *  what was corrected since. Learning again begins from nothing: what a wrong decision shaped is H′ first, then every target
 *  that H′ made, then which workspaces were asked, so that nothing in between is known to be free of it (docs/log.md). */

import type { Task } from '../core/task.ts';
import type { Folder } from '../storage/folder.ts';
import type { Configuration } from './configuration.ts';
import { answersById, askedIn, takenIn } from './inbox.ts';
import { knownIn, type Recorded, workspaceKey } from './recording.ts';

/** In the order in which they took effect. */
export function decisionsTaken(run: Folder): readonly Recorded[] {
  const shown = new Map(askedIn(run).map((item) => [item.id, item.shown]));
  return takenIn(run).flatMap(({ at, decisions }) =>
    decisions.map(({ id, action, kind, text, by, seconds }) => ({
      workspace: shown.get(id)!,
      ...{ action, kind, text, by, seconds, at },
    })),
  );
}

/** All that is known by now, as it stands after corrections, to arrive as soon as it is asked. */
export function decisionsNow<Q, A>(
  run: Folder,
  configuration: Pick<Configuration, 'person'>,
  task: Task<Q, A>,
): readonly Recorded[] {
  const all = new Map(knownIn(run, configuration, task));
  for (const { at: _, ...one } of decisionsTaken(run)) {
    const key = workspaceKey(one.workspace);
    if (!all.has(key)) all.set(key, one);
  }
  const answers = answersById(run);
  for (const { id, shown } of askedIn(run)) {
    const answer = answers.get(id);
    if (!answer) continue;
    const { action, kind, text, by, seconds } = answer;
    all.set(workspaceKey(shown), { workspace: shown, action, kind, text, by, seconds });
  }
  return [...all.values()].map(({ at: _, ...one }) => one);
}
