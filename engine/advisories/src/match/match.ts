import type { Comparator } from '@stella-ops/engine-versions';
import type { Posting, PostingEntry } from '../index-file/posting.ts';
import type { RecordMeta } from '../index-file/record-block.ts';
import type { Decision, Position } from './decide.ts';

/** A record that concerns a component, or of which that cannot be said. */
export interface Match {
  readonly meta: RecordMeta;
  readonly ecosystem: string;
  /** Normalised, as it was looked up. */
  readonly name: string;
  readonly entry: PostingEntry;
  readonly posting: Posting;
  /** Of the installed version; undefined when the component has none. */
  readonly position: Position | undefined;
  readonly comparator: Comparator | undefined;
  readonly decision: Exclude<Decision, { by: 'not-affected' }>;
}
