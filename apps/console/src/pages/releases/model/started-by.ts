/** Who a deployment is told to have been started by: the service does so by itself after an approval. */
export function starterName({ id, name }: { readonly id: string; readonly name: string }): string {
  return id === 'releases' ? 'By itself' : name;
}
