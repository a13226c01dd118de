import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalLog, verifyConsistency } from '@stella-ops/engine-tlog';
import { killAfterLines } from '@stella-ops/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const ROUNDS = 15;
const WRITERS = 2;
const WRITER = join(import.meta.dirname, 'tlog-crash-writer.ts');

interface Acknowledged {
  readonly entry: string;
  readonly logIndex: number;
  readonly treeSize: number;
  readonly rootHash: string;
}

const folder = mkdtempSync(join(tmpdir(), 'stella-log-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a local log whose processes are killed', () => {
  test(`${ROUNDS * WRITERS} kills, two writers at once: no acknowledged entry is lost and no history is forked`, async () => {
    const file = join(folder, 'log');
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        killAfterLines([WRITER, file, `${round}.${writer}`], 1 + ((round * 7 + writer * 3) % 11)),
      );
      for (const { lines, errors } of await Promise.all(writers)) {
        // Nothing on the error stream: neither a fault nor an experimental warning of the database module.
        expect(errors).toBe('');
        expect(lines.length).toBeGreaterThan(0);
        acknowledged.push(...lines.map((line) => JSON.parse(line) as Acknowledged));
      }
    }

    using log = openLocalLog({ file });
    const size = log.size();
    expect(log.audit()).toEqual({ ok: true, size });
    expect(new Set(acknowledged.map((line) => line.logIndex)).size).toBe(acknowledged.length);
    const root = log.prove(0).rootHash;
    for (const line of acknowledged) {
      expect(log.entry(line.logIndex).toString('utf8')).toBe(line.entry);
      const verdict = verifyConsistency({
        oldSize: BigInt(line.treeSize),
        size: BigInt(size),
        oldRoot: Buffer.from(line.rootHash, 'hex'),
        root,
        proof: log.consistency(line.treeSize).hashes,
      });
      expect(verdict).toEqual({ ok: true });
    }
  });
});
