/** The head of a column over numbers, which stand to the right. */

export function NumberColumn({ children }: { readonly children: React.ReactNode }) {
  return (
    <th scope="col" className="number">
      {children}
    </th>
  );
}
