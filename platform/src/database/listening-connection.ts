import pg from 'pg';
import { ChannelTable } from './notifications.ts';
import type { Subscription } from './types.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const HEARTBEAT_MS = 15_000;

/**
 * A connection of its own that listens on a server and comes back by itself. A heartbeat finds one that died without a
 * word.
 */
export class ListeningConnection {
  readonly #config: pg.ClientConfig;
  readonly #channels = new ChannelTable();
  readonly #onConnected = new Set<() => void>();
  #current: Promise<pg.Client> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  async listen(channel: string, onPayload: (payload: string) => void, onConnected: () => void): Promise<Subscription> {
    this.#channels.add(channel, onPayload);
    try {
      const client = await (this.#current ??= this.#connect());
      // A connection in the making may have passed this channel already; to listen twice does no harm.
      await this.#query(client, `listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      this.#channels.remove(channel, onPayload);
      throw error;
    }
    this.#onConnected.add(onConnected);
    onConnected();
    return {
      close: async () => {
        this.#channels.remove(channel, onPayload);
        this.#onConnected.delete(onConnected);
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = await this.#current?.catch(() => undefined);
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#config, keepAlive: true });
    let isUp = false;
    const lose = (): void => {
      if (!isUp) return;
      isUp = false;
      this.#current = undefined;
      void client.end().catch(() => undefined);
      this.#reconnectLater();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', this.#channels.dispatch);
    try {
      await client.connect();
      for (const channel of this.#channels.channels()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      this.#current = undefined;
      void client.end().catch(() => undefined);
      throw error;
    }
    isUp = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#beatLater(client, lose);
    return client;
  }

  #reconnectLater(): void {
    if (this.#isClosed) return;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#later(this.#pauseMs, () => {
      this.#current ??= this.#connect();
      this.#current.then(
        () => {
          for (const onConnected of this.#onConnected) onConnected();
        },
        () => this.#reconnectLater(),
      );
    });
  }

  #beatLater(client: pg.Client, lose: () => void): void {
    this.#later(HEARTBEAT_MS, () => {
      const silence = setTimeout(lose, HEARTBEAT_MS);
      this.#query(client, 'select 1')
        .then(() => this.#beatLater(client, lose), lose)
        .finally(() => clearTimeout(silence));
    });
  }

  /** One at a time: the driver will refuse a second one. */
  #query(client: pg.Client, text: string): Promise<unknown> {
    const answer = this.#last.then(() => client.query(text));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #later(delayMs: number, run: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(run, delayMs).unref();
  }
}
