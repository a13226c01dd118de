import { type Digest, digestOf, hexOf } from '@stella-ops/engine-kernel';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';
import { directoryBlobs } from './directory-blobs.ts';
import { storeError } from './errors.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { tempDir } from './testing/temp-dir.ts';
import type { BlobInfo, BlobStore } from './types.ts';

const code = (name: string) => expect.objectContaining({ code: name }) as unknown;
const HELLO = Buffer.from('hello');
const ABSENT = digestOf('absent');

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const pathOf = (root: string, digest: Digest) => join(root, 'sha256', hexOf(digest).slice(0, 2), hexOf(digest));

describe.each([
  ['memory', () => memoryBlobs()],
  ['directory', () => directoryBlobs(join(tempDir(), 'not', 'there', 'yet'))],
])('%s', (_name, make: () => BlobStore) => {
  test('what was put is found by its digest, by bytes, stream and size', async () => {
    const store = make();
    const put = await store.put(HELLO);
    expect(put).toEqual({ digest: digestOf('hello'), size: 5 });
    expect(await store.putStream(chunks('he', '', 'llo'), { expected: put.digest })).toEqual(put);
    expect(await store.get(put.digest)).toEqual(HELLO);
    expect(Buffer.concat(await all((await store.open(put.digest)) ?? chunks()))).toEqual(HELLO);
    expect(await store.sizeOf(put.digest)).toBe(5);
    expect(await store.has(put.digest)).toBe(true);
    expect((await all(store.list())).map((blob) => blob.digest)).toEqual([put.digest]);
  });

  test('what was never put is absent, not an error', async () => {
    const store = make();
    expect(await store.get(ABSENT)).toBeUndefined();
    expect(await store.open(ABSENT)).toBeUndefined();
    expect(await store.sizeOf(ABSENT)).toBeUndefined();
    expect(await store.has(ABSENT)).toBe(false);
    expect(await store.delete(ABSENT)).toBe(false);
    expect(await all(store.list())).toEqual([]);
    expect(await store.sweepTemporary(1e15)).toBe(0);
  });

  test('a stream with other bytes, too many bytes or an error leaves nothing', async () => {
    const store = make();
    async function* torn() {
      yield HELLO;
      throw Object.assign(new Error('torn'), { code: 'ENOENT', syscall: 'read' });
    }
    await expect(store.putStream(chunks('hello'), { expected: ABSENT })).rejects.toThrow(code('BLOB_MISMATCH'));
    await expect(store.putStream(chunks('hel', 'lo'), { maxBytes: 4 })).rejects.toThrow(code('BLOB_TOO_LARGE'));
    await expect(store.putStream(torn())).rejects.toThrow('torn');
    expect(await all(store.list())).toEqual([]);
    expect(await store.sweepTemporary(1e15)).toBe(0);
  });

  test('a blob over the limit of the reader is not loaded', async () => {
    const store = make();
    const { digest } = await store.put(HELLO);
    await expect(store.get(digest, { maxBytes: 4 })).rejects.toThrow(code('BLOB_TOO_LARGE'));
    expect(await store.get(digest, { maxBytes: 5 })).toEqual(HELLO);
  });

  test('the same content put many times at once is one blob', async () => {
    const store = make();
    await Promise.all(Array.from({ length: 20 }, () => store.put(HELLO)));
    expect(await all(store.list())).toHaveLength(1);
    expect(await store.get(digestOf('hello'))).toEqual(HELLO);
  });

  test('bytes changed by their owner afterwards do not change the blob', async () => {
    const store = make();
    const bytes = Buffer.from('mine');
    const { digest } = await store.put(bytes);
    bytes.fill(0);
    (await store.get(digest))?.fill(0);
    expect(await store.get(digest)).toEqual(Buffer.from('mine'));
  });

  test('blobs are listed in order of their digests', async () => {
    const store = make();
    for (let i = 0; i < 20; i++) await store.put(Buffer.from(`blob ${i}`));
    const digests = (await all(store.list())).map((blob) => blob.digest);
    expect(digests).toEqual([...digests].sort());
    expect(digests).toHaveLength(20);
  });

  test.each(['sha256:../../../../etc/passwd', 'sha512:00', 'sha256:ABC', ''])('%j reaches no file', async (text) => {
    const store = make();
    const digest = text as Digest;
    const calls = [() => store.get(digest), () => store.open(digest), () => store.delete(digest)];
    for (const call of calls) await expect((async () => call())()).rejects.toThrow(code('DIGEST_INVALID'));
  });
});

