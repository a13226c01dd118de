import pg from 'pg';
import type { EnginePort } from './engine-port.ts';
import { ListeningConnection } from './listening-connection.ts';
import { onConnect, sessionSettings, tolerateBrokenClients } from './session.ts';
import { VALUE_TYPES } from './value-types.ts';

/** A PostgreSQL server behind a pool, and one connection more for notifications once somebody listens. */
export function openPostgres(url: string, poolSize: number, statementTimeoutMs: number): EnginePort {
  const config: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'stella',
    types: VALUE_TYPES,
  };
  const pool = new pg.Pool({
    ...config,
    max: poolSize,
    ...onConnect(async (client) => {
      await client.query(sessionSettings(statementTimeoutMs));
    }),
  });
  tolerateBrokenClients(pool);
  const listening = new ListeningConnection(config);
  return {
    name: 'postgres',
    pool,
    mustBeDurable: true,
    listen: (channel, onPayload, onConnected) => listening.listen(channel, onPayload, onConnected),
    withoutLimit: (run) => run(),
    close: async () => {
      await listening.close();
      await pool.end();
    },
  };
}

const CONNECT_TIMEOUT_MS = 10_000;
