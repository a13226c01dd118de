import { directoryBlobs } from '../directory-blobs.ts';

// Puts blobs of all sizes for ever, some by stream, and names each on standard output once it was acknowledged.
const store = directoryBlobs(process.argv[2] as string);
const seed = Number(process.argv[3]);

async function* twice(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  yield bytes;
}

async function putForEver(lane: number): Promise<void> {
  for (let i = 0; ; i++) {
    const bytes = Buffer.alloc((i * 7919) % 300_000, `${seed} ${lane} ${i} `);
    const { digest } = i % 3 === 0 ? await store.putStream(twice(bytes)) : await store.put(bytes);
    process.stdout.write(`${digest}\n`);
  }
}

await Promise.all([putForEver(0), putForEver(1)]);
