import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalLog, verifyConsistency } from '@stella-ops/engine-tlog';
import { afterAll, describe, expect, test } from 'vitest';

const ROUNDS = 15;
const WRITERS = 2;

interface Acknowledged {
  readonly entry: string;
  readonly logIndex: number;
  readonly treeSize: number;
  readonly rootHash: string;
}

const folder = mkdtempSync(join(tmpdir(), 'stella-log-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets a writer acknowledge `count` entries and kills it while it is at the next one. */
function writeAndKill(file: string, name: string, count: number): Promise<{ lines: Acknowledged[]; errors: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'tlog-crash-writer.ts'), file, name]);
  let out = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    if (out.split('\n').length > count) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const complete = out.split('\n').slice(0, -1);
      resolve({ lines: complete.map((line) => JSON.parse(line) as Acknowledged), errors });
    });
  });
}

describe('a local log whose processes are killed', () => {
  test(`${ROUNDS * WRITERS} kills, two writers at once: no acknowledged entry is lost and no history is forked`, async () => {
    const file = join(folder, 'log');
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        writeAndKill(file, `${round}.${writer}`, 1 + ((round * 7 + writer * 3) % 11)),
      );
      for (const { lines, errors } of await Promise.all(writers)) {
        // Nothing on the error stream: neither a fault nor an experimental warning of the database module.
        expect(errors).toBe('');
        expect(lines.length).toBeGreaterThan(0);
        acknowledged.push(...lines);
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
