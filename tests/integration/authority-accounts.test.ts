import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Browser } from './authority-browser.ts';
import { code, oidcKit } from './authority-oidc-kit.ts';

describeEachEngine('logins of users', (engine) => {
  const kit = oidcKit(engine);
  const { authorizationRequest, refresh, signIn, whoami } = kit;

  test('who guesses is made to wait, and gets in after that; others are not kept out', async () => {
    const admin = await kit.server.as(kit.root);
    const [victim, bystander] = [
      await kit.server.user(admin, kit.root.tenant, ['auditor']),
      await kit.server.user(admin, kit.root.tenant, ['auditor']),
    ];
    const moveBlocks = (by: string) =>
      kit.database.withRelay((tx) =>
        sql`update authority.login_throttle set blocked_until = blocked_until + ${by}::interval`.execute(tx),
      );
    const guess = () => kit.server.passwordToken({ ...victim, password: 'wrong guess' });
    for (let n = 0; n < 6; n++) expect(await guess()).toMatchObject({ status: 400, error: 'invalid_grant' });
    // The first wait lasts a second: made longer, it is there on a slow machine too.
    await moveBlocks('1 hour');
    const blocked = await kit.server.passwordToken(victim);
    expect(blocked.error_description).toMatch(/^too many failed attempts; try again in \d+ seconds$/);
    expect(Number(blocked.retryAfter)).toBeGreaterThanOrEqual(1);
    expect((await kit.server.passwordToken(bystander)).status).toBe(200);
    await moveBlocks('-2 hours');
    expect((await kit.server.passwordToken(victim)).status).toBe(200);
    expect((await guess()).error_description).toMatch(/is wrong/);
  });

  test('wrong tenant, wrong name, wrong password and account switched off are one answer', async () => {
    const admin = await kit.server.as(kit.root);
    const off = await kit.server.user(admin, kit.root.tenant, []);
    await admin.updateUser({ params: { userId: off.id }, body: { isActive: false } }, { ifMatch: '"v1"' });
    const answers = await Promise.all(
      [
        { ...kit.root, tenant: 'no-such' },
        { ...kit.root, name: 'nobody' },
        // No database holds this character: it is a wrong name like any other.
        { ...kit.root, tenant: 'no\0such' },
        { ...kit.root, name: 'no\0body' },
        { ...kit.root, password: 'wrong' },
        off,
      ].map((person) => kit.server.passwordToken(person)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  test('a user who is switched off, or gets another password, is out at once: tokens, refresh tokens, sessions', async () => {
    const admin = await kit.server.as(kit.root);
    for (const end of ['switched off', 'another password'] as const) {
      const user = await kit.server.user(admin, kit.root.tenant, ['auditor']);
      const browser = new Browser(kit.server.url);
      await signIn(browser, await browser.open(authorizationRequest().url), user);
      const tokens = await kit.server.passwordToken(user);
      await whoami(tokens.access_token);
      const params = { userId: user.id };
      if (end === 'switched off') await admin.updateUser({ params, body: { isActive: false } }, { ifMatch: '"v1"' });
      else await admin.resetPassword({ params, body: { password: 'another horse eats 8' } });
      await expect(whoami(tokens.access_token), end).rejects.toThrow(code('AUTH_INVALID'));
      expect((await refresh(tokens.refresh_token)).error, end).toBe('invalid_grant');
      expect((await browser.open(authorizationRequest().url)).text, end).toContain('Sign in');
    }
  });

  test('changing the own password needs the present one, keeps this login and ends the others', async () => {
    const admin = await kit.server.as(kit.root);
    const user = await kit.server.user(admin, kit.root.tenant, []);
    const [here, there] = [await kit.server.passwordToken(user), await kit.server.passwordToken(user)];
    const me = kit.server.bearer(AUTHORITY_ROUTES, here.access_token);
    const password = 'eleven purple umbrellas';
    await expect(me.changePassword({ body: { present: 'not this', password } })).rejects.toThrow(
      code('PASSWORD_WRONG'),
    );
    await expect(me.changePassword({ body: { present: user.password, password: 'short' } })).rejects.toThrow(
      code('PASSWORD_WEAK'),
    );
    await me.changePassword({ body: { present: user.password, password } });
    expect((await whoami(here.access_token)).body.id).toBe(user.id);
    expect((await refresh(here.refresh_token)).status).toBe(200);
    await expect(whoami(there.access_token)).rejects.toThrow(code('AUTH_INVALID'));
    expect((await refresh(there.refresh_token)).error).toBe('invalid_grant');
    expect((await kit.server.passwordToken(user)).status).toBe(400);
    expect((await kit.server.passwordToken({ ...user, password })).status).toBe(200);
  });

  test('roles that are taken away are gone from tokens that are out', async () => {
    const admin = await kit.server.as(kit.root);
    const user = await kit.server.user(admin, kit.root.tenant, ['release-manager']);
    const { access_token: token } = await kit.server.passwordToken(user);
    expect((await whoami(token)).body.scopes).toContain('release.write');
    await admin.updateUser({ params: { userId: user.id }, body: { roles: ['approver'] } }, { ifMatch: '"v1"' });
    const { scopes } = (await whoami(token)).body;
    expect(scopes).not.toContain('release.write');
    expect(scopes).toContain('release.read');
    expect(scopes).not.toContain('promotion.approve');
  });
});
