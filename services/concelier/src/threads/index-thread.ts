import { workerData } from 'node:worker_threads';
import { type IndexStats, type SourceRecord, writeIndex } from '@stella-ops/engine-advisories';
import type { IndexAnswer, IndexQuestion, Pack } from './index-wire.ts';
import { serveThread } from './serve-thread.ts';

// Turns the question-and-answer way of a thread into the stream that `writeIndex` reads.
let give: PromiseWithResolvers<Pack | null> = Promise.withResolvers();
let taken: PromiseWithResolvers<undefined> = Promise.withResolvers();

async function* records(): AsyncGenerator<SourceRecord> {
  for (;;) {
    const pack = await give.promise;
    give = Promise.withResolvers();
    if (pack === null) return;
    for (const { offset, length } of pack.slices) {
      yield { raw: pack.bytes.subarray(offset, offset + length), file: 'record' };
    }
    taken.resolve(undefined);
    taken = Promise.withResolvers();
  }
}

const { out } = workerData as { readonly out: string };
const building: Promise<IndexStats> = writeIndex(records(), { out });
// Whoever asks next learns of it.
building.catch(() => undefined);

serveThread<IndexQuestion, IndexAnswer>(async (question) => {
  if (question.kind === 'finish') {
    give.resolve(null);
    return { kind: 'built', stats: await building };
  }
  const isTaken = taken.promise;
  give.resolve(question.pack);
  await Promise.race([isTaken, building]);
  return { kind: 'added' };
});
