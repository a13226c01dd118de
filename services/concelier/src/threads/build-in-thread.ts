import type { IndexStats } from '@stella-ops/engine-advisories';
import type { IndexAnswer, IndexQuestion, Pack } from './index-wire.ts';
import { Thread } from './thread.ts';

/**
 * Builds an index file on another thread: it takes seconds without a pause.
 *
 * @param out path of the file
 * @throws AppError what `writeIndex` throws
 */
export async function buildInThread(packs: AsyncIterable<Pack>, out: string, signal: AbortSignal): Promise<IndexStats> {
  await using thread = new Thread<IndexQuestion, IndexAnswer>(
    new URL('index-thread.ts', import.meta.url),
    { out },
    signal,
  );
  for await (const pack of packs) await thread.ask({ kind: 'add', pack });
  const answer = await thread.ask({ kind: 'finish' });
  if (answer.kind !== 'built') throw new Error('the index was not built');
  return answer.stats;
}
