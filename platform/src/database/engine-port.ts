import type pg from 'pg';
import type { Subscription } from './types.ts';

/** What differs between the two engines; everything above is written once. */
export interface EnginePort {
  readonly name: 'embedded' | 'postgres';
  readonly pool: pg.Pool;
  /** Whether acknowledged commits must survive a crash, so that a server without fsync is refused. */
  readonly mustBeDurable: boolean;
  listen(channel: string, onPayload: (payload: string) => void, onConnected: () => void): Promise<Subscription>;
  /** Runs `run` without the time limit of the engine itself (a server's is set in the transaction). */
  withoutLimit<T>(run: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
