import { OIDC } from '@stella-ops/contracts/authority';
import type { ClientMetadata } from 'oidc-provider';
import { type AuthorityConfig, consoleRedirectUrisOf } from '../config.ts';
import type { OAuthClientState } from '../store/oauth-clients.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Clients that belong to the product. They are public: what runs on somebody's machine keeps no secret. */
export function productClients(config: AuthorityConfig): ClientMetadata[] {
  const redirectUris = consoleRedirectUrisOf(config);
  return [
    {
      client_id: OIDC.consoleClientId,
      client_name: 'Stella console',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [...redirectUris],
      post_logout_redirect_uris: [...new Set(redirectUris.map((uri) => new URL('/', uri).href))],
    },
    {
      client_id: OIDC.cliClientId,
      client_name: 'Stella command line',
      // RFC 8252, section 7.3: any port of the loopback address.
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT, OIDC.passwordGrant],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ];
}

/** A registered client as the provider sees it. Its "secret" is the hash: the comparison is ours. */
export function registeredClient({ id, name, secretHash }: OAuthClientState): ClientMetadata {
  return {
    client_id: id,
    client_name: name,
    client_secret: secretHash,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}
