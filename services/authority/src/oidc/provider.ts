import { type Scope, SCOPES } from '@stella-ops/contracts';
import { OIDC } from '@stella-ops/contracts/authority';
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
  type ResourceServer,
} from 'oidc-provider';
import { consoleRedirectUrisOf } from '../config.ts';
import { isSecretOf } from '../domain/secrets.ts';
import type { Login } from '../login.ts';
import type { Parts } from '../parts.ts';
import { findTenantOfUser } from '../store/users.ts';
import { intersection, scopesIn } from '../verify/verifier.ts';
import { artifactAdapter } from './artifact-adapter.ts';
import { productClients, registeredClient } from './clients.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { OidcAccount } from './oidc-account.ts';
import { confirmDevicePage, devicePage, errorPage, finishedPage, logoutPage, signedOutPage } from './pages/index.ts';
import { sendPage } from './pages/send-page.ts';
import { registerPasswordGrant } from './password-grant.ts';

const ALL_SCOPES = Object.keys(SCOPES) as Scope[];
const ACCESS_TOKEN_SECONDS = 300;
const DAY_SECONDS = 86_400;

/** The issuer for one set of keys: another set is another provider, with the same stored state. */
export function createProvider(parts: Parts, keys: IssuerKeys, login: Login): Provider {
  const { host, config, accounts, clock, logger } = parts;
  const { database } = host;

  const findAccount = async (accountId: string): Promise<OidcAccount | undefined> => {
    const tenantId = await database.withRelay((tx) => findTenantOfUser(tx, accountId), { isReadOnly: true });
    const account = tenantId === undefined ? undefined : await accounts.user(tenantId, accountId);
    if (account === undefined) return undefined;
    return {
      accountId,
      account,
      claims: () => ({ sub: account.id, tid: account.tenantId, name: account.name }),
    };
  };

  /** Present scopes of whoever a token is made for; before somebody has logged in, all. */
  const scopesFor = async (ctx: KoaContextWithOIDC): Promise<ReadonlySet<Scope>> => {
    const client = ctx.oidc.client;
    if (client?.grantTypeAllowed('client_credentials') === true)
      return scopesIn((await accounts.client(client.clientId))?.scopes ?? []);
    const account = ctx.oidc.entities.Account as OidcAccount | undefined;
    return account?.account.scopes ?? new Set(ALL_SCOPES);
  };

  const resourceServer = async (ctx: KoaContextWithOIDC, resource: string): Promise<ResourceServer> => {
    if (resource !== OIDC.audience) throw new errors.InvalidTarget();
    const scope = [...(await scopesFor(ctx))].join(' ');
    // RFC 6749, section 3.3: a client that asks for no scope gets its default, here all that it was registered with.
    if (ctx.oidc.client?.grantTypeAllowed('client_credentials') === true && ctx.oidc.params !== undefined)
      ctx.oidc.params['scope'] ??= scope;
    return {
      scope,
      audience: OIDC.audience,
      accessTokenFormat: 'jwt',
      accessTokenTTL: ACCESS_TOKEN_SECONDS,
      jwt: { sign: { alg: 'ES256' } },
    };
  };

  const configuration: Configuration = {
    adapter: artifactAdapter({
      database,
      masterKey: keys.masterKey,
      clock,
      findClient: async (id) => {
        const client = UUID.test(id) ? await accounts.client(id) : undefined;
        return client === undefined ? undefined : registeredClient(client);
      },
      ended: () => accounts.forget(),
    }),
    clients: productClients(config),
    jwks: { keys: [...keys.signing] },
    findAccount: (_ctx, accountId) => findAccount(accountId),
    claims: { openid: ['sub', 'tid', 'name'] },
    // The console reads name and tenant from the ID token: there is no user info endpoint.
    conformIdTokenClaims: false,
    scopes: ['openid', 'offline_access'],
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    expiresWithSession: () => Promise.resolve(false),
    // Browsers name the origin on every POST, the console's own too. It needs no leave for itself, and nobody else gets any.
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientId === OIDC.consoleClientId &&
      consoleRedirectUrisOf(config).some((uri) => new URL(uri).origin === origin),
    loadExistingGrant: grantWhatIsAsked,
    extraTokenClaims: async (ctx, token) => {
      if (token.kind === 'ClientCredentials') return { tid: (await accounts.client(token.clientId ?? ''))?.tenantId };
      const account = ctx.oidc.entities.Account as OidcAccount | undefined;
      return { tid: account?.account.tenantId, gid: 'grantId' in token ? token.grantId : undefined };
    },
    interactions: { url: (_ctx, { uid }) => `/oidc/interaction/${uid}`, policy: loginPolicy() },
    cookies: {
      keys: [keys.cookieKey],
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      DeviceCode: 600,
      Grant: config.loginDays * DAY_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: 600,
      RefreshToken: config.loginDays * DAY_SECONDS,
      Session: DAY_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        mask: '****-****',
        userCodeInputSource: (ctx, _form, _out, error) => sendPage(ctx, devicePage(ctx, error)),
        userCodeConfirmSource: (ctx, _form, client, _device, code) =>
          sendPage(ctx, confirmDevicePage(ctx, client, code)),
        successSource: (ctx) => sendPage(ctx, finishedPage()),
      },
      // Our verifier takes bearers only: a token bound to a key would be refused.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => OIDC.audience,
        getResourceServerInfo: (ctx, resource) => resourceServer(ctx, resource),
        useGrantedResource: () => true,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => Promise.resolve(token.clientId === client.clientId),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => sendPage(ctx, logoutPage(form)),
        postLogoutSuccessSource: (ctx) => sendPage(ctx, signedOutPage()),
      },
      userinfo: { enabled: false },
    },
    renderError: (ctx, out) => sendPage(ctx, errorPage(out.error_description ?? out.error)),
  };

  const provider = new Provider(config.issuer, configuration);
  // The mount sets the forwarded headers itself, from the configured issuer.
  provider.proxy = true;
  const clientClass = provider.Client.prototype as {
    compareClientSecret(given: string): boolean;
    clientSecret: string;
  };
  clientClass.compareClientSecret = function compareClientSecret(given) {
    return isSecretOf(this.clientSecret, given);
  };
  registerPasswordGrant(provider, { login, findAccount, accessTokenSeconds: ACCESS_TOKEN_SECONDS });
  provider.on('server_error', (_ctx: unknown, error: Error) => logger.error('The issuer failed', { error }));
  return provider;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A session whose account is gone or switched off counts as none. */
function loginPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check('account_gone', 'the account cannot be used', 'login_required', (ctx) =>
        ctx.oidc.session?.accountId !== undefined && ctx.oidc.entities.Account === undefined
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

/**
 * The product's own clients need no consent to single scopes: each login is a grant of its own with what was asked for.
 * What the user's roles do not cover is cut off whenever a token is made, and again whenever one is used.
 */
async function grantWhatIsAsked(ctx: KoaContextWithOIDC) {
  const { provider, client, session, requestParamScopes } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope('openid offline_access');
  const scopes = [...intersection(scopesIn(requestParamScopes), new Set(ALL_SCOPES))];
  if (scopes.length > 0) grant.addResourceScope(OIDC.audience, scopes.join(' '));
  await grant.save();
  return grant;
}
