import type { BoardData } from './board-data.ts';

/** How things stand on the board, in one sentence: what is wrong first. */
export function boardSentence({ rows, environments }: BoardData): string {
  if (rows.length === 0) return 'No components yet.';
  const cells = rows.flatMap((row) => row.cells);
  const count = (...states: readonly string[]): number => cells.filter(({ state }) => states.includes(state)).length;
  const parts = [
    phrase(count('failed'), 'failed'),
    phrase(cells.filter(({ drift }) => drift > 0).length, 'drifted'),
    phrase(count('pending_approval'), 'waiting for a person'),
    phrase(count('pending_gate'), 'waiting for a gate'),
    phrase(count('deploying'), 'deploying'),
    phrase(environments.filter(({ isFrozen }) => isFrozen).length, 'frozen'),
  ].filter((part) => part !== undefined);
  const size = `${number(rows.length, 'component')} in ${number(environments.length, 'environment')}`;
  return `${size}: ${parts.length === 0 ? 'nothing waits, nothing is broken' : parts.join(', ')}.`;
}

const phrase = (count: number, words: string): string | undefined => (count === 0 ? undefined : `${count} ${words}`);
const number = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
