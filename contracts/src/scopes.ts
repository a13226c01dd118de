/**
 * Every permission of the product, with the sentence that a consent page or an administrator reads. Dot style is
 * canonical. A row without a route that asks for it is not worth having.
 */
export const SCOPES = {
  'advisory.ingest': 'Import advisories',
  'advisory.read': 'Read advisories, linksets and snapshots',
  'agent.work': 'Take deployment tasks and tell what runs (agents only)',
  'attestor.append': 'Append entries to the transparency log',
  'attestor.attest': 'Have statements signed and logged',
  'audit.read': 'Read, verify and export the audit trail',
  'client.read': 'Read registered clients',
  'client.write': 'Register, change and remove clients',
  'component.read': 'Read components',
  'component.write': 'Create and change components',
  'environment.read': 'Read environments and their freezes',
  'environment.write': 'Create and change environments and their freezes',
  'evidence.read': 'Read and download evidence packets and capsules',
  'evidence.write': 'Seal decisions into evidence packets and capsules',
  'exception.approve': 'Approve, reject and revoke exceptions that another person asked for',
  'exception.read': 'Read exceptions',
  'exception.write': 'Ask for exceptions',
  'findings.read': 'Read findings, their trace and history',
  'policy.decide': 'Evaluate a policy and record the verdict',
  'policy.publish': 'Publish and activate policy packs',
  'policy.read': 'Read policy packs and verdicts',
  'policy.simulate': 'Evaluate a policy without recording a verdict',
  'promotion.approve': 'Approve and reject promotions that another person asked for',
  'promotion.read': 'Read promotions, gates and approvals',
  'promotion.write': 'Ask for and cancel promotions',
  'release.read': 'Read releases',
  'release.write': 'Create releases',
  'role.read': 'Read roles and who has them',
  'scanner.read': 'Read images, inventories and SBOMs',
  'scanner.scan': 'Submit images and SBOMs for scanning',
  'signer.rotate': 'Replace the signing key of the tenant by a new one',
  'signer.sign': 'Sign statements',
  'tenant.read': 'Read tenants',
  'tenant.write': 'Create, change and deactivate tenants',
  'token.read': 'Read the list of API tokens',
  'token.write': 'Create and revoke API tokens',
  'user.read': 'Read users',
  'user.write': 'Create, change and deactivate users',
  'vex.ingest': 'Import VEX documents',
  'vex.read': 'Read VEX statements, consensus and snapshots',
} as const;

export type Scope = keyof typeof SCOPES;

/** Spellings of other platforms and older documents that differ by more than the separator. */
const ALIASES: ReadonlyMap<string, Scope> = new Map([
  ['authority.audit.read', 'audit.read'],
  ['authority.clients.read', 'client.read'],
  ['authority.clients.write', 'client.write'],
  ['authority.roles.read', 'role.read'],
  ['authority.tenants.read', 'tenant.read'],
  ['authority.tenants.write', 'tenant.write'],
  ['authority.tokens.read', 'token.read'],
  ['authority.tokens.revoke', 'token.write'],
  ['scanner.export', 'scanner.read'],
]);

/**
 * One scope as written in a token or request: `findings.read`, or the colon style `findings:read`.
 *
 * @returns the canonical scope, or `undefined` for a text that names none. A token may carry scopes of newer versions,
 *   so an unknown one is no error.
 */
export function parseScope(text: string): Scope | undefined {
  const dotted = text.replaceAll(':', '.');
  return Object.hasOwn(SCOPES, dotted) ? (dotted as Scope) : ALIASES.get(dotted);
}

/** The space-separated `scope` parameter of OAuth 2.0 (RFC 6749, section 3.3). Unknown scopes are left out. */
export function parseScopeList(text: string): ReadonlySet<Scope> {
  const scopes = new Set<Scope>();
  for (const word of text.split(' ')) {
    const scope = parseScope(word);
    if (scope !== undefined) scopes.add(scope);
  }
  return scopes;
}
