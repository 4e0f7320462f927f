/** That something is not as it should be, and what was found. */

export function NotVerified({ message }: { readonly message: string }) {
  return (
    <span className="said">
      <span className="mark-rejected" aria-hidden="true">
        ✕
      </span>{' '}
      <b>Not verified.</b> {message}
    </span>
  );
}