describe('directory', () => {
  test('only the owner can look into it', async () => {
    const root = join(tempDir(), 'store');
    const { digest } = await directoryBlobs(root).put(HELLO);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([root, join(root, 'sha256'), join(root, '.tmp')].map(mode)).toEqual(['700', '700', '700']);
    expect(mode(pathOf(root, digest))).toBe('600');
    expect(readdirSync(join(root, '.tmp'))).toEqual([]);
  });

  test.each(['get', 'open'] as const)(
    'a corrupt blob is an error for %s, is moved aside, and can be put again',
    async (how) => {
      const root = tempDir();
      const store = directoryBlobs(root);
      const { digest } = await store.put(HELLO);
      writeFileSync(pathOf(root, digest), 'hellO');
      const read = async () => (how === 'get' ? store.get(digest) : all((await store.open(digest)) ?? chunks()));
      await expect(read()).rejects.toThrow(code('BLOB_CORRUPT'));
      expect(await store.has(digest)).toBe(false);
      expect(readFileSync(join(root, 'corrupt', hexOf(digest)), 'utf8')).toBe('hellO');
      await store.put(HELLO);
      expect(await store.get(digest)).toEqual(HELLO);
    },
  );

  test('a put heals what was corrupt and counts as new', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    const { digest } = await store.put(HELLO);
    writeFileSync(pathOf(root, digest), 'hellO');
    utimesSync(pathOf(root, digest), 1, 1);
    await store.put(HELLO);
    expect(await store.get(digest)).toEqual(HELLO);
    expect((await all(store.list()))[0]?.modifiedMs).toBeGreaterThan(1000);
  });

  test('files of others in the directory are no blobs', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    const { digest } = await store.put(HELLO);
    writeFileSync(join(root, 'sha256', 'README'), '');
    writeFileSync(join(pathOf(root, digest), '..', 'x'), '');
    await expect(all(store.list())).resolves.toHaveLength(1);
  });

  test('temporary files of dead writers are swept, those of living ones stay', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    await store.put(HELLO);
    for (const [name, seconds] of [
      ['1-0', 100],
      ['1-1', 300],
    ] as const) {
      writeFileSync(join(root, '.tmp', name), 'half');
      utimesSync(join(root, '.tmp', name), seconds, seconds);
    }
    expect(await store.sweepTemporary(200_000)).toBe(1);
    expect(readdirSync(join(root, '.tmp'))).toEqual(['1-1']);
  });

  test('a blob is deleted when it was put before a moment, and not when it was put then or later', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    const { digest } = await store.put(HELLO);
    utimesSync(pathOf(root, digest), 100, 100);
    expect(await store.deleteOld(digest, 100_000)).toBe(false);
    expect(await store.get(digest)).toEqual(HELLO);
    expect(await store.deleteOld(digest, 100_001)).toBe(true);
    expect(await store.has(digest)).toBe(false);
    expect(await store.deleteOld(digest, 100_001)).toBe(false);
    expect(readdirSync(join(root, 'leaving'))).toEqual([]);
  });

  test('a blob that is put while it is deleted for its age is there afterwards, always', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    const { digest } = await store.put(HELLO);
    for (let i = 0; i < 300; i++) {
      utimesSync(pathOf(root, digest), 100, 100);
      const first = i % 2 === 0 ? [store.put(HELLO)] : [];
      const deletions = [store.deleteOld(digest, 200_000), store.deleteOld(digest, 200_000)];
      await Promise.all([...first, ...deletions, store.put(HELLO)]);
      expect(await store.get(digest)).toEqual(HELLO);
    }
    expect(readdirSync(join(root, 'leaving'))).toEqual([]);
  });

  test('a blob that a killed process was deleting comes back with the next sweep, unless it was put anew', async () => {
    const root = tempDir();
    const store = directoryBlobs(root);
    const { digest } = await store.put(HELLO);
    mkdirSync(join(root, 'leaving'));
    for (const isPutAnew of [false, true]) {
      renameSync(pathOf(root, digest), join(root, 'leaving', `${hexOf(digest)}.1-1`));
      if (isPutAnew) await store.put(HELLO);
      await store.sweepTemporary(0);
      expect(await store.get(digest)).toEqual(HELLO);
      expect(readdirSync(join(root, 'leaving'))).toEqual([]);
    }
  });

  test('a temporary name that is taken is left alone', async () => {
    const root = tempDir();
    await directoryBlobs(root).put(HELLO);
    const taken = Array.from({ length: 3 }, (_, i) => join(root, '.tmp', `${process.pid}-${i}`));
    for (const path of taken) writeFileSync(path, 'taken');
    const { digest } = await directoryBlobs(root).put(Buffer.from('other'));
    expect(await directoryBlobs(root).get(digest)).toEqual(Buffer.from('other'));
    expect(taken.map((path) => readFileSync(path, 'utf8'))).toEqual(['taken', 'taken', 'taken']);
  });

  test('a root that cannot be a directory is an error with a place and a hint', async () => {
    const root = join(tempDir(), 'file');
    writeFileSync(root, '');
    await expect(directoryBlobs(root).put(HELLO)).rejects.toThrow(
      expect.objectContaining({ code: 'STORE_FAILED', place: { file: root }, hint: expect.any(String) as unknown }),
    );
  });
});

