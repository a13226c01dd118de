import type { Digest } from '@stella-ops/engine-kernel';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { directoryBlobs } from './directory-blobs.ts';
import { tempDir } from './testing/temp-dir.ts';

/** Lets a process put blobs until it has acknowledged `count`, then kills it. Answers what it acknowledged. */
async function putAndKill(root: string, seed: number, count: number): Promise<Digest[]> {
  const script = new URL('./testing/put-loop.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, root, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: Digest[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line as Digest);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  return acknowledged;
}

test('a process killed while it puts loses no acknowledged blob and leaves none that reads wrong', async () => {
  const root = tempDir();
  const store = directoryBlobs(root);
  const acknowledged = (await Promise.all([1, 7, 23, 40].map((count) => putAndKill(root, count, count)))).flat();
  expect(acknowledged.length).toBeGreaterThanOrEqual(1 + 7 + 23 + 40);
  for (const digest of acknowledged) expect(await store.get(digest), digest).toBeDefined();
  // Reading verifies: a wrong blob would throw.
  for await (const { digest } of store.list()) await store.get(digest);
  await store.sweepTemporary(Infinity);
});
