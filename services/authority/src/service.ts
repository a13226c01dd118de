import { fileURLToPath } from 'node:url';
import { AUTHORITY_EVENTS, AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { createMetrics, defineService, masterKeyFileOf } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { bootstrap } from './bootstrap.ts';
import { AUTHORITY_CONFIG } from './config.ts';
import { passwordHasher } from './domain/password-hash.ts';
import { createLogin } from './login.ts';
import { METRICS } from './metrics.ts';
import { openIssuerKeys } from './oidc/issuer-keys.ts';
import { oidcMount } from './oidc/mount.ts';
import type { Parts } from './parts.ts';
import { authorityEndpoints } from './routes.ts';
import { startUpkeep } from './upkeep.ts';
import { openAccounts } from './verify/accounts.ts';
import { accessTokenReader } from './verify/read-access-token.ts';
import { apiTokenReader } from './verify/read-api-token.ts';
import { createVerifier } from './verify/verifier.ts';

export const service = defineService<typeof AUTHORITY_CONFIG, ServiceHost>({
  id: 'authority',
  config: AUTHORITY_CONFIG,
  schema: { schema: 'authority', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: AUTHORITY_ROUTES,
  jobs: [],
  events: [AUTHORITY_EVENTS.userChanged],
  metrics: METRICS,
  async start({ config, host, clock, ids, randomness, logger }) {
    const { database } = host;
    const metrics = createMetrics(METRICS, { withProcessMetrics: false });
    const accounts = openAccounts(database, clock);
    const passwords = passwordHasher(randomness);
    const { record } = metrics;
    const parts: Parts = { host, config, clock, ids, randomness, logger, passwords, accounts, record };
    const { signingKeyDays, issuer } = config;
    const keys = await openIssuerKeys({
      database,
      clock,
      randomness,
      masterKeyFile: masterKeyFileOf(config),
      signingKeyDays,
    });
    const login = createLogin(parts);
    const upkeep = startUpkeep(parts, keys);
    return {
      endpoints: authorityEndpoints(parts, login),
      mounts: [oidcMount(parts, keys, login)],
      verifier: createVerifier({
        accounts,
        readAccessToken: accessTokenReader({ issuer, keys, accounts, clock }),
        readApiToken: apiTokenReader(database, clock),
        refused: (kind) => record.refused(1, { kind }),
      }),
      metrics,
      ready: () => bootstrap(parts),
      stop: () => upkeep.stop(),
    };
  },
});
