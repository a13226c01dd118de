import type { Environment, Promotion } from '@stella-ops/contracts/releases';

type Place = Pick<Environment, 'id' | 'name' | 'order'>;
type Way = Pick<Promotion, 'environmentId' | 'state'>;

/** How far a release came, in one sentence: where it is, and where it waits. */
export function releaseWhere(environments: readonly Place[], promotions: readonly Way[]): string {
  const names = (states: readonly Promotion['state'][]): string[] =>
    environments
      .toSorted((a, b) => a.order - b.order)
      .filter(({ id }) => promotions.some((one) => one.environmentId === id && states.includes(one.state)))
      .map(({ name }) => name);
  const parts = [
    phrase('deployed to', names(['deployed'])),
    phrase('approved for', names(['approved'])),
    phrase('being deployed to', names(['deploying'])),
    phrase('waiting for', names(['pending_gate', 'pending_approval'])),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return promotions.length === 0 ? 'It was not promoted yet.' : 'It is nowhere now.';
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const phrase = (words: string, names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : `${words} ${names.join(', ')}`;
