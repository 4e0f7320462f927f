/** capstan run RECIPE --dry-run: what it will cost, before anybody is asked. A scripted H is carried out with answers of a usual
 *  length in place of X's, so its tree is the real one as far as it does not depend on what is answered; for any other H a
 *  tree of a usual shape is taken. */

import { hch } from '../amplify/hch.ts';
import { known } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { BYTES_PER_TOKEN } from '../gateway/ceiling.ts';
import { type Cost, estimate } from '../gateway/estimate.ts';
import { DEFAULTS } from '../gateway/gateway.ts';
import { costOf, type Price, priceOf } from '../gateway/prices.ts';
import { scripted } from '../overseers/scripted.ts';
import { judgesIn } from '../project/checks.ts';
import type { TreeFile } from '../project/grove.ts';
import { isModel, type Loaded } from '../project/seats.ts';
import type { TextQuestion } from '../text/question.ts';

/** Bytes of instructions, and of an answer. */
const [INSTRUCTIONS, ANSWER] = [2500, 400];
/** An H that is no script: so many levels, and so many questions at each. */
const USUAL = { depth: 2, asks: 3, turns: 1 };
/** Questions that are counted at most. */
const QUESTIONS_MAX = 100_000;
const TOKENS_MAX = 2048;
const MILLION = 1e6;
/** Where no model is asked. */
const NOTHING: Cost = { calls: 0, tokens: 0, micros: 0 };

export async function foretell(
  { file, loaded, roots }: Foreseen,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const model = [file.overseer, file.assistant, file.escalate ?? '', ...(file.verify ?? [])]
    .map((name) => name.replace(/^(approve|critic):|^vote:\d+$/, ''))
    .find(isModel);
  const price = file.price ?? (model === undefined ? undefined : priceOf(model));
  const { recipe } = loaded;
  const foretold =
    file.overseer === 'script' && recipe.script
      ? await carriedOut({ file, loaded, roots }, price)
      : shaped(file, roots, price);
  const counted = model === undefined ? { ...foretold, usual: NOTHING, most: NOTHING } : foretold;
  if (json) console.log(JSON.stringify(counted));
  else
    console.log(
      [
        `${counted.questions} questions${counted.isWhole ? '' : ' and more'}, ${counted.isScript ? 'by the recipe’s own script' : 'if the tree has a usual shape'}`,
        `usually   ${costText(counted.usual)}`,
        `at most   ${costText(counted.most)}`,
        `nobody was asked; --max-calls, --max-tokens and --max-cost are hard limits`,
      ].join('\n'),
    );
}

/** What would be run. */
export interface Foreseen {
  readonly file: TreeFile;
  readonly loaded: Loaded;
  readonly roots: readonly TextQuestion[];
}

interface Foretold {
  readonly questions: number;
  readonly usual: Cost;
  readonly most: Cost;
  readonly isScript: boolean;
  readonly isWhole: boolean;
}

/** Calls are X's, where X is a model. */
async function carriedOut({ file, loaded, roots }: Foreseen, price: Price | undefined): Promise<Foretold> {
  const { recipe } = loaded;
  let [questions, calls, bytes] = [roots.length, 0, 0];
  const judges = judgesIn(file);
  let judged = roots.reduce((sum, root) => sum + sizeOf(root), 0); // shown to each of them, with an answer
  const environment = (question: TextQuestion) => {
    questions++;
    judged += sizeOf(question);
    if (!recipe.isSimple?.(question)) return undefined;
    bytes += sizeOf(question);
    calls++;
    return known('x'.repeat(ANSWER));
  };
  const limits = { depth: file.limits.depth, questions: QUESTIONS_MAX };
  const own = scope(limits);
  const h = scripted(recipe.name, recipe.script!);
  await hch(h, environment, Math.min(file.limits.depth, DEPTH_MAX)).answer(roots, own);
  if (!isModel(file.assistant)) [calls, bytes] = [0, 0];
  calls += judges * questions;
  bytes += judges * (judged + ANSWER * questions);
  const cost = (input: number, output: number, times: number): Cost => ({
    calls: calls * times,
    tokens: (input + output) * times,
    micros: price && costOf({ inputTokens: input, outputTokens: output }, price) * times,
  });
  const output = Math.ceil((calls * ANSWER) / BYTES_PER_TOKEN);
  return {
    questions,
    usual: cost(Math.ceil(bytes / BYTES_PER_TOKEN), output, 1),
    most: cost(bytes, calls * TOKENS_MAX, DEFAULTS.attemptsMax * (DEFAULTS.repairsMax + 1)),
    isScript: true,
    isWhole: own.budget.refusals === 0,
  };
}

const DEPTH_MAX = 100;

/** Bytes of one call about it. */
function sizeOf({ text, documents = [] }: TextQuestion): number {
  return INSTRUCTIONS + documents.reduce((sum, document) => sum + document.text.length, text.length);
}

/** A judge's call costs what a call of the tree costs. */
function shaped(file: TreeFile, roots: readonly TextQuestion[], price: Price | undefined): Foretold {
  const { limits } = file;
  const lengths = roots.map((root) => sizeOf(root) - INSTRUCTIONS);
  const shape = {
    ...USUAL,
    depth: Math.min(limits.depth, USUAL.depth),
    roots: roots.length,
    bytes: {
      instructions: INSTRUCTIONS,
      question: Math.ceil(lengths.reduce((a, b) => a + b) / roots.length),
      answer: ANSWER,
    },
  };
  const { attemptsMax, repairsMax } = DEFAULTS;
  const tree = estimate(shape, { price, tokensMax: TOKENS_MAX, attemptsMax, repairsMax });
  const share = 1 + (judgesIn(file) * tree.questions) / tree.usual.calls;
  const judged = ({ calls, tokens, micros }: Cost): Cost => ({
    calls: Math.ceil(calls * share),
    tokens: Math.ceil(tokens * share),
    micros: micros && Math.ceil(micros * share),
  });
  return {
    questions: tree.questions,
    ...{ usual: judged(tree.usual), most: judged(tree.most) },
    isScript: false,
    isWhole: true,
  };
}

function costText({ calls, tokens, micros }: Cost): string {
  const money =
    micros === undefined ? 'at a price that is not known (--price)' : `$${(micros / MILLION).toFixed(4)}`;
  return `${calls.toLocaleString('en')} calls, ${tokens.toLocaleString('en')} tokens${calls > 0 ? `, ${money}` : ''}`;
}
