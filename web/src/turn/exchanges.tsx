/** What has been asked so far and answered, oldest first, each closing to a line; one of them is what verdicts are about. */

import type { Turn } from '../../../src/wire/turn.ts';
import { Answer, Confidence } from '../answer.tsx';
import { Mark } from '../marks.tsx';

export function Exchanges({
  exchanges,
  place,
  onPlace,
}: {
  readonly exchanges: Turn['exchanges'];
  readonly place: number | undefined;
  readonly onPlace: (place: number) => void;
}) {
  if (exchanges.length === 0) return null;
  return (
    <section aria-labelledby="exchanges">
      <h2 id="exchanges">Asked so far</h2>
      <ol className="exchanges">
        {exchanges.map(({ question, answer, isVerified }, index) => {
          const isChosen = place === index + 1;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is known by
            <li key={index} aria-current={isChosen ? 'true' : undefined}>
              <button
                type="button"
                className="plain exchange-place"
                aria-pressed={isChosen}
                aria-label={`Choose answer ${index + 1}`}
                title="what verify, reject and correct are about"
                onClick={() => onPlace(index + 1)}
              >
                {index + 1}
              </button>
              <details open>
                <summary>
                  <span className="exchange-question said">{question.text}</span>
                  <span className="exchange-short">
                    <Answer answer={answer} />
                  </span>
                  {isVerified && <Mark name="verified" word="verified by a person" />}
                </summary>
                <p className="exchange-answer said">
                  {answer.kind === 'known' ? answer.value : <Answer answer={answer} />}
                  <Confidence answer={answer} />
                </p>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
