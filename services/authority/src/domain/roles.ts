import { type Scope, SCOPES } from '@stella-ops/contracts';

export interface RoleRow {
  readonly summary: string;
  readonly scopes: readonly Scope[];
  /** Only people of the first tenant can have it. */
  readonly isOperatorOnly?: true;
}

const ALL = Object.keys(SCOPES) as Scope[];
const READS = ALL.filter((scope) => scope.endsWith('.read'));
/** What everybody who works on releases sees: everything but accounts and the audit trail. */
const WORK_READS = READS.filter((scope) => !['audit.read', 'client.read', 'tenant.read'].includes(scope));
const OWN_TOKENS: readonly Scope[] = ['token.read', 'token.write'];

/** Roles are code: what one grants changes with a release, never by hand in one installation. */
export const ROLES: Readonly<Record<string, RoleRow>> = {
  administrator: {
    summary: 'Everything within the tenant',
    scopes: ALL.filter((scope) => scope !== 'tenant.write'),
  },
  operator: { summary: 'Everything, and all tenants of the installation', scopes: ALL, isOperatorOnly: true },
  'release-manager': {
    summary: 'Components, environments, releases and their promotion',
    scopes: [
      ...WORK_READS,
      'component.write',
      'environment.write',
      'exception.write',
      'policy.decide',
      'policy.simulate',
      'promotion.write',
      'release.write',
      'scanner.scan',
      'token.write',
    ],
  },
  'security-engineer': {
    summary: 'Advisories, VEX, policy and exceptions',
    scopes: [
      ...WORK_READS,
      'advisory.ingest',
      'exception.approve',
      'exception.write',
      'policy.decide',
      'policy.publish',
      'policy.simulate',
      'scanner.scan',
      'token.write',
      'vex.ingest',
    ],
  },
  approver: {
    summary: 'Approves promotions and exceptions that others asked for',
    scopes: [...WORK_READS, 'exception.approve', 'promotion.approve', 'token.write'],
  },
  auditor: { summary: 'Reads everything, the audit trail too, and changes nothing', scopes: READS },
  developer: {
    summary: 'Scans images, creates releases, asks for promotions and exceptions',
    scopes: [
      ...WORK_READS,
      'exception.write',
      'policy.simulate',
      'promotion.write',
      'release.write',
      'scanner.scan',
      'token.write',
    ],
  },
  ci: {
    summary: 'A pipeline: scans, creates releases, asks for promotions',
    scopes: [
      'advisory.read',
      'component.read',
      'environment.read',
      'evidence.read',
      'exception.read',
      'findings.read',
      'policy.read',
      'policy.simulate',
      'promotion.read',
      'promotion.write',
      'release.read',
      'release.write',
      'scanner.read',
      'scanner.scan',
      ...OWN_TOKENS,
      'vex.read',
    ],
  },
};

export function roleOf(name: string): RoleRow | undefined {
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

/** Union of what the roles grant. A role that a newer version knew grants nothing. */
export function scopesOfRoles(names: readonly string[]): ReadonlySet<Scope> {
  return new Set(names.flatMap((name) => roleOf(name)?.scopes ?? []));
}

/** The first scope that a role grants and the giver does not have. */
export function widerScope(scopes: Iterable<Scope>, own: ReadonlySet<Scope>): Scope | undefined {
  for (const scope of scopes) if (!own.has(scope)) return scope;
  return undefined;
}
