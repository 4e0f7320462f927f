/** The answers of StrategyQA: yes or no. */

import type { Json } from '../base/canonical.ts';
import { booleanAt, inside, jsonFile, objectAt, textAt, wrong } from '../text/lines.ts';
import type { NamedText } from './gsm8k.ts';
import type { FoundAnswer } from './sealed.ts';

export function strategyqaAnswers({ text, file }: NamedText): readonly FoundAnswer[] {
  const [list, place] = jsonFile(text, file);
  if (!Array.isArray(list)) throw wrong(place, 'a list of questions', 'something else');
  return list.map((value: Json, i) => {
    const here = inside(place, `[${i}]`);
    const all = objectAt(value, here);
    const answer = booleanAt(all, 'answer', here) ? 'yes' : 'no';
    return { text: textAt(all, 'question', here), answer, as: 'words' };
  });
}