test.each([
  ['ENOSPC', 'STORE_FULL', true],
  ['EDQUOT', 'STORE_FULL', true],
  ['EACCES', 'STORE_DENIED', false],
  ['EPERM', 'STORE_DENIED', false],
  ['EROFS', 'STORE_READ_ONLY', false],
  ['EIO', 'STORE_FAILED', false],
])('%s becomes %s', (system, expected, retryable) => {
  const cause = Object.assign(new Error(system), { code: system, syscall: 'write' });
  expect(storeError(cause, '/store')).toMatchObject({ code: expected, retryable, place: { file: '/store' }, cause });
});

const nothing = async () => new Set<Digest>();

describe('collectGarbage', () => {
  const put = async (store: BlobStore, text: string) => (await store.put(Buffer.from(text))).digest;

  test('removes what is dead and old, and nothing else', async () => {
    let nowMs = 1000;
    const store = memoryBlobs(() => nowMs);
    const live = await put(store, 'live');
    await put(store, 'dead');
    nowMs = 5000;
    const young = await put(store, 'young');
    expect(await collectGarbage(store, async () => new Set([live]), { minAgeMs: 2000, nowMs })).toEqual({
      removed: 1,
      removedBytes: 4,
      kept: 2,
      swept: 0,
    });
    const left = (await all<BlobInfo>(store.list())).map((blob) => blob.digest);
    expect(left).toEqual([live, young].sort());
  });

  test('a dead blob that was put again counts as young', async () => {
    let nowMs = 1000;
    const store = memoryBlobs(() => nowMs);
    await put(store, 'again');
    nowMs = 5000;
    const again = await put(store, 'again');
    await collectGarbage(store, nothing, { minAgeMs: 2000, nowMs });
    expect(await store.has(again)).toBe(true);
  });

  test('a dead blob that is put again after it was asked about stays', async () => {
    let nowMs = 1000;
    const store = memoryBlobs(() => nowMs);
    const again = await put(store, 'again');
    nowMs = 5000;
    const live = async () => {
      await put(store, 'again');
      return new Set<Digest>();
    };
    expect(await collectGarbage(store, live, { minAgeMs: 2000, nowMs })).toMatchObject({ removed: 0, kept: 1 });
    expect(await store.has(again)).toBe(true);
  });

  test('many blobs are asked about in parts, and each once', async () => {
    let nowMs = 1000;
    const store = memoryBlobs(() => nowMs);
    for (let i = 0; i < 1201; i++) await put(store, `blob ${i}`);
    nowMs = 5000;
    const asked: number[] = [];
    const live = async (digests: readonly Digest[]) => {
      asked.push(digests.length);
      return new Set(digests.slice(1));
    };
    expect(await collectGarbage(store, live, { minAgeMs: 2000, nowMs })).toMatchObject({ removed: 3, kept: 1198 });
    expect(asked).toEqual([500, 500, 201]);
  });

  test('when nobody can say what is live nothing is removed', async () => {
    let nowMs = 1000;
    const store = memoryBlobs(() => nowMs);
    await put(store, 'live');
    nowMs = 5000;
    const gone = async () => Promise.reject(new Error('the database is gone'));
    await expect(collectGarbage(store, gone, { minAgeMs: 2000, nowMs })).rejects.toThrow('the database is gone');
    expect(await all(store.list())).toHaveLength(1);
  });
});
