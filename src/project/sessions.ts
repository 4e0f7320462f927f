/** Sessions of the workbench, so that they outlast it:
 *      access/sessions.json      0600: of each the hash of its cookie
 *  A file that is damaged is nobody's session: whoever had one signs in again. */

import { CapstanError } from '../base/errors.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { ACCESS } from './home.ts';

const FILE = 'sessions.json';
const FORMAT = 'capstan-sessions-1';

export function sessionStore<S extends object>(): {
  readonly read: () => readonly S[];
  readonly write: (sessions: readonly S[]) => void;
} {
  const folder = new Folder(ACCESS);
  return {
    read() {
      try {
        return folder.exists(FILE) ? readSealed<readonly S[]>(folder, FILE, FORMAT) : [];
      } catch (error) {
        if (error instanceof CapstanError && error.code === 'corrupt') return [];
        throw error;
      }
    },
    write: (sessions) => writeSealed(folder, FILE, FORMAT, sessions, { secret: true }),
  };
}
