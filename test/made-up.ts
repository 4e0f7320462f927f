/** A few questions of our own in the formats of the public corpora, to test with where those are not. */

const line = (value: object) => `${JSON.stringify(value)}\n`;

/** As `test_socratic.jsonl`: the third has a step that does not hold and one without a mark, the fourth an empty one. */
export const SOCRATIC = [
  {
    question: 'Ada has 3 boxes of 4 pens and gives 2 pens away. How many has she left?',
    answer:
      'How many pens are in the boxes? ** There are 3*4=<<3*4=12>>12 pens in the boxes.\nHow many has she left? ** She has 12-2=<<12-2=10>>10 pens left.\n#### 10',
  },
  {
    question: 'A hall has 1,200 seats and a third of them is taken. How many are free?',
    answer:
      'How many are taken? ** 1,200/3=<<1200/3=400>>400 seats are taken.\nHow many are free? ** So 1,200-400=<<1200-400=800>>800 are free.\n#### 800',
  },
  {
    question: 'Bo runs 5 miles on each of 6 days and 2 miles on the last. How far does he run?',
    answer:
      'How far on the six days? ** He runs 5*6=<<5*6=35>>35 miles.\nHow far in all? ** He runs 30 + 2 = 32 miles.\n#### 32',
  },
  {
    question: 'It was 4 degrees and fell by 9. How cold is it?',
    answer: 'How cold is it? ** \nHow cold is it? ** It is 4-9=<<4-9=-5>>-5 degrees.\n#### -5',
  },
];

/** The same as the file has it. */
export const SOCRATIC_TEXT = SOCRATIC.map(line).join('');

/** As `example_model_solutions.jsonl`. Of the four answers to a question, from the weakest model to the strongest, each
 *  first says whether it is right. */
const SOLUTIONS: readonly (readonly (readonly [isRight: boolean, solution: string])[])[] = [
  [
    [false, 'She has 3+4=<<3+4=7>>7 pens\nA: 7'],
    [true, 'There are <<3*4=12>>12\nThen <<12-2=10>>10\nA: 10'],
    [false, 'She has 12-3=<<12-3=10>>10\nA: 9'],
    [true, '3*4=<<3*4=12>>12 and <<12-2=10>>10\nA: 10'],
  ],
  [
    [false, '<<1200/3=400>>400\nA: 400'],
    [false, '<<1200-3=1197>>\nA: 1,197'],
    [true, '<<1200/3=400>>\n<<1200-400=800>>\nA: 800'],
    [true, '<<1200/3=400>>\n<<1200-400=800>>\nA: 800.0'],
  ],
  [
    [false, '<<5+6=11>>\nA: 11'],
    [false, '<<5*6=35>>\n<<35+2=37>>\nA: 37'],
    [false, '<<5*6=35>>\n<<35+2=37>>\nA: 37'],
    [true, '<<5*6=30>>\n<<30+2=32>>\nA: 32'],
  ],
  [
    [false, 'It is cold.\nA: 13'],
    [true, '<<4-9=-5>>\nA: -5'],
    [true, '<<4-9=-5>>\nA: -5'],
    [false, '<<9-4=5>>\nA: 5'],
  ],
];

const MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];

export const SOLUTIONS_TEXT = SOCRATIC.map(({ question, answer }, i) => {
  const solutions = SOLUTIONS[i]!.map(([is_correct, solution], j) => [MODELS[j]!, { is_correct, solution }]);
  return line({ question, ground_truth: answer, ...Object.fromEntries(solutions) });
}).join('');

/** As `dev.json`. */
export const STRATEGY = [
  {
    qid: 'aa01',
    term: 'Hen',
    description: 'Bird',
    question: 'Could a hen count its legs on one hand?',
    answer: true,
    facts: ['A hen has two legs.', 'A hand has five fingers.'],
    decomposition: ['How many legs has a hen?', 'How many fingers has a hand?', 'Is #1 at most #2?'],
    evidence: [
      [[['Hen-1']], [['Hand-2', 'Hand-3']], ['operation']],
      [[['Hen-1'], 'no_evidence'], ['no_evidence'], ['operation']],
    ],
  },
  {
    qid: 'aa02',
    term: 'Sun',
    description: 'Star',
    question: 'Would the Sun fit into a barn?',
    answer: false,
    facts: ['The Sun is larger than the Earth.'],
    decomposition: ['How large is the Sun?', 'How large is a barn?', 'Is #1 smaller than #2?'],
    evidence: [[[['Sun-1']], [['Barn-1']], ['operation']]],
  },
];

export const STRATEGY_TEXT = JSON.stringify(STRATEGY);

/** As `bart_decomp_dev_predictions.jsonl`. */
export const PREDICTIONS_TEXT = STRATEGY.map(({ qid, question, decomposition }) =>
  line({
    loss: 0.5,
    decomposition: decomposition.slice(0, 2),
    qid,
    question,
    gold_decomposition: decomposition,
  }),
).join('');
