/** What the browser allows the pages: nothing is loaded and nothing leaves, even if something was not escaped. */

export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
