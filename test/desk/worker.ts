/** People who decide one thing after the other, in the current folder, until the process is killed or nothing waits; each
 *  line of stdout is something that was acknowledged. */

import { writeSync } from 'node:fs';
import { Turns } from '../../src/project/turns.ts';

const PEOPLE = ['person:ada', 'person:bob', 'person:cy'];
const turns = Turns.open({ undoMs: 5 });
for (let i = 0; ; i++) {
  let isIdle = true;
  for (const person of PEOPLE) {
    const { held } = await turns.desk.next(person);
    if (!held) continue;
    isIdle = false;
    const text = i % 3 === 0 ? person : 'yes';
    const said = {
      kind: 'decide',
      action: { kind: 'reply', answer: { kind: 'known', value: text, confidence: 1 } },
    };
    const saying = { token: held.token, body: text, form: text, sure: 1, seconds: 1, said };
    await turns.desk.commit(person, held.item, saying);
    writeSync(1, `${person} ${held.item}\n`);
  }
  turns.desk.settle();
  if (isIdle) break;
}
turns.close();
