/** To come. */

export function Page() {
  return <h1>tree</h1>;
}
