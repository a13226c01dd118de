import { actorOf, type Principal } from '@stella-ops/contracts';
import { fail } from './errors.ts';

/** Who is answerable for a call, as records name them. */
export function personOf(caller: Principal): { id: string; name: string } {
  return { id: actorOf(caller), name: caller.name };
}

/** Whether a person stands behind a call: programs of their own right approve and reject nothing. */
export function isPerson(caller: Principal): boolean {
  return caller.kind === 'user' || caller.onBehalfOf !== undefined;
}

/** The agent that calls. @throws AppError `SCOPE_MISSING` for anybody else who was given its scope */
export function requireAgent(caller: Principal): Principal {
  if (caller.kind !== 'agent') throw fail('SCOPE_MISSING', 'only agents do this');
  return caller;
}
