/** To come. */

export function Page() {
  return <h1>models</h1>;
}
