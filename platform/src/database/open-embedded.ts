import pg from 'pg';
import { EngineProcess } from './embedded/engine-process.ts';
import type { EnginePort } from './engine-port.ts';
import { ChannelTable } from './notifications.ts';
import { onConnect, sessionSettings, tolerateBrokenClients } from './session.ts';
import { VALUE_TYPES } from './value-types.ts';

/**
 * The embedded PostgreSQL behind a pool of one: it has a single session. A notification comes with the answer to the
 * commit that sent it, so the pool's client is also the listener.
 *
 * @throws AppError `DATABASE_LOCKED`, `DATABASE_DATA_UNUSABLE`
 */
export async function openEmbedded(dataDir: string | undefined, statementTimeoutMs: number): Promise<EnginePort> {
  const engine = new EngineProcess(dataDir, statementTimeoutMs);
  try {
    await engine.ready();
  } catch (error) {
    await engine.close();
    throw error;
  }
  const table = new ChannelTable();
  const reconnected = new Set<() => void>();
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    user: 'postgres',
    database: 'postgres',
    types: VALUE_TYPES,
    stream: () => engine.socket(),
    ...onConnect(async (client) => {
      client.on('notification', table.dispatch);
      await client.query(sessionSettings(statementTimeoutMs));
      for (const channel of table.channels()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const tell of reconnected) queueMicrotask(tell);
    }),
  });
  tolerateBrokenClients(pool);
  return {
    name: 'embedded',
    pool,
    mustBeDurable: dataDir !== undefined,
    listen: async (channel, onPayload, onConnected) => {
      table.add(channel, onPayload);
      await pool.query(`listen ${pg.escapeIdentifier(channel)}`);
      reconnected.add(onConnected);
      onConnected();
      return {
        close: async () => {
          table.remove(channel, onPayload);
          reconnected.delete(onConnected);
        },
      };
    },
    withoutLimit: (run) => engine.withoutLimit(run),
    close: async () => {
      await pool.end();
      await engine.close();
    },
  };
}

/** How long a transaction waits for its turn on the one session. */
const CHECKOUT_TIMEOUT_MS = 60_000;
