/** A commit of the product: where it is made, and whether the process dies just before or just after it. */
export interface Point {
  readonly site: string;
  readonly phase: 'before' | 'after';
}

export type ToServer = { readonly kind: 'arm'; readonly point: Point | undefined } | { readonly kind: 'sites' };
export type FromServer =
  | { readonly kind: 'ready'; readonly url: string }
  /** How often each site has committed since the start. */
  | { readonly kind: 'sites'; readonly counts: Readonly<Record<string, number>> };
