import { ed25519NoteVerifier, logIdOf, spkiOfRaw } from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import { findLog } from '../store/log-identity.ts';
import { checkpointsAt, latestCheckpoint } from '../store/log-state.ts';
import { auditLog } from './audit-log.ts';

/** The newest signed checkpoint. */
export interface LogEnd {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
}

/** Where the log of an installation ends now; undefined before its first entry was asked for. */
export async function logEnd(database: Database): Promise<LogEnd | undefined> {
  return database.withRelay(
    async (tx) => {
      const log = await findLog(tx);
      const latest = log && (await latestCheckpoint(tx));
      if (log === undefined || latest === undefined) return undefined;
      const { size, root } = latest.checkpoint;
      return { origin: log.origin, size, root: root.toString('hex') };
    },
    { isReadOnly: true },
  );
}

/**
 * Reads a log that no service has open: every entry, subtree, root and signed checkpoint.
 *
 * @param known a checkpoint that somebody holds from before: it must be one of the log's
 * @returns a sentence for the first thing that is not as it was signed; undefined when all is
 */
export async function checkLog(
  database: Database,
  known: LogEnd | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await database.withRelay(
    async (tx) => ({
      log: await findLog(tx),
      latest: await latestCheckpoint(tx),
      known: known === undefined ? [] : await checkpointsAt(tx, [known.size]),
    }),
    { isReadOnly: true },
  );
  if (found.log === undefined) return known === undefined ? undefined : 'there is no log';
  if (found.latest === undefined) return 'there is no checkpoint';
  const { checkpoint, entries } = found.latest;
  if (entries !== checkpoint.size) return `the checkpoint covers ${checkpoint.size} entries, the log holds ${entries}`;
  const { origin, public_key: raw } = found.log;
  if (known !== undefined) {
    if (known.origin !== origin) return `the log is ${origin}, not ${known.origin}`;
    if (!found.known.some(({ root }) => root.toString('hex') === known.root))
      return `the root that was signed for size ${known.size} is not there`;
  }
  const identity = {
    origin,
    publicKey: spkiOfRaw(raw),
    logId: logIdOf(origin, raw),
    verifier: ed25519NoteVerifier(origin, raw),
  };
  return auditLog(database, identity, checkpoint.size, signal);
}
