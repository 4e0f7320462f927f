/** Of one run: what people’s time bought (K9), whether transcripts explain answers (K10), and deceivers (K15).
 *  What takes people who are not here is said to be missing. */

import { editFaithfulness } from '../evaluate/interpretability.ts';
import { declaredMinutes, labelLeverage, minutesPerThousand, type Worked } from '../evaluate/minutes.ts';
import { figure } from '../protocol/figure.ts';
import type { Observed } from './observed.ts';
import { METHODS, type Part } from './part.ts';
import type { Planted } from './planted.ts';

const SECONDS_PER_MINUTE = 60;

/** K9. The minutes of scripts are declared, half a minute a decision; those of people were measured. */
export function minutesPart({ state, configuration, examples }: Observed): Part {
  const { decisions } = state.progress;
  const person = state.correspondence;
  const minutes = person
    ? { decompose: person.seconds / SECONDS_PER_MINUTE, audit: 0, override: 0 }
    : declaredMinutes({ decompose: decisions, audit: 0, override: 0 });
  const work: readonly Worked[] = [{ cluster: configuration.seed, minutes, decisions, examples }];
  return {
    figures: [
      ...figure('minutes per 1,000 examples', 'minutes', minutesPerThousand(work), METHODS.seed),
      ...figure('examples per decision of H', 'ratio', labelLeverage(work), METHODS.seed),
    ],
    needs: [
      ...(person
        ? []
        : [
            'people, whose minutes can be measured: those of a script are declared, half a minute a decision',
          ]),
      'minutes of audits and overrides: «capstan run» has none',
    ],
  };
}

/** K10: whether the answer hangs on the sub-answers. Amplify^H(X) is asked again with one of them changed; X alone does not
 *  read them. */
export function interpretabilityPart(planted: readonly Planted[], iteration: number): Part {
  const edits = planted.map(({ cluster, before, expected, again }) => ({
    cluster,
    before,
    expected,
    final: again,
  }));
  const alone = planted.map(({ cluster, before, expected, direct }) => ({
    cluster,
    before,
    expected,
    final: direct,
  }));
  const [amplified, x] = [editFaithfulness(edits), editFaithfulness(alone)];
  return {
    figures: [
      ...figure('edit faithfulness', 'share', amplified?.consequential, METHODS.wilson, {
        iteration,
        arm: 'Amplify',
      }),
      ...figure('edit faithfulness', 'share', x?.consequential, METHODS.wilson, { iteration, arm: 'X' }),
    ],
    needs: [
      'people who guess answers with and without transcripts (simulatability, counterfactual precision)',
      'people who look for the first wrong node (F1, minutes per node)',
    ],
  };
}

/** K15. */
export function oversightPart(): Part {
  return {
    figures: [],
    needs: [
      'honest and deceptive assistants, judged alike (agent score difference)',
      'matches of guards and attackers of known skill (nested oversight)',
    ],
  };
}
