/** To come. */

export function Page() {
  return <h1>controls</h1>;
}
