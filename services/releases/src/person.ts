import { actorOf, type Principal } from '@stella-ops/contracts';

/** Who is answerable for a call, as records name them. */
export function personOf(caller: Principal): { id: string; name: string } {
  return { id: actorOf(caller), name: caller.name };
}

/** Whether a person stands behind a call: programs of their own right approve and reject nothing. */
export function isPerson(caller: Principal): boolean {
  return caller.kind === 'user' || caller.onBehalfOf !== undefined;
}
