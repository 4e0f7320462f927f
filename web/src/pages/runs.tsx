/** To come. */

export function Page() {
  return <h1>runs</h1>;
}
