/** To come. */

export function Page() {
  return <h1>compare</h1>;
}
