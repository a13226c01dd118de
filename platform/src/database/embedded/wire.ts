/** What the thread is started with. Without a directory the database lives in memory (tests). */
export interface EngineStart {
  readonly directory: string | undefined;
}

/** To the thread: bytes of the PostgreSQL wire protocol in order, or the wish to end. */
export type ToEngine = { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly kind: 'close' };

/** From the thread: one `bytes` for each received, in the same order. Errors cross as text: a clone would drop their code. */
export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };
