/** Evidence that a mean is more than some value, gathered one number at a time and looked at whenever one likes. It is the
 *  wealth of a gambler who bets on it at fair odds: if the mean is no more, his wealth ever reaches 1/α with a chance of at most
 *  α, whatever rule says when to stop (Ville 1939; Waudby-Smith & Ramdas 2024, §4). The stakes follow the mean and the
 *  variance so far (their §B.3, «aGRAPA»). */

export interface EvidenceOptions {
  /** The value that the mean is to exceed. */
  readonly exceeds: number;
  /** What the numbers are never below. */
  readonly least: number;
}

/** Of what could be lost at once, the share that is staked at most. */
const STAKE_MAX = 0.9;
/** What is believed before the first number, as if it were one: a mean of 0, and a variance of */
const VARIANCE = 0.01;

export class Evidence {
  readonly #options: EvidenceOptions;
  #log = 0;
  #count = 1;
  #sum = 0;
  #squares = VARIANCE;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** A number that is independent of those before it. */
  add(value: number): void {
    const { exceeds, least } = this.#options;
    const mean = this.#sum / this.#count;
    const variance = Math.max(this.#squares / this.#count - mean ** 2, 0);
    const gain = mean - exceeds;
    const stake = Math.min(gain / (variance + gain ** 2), STAKE_MAX / (exceeds - least));
    if (stake > 0) this.#log += Math.log1p(stake * (value - exceeds));
    this.#count++;
    this.#sum += value;
    this.#squares += value ** 2;
  }

  /** Numbers added. */
  get count(): number {
    return this.#count - 1;
  }

  /** Their mean; 0 before the first. */
  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  /** Natural logarithm of the wealth. */
  get log(): number {
    return this.#log;
  }
}
