import type { IndexStats } from '@stella-ops/engine-advisories';

/** Records that lie in one object. */
export interface Pack {
  readonly bytes: Uint8Array;
  readonly slices: readonly { readonly offset: number; readonly length: number }[];
}

export type IndexQuestion = { readonly kind: 'add'; readonly pack: Pack } | { readonly kind: 'finish' };
export type IndexAnswer = { readonly kind: 'added' } | { readonly kind: 'built'; readonly stats: IndexStats };
