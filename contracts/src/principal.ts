import type { Scope } from './scopes.ts';

/** Who is calling. Made by the authentication hook, never from what a request claims of itself. */
export interface Principal {
  readonly kind: 'user' | 'client' | 'service' | 'agent';
  /** Stable id of the user, client, service or agent. */
  readonly id: string;
  /** Shown in audit entries and on screens. */
  readonly name: string;
  /** UUID of the one tenant that this call runs in. */
  readonly tenantId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Set when a service acts for somebody: the id that approvals and the audit trail count. */
  readonly onBehalfOf?: string;
}

/** The person or program that is answerable: two ids of one actor are never two approvers. */
export function actorOf(principal: Principal): string {
  return principal.onBehalfOf ?? principal.id;
}
