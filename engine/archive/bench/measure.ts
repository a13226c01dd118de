// Prints what the README's table shows. Run: node engine/archive/bench/measure.ts
import { randomFillSync } from 'node:crypto';
import { bundleBytes, packBundle, readBundle, type TarEntryType, TarReader, writeTar } from '../src/index.ts';

const ENTRIES = 30_000;
const CHUNK_BYTES = 256 * 1024;

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Best of five, as a line of a table: what was done, milliseconds, MB/s. */
async function measure(what: string, bytes: number, run: () => unknown): Promise<void> {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = process.hrtime.bigint();
    await run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  process.stdout.write(`| ${what} | ${best.toFixed(0)} ms | ${(bytes / best / 1000).toFixed(0)} MB/s |\n`);
}

const noise = randomFillSync(Buffer.alloc(1 << 20));
const text = Buffer.from('{"purl":"pkg:npm/left-pad@1.3.0","status":"not_affected"}\n'.repeat(20_000));
const paths = Array.from({ length: ENTRIES }, (_, i) => `usr/lib/node_modules/package-${i % 700}/dist/file-${i}.js`);
const tar = await collect(writeTar(paths.map((path, i) => ({ path, content: noise.subarray(0, 9000 + (i % 2000)) }))));

function walk(wants: (type: TarEntryType) => boolean, isRead: boolean): number {
  let total = 0;
  const sink = { write: (chunk: Uint8Array) => void (total += chunk.length), end: () => undefined };
  const reader = new TarReader({ onUnsafe: 'refuse', wants, onEntry: () => (isRead ? sink : undefined) });
  for (let at = 0; at < tar.length; at += CHUNK_BYTES) reader.write(tar.subarray(at, at + CHUNK_BYTES));
  reader.end();
  return total;
}

await measure('walk, path seen as bytes, nothing wanted', tar.length, () => walk(() => false, false));
await measure('walk, an entry for each member, payload passed over', tar.length, () => walk(() => true, false));
await measure('walk, payload of every member to a sink', tar.length, () => walk(() => true, true));

const files = Array.from({ length: 200 }, (_, i) => bundleBytes(`blobs/${i}`, i % 2 === 0 ? noise : text));
const bundleSize = files.reduce((sum, file) => sum + file.size, 0);
for (const compression of ['none', 'zstd', 'gzip'] as const) {
  const pack = () => packBundle({ kind: 'capsule', created: '2026-01-01T00:00:00Z', files, compression, level: 1 });
  let packed: Buffer = Buffer.alloc(0);
  await measure(`pack a bundle, ${compression}`, bundleSize, async () => (packed = await collect(pack())));
  await measure(`read a bundle, ${compression}`, bundleSize, async () => {
    const { faults } = await readBundle(packed, { sealNames: [] });
    if (faults.length > 0) throw new Error(JSON.stringify(faults[0]));
  });
}
