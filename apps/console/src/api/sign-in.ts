import { OIDC } from '@stella-ops/contracts/authority';
import { base64Url, nowMs, randomText } from './ambient.ts';

/** Tokens live in memory only: a page that is reloaded signs in again, by the issuer's own session, without a form. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly idToken: string;
  readonly expiresAtMs: number;
}

interface Pending {
  readonly verifier: string;
  readonly state: string;
  /** Where the person wanted to go. */
  readonly path: string;
}

const PENDING_KEY = 'stella.sign-in';
export const CALLBACK_PATH = '/login/callback';

/** Why signing in did not succeed, as a sentence. */
export class SignInError extends Error {
  /** Whether the issuer says that the login is over, as opposed to not answering. */
  readonly isFinal: boolean;
  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

/** Leaves for the issuer's login page (OAuth 2.0 code flow, RFC 6749 section 4.1, with PKCE, RFC 7636). */
export async function leaveForSignIn(path: string): Promise<void> {
  // `undefined` outside secure contexts, whatever its type says.
  if ((crypto.subtle as SubtleCrypto | undefined) === undefined) {
    throw new SignInError('Browsers allow signing in over https, or on localhost. Open the console there.', true);
  }
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem(PENDING_KEY, JSON.stringify({ verifier, state, path } satisfies Pending));
  const challenge = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const query = new URLSearchParams({
    client_id: OIDC.consoleClientId,
    response_type: 'code',
    redirect_uri: redirectUri(),
    scope: `${OIDC.loginScope} offline_access`,
    state,
    code_challenge: base64Url(challenge),
    code_challenge_method: 'S256',
  });
  location.assign(`/oidc/auth?${query}`);
}

/**
 * Exchanges the code that the issuer sent back.
 *
 * @returns tokens and where to go, or `undefined` when this tab did not ask (an old address, the back button)
 */
export async function returnFromSignIn(
  search: URLSearchParams,
): Promise<{ readonly tokens: Tokens; readonly path: string } | undefined> {
  const pending = takePending();
  if (pending === undefined || search.get('state') !== pending.state) return undefined;
  const error = search.get('error');
  if (error !== null) throw new SignInError(search.get('error_description') ?? error, true);
  const tokens = await requestTokens({
    grant_type: 'authorization_code',
    code: search.get('code') ?? '',
    redirect_uri: redirectUri(),
    code_verifier: pending.verifier,
  });
  return { tokens, path: pending.path };
}

export function renewTokens(refreshToken: string): Promise<Tokens> {
  return requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** Ends the login at the issuer and leaves for its page. */
export async function leaveForSignOut({ refreshToken, idToken }: Tokens): Promise<void> {
  const body = new URLSearchParams({
    client_id: OIDC.consoleClientId,
    token: refreshToken,
    token_type_hint: 'refresh_token',
  });
  // The session ends either way; a token that could not be revoked ends with its time.
  await fetch('/oidc/token/revocation', { method: 'POST', body }).catch(() => undefined);
  const query = new URLSearchParams({
    client_id: OIDC.consoleClientId,
    id_token_hint: idToken,
    post_logout_redirect_uri: `${location.origin}/`,
  });
  location.assign(`/oidc/session/end?${query}`);
}

const redirectUri = (): string => `${location.origin}${CALLBACK_PATH}`;

async function requestTokens(parameters: Record<string, string>): Promise<Tokens> {
  const body = new URLSearchParams({ client_id: OIDC.consoleClientId, ...parameters });
  const askedAtMs = nowMs();
  let response: Response;
  try {
    response = await fetch('/oidc/token', { method: 'POST', body, redirect: 'error' });
  } catch {
    throw new SignInError('The server does not answer.', false);
  }
  const answer = (await response.json().catch(() => ({}))) as Partial<Record<string, string | number>>;
  if (!response.ok) {
    const sentence = String(answer['error_description'] ?? answer['error'] ?? `status ${response.status}`);
    throw new SignInError(sentence, response.status === 400 || response.status === 401);
  }
  return {
    accessToken: String(answer['access_token']),
    refreshToken: String(answer['refresh_token'] ?? ''),
    idToken: String(answer['id_token'] ?? ''),
    expiresAtMs: askedAtMs + Number(answer['expires_in'] ?? 60) * 1000,
  };
}

function takePending(): Pending | undefined {
  const text = sessionStorage.getItem(PENDING_KEY);
  sessionStorage.removeItem(PENDING_KEY);
  return text === null ? undefined : (JSON.parse(text) as Pending);
}
