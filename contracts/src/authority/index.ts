import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute, empty } from '../route.ts';
import { Digest, Id, JsonValue, Slug, Timestamp } from '../schemas.ts';
import { SCOPES } from '../scopes.ts';

export const AUTHORITY_ERRORS = {
  USER_EXISTS: { status: 409, exit: EXIT.invalid, hint: 'Choose another user name.' },
  TENANT_EXISTS: { status: 409, exit: EXIT.invalid, hint: 'Choose another tenant name.' },
  ROLE_UNKNOWN: { status: 422, exit: EXIT.invalid, hint: 'List the roles with "stella user roles".' },
  ROLE_TOO_WIDE: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Nobody can give away more than they have; ask an administrator.',
  },
  SCOPE_UNKNOWN: { status: 422, exit: EXIT.invalid, hint: 'Use scopes of the reference.' },
  PASSWORD_WEAK: { status: 422, exit: EXIT.invalid, hint: 'Use at least 12 characters that are no common password.' },
  PASSWORD_WRONG: { status: 403, exit: EXIT.verification, hint: 'The present password is another one.' },
  CLIENT_EXISTS: { status: 409, exit: EXIT.invalid, hint: 'Choose another client name.' },
  TENANT_NEEDED: { status: 409, exit: EXIT.invalid, hint: 'The first tenant runs the installation; it stays active.' },
  LAST_ADMINISTRATOR: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Make somebody else administrator first.',
  },
} as const satisfies ErrorTable;

const E = AUTHORITY_ERRORS;

export const Tenant = z.object({
  id: Id,
  name: Slug,
  displayName: z.string(),
  isActive: z.boolean(),
  createdAt: Timestamp,
  version: z.int(),
});
export type Tenant = z.infer<typeof Tenant>;

export const UserName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/)
  .meta({ description: '1 to 64 lower-case letters, digits, and inner dots, hyphens and underscores' });

export const User = z.object({
  id: Id,
  name: UserName,
  displayName: z.string(),
  email: z.string().nullable(),
  roles: z.array(z.string()),
  isActive: z.boolean(),
  lastLoginAt: Timestamp.nullable(),
  createdAt: Timestamp,
  version: z.int(),
});
export type User = z.infer<typeof User>;

export const Role = z.object({
  name: Slug,
  summary: z.string(),
  scopes: z.array(z.string()),
});
export type Role = z.infer<typeof Role>;

/** A long-lived secret of a user or program. It never grants more than its owner has at the time of use. */
export const ApiToken = z.object({
  id: Id,
  name: z.string(),
  /** The person it acts as: approvals count this id. */
  ownerId: Id,
  ownerName: z.string(),
  scopes: z.array(z.string()),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
  isRevoked: z.boolean(),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const OAuthClient = z.object({
  id: Id,
  name: Slug,
  scopes: z.array(z.string()),
  isActive: z.boolean(),
  createdAt: Timestamp,
});
export type OAuthClient = z.infer<typeof OAuthClient>;

export const AuditEntry = z.object({
  sequence: z.int(),
  id: Id,
  at: Timestamp,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), onBehalfOf: z.string().optional() }),
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string() }),
  outcome: z.enum(['done', 'read', 'refused']),
  requestId: z.string().nullable(),
  details: JsonValue,
  hash: Digest,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const userParams = z.strictObject({ userId: Id });
const tenantParams = z.strictObject({ tenantId: Id });
const password = z.string().min(1).max(200);
const scopeList = z.array(z.string().min(1).max(100)).min(1).max(100);

