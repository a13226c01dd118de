import type { Person } from '@stella-ops/app-server/demo';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVENT_ROUTES } from '@stella-ops/contracts/events';
import { makeTenant, startTestServer, type TestServer, withToken } from '@stella-ops/testkit/product';
import { beforeAll, describe, expect, test } from 'vitest';

interface Answer {
  readonly status: number;
  readonly code: unknown;
}

/** Values that a schema lets through and a database does not, and readers who outstay their rights. */
describe('hostile values', () => {
  let server: TestServer;
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  let all: string;
  let poor: string;

  beforeAll(async () => {
    server = await startTestServer({ settings: { 'http.heartbeatMs': '100' } });
    tenant = await makeTenant(server, 'hostile');
    const authority = tenant.admin.client(AUTHORITY_ROUTES);
    const { scopes } = (await authority.whoami({})).body;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    all = (await authority.createToken({ body: { name: 'all', scopes, expiresAt } })).body.secret;
    poor = (await authority.createToken({ body: { name: 'poor', scopes: ['audit.read'], expiresAt } })).body.secret;
    return () => server.stop();
  }, 300_000);

  async function ask(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${server.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const said = JSON.parse((await answer.text()) || '{}') as { code?: unknown };
    return { status: answer.status, code: said.code };
  }

  test('a cursor with what no database stores is none', async () => {
    const { body } = await tenant.admin.client(AUTHORITY_ROUTES).listUsers({ query: { limit: 1 } });
    const [tag = '', text = ''] = (body.next ?? '').split('.');
    const [filter] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const forged = Buffer.from(JSON.stringify([filter, 'a\0'])).toString('base64url');
    const answer = await ask('GET', `/api/v1/users?limit=1&cursor=${tag}.${forged}`, all);
    expect(answer).toEqual({ status: 400, code: 'CURSOR_INVALID' });
  });

  test('a refusal stands in the audit trail, whatever the address says', async () => {
    expect(await ask('DELETE', '/api/v1/tokens/%00', poor)).toEqual({ status: 403, code: 'SCOPE_MISSING' });
    const { body } = await tenant.admin
      .client(AUTHORITY_ROUTES)
      .listAudit({ query: { outcome: 'refused', limit: 10 } });
    expect(body.items.map(({ action }) => action)).toContain('authority.tokens.revoke');
  });

  test('an event stream goes on from no position that a database cannot count to', async () => {
    const stream = withToken(server, all).client(EVENT_ROUTES).stream;
    const { body } = await stream({}, { lastEventId: '9999999999999999999' });
    let first: string | undefined;
    for await (const { event } of body) {
      first = event;
      break;
    }
    expect(first).toBe('reset');
  });

  test('an event stream ends when its reader is switched off, and when the token is revoked', async () => {
    const authority = tenant.admin.client(AUTHORITY_ROUTES);
    const { items } = (await authority.listUsers({})).body;
    const rosa = items.find(({ name }) => name === 'rosa');
    const ofRosa = await follow(tenant.rosa);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: 'stream', scopes: ['release.read'], expiresAt };
    const { secret, token } = (await authority.createToken({ body })).body;
    const ofToken = await follow(withToken(server, secret));
    await authority.revokeToken({ params: { tokenId: token.id } });
    await ofToken.ended;
    const params = { userId: rosa?.id ?? '' };
    const user = await authority.getUser({ params });
    await authority.updateUser({ params, body: { isActive: false } }, { ifMatch: user.header('etag') ?? '' });
    await ofRosa.ended;
  });

  /** Opens the stream; `ended` once the server has ended it. */
  async function follow(person: Person): Promise<{ readonly ended: Promise<void> }> {
    const { body } = await person.client(EVENT_ROUTES).stream({});
    const read = async (): Promise<void> => {
      for await (const _event of body) continue;
    };
    return { ended: read() };
  }
});
