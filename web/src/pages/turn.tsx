/** To come. */

export function Page() {
  return <h1>turn</h1>;
}