export const AUTHORITY_ROUTES = {
  whoami: defineRoute({
    id: 'authority.whoami',
    method: 'GET',
    path: '/api/v1/whoami',
    summary: 'Read who the caller is, in which tenant, with which scopes',
    scopes: 'authenticated',
    responses: {
      200: z.object({
        kind: z.enum(['user', 'client', 'service', 'agent']),
        id: z.string(),
        name: z.string(),
        tenant: z.object({ id: Id, name: z.string() }),
        roles: z.array(z.string()),
        scopes: z.array(z.string()),
      }),
    },
    errors: {},
  }),
  listTenants: defineRoute({
    id: 'authority.tenants.list',
    method: 'GET',
    path: '/api/v1/tenants',
    summary: 'List the tenants of the installation (operators), or the own one',
    scopes: ['tenant.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(Tenant) },
    errors: {},
    paging: true,
  }),
  createTenant: defineRoute({
    id: 'authority.tenants.create',
    method: 'POST',
    path: '/api/v1/tenants',
    summary: 'Create a tenant with its first administrator',
    scopes: ['tenant.write'],
    body: z.strictObject({
      name: Slug,
      displayName: z.string().min(1).max(200),
      administrator: z.strictObject({ name: UserName, password }),
    }),
    responses: { 201: Tenant },
    errors: { TENANT_EXISTS: E.TENANT_EXISTS, PASSWORD_WEAK: E.PASSWORD_WEAK },
    idempotent: true,
  }),
  updateTenant: defineRoute({
    id: 'authority.tenants.update',
    method: 'PATCH',
    path: '/api/v1/tenants/{tenantId}',
    summary: 'Rename, deactivate or activate a tenant',
    scopes: ['tenant.write'],
    params: tenantParams,
    body: z.strictObject({ displayName: z.string().min(1).max(200).optional(), isActive: z.boolean().optional() }),
    responses: { 200: Tenant },
    errors: { TENANT_NEEDED: E.TENANT_NEEDED },
    ifMatch: true,
  }),
  listUsers: defineRoute({
    id: 'authority.users.list',
    method: 'GET',
    path: '/api/v1/users',
    summary: 'List users by name',
    scopes: ['user.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(User) },
    errors: {},
    paging: true,
  }),
  createUser: defineRoute({
    id: 'authority.users.create',
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Create a user',
    scopes: ['user.write'],
    body: z.strictObject({
      name: UserName,
      displayName: z.string().min(1).max(200),
      email: z.email().max(200).optional(),
      roles: z.array(Slug).max(20).default([]),
      password,
    }),
    responses: { 201: User },
    errors: {
      USER_EXISTS: E.USER_EXISTS,
      ROLE_UNKNOWN: E.ROLE_UNKNOWN,
      ROLE_TOO_WIDE: E.ROLE_TOO_WIDE,
      PASSWORD_WEAK: E.PASSWORD_WEAK,
    },
    idempotent: true,
  }),
  getUser: defineRoute({
    id: 'authority.users.get',
    method: 'GET',
    path: '/api/v1/users/{userId}',
    summary: 'Read a user',
    scopes: ['user.read'],
    params: userParams,
    responses: { 200: User },
    errors: {},
  }),
  updateUser: defineRoute({
    id: 'authority.users.update',
    method: 'PATCH',
    path: '/api/v1/users/{userId}',
    summary: 'Change a user: name, roles, whether the account is active',
    scopes: ['user.write'],
    params: userParams,
    body: z.strictObject({
      displayName: z.string().min(1).max(200).optional(),
      email: z.email().max(200).nullable().optional(),
      roles: z.array(Slug).max(20).optional(),
      isActive: z.boolean().optional(),
    }),
    responses: { 200: User },
    errors: {
      ROLE_UNKNOWN: E.ROLE_UNKNOWN,
      ROLE_TOO_WIDE: E.ROLE_TOO_WIDE,
      LAST_ADMINISTRATOR: E.LAST_ADMINISTRATOR,
    },
    ifMatch: true,
  }),
  resetPassword: defineRoute({
    id: 'authority.users.password',
    method: 'POST',
    path: '/api/v1/users/{userId}/password',
    summary: 'Give a user another password; their sessions end',
    scopes: ['user.write'],
    params: userParams,
    body: z.strictObject({ password }),
    responses: { 204: empty },
    errors: { PASSWORD_WEAK: E.PASSWORD_WEAK, ROLE_TOO_WIDE: E.ROLE_TOO_WIDE },
  }),
  changePassword: defineRoute({
    id: 'authority.password.change',
    method: 'POST',
    path: '/api/v1/password',
    summary: 'Change the own password; other sessions end',
    scopes: 'authenticated',
    body: z.strictObject({ present: password, password }),
    responses: { 204: empty },
    errors: { PASSWORD_WEAK: E.PASSWORD_WEAK, PASSWORD_WRONG: E.PASSWORD_WRONG },
  }),
  listRoles: defineRoute({
    id: 'authority.roles.list',
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'List roles with their scopes',
    scopes: ['role.read'],
    responses: { 200: z.object({ roles: z.array(Role) }) },
    errors: {},
  }),
  listHolders: defineRoute({
    id: 'authority.scopes.holders',
    method: 'GET',
    path: '/api/v1/scope-holders',
    summary: 'Read which of some people hold a scope now; whoever is no active user of the tenant holds none',
    scopes: ['role.read'],
    query: z.strictObject({
      scope: z.string().min(1).max(100),
      /** Ids as records name people: one that is no id of a user is answered like one who does not hold the scope. */
      userId: z.array(z.string().min(1).max(100)).min(1).max(100),
    }),
    responses: { 200: z.object({ holders: z.array(z.string()) }) },
    errors: { SCOPE_UNKNOWN: E.SCOPE_UNKNOWN },
  }),
  listTokens: defineRoute({
    id: 'authority.tokens.list',
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'List API tokens, newest first',
    scopes: ['token.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(ApiToken) },
    errors: {},
    paging: true,
  }),
  createToken: defineRoute({
    id: 'authority.tokens.create',
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Create an API token of the caller; its secret is shown this once',
    scopes: ['token.write'],
    body: z.strictObject({
      name: z.string().min(1).max(100),
      scopes: scopeList,
      /** At most a year from now. */
      expiresAt: Timestamp,
    }),
    // Not idempotent by key: an answer that is kept would keep the secret.
    responses: { 201: z.object({ token: ApiToken, secret: z.string() }) },
    errors: { SCOPE_UNKNOWN: E.SCOPE_UNKNOWN, ROLE_TOO_WIDE: E.ROLE_TOO_WIDE },
  }),
  revokeToken: defineRoute({
    id: 'authority.tokens.revoke',
    method: 'DELETE',
    path: '/api/v1/tokens/{tokenId}',
    summary: 'Revoke an API token at once',
    scopes: ['token.write'],
    params: z.strictObject({ tokenId: Id }),
    responses: { 204: empty },
    errors: {},
  }),
  listClients: defineRoute({
    id: 'authority.clients.list',
    method: 'GET',
    path: '/api/v1/clients',
    summary: 'List registered clients (client credentials)',
    scopes: ['client.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(OAuthClient) },
    errors: {},
    paging: true,
  }),
  createClient: defineRoute({
    id: 'authority.clients.create',
    method: 'POST',
    path: '/api/v1/clients',
    summary: 'Register a client for the client credentials grant; its secret is shown this once',
    scopes: ['client.write'],
    body: z.strictObject({ name: Slug, scopes: scopeList }),
    responses: { 201: z.object({ client: OAuthClient, secret: z.string() }) },
    errors: { CLIENT_EXISTS: E.CLIENT_EXISTS, SCOPE_UNKNOWN: E.SCOPE_UNKNOWN, ROLE_TOO_WIDE: E.ROLE_TOO_WIDE },
  }),
  deleteClient: defineRoute({
    id: 'authority.clients.delete',
    method: 'DELETE',
    path: '/api/v1/clients/{clientId}',
    summary: 'Remove a client; its tokens end within five minutes',
    scopes: ['client.write'],
    params: z.strictObject({ clientId: Id }),
    responses: { 204: empty },
    errors: {},
  }),
  listAudit: defineRoute({
    id: 'authority.audit.list',
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'List the audit trail, newest first',
    scopes: ['audit.read'],
    query: z.strictObject({
      ...pageQuery,
      actorId: z.string().min(1).max(100).optional(),
      targetType: z.string().min(1).max(100).optional(),
      targetId: z.string().min(1).max(200).optional(),
      outcome: AuditEntry.shape.outcome.optional(),
    }),
    responses: { 200: pageOf(AuditEntry) },
    errors: {},
    paging: true,
  }),
  verifyAudit: defineRoute({
    id: 'authority.audit.verify',
    method: 'GET',
    path: '/api/v1/audit/verify',
    summary: 'Check the hash chain of the audit trail from its first entry',
    scopes: ['audit.read'],
    responses: {
      200: z.object({
        isIntact: z.boolean(),
        entries: z.int(),
        /** Hash of the last entry: who keeps it can tell later whether the end was cut off. */
        head: Digest,
        fault: z.object({ sequence: z.int(), sentence: z.string() }).nullable(),
      }),
    },
    errors: {},
  }),
} as const;

/**
 * What clients of the OIDC issuer need to know before they read its discovery document. Access tokens are for the API
 * alone: who logs in asks for scopes of the catalogue and gets those of them that the user's roles grant.
 */
export const OIDC = {
  /** Audience of access tokens, and the `resource` that is meant when a request names none. */
  audience: 'urn:stella:api',
  /** Public client with code, device code and {@link OIDC.passwordGrant}; redirects to `http://127.0.0.1:<port>/callback`. */
  cliClientId: 'stella-cli',
  /** Public client with code and PKCE. */
  consoleClientId: 'stella-console',
  /** Token request with `tenant`, `username`, `password` and perhaps `scope`, for terminals without a browser. */
  passwordGrant: 'urn:stella:params:grant-type:password',
  /** Everything that the user may do. */
  loginScope: ['openid', ...Object.keys(SCOPES)].join(' '),
} as const;

export const AUTHORITY_EVENTS = {
  userChanged: defineEvent({
    type: 'authority.user.changed',
    version: 1,
    summary: 'A user was created or changed',
    scope: 'user.read',
    data: z.strictObject({ userId: Id, name: z.string(), isActive: z.boolean() }),
  }),
} as const;
