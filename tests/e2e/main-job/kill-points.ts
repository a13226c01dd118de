import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads {@link file://./kill-hook.ts} before the program. */
export const KILL_HOOK = `--import=${pathToFileURL(join(import.meta.dirname, 'kill-hook.ts')).href}`;

/** Entries that the swap of one container writes into the journal, and calls by which it changes something. */
export const SWAP = { entries: 16, calls: 5 } as const;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** After each entry of the journal. */
export const JOURNAL_POINTS = upTo(SWAP.entries).map((n) => `journal:${n}`);
/** Before, in the middle of, and after each call that changes something on the Engine. */
export const CALL_POINTS = upTo(SWAP.calls).flatMap((n) => [`before:${n}`, `during:${n}`, `after:${n}`]);

/** `STELLA_KILLS` of the points, evenly spread; all of them by default. */
export function chosenPoints(points: readonly string[]): string[] {
  const most = Number(process.env['STELLA_KILLS'] ?? points.length);
  const share = (index: number): number => Math.floor((index * most) / points.length);
  return points.filter((_, index) => share(index + 1) > share(index));
}
