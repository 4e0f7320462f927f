/** Acts on behalf of whoever is signed in. */

import { doerOf } from '../project/doer.ts';
import type { DoerFor } from '../project/office.ts';
import type { Session } from '../wire/session.ts';

export function doerFor(session: Session, reason: string): DoerFor {
  return (authority) =>
    doerOf(
      authority,
      authority.people.size === 0 ? {} : { as: session.person.replace(/^person:/, '') },
      reason,
    );
}
