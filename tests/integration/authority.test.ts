import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient, httpTransport, type Principal } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ALL_SCOPES,
  type AuthorityServer,
  openAuthorityServer,
  PASSWORD,
  type Person,
  temporarySecrets,
} from './authority-server.ts';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describeEachEngine('Authority', (engine) => {
  const secrets = temporarySecrets();
  let database: Database;
  let server: AuthorityServer;

  beforeAll(async () => {
    database = await engine.database();
    server = await openAuthorityServer(database, secrets.folder);
  });
  afterAll(async () => {
    await server.close();
    secrets.remove();
  });

  /** A tenant with its administrator logged in. */
  async function newTenant(): Promise<{
    readonly root: Person & { readonly id: string };
    readonly admin: Client<typeof AUTHORITY_ROUTES>;
  }> {
    const root = await server.tenant();
    return { root, admin: await server.as(root) };
  }
  /** A call within the process, by whoever claims to be somebody. */
  type Who = Partial<Omit<Principal, 'scopes'>> & { readonly scopes?: readonly string[] };
  const inside = ({ scopes = ALL_SCOPES, ...who }: Who) => {
    const principal = { kind: 'user', id: '', name: 'somebody', tenantId: '', ...who, scopes: new Set(scopes) };
    return createClient(AUTHORITY_ROUTES, server.host.transport(principal as Principal));
  };
  const withTag = async (admin: Client<typeof AUTHORITY_ROUTES>, userId: string) => {
    const { body } = await admin.getUser({ params: { userId } });
    return { ifMatch: `"v${body.version}"` };
  };

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'authority')).toMatchFileSnapshot('../../services/authority/schema.sql');
    expect(await checkTenancy(database, 'authority')).toEqual([]);
  });

  test('the first start makes a tenant and users whose passwords stand in files of their owner alone', async () => {
    for (const name of ['admin-password', 'rosa-password', 'sam-password', 'master-key'])
      expect(statSync(join(server.secretsDir, name)).mode & 0o777, name).toBe(0o600);
    const passwordOf = (name: string) => readFileSync(join(server.secretsDir, `${name}-password`), 'utf8').trim();
    const whoIs = async (name: string) => {
      const client = await server.as({ tenant: 'demo', name, password: passwordOf(name) });
      return (await client.whoami({})).body;
    };
    expect(await whoIs('admin')).toMatchObject({ roles: ['administrator', 'operator'], tenant: { name: 'demo' } });
    expect((await whoIs('admin')).scopes).toEqual(ALL_SCOPES.toSorted());
    expect((await whoIs('rosa')).roles).toEqual(['release-manager']);
    expect((await whoIs('sam')).roles).toEqual(['approver', 'security-engineer']);
    const log = server.log.join('');
    for (const name of ['admin', 'rosa', 'sam']) expect(log).not.toContain(passwordOf(name));
  });

  test('another start changes no password and makes nobody', async () => {
    const usersOf = async (one: AuthorityServer) =>
      (await (await one.as(one.admin)).listUsers({ query: {} })).body.items.map(({ name }) => name);
    const passwords = () =>
      ['admin', 'rosa', 'sam'].map((name) => readFileSync(join(server.secretsDir, `${name}-password`), 'utf8'));
    const [before, people] = [passwords(), await usersOf(server)];
    const again = await openAuthorityServer(database, secrets.folder);
    expect(passwords()).toEqual(before);
    // Other tests may have made more of them.
    expect(people).toEqual(expect.arrayContaining(['admin', 'rosa', 'sam']));
    expect(await usersOf(again)).toEqual(people);
    await again.close();
  });

  test('a start without the master key of what is sealed refuses, and makes no other key', async () => {
    const [path, aside] = [join(server.secretsDir, 'master-key'), join(secrets.folder, 'aside')];
    renameSync(path, aside);
    try {
      await expect(openAuthorityServer(database, secrets.folder)).rejects.toMatchObject({
        code: 'SERVICE_START_FAILED',
        cause: code('ISSUER_KEYS_LOST'),
      });
      expect(existsSync(path)).toBe(false);
    } finally {
      renameSync(aside, path);
    }
  });

  test('no password, secret or token stands in the database as it is', async () => {
    const { root, admin } = await newTenant();
    const { secret } = (await admin.createToken({ body: { name: 't', scopes: ['user.read'], expiresAt: inHours(1) } }))
      .body;
    const client = (await admin.createClient({ body: { name: 'c', scopes: ['user.read'] } })).body;
    const login = await server.passwordToken(root);
    const { rows } = await database.withRelay((tx) =>
      sql<{ text: string }>`
        select string_agg(t.row::text, ' ') as text from (
          select row(a.*) from authority.oidc_artifact a union all select row(b.*) from authority.api_token b
          union all select row(c.*) from authority.oauth_client c union all select row(d.*) from authority.issuer_secret d
        ) t`.execute(tx),
    );
    const hashes = await database.withTenant(root.id, (tx) =>
      sql<{ hash: string }>`select hash from authority.password`.execute(tx),
    );
    const text = (rows[0]?.text ?? '') + hashes.rows.map(({ hash }) => hash).join();
    expect(text.length).toBeGreaterThan(1000);
    for (const hidden of [secret, secret.slice(40), client.secret, login.refresh_token, PASSWORD, '"d":'])
      expect(text).not.toContain(hidden);
  });

  test('accounts of other tenants cannot be seen or changed', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const params = { userId: other.root.id };
    const other0 = (await other.admin.listUsers({ query: {} })).body.items[0];
    expect((await one.admin.listUsers({ query: {} })).body.items.map(({ name }) => name)).toEqual(['root']);
    params.userId = other0?.id ?? '';
    const missing = { userId: systemIds.uuid() };
    for (const call of [
      (p: { userId: string }) => one.admin.getUser({ params: p }),
      (p: { userId: string }) => one.admin.updateUser({ params: p, body: {} }, { ifMatch: '"v1"' }),
      (p: { userId: string }) => one.admin.resetPassword({ params: p, body: { password: PASSWORD } }),
    ]) {
      await expect(call(params)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: `there is no user ${params.userId}`,
      });
      await expect(call(missing)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: `there is no user ${missing.userId}`,
      });
    }
  });

  test('users are listed by name in pages', async () => {
    const { root, admin } = await newTenant();
    const names = ['root'];
    for (let n = 0; n < 4; n++) names.push((await server.user(admin, root.tenant, ['auditor'])).name);
    const got: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await admin.listUsers({ query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) } });
      got.push(...body.items.map(({ name }) => name));
      cursor = body.next ?? undefined;
    } while (cursor !== undefined);
    expect(got).toEqual(names.toSorted());
  });

  test('nobody gives away a role, token or client wider than what they have', async () => {
    const { root, admin } = await newTenant();
    const secrets0 = await server.user(admin, root.tenant, ['security-engineer']);
    const engineer = await server.as(secrets0);
    await expect(
      admin.createUser({ body: { name: 'eve', displayName: 'Eve', roles: ['operator'], password: PASSWORD } }),
    ).rejects.toThrow(code('ROLE_TOO_WIDE'));
    await expect(
      admin.createUser({ body: { name: 'eve', displayName: 'Eve', roles: ['constructor'], password: PASSWORD } }),
    ).rejects.toThrow(code('ROLE_UNKNOWN'));
    const token = (scopes: string[]) => engineer.createToken({ body: { name: 't', scopes, expiresAt: inHours(1) } });
    await expect(token(['findings.read', 'user.write'])).rejects.toThrow(code('ROLE_TOO_WIDE'));
    await expect(token(['findings.reed'])).rejects.toThrow(code('SCOPE_UNKNOWN'));
    expect((await token(['findings:read'])).body.token.scopes).toEqual(['findings.read']);
    await expect(admin.createClient({ body: { name: 'ci', scopes: ['tenant.write'] } })).rejects.toThrow(
      code('ROLE_TOO_WIDE'),
    );
  });

  test('who has fewer rights cannot take over an account with more', async () => {
    const operator = await server.as(server.admin);
    const plain = await server.user(operator, 'demo', ['administrator']);
    const administrator = await server.as(plain);
    const first = (await administrator.listUsers({ query: {} })).body.items.find(({ name }) => name === 'admin');
    const params = { userId: first?.id ?? '' };
    await expect(administrator.resetPassword({ params, body: { password: PASSWORD } })).rejects.toThrow(
      code('ROLE_TOO_WIDE'),
    );
    await expect(
      administrator.updateUser({ params, body: { isActive: false } }, { ifMatch: `"v${first?.version ?? 0}"` }),
    ).rejects.toThrow(code('ROLE_TOO_WIDE'));
    const mine = await withTag(administrator, plain.id);
    await expect(
      administrator.updateUser({ params: { userId: plain.id }, body: { roles: ['operator'] } }, mine),
    ).rejects.toThrow(code('ROLE_TOO_WIDE'));
  });

  test('the last administrator stays', async () => {
    const { root, admin } = await newTenant();
    const [me] = (await admin.listUsers({ query: {} })).body.items;
    const params = { userId: me?.id ?? '' };
    const change = async (body: { isActive?: boolean; roles?: string[] }) =>
      admin.updateUser({ params, body }, await withTag(admin, params.userId));
    await expect(change({ isActive: false })).rejects.toThrow(code('LAST_ADMINISTRATOR'));
    await expect(change({ roles: ['auditor'] })).rejects.toThrow(code('LAST_ADMINISTRATOR'));
    await server.user(admin, root.tenant, ['administrator']);
    expect((await change({ roles: ['auditor'] })).body.roles).toEqual(['auditor']);
  });

  test('a stale ETag changes nothing', async () => {
    const { root, admin } = await newTenant();
    const { id: userId } = await server.user(admin, root.tenant, []);
    const params = { userId };
    await admin.updateUser({ params, body: { displayName: 'One' } }, { ifMatch: '"v1"' });
    await expect(admin.updateUser({ params, body: { displayName: 'Two' } }, { ifMatch: '"v1"' })).rejects.toThrow(
      code('PRECONDITION_FAILED'),
    );
    expect((await admin.getUser({ params })).body.displayName).toBe('One');
  });

  test('a repeated request with the same key makes one user', async () => {
    const { admin } = await newTenant();
    const body = { name: 'once', displayName: 'Once', password: PASSWORD };
    const idempotencyKey = systemIds.uuid();
    const first = await admin.createUser({ body }, { idempotencyKey });
    const second = await admin.createUser({ body }, { idempotencyKey });
    expect(second.body.id).toBe(first.body.id);
    await expect(admin.createUser({ body })).rejects.toThrow(code('USER_EXISTS'));
  });

  test('passwords that others would try first are refused', async () => {
    const { admin } = await newTenant();
    for (const password of ['short', 'password1234', 'aaaaaaaaaaaaaaaa', '123456789012345', 'casimir-casimir'])
      await expect(
        admin.createUser({ body: { name: 'casimir', displayName: 'C', password } }),
        password,
      ).rejects.toThrow(code('PASSWORD_WEAK'));
  });

  test('an API token is its owner with fewer rights, and ends when revoked, expired, or when the owner is switched off', async () => {
    const { root, admin } = await newTenant();
    const owner = await server.user(admin, root.tenant, ['auditor']);
    const auditor = await server.as(owner);
    await expect(
      auditor.createToken({ body: { name: 't', scopes: ['user.read'], expiresAt: inHours(1) } }),
    ).rejects.toThrow(code('SCOPE_MISSING'));
    const params = { userId: owner.id };
    await admin.updateUser({ params, body: { roles: ['administrator'] } }, await withTag(admin, owner.id));
    // An access token has the scopes of its time; the next one has what the new role grants.
    const administrator = await server.as(owner);
    const made = async () =>
      (
        await administrator.createToken({
          body: { name: 't', scopes: ['user.read', 'role.read'], expiresAt: inHours(1) },
        })
      ).body;
    const [one, two] = [await made(), await made()];
    expect(one.secret).toMatch(/^stella_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
    const by = (secret: string) => server.bearer(AUTHORITY_ROUTES, secret);
    expect((await by(one.secret).whoami({})).body).toMatchObject({
      kind: 'user',
      id: owner.id,
      scopes: ['role.read', 'user.read'],
    });
    // Lowered roles take effect at once.
    await admin.updateUser({ params, body: { roles: ['approver'] } }, await withTag(admin, owner.id));
    expect((await by(one.secret).whoami({})).body.scopes).toEqual(['role.read', 'user.read']);
    await admin.updateUser({ params, body: { roles: [] } }, await withTag(admin, owner.id));
    expect((await by(one.secret).whoami({})).body.scopes).toEqual([]);
    await expect(by(one.secret).listUsers({ query: {} })).rejects.toThrow(code('SCOPE_MISSING'));

    await admin.revokeToken({ params: { tokenId: one.token.id } });
    await expect(by(one.secret).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    expect((await by(two.secret).whoami({})).body.id).toBe(owner.id);
    for (const forged of [`${two.secret.slice(0, -1)}${two.secret.endsWith('A') ? 'B' : 'A'}`, `${two.secret}A`])
      await expect(by(forged).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    await admin.updateUser({ params, body: { isActive: false } }, await withTag(admin, owner.id));
    await expect(by(two.secret).whoami({})).rejects.toThrow(code('AUTH_INVALID'));

    const tokens = (await admin.listTokens({ query: {} })).body.items;
    expect(tokens.map(({ id, isRevoked }) => [id, isRevoked])).toEqual([
      [two.token.id, false],
      [one.token.id, true],
    ]);
    expect(tokens[0]?.lastUsedAt).not.toBeNull();
  });

  test('an expired API token is refused, and none can be made for longer than a year', async () => {
    const { root, admin } = await newTenant();
    const make = (expiresAt: string) => admin.createToken({ body: { name: 't', scopes: ['user.read'], expiresAt } });
    for (const wrong of [inHours(-1), inHours(24 * 370), '2027-02-31T00:00:00.000Z'])
      await expect(make(wrong), wrong).rejects.toThrow(code('REQUEST_INVALID'));
    const { secret, token } = (await make(inHours(1))).body;
    await database.withTenant(root.id, (tx) =>
      sql`update authority.api_token set expires_at = ${inHours(-1)} where id = ${token.id}`.execute(tx),
    );
    await expect(server.bearer(AUTHORITY_ROUTES, secret).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
  });

  test('people see and revoke their own tokens, administrators all', async () => {
    const { root, admin } = await newTenant();
    const [one, other] = [
      await server.user(admin, root.tenant, ['developer']),
      await server.user(admin, root.tenant, ['developer']),
    ];
    const [mine, theirs] = [await server.as(one), await server.as(other)];
    const body = { name: 't', scopes: ['findings.read'], expiresAt: inHours(1) };
    const tokenId = (await mine.createToken({ body })).body.token.id;
    expect((await theirs.listTokens({ query: {} })).body.items).toEqual([]);
    await expect(theirs.revokeToken({ params: { tokenId } })).rejects.toThrow(code('NOT_FOUND'));
    expect((await mine.listTokens({ query: {} })).body.items).toHaveLength(1);
    expect((await admin.listTokens({ query: {} })).body.items).toHaveLength(1);
    await mine.revokeToken({ params: { tokenId } });
  });

  test('operators of the first tenant see and change all tenants, others their own only', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const operator = await server.as(server.admin);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await operator.listTenants({ query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) } }))
        .body;
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(expect.arrayContaining(['demo', one.root.tenant, other.root.tenant]));
    expect(names).toEqual(names.toSorted());
    expect((await one.admin.listTenants({ query: {} })).body.items.map(({ name }) => name)).toEqual([one.root.tenant]);

    const administrator = { name: 'root', password: PASSWORD };
    await expect(one.admin.createTenant({ body: { name: 'x', displayName: 'x', administrator } })).rejects.toThrow(
      code('SCOPE_MISSING'),
    );
    await expect(
      operator.createTenant({ body: { name: one.root.tenant, displayName: 'x', administrator } }),
    ).rejects.toThrow(code('TENANT_EXISTS'));
    // With the scope, yet from another tenant than the first.
    const service = inside({ kind: 'service', id: 'probe', tenantId: one.root.id });
    await expect(service.createTenant({ body: { name: 'x', displayName: 'x', administrator } })).rejects.toThrow(
      code('SCOPE_MISSING'),
    );
    await expect(
      service.updateTenant({ params: { tenantId: other.root.id }, body: { isActive: false } }, { ifMatch: '"v1"' }),
    ).rejects.toThrow(code('NOT_FOUND'));
  });

  test('a tenant that is switched off ends its tokens, and the first tenant cannot be', async () => {
    const { root, admin } = await newTenant();
    const operator = await server.as(server.admin);
    const params = { tenantId: root.id };
    await admin.whoami({});
    await operator.updateTenant({ params, body: { isActive: false } }, { ifMatch: '"v1"' });
    await expect(admin.whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    expect((await server.passwordToken(root)).error).toBe('invalid_grant');
    await operator.updateTenant({ params, body: { isActive: true } }, { ifMatch: '"v2"' });
    await (await server.as(root)).whoami({});
    const first = (await operator.whoami({})).body.tenant.id;
    await expect(
      operator.updateTenant({ params: { tenantId: first }, body: { isActive: false } }, { ifMatch: '*' }),
    ).rejects.toThrow(code('TENANT_NEEDED'));
  });

  test('what an operator does to a tenant stands in both trails', async () => {
    const { root, admin } = await newTenant();
    const [first] = (await admin.listAudit({ query: { targetType: 'tenant' } })).body.items;
    expect(first).toMatchObject({ sequence: 1, action: 'authority.tenants.create', actor: { name: 'admin' } });
    const operator = await server.as(server.admin);
    const own = (await operator.listAudit({ query: { targetId: root.id } })).body.items;
    expect(own).toMatchObject([{ action: 'authority.tenants.create', outcome: 'done' }]);
  });

  test('the audit trail is listed newest first by actor, target and outcome, without secrets', async () => {
    const { root, admin } = await newTenant();
    const developer = await server.user(admin, root.tenant, ['developer']);
    const client = await server.as(developer);
    await expect(client.listUsers({ query: {} })).resolves.toBeDefined();
    const tooWide = { name: 't', scopes: ['audit.read'], expiresAt: inHours(1) };
    await expect(client.createToken({ body: tooWide })).rejects.toThrow(code('ROLE_TOO_WIDE'));
    const all = (await admin.listAudit({ query: {} })).body.items;
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, n) => all.length - n));
    expect(JSON.stringify(all)).not.toContain(PASSWORD);
    const refused = (await admin.listAudit({ query: { outcome: 'refused', actorId: developer.id } })).body.items;
    expect(refused).toMatchObject([{ action: 'authority.tokens.create', details: { code: 'ROLE_TOO_WIDE' } }]);
    const ofUser = (await admin.listAudit({ query: { targetType: 'user', targetId: developer.id } })).body.items;
    expect(ofUser.map(({ action }) => action)).toEqual(['authority.login', 'authority.users.create']);
    const page = (await admin.listAudit({ query: { limit: 1 } })).body;
    await expect(admin.listAudit({ query: { limit: 1, outcome: 'done', cursor: page.next ?? '' } })).rejects.toThrow(
      code('CURSOR_INVALID'),
    );
  });

  test('checking the audit trail finds a changed entry, a removed one, and a changed end', async () => {
    const { root, admin } = await newTenant();
    for (let n = 0; n < 3; n++) await server.user(admin, root.tenant, []);
    const verify = async () => (await admin.verifyAudit({})).body;
    const intact = await verify();
    expect(intact).toMatchObject({ isIntact: true, fault: null });
    expect(intact.entries).toBeGreaterThanOrEqual(5);

    const where = sql`where tenant_id = ${root.id} and sequence = 3`;
    const breaches: readonly (readonly [string, ReturnType<typeof sql>, number])[] = [
      ['body', sql`update audit.entry set body = replace(body, 'root', 'ruth') ${where}`, 3],
      ['hash and body', sql`update audit.entry set hash = ${`sha256:${'1'.repeat(64)}`} ${where}`, 3],
      ['a column', sql`update audit.entry set actor_id = 'someone' ${where}`, 3],
      ['a row', sql`delete from audit.entry ${where}`, 3],
      [
        'the last row',
        sql`delete from audit.entry where tenant_id = ${root.id} and sequence = ${intact.entries}`,
        intact.entries,
      ],
      [
        'the end',
        sql`update audit.head set hash = ${`sha256:${'1'.repeat(64)}`} where tenant_id = ${root.id}`,
        intact.entries,
      ],
      [
        'an end put back',
        sql`update audit.head h set sequence = 3, hash = (select hash from audit.entry ${where}) where tenant_id = ${root.id}`,
        4,
      ],
    ];
    for (const [what, breach, sequence] of breaches) {
      const undo = await breakTrail(root.id, breach);
      expect((await verify()).fault, what).toMatchObject({ sequence });
      await undo();
      expect(await verify(), what).toEqual(intact);
    }
  });

  /** Row-level security binds the owner too; whoever breaks in is taken to be past it. */
  async function breakTrail(tenantId: string, breach: ReturnType<typeof sql>): Promise<() => Promise<void>> {
    const asOwner = async (run: Parameters<typeof database.withOwner>[0]): Promise<void> => {
      await database.withOwner(async (tx) => {
        await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
        await run(tx);
      });
    };
    await asOwner(async (tx) => {
      await sql`create table authority.kept_entry as select * from audit.entry`.execute(tx);
      await sql`create table authority.kept_head as select * from audit.head`.execute(tx);
      await breach.execute(tx);
    });
    return () =>
      asOwner(async (tx) => {
        await sql`delete from audit.entry`.execute(tx);
        await sql`insert into audit.entry select * from authority.kept_entry`.execute(tx);
        await sql`update audit.head h set sequence = k.sequence, hash = k.hash
                  from authority.kept_head k where k.tenant_id = h.tenant_id`.execute(tx);
        await sql`drop table authority.kept_entry, authority.kept_head`.execute(tx);
      });
  }

  test('inside the process services are believed, people only as far as they exist and may', async () => {
    const { root, admin } = await newTenant();
    const [me] = (await admin.listUsers({ query: {} })).body.items;
    const as = (who: Who) => inside({ tenantId: root.id, ...who });
    expect(
      (await as({ kind: 'service', id: 'policy', name: 'policy', scopes: ['user.read'] }).whoami({})).body,
    ).toMatchObject({
      kind: 'service',
      scopes: ['user.read'],
    });
    await expect(as({ id: systemIds.uuid() }).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    await expect(as({ kind: 'agent', id: 'a' }).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    await expect(as({ kind: 'client', id: systemIds.uuid() }).whoami({})).rejects.toThrow(code('AUTH_INVALID'));
    expect((await as({ id: me?.id ?? '' }).whoami({})).body.scopes).not.toContain('tenant.write');
  });

  test('a request that says nothing of who calls is asked to, and odd credentials are refused', async () => {
    const client = createClient(AUTHORITY_ROUTES, httpTransport({ baseUrl: server.url }));
    await expect(client.whoami({})).rejects.toThrow(code('AUTH_REQUIRED'));
    for (const authorization of [
      'Basic YTpi',
      'Bearer',
      `Bearer ${'a'.repeat(9000)}`,
      'Bearer a b',
      'Bearer stella_x_y',
    ]) {
      const response = await fetch(`${server.url}/api/v1/whoami`, { headers: { authorization } });
      expect(response.status, authorization.slice(0, 20)).toBe(401);
    }
  });

  test('the metrics that are declared have samples', async () => {
    await server.passwordToken({ ...server.admin, password: 'wrong' });
    const text = await server.host.renderMetrics();
    expect(text).toMatch(/authority_logins_total\{outcome="wrong"\} [1-9]/);
    expect(text).toMatch(/authority_password_check_seconds_count [1-9]/);
  });
});
