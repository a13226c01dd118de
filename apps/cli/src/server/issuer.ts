import * as z from 'zod';
import { OIDC } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import type { Login } from './credentials.ts';

/** What a person may do is decided by their roles; the command line asks for all of it, and to renew it. */
const SCOPE = `${OIDC.loginScope} offline_access`;
/** Every request says who asks, and for what. */
const CLIENT = { client_id: OIDC.cliClientId, resource: OIDC.audience };

const Discovery = z.object({
  token_endpoint: z.url(),
  device_authorization_endpoint: z.url(),
  revocation_endpoint: z.url(),
});
const Tokens = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  refresh_token: z.string().optional(),
});
const Device = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.url(),
  verification_uri_complete: z.url().optional(),
  expires_in: z.number(),
  interval: z.number().default(5),
});
const Refusal = z.object({ error: z.string(), error_description: z.string().optional() });

export type Device = z.infer<typeof Device>;
export type Tokens = Pick<Login, 'accessToken' | 'expiresAt' | 'refreshToken'>;
export type DeviceAnswer =
  | { readonly state: 'granted'; readonly tokens: Tokens }
  | { readonly state: 'pending' | 'slow-down' }
  | { readonly state: 'refused'; readonly reason: string };

/** The issuer of one server: the few calls of OAuth 2.0 that the command line makes (RFC 6749, RFC 7009, RFC 8628). */
export interface Issuer {
  startDevice(): Promise<Device>;
  pollDevice(deviceCode: string): Promise<DeviceAnswer>;
  /** @throws AppError `LOGIN_REFUSED` */
  byPassword(tenant: string, username: string, password: string): Promise<Tokens>;
  /** @throws AppError `LOGIN_EXPIRED` */
  refresh(refreshToken: string): Promise<Tokens>;
  /**
   * Ends a login at the server; one that is over already is no fault.
   *
   * @throws AppError `SERVER_FOREIGN` when the server refuses
   */
  revoke(refreshToken: string): Promise<void>;
}

/**
 * @param server `http://host:8080`
 * @throws AppError `SERVER_UNREACHABLE`, `SERVER_FOREIGN` when it is no server of this product
 */
export async function openIssuer(server: string, now: () => string): Promise<Issuer> {
  const discovered = await getJson(`${server}/oidc/.well-known/openid-configuration`);
  const parsed = Discovery.safeParse(discovered);
  if (!parsed.success) throw fail('SERVER_FOREIGN', `${server} has no issuer below /oidc`);
  const { token_endpoint: tokenUrl, device_authorization_endpoint: deviceUrl } = parsed.data;
  const { revocation_endpoint: revocationUrl } = parsed.data;
  for (const url of [tokenUrl, deviceUrl, revocationUrl]) {
    // A password must not go to another place than the one that was named.
    if (new URL(url).origin !== new URL(server).origin) {
      throw fail('SERVER_FOREIGN', `the issuer of ${server} calls itself ${new URL(url).origin}`, {
        hint: 'Name the server as it names itself (http.publicUrl).',
      });
    }
  }

  const ask = async (grant: Readonly<Record<string, string>>) => post(tokenUrl, { ...CLIENT, ...grant });
  const tokensOf = (body: unknown): Tokens => {
    const tokens = Tokens.parse(body);
    return {
      accessToken: tokens.access_token,
      expiresAt: new Date(Date.parse(now()) + tokens.expires_in * 1000).toISOString(),
      refreshToken: tokens.refresh_token ?? null,
    };
  };

  return {
    async startDevice() {
      const { isOk, body } = await post(deviceUrl, { ...CLIENT, scope: SCOPE });
      if (!isOk) throw fail('LOGIN_REFUSED', `the server refused to begin: ${reasonOf(body)}`);
      return Device.parse(body);
    },
    async pollDevice(deviceCode) {
      const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode };
      const { isOk, body } = await ask(grant);
      if (isOk) return { state: 'granted', tokens: tokensOf(body) };
      const { error } = Refusal.parse(body);
      if (error === 'authorization_pending') return { state: 'pending' };
      if (error === 'slow_down') return { state: 'slow-down' };
      return { state: 'refused', reason: reasonOf(body) };
    },
    async byPassword(tenant, username, password) {
      const { isOk, body } = await ask({ grant_type: OIDC.passwordGrant, tenant, username, password, scope: SCOPE });
      if (!isOk) throw fail('LOGIN_REFUSED', `the login was refused: ${reasonOf(body)}`);
      return tokensOf(body);
    },
    async refresh(refreshToken) {
      const { isOk, body } = await ask({ grant_type: 'refresh_token', refresh_token: refreshToken });
      if (!isOk) throw fail('LOGIN_EXPIRED', `the login to ${server} is over: ${reasonOf(body)}`);
      return tokensOf(body);
    },
    async revoke(refreshToken) {
      const form = { client_id: OIDC.cliClientId, token: refreshToken, token_type_hint: 'refresh_token' };
      const response = await send(revocationUrl, form);
      // RFC 7009, section 2.2: the body says nothing.
      await response.body?.cancel();
      if (!response.ok) throw fail('SERVER_FOREIGN', `${server} did not end the login: HTTP ${response.status}`);
    },
  };
}

function reasonOf(body: unknown): string {
  const parsed = Refusal.safeParse(body);
  return parsed.success ? (parsed.data.error_description ?? parsed.data.error) : 'no reason given';
}

async function getJson(url: string): Promise<unknown> {
  const response = await reach(url, { redirect: 'error' });
  return response.ok ? json(response, url) : undefined;
}

async function post(
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly isOk: boolean; readonly body: unknown }> {
  const response = await send(url, form);
  return { isOk: response.ok, body: await json(response, url) };
}

function send(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return reach(url, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  });
}

async function json(response: Response, url: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw fail('SERVER_FOREIGN', `${new URL(url).origin} did not answer with JSON`, { cause });
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  } catch (cause) {
    throw fail('SERVER_UNREACHABLE', `${new URL(url).origin} does not answer`, { cause });
  }
}
