import type { TarEntryType } from '@stella-ops/engine-archive';
import type { Parsed } from '../analyzers/analyzer.ts';

/** Something a merge must know of one path of one layer that the facts of the layer do not hold. */
export interface Question {
  readonly path: string;
  /** Analyzers that want the content, sorted; none when only the type matters. */
  readonly analyzers: readonly string[];
}

export interface Answer {
  readonly path: string;
  readonly type: TarEntryType | 'absent';
  readonly link?: string;
  readonly contents?: readonly (Parsed<unknown> & { readonly analyzer: string })[];
}
