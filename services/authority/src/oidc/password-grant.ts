import { type Scope, SCOPES } from '@stella-ops/contracts';
import { OIDC } from '@stella-ops/contracts/authority';
import { errors, type Provider } from 'oidc-provider';
import type { Login } from '../login.ts';
import { intersection, scopesIn } from '../verify/verifier.ts';
import type { OidcAccount } from './oidc-account.ts';

interface GrantParts {
  readonly login: Login;
  readonly findAccount: (accountId: string) => Promise<OidcAccount | undefined>;
  readonly accessTokenSeconds: number;
}

/**
 * A grant for terminals without a browser: tenant, user name and password against an access and a refresh token. Only the
 * command line may use it; it meets the same limits on guessing as the login page.
 */
export function registerPasswordGrant(
  provider: Provider,
  { login, findAccount, accessTokenSeconds }: GrantParts,
): void {
  const handler: Parameters<Provider['registerGrantType']>[1] = async (ctx) => {
    const { client, params } = ctx.oidc;
    const [tenant, userName, password] = ['tenant', 'username', 'password'].map((name) => textOf(params, name));
    if (tenant === undefined || userName === undefined || password === undefined)
      throw new errors.InvalidRequest('tenant, username and password are needed');
    const address = ctx.req.socket.remoteAddress ?? '';
    const result = await login({ tenant, userName, password, address, client: client.clientId });
    if (!result.ok) {
      if (result.reason === 'blocked') ctx.set('retry-after', String(result.retryAfterSeconds));
      throw refused(result);
    }
    const account = await findAccount(result.userId);
    if (account === undefined) throw refused({ reason: 'wrong' });
    ctx.oidc.entity('Account', account);

    const asked = textOf(params, 'scope');
    const catalogue = new Set(Object.keys(SCOPES) as Scope[]);
    const scopes = asked === undefined ? catalogue : intersection(scopesIn(asked.split(' ')), catalogue);
    const granted = [...scopes].join(' ');
    const grant = new provider.Grant({ accountId: result.userId, clientId: client.clientId });
    grant.addOIDCScope('openid');
    if (granted !== '') grant.addResourceScope(OIDC.audience, granted);
    const grantId = await grant.save();

    const common = { accountId: result.userId, client, grantId, gty: OIDC.passwordGrant };
    const accessToken = new provider.AccessToken({ ...common, expiresWithSession: false, claims: {} });
    const scope = [...intersection(scopes, account.account.scopes)].join(' ');
    accessToken.resourceServer = new provider.ResourceServer(OIDC.audience, {
      scope,
      audience: OIDC.audience,
      accessTokenFormat: 'jwt',
      accessTokenTTL: accessTokenSeconds,
      jwt: { sign: { alg: 'ES256' } },
    });
    accessToken.scope = scope;
    const refreshToken = new provider.RefreshToken({
      ...common,
      resource: OIDC.audience,
      scope: granted,
      expiresWithSession: false,
      rotations: 0,
    });
    ctx.body = {
      access_token: await accessToken.save(),
      expires_in: accessTokenSeconds,
      token_type: 'Bearer',
      scope,
      refresh_token: await refreshToken.save(),
    };
  };
  provider.registerGrantType(OIDC.passwordGrant, handler, ['tenant', 'username', 'password', 'scope']);
}

function textOf(params: object, name: string): string | undefined {
  const value: unknown = Object.hasOwn(params, name) ? (params as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The provider keeps the reasons of its own errors to itself; who types a password needs to read this one. */
const refused = (result: Refusal): Error => new errors.CustomOIDCProviderError('invalid_grant', refusalOf(result));

type Refusal =
  { readonly reason: 'wrong' | 'busy' } | { readonly reason: 'blocked'; readonly retryAfterSeconds: number };

/** One sentence for whatever was wrong: which of them it was helps only who guesses. */
export function refusalOf(result: Refusal): string {
  switch (result.reason) {
    case 'wrong':
      return 'tenant, user name or password is wrong, or the account is switched off';
    case 'busy':
      return 'too many people are logging in; try again in a moment';
    case 'blocked':
      return `too many failed attempts; try again in ${result.retryAfterSeconds} seconds`;
  }
}
