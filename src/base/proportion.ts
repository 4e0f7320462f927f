/** Proportions with 95 % intervals that respect clusters: questions about one context stand or fall together. */

export interface Proportion {
  /** right / n, 0 … 1 */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Questions behind it. */
  readonly n: number;
}

export interface Count {
  readonly right: number;
  readonly n: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;

/** Wilson's interval (1927) with the number of questions divided by the design effect (Kish 1965): how much larger the
 *  variance between clusters is than independent questions would have. */
export function proportion(clusters: readonly Count[]): Proportion {
  const right = clusters.reduce((total, cluster) => total + cluster.right, 0);
  const n = clusters.reduce((total, cluster) => total + cluster.n, 0);
  if (n === 0) return { value: 0, low: 0, high: 1, n: 0 };
  const value = right / n;
  const size = n / designEffect(clusters, value, n);
  const z2 = Z * Z;
  const centre = value + z2 / (2 * size);
  const spread = Z * Math.sqrt((value * (1 - value)) / size + z2 / (4 * size * size));
  const scale = 1 + z2 / size;
  return {
    value,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
    n,
  };
}

/** Var(ratio estimate over clusters) / Var(n independent questions), at least 1. */
function designEffect(clusters: readonly Count[], value: number, n: number): number {
  const count = clusters.length;
  if (count < 2 || value === 0 || value === 1) return 1;
  const residuals = clusters.reduce((total, cluster) => total + (cluster.right - value * cluster.n) ** 2, 0);
  const clustered = ((count / (count - 1)) * residuals) / (n * n);
  return Math.max(1, clustered / ((value * (1 - value)) / n));
}
