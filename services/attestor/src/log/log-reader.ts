import type { Transaction } from 'kysely';
import {
  consistencyProof,
  entryBundle,
  inclusionProof,
  leafHash,
  type LoggedEntry,
  nodesRead,
  rootAt,
  type Tile,
  TILE_HEIGHT,
  TILE_WIDTH,
  verifyConsistency,
} from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import { fail, forked } from '../errors.ts';
import { entriesBetween } from '../store/log-entries.ts';
import { readLevel, readNodes } from '../store/log-nodes.ts';
import { checkpointsAt, publishedSize } from '../store/log-state.ts';
import { prove } from './append-batch.ts';
import type { LogIdentity, LogKeeper } from './log-identity.ts';
import { type Head, nodeReader, readHead } from './read-head.ts';
import type { SeenCheckpoint } from './seen-checkpoint.ts';

interface Parts {
  readonly database: Database;
  readonly keeper: LogKeeper;
  readonly seen: SeenCheckpoint;
}

/** Answers from the stored tree. What it answers with was compared with the signed state first. */
export class LogReader {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  identity(): Promise<LogIdentity> {
    return this.#parts.keeper.identity();
  }

  /** The newest signed checkpoint; an empty log has one too. @throws AppError `LOG_FORKED` */
  checkpoint(): Promise<string> {
    return this.#withHead((_tx, head) => Promise.resolve(head.note));
  }

  /** An entry with its proof against the newest checkpoint; undefined when there is none. @throws AppError `LOG_FORKED` */
  entry(index: number): Promise<{ readonly body: Buffer; readonly logged: LoggedEntry } | undefined> {
    return this.#withHead(async (tx, head) => {
      if (index >= head.size) return undefined;
      const [row] = await entriesBetween(tx, index, index + 1);
      if (row === undefined) throw forked(`entry ${index} is missing`);
      const nodes = await readNodes(
        tx,
        nodesRead((node) => inclusionProof(index, head.size, node)),
      );
      return { body: row.body, logged: prove(leafHash(row.body), index, head, nodeReader(nodes)) };
    });
  }

  /**
   * Proof that the tree of `to` entries holds the tree of `from`.
   *
   * @throws AppError `RANGE_INVALID`, `LOG_FORKED`
   */
  consistency(from: number, to: number): Promise<readonly Buffer[]> {
    return this.#withHead(async (tx, head) => {
      if (from < 1 || from > to || to > head.size) {
        throw fail('RANGE_INVALID', `the log holds ${head.size} entries; ask from 1 or more up to that`);
      }
      const node = nodeReader(
        await readNodes(
          tx,
          nodesRead((read) => [rootAt(from, read), rootAt(to, read), consistencyProof(from, to, read)]),
        ),
      );
      const [oldRoot, root] = [rootAt(from, node), rootAt(to, node)];
      const proof = consistencyProof(from, to, node);
      for (const signed of await checkpointsAt(tx, [from, to])) {
        const found = signed.size === from ? oldRoot : root;
        if (!signed.root.equals(found)) throw forked(`another root was signed for size ${signed.size}`);
      }
      const verdict = verifyConsistency({ oldSize: BigInt(from), size: BigInt(to), oldRoot, root, proof });
      if (!verdict.ok) throw forked(`the trees of ${from} and ${to} entries: ${verdict.detail}`);
      return proof;
    });
  }

  /**
   * The bytes of a tile; undefined when no checkpoint covers all of it yet. Not verified: whoever reads tiles hashes them
   * himself.
   */
  tile({ level, index, width }: Tile): Promise<Buffer | undefined> {
    const first = index * TILE_WIDTH;
    return this.#parts.database.withRelay(
      async (tx) => {
        const size = await publishedSize(tx);
        const height = level === 'entries' ? 0 : level * TILE_HEIGHT;
        if ((first + width) * 2 ** height > size) return undefined;
        if (level === 'entries') {
          return entryBundle((await entriesBetween(tx, first, first + width)).map(({ body }) => body));
        }
        return Buffer.concat(await readLevel(tx, height, first, width));
      },
      { isReadOnly: true },
    );
  }

  async #withHead<T>(read: (tx: Transaction<unknown>, head: Head) => Promise<T>): Promise<T> {
    const { database, seen } = this.#parts;
    const identity = await this.identity();
    const { latest } = seen;
    return database.withRelay(
      async (tx) => {
        const head = await readHead(tx, identity, latest);
        seen.see(head);
        return read(tx, head);
      },
      { isReadOnly: true },
    );
  }
}
