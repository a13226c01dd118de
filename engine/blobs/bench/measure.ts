// Prints what the README's table shows. Run: node engine/blobs/bench/measure.ts [directory]
import { digestOf } from '@stella-ops/engine-kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryBlobs, directoryRecords } from '../src/index.ts';

const root = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'stella-blobs-'));
const blobs = directoryBlobs(join(root, 'blobs'));
const records = directoryRecords(join(root, 'records'));

/** As a line of a table: what was done, milliseconds for each. */
async function measure(what: string, count: number, run: (i: number) => Promise<unknown>): Promise<void> {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) await run(i);
  const each = Number(process.hrtime.bigint() - start) / 1e6 / count;
  process.stdout.write(`| ${what} | ${each.toFixed(2)} ms |\n`);
}

const small = Array.from({ length: 500 }, (_, i) => Buffer.alloc(4096, `small ${i} `));
const large = Array.from({ length: 10 }, (_, i) => Buffer.alloc(16 << 20, `large ${i} `));
try {
  await measure('put a blob of 4 KiB, synced', small.length, (i) => blobs.put(small[i] as Buffer));
  await measure('get a blob of 4 KiB, verified', small.length, (i) => blobs.get(digestOf(small[i] as Buffer)));
  await measure('put a blob of 16 MiB, synced', large.length, (i) => blobs.put(large[i] as Buffer));
  await measure('get a blob of 16 MiB, verified', large.length, (i) => blobs.get(digestOf(large[i] as Buffer)));
  await measure('put a record of 4 KiB', small.length, (i) =>
    records.put('facts', digestOf(`${i}`), small[i] as Buffer),
  );
  await measure('get a record of 4 KiB', small.length, (i) => records.get('facts', digestOf(`${i}`)));
} finally {
  rmSync(root, { recursive: true });
}
