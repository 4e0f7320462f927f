/** What is changed in a ledger is found: by `verify`, or by a memory outside of it where only that can tell. */

import { CONTENT_KINDS } from '../test/tamper/contents.ts';
import { DECISION_KINDS } from '../test/tamper/decisions.ts';
import { KINDS } from '../test/tamper/kinds.ts';
import { FINDERS, tamperings, untampered } from '../test/tamper/tamper.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

/** Of the kinds that change the log; as many of each as of those that change what lies beside it. */
const OF_THE_LOG = 100_000;
const EACH = Math.ceil(OF_THE_LOG / KINDS.length);
const ALL = KINDS.length + CONTENT_KINDS.length + DECISION_KINDS.length;
/** Of what is wrong, so much is printed. */
const SHOWN = 5;

export const proof: Proof = {
  claim: `Of ${EACH * ALL} tamperings of ${ALL} kinds with ledgers of 33 to 400 entries and with what lies beside them none is accepted: verify refuses them, or with the key that a reader has, a witness or a head that was kept. Whoever has the log's own key can take back only what came after the witness's last visit; only a later head that was kept shows that.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      untampered(seed);
      let window = 0;
      const rows = tamperings(EACH, seed).map(({ kind, tried, by, accepted, wrong }) => {
        checks.hold(accepted === 0, `seed ${seed}: ${accepted} of «${kind}» were accepted`);
        for (const one of wrong.slice(0, SHOWN)) checks.hold(false, `seed ${seed}: ${one}`);
        window += by['--known'];
        const refused = FINDERS.reduce((sum, finder) => sum + by[finder], 0);
        return [kind, tried, refused, ...FINDERS.map((finder) => by[finder]), by.told, accepted];
      });
      const total = rows.reduce((sum, [, tried]) => sum + Number(tried), 0);
      const head = ['what is changed', 'tried', 'refused', ...FINDERS.map((finder) => `by ${finder}`)];
      const said = `Seed ${seed}: ${total} in all. ${window} of them lie in the window after the witness's last visit. «told» is what no signature covers yet, and files to which nothing is committed: verify counts and names them.`;
      return `${table([...head, 'told', 'accepted'], rows)}\n\n${said}`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
