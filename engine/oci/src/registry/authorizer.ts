import { decodeOrThrow, encodeBase64, parseJson, shape, sortedUnique } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, type HttpResponse, shownUrl } from './exchange.ts';
import { readBody } from './read-body.ts';
import { registryError } from './registry-error.ts';
import type { Credentials, RegistryOptions } from './types.ts';

/** Tokens of less than a minute make old clients fail, so no server means less (distribution token specification). */
const MIN_LIFETIME_S = 60;
const EARLY_MS = 10_000;
const MAX_TOKEN_BYTES = 1024 * 1024;

const TOKEN = shape.object(
  {
    token: shape.optional(shape.string({ max: 256 * 1024 })),
    access_token: shape.optional(shape.string({ max: 256 * 1024 })),
    expires_in: shape.optional(shape.number({ min: 0, max: 10 ** 9 })),
  },
  'open',
);

/** The `Authorization` header of one registry. */
export interface Authorizer {
  /** For these scopes, as far as it is known without asking the registry; undefined for none. */
  authorize(scopes: readonly string[]): Promise<string | undefined>;
  /** Learns from a 401. False when there is nothing better to try. */
  learn(refusal: HttpResponse, scopes: readonly string[]): Promise<boolean>;
}

/**
 * Token authentication of registries (distribution token specification; RFC 6750, RFC 7617). Tokens are kept per set
 * of scopes until shortly before they expire. Nothing is sent before the registry has asked for it.
 *
 * @param isPlainAllowed whether a host may be spoken to without TLS: credentials go to the token endpoint
 */
export function createAuthorizer(
  exchange: Exchange,
  credentials: Credentials,
  options: RegistryOptions,
  isPlainAllowed: (url: URL) => boolean,
): Authorizer {
  const tokens = new Map<string, { readonly header: string; readonly expiresAt: number }>();
  let asked: { readonly challenge: Challenge; readonly by: HttpResponse } | undefined;
  const now = () => Date.parse(options.clock.now());

  const direct = (): string | undefined =>
    credentials.kind === 'basic'
      ? basic(credentials.username, credentials.password)
      : credentials.kind === 'bearer'
        ? `Bearer ${credentials.token}`
        : undefined;

  async function authorize(scopes: readonly string[]): Promise<string | undefined> {
    if (asked === undefined) return undefined;
    if (credentials.kind === 'bearer' || asked.challenge.scheme === 'basic') return direct();
    const named = scopes.length > 0 ? scopes : (asked.challenge.parameters.get('scope') ?? '').split(' ');
    const wanted = sortedUnique(named).filter((one) => one !== '');
    const key = wanted.join(' ');
    const kept = tokens.get(key);
    if (kept !== undefined && now() < kept.expiresAt) return kept.header;
    const fresh = await requestToken(wanted, asked);
    tokens.set(key, fresh);
    return fresh.header;
  }

  async function requestToken(scopes: readonly string[], { challenge, by }: NonNullable<typeof asked>) {
    const realm = URL.parse(challenge.parameters.get('realm') ?? '');
    const place = { file: shownUrl(by.url) };
    if (realm === null || (realm.protocol !== 'https:' && realm.protocol !== 'http:')) {
      throw fail('REGISTRY_ANSWER_INVALID', 'the registry names no token endpoint', { place });
    }
    if (realm.protocol === 'http:' && !isPlainAllowed(realm)) {
      throw fail('REGISTRY_REDIRECT_REFUSED', `the token endpoint ${shownUrl(realm)} is without TLS`, { place });
    }
    const service = challenge.parameters.get('service');
    const form = new URLSearchParams(service === undefined ? [] : [['service', service]]);
    const answer = await (credentials.kind === 'identity'
      ? postIdentity(realm, form, scopes, credentials.token, by)
      : getToken(realm, form, scopes, by));
    if (answer.status !== 200) throw await registryError(answer, refusalHint(credentials));
    const file = shownUrl(realm);
    const read = decodeOrThrow(TOKEN, parseJson(await readBody(answer, MAX_TOKEN_BYTES), file), file);
    const token = read.token ?? read.access_token ?? '';
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw fail('REGISTRY_ANSWER_INVALID', 'the token endpoint gave no token', { place: { file } });
    }
    const lifetimeMs = Math.max(read.expires_in ?? MIN_LIFETIME_S, MIN_LIFETIME_S) * 1000;
    return { header: `Bearer ${token}`, expiresAt: now() + lifetimeMs - EARLY_MS };
  }

  function getToken(realm: URL, form: URLSearchParams, scopes: readonly string[], by: HttpResponse) {
    const header = credentials.kind === 'basic' ? direct() : undefined;
    if (credentials.kind === 'basic') form.append('account', credentials.username);
    for (const scope of scopes) form.append('scope', scope);
    const url = new URL(realm);
    for (const [name, value] of form) url.searchParams.append(name, value);
    return exchange.send({
      method: 'GET',
      url,
      headers: header === undefined ? {} : { authorization: header },
      namedBy: by.address,
    });
  }

  function postIdentity(realm: URL, form: URLSearchParams, scopes: readonly string[], token: string, by: HttpResponse) {
    form.append('grant_type', 'refresh_token');
    form.append('refresh_token', token);
    form.append('client_id', 'stella-ops');
    form.append('scope', scopes.join(' '));
    const bytes = Buffer.from(form.toString());
    return exchange.send({
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: { size: bytes.length, open: () => once(bytes) },
      namedBy: by.address,
    });
  }

  return {
    authorize,
    async learn(refusal, scopes) {
      const challenges = parseChallenges(refusal.headers['www-authenticate'] ?? '');
      const challenge =
        challenges.find((one) => one.scheme === 'bearer') ??
        challenges.find((one) => one.scheme === 'basic' && credentials.kind === 'basic');
      if (challenge === undefined) return false;
      asked = { challenge, by: refusal };
      // Whatever was kept has just been refused.
      tokens.clear();
      return (await authorize(scopes)) !== undefined;
    },
  };
}

/** What to say when a registry refuses these credentials; undefined for the usual hint. */
export function refusalHint(credentials: Credentials): string | undefined {
  if (credentials.kind !== 'helper') return undefined;
  return `The Docker configuration keeps this secret in the helper "${credentials.helper.slice(0, 60)}", and helpers are not run; give the credentials directly.`;
}

function basic(username: string, password: string): string {
  return `Basic ${encodeBase64(Buffer.from(`${username}:${password}`))}`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
