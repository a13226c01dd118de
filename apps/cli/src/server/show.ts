import { eachItem } from '@stella-ops/contracts';
import type { OptionSpec } from '../command.ts';
import { fail } from '../errors.ts';
import { columns, printable, table } from '../render/table.ts';
import type { Shown } from './server-command.ts';

export const LIMIT_OPTION = {
  type: 'text',
  value: 'N',
  summary: 'show at most N',
  default: '50',
} as const satisfies OptionSpec;

interface Page<T> {
  readonly body: { readonly items: readonly T[]; readonly next: string | null };
}

/**
 * The first items of a paged list, as a table for people.
 *
 * @param limit text of `--limit`
 */
export async function showList<T>(
  limit: string,
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  head: readonly string[],
  row: (item: T) => readonly string[],
): Promise<Shown> {
  if (!/^[1-9]\d{0,5}$/.test(limit))
    throw fail('USAGE', `--limit takes a number from 1 to 999999, not "${limit.slice(0, 20)}"`);
  const most = Number(limit);
  const items: T[] = [];
  const all = eachItem(async (cursor) => {
    const { body } = await read({
      limit: Math.min(most - items.length, 200),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return body;
  });
  let isCut = false;
  for await (const item of all) {
    items.push(item);
    if (items.length === most) {
      isCut = true;
      break;
    }
  }
  return {
    value: { items },
    text: () => {
      if (items.length === 0) return 'nothing found\n';
      return table(head, items.map(row)) + (isCut ? `first ${most}; more with --limit\n` : '');
    },
  };
}

/** One thing as lines of name and value; an empty value leaves its line out. */
export function showOne(
  value: unknown,
  lines: readonly (readonly [string, string])[],
  more: () => string = () => '',
): Shown {
  return {
    value,
    text: () => {
      const rows = lines.filter(([, text]) => text !== '').map(([name, text]) => [name, printable(text)]);
      return `${columns(rows).join('\n')}\n${more()}`;
    },
  };
}

/** `2026-11-21 14:03` in UTC. */
export const shortTime = (time: string | null): string => (time === null ? '' : time.slice(0, 16).replace('T', ' '));
export const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
