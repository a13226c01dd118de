import { type TarEntry, TarReader, writeTar } from '@stella-ops/engine-archive';
import { AppError } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pax, rawTar } from '../../engine/archive/src/testing/raw-tar.ts';

const SEEDS = [
  rawTar({ name: 'a', body: 'A' }, { name: 'd/', type: '5' }, { name: 'l', type: '2', link: 'a' }),
  rawTar(pax({ path: 'p'.repeat(150), size: '3', mtime: '1.5' }), { name: 'x', body: 'abc' }),
  rawTar(
    { name: 'L', type: 'L', body: 'long\0' },
    { name: 'K', type: 'K', body: 'target\0' },
    { name: 'h', type: '1' },
  ),
  rawTar(
    { name: '../../up', body: 'u' },
    { name: 's', type: 'S', body: 'sparse' },
    { ...pax({ path: 'g' }), type: 'g' },
  ),
];

/** The fate of an archive: what came out, or the error's code. Anything but an AppError is a defect and passes through. */
function fateOf(tar: Buffer, chunkBytes: number): unknown[] {
  const fate: unknown[] = [];
  const reader = new TarReader({
    onUnsafe: (fault) => fate.push(fault),
    onEntry(entry: TarEntry) {
      fate.push(entry);
      let length = 0;
      return { write: (chunk) => void (length += chunk.length), end: () => void fate.push(length) };
    },
  });
  try {
    for (let at = 0; at < tar.length; at += chunkBytes) reader.write(tar.subarray(at, at + chunkBytes));
    reader.end();
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    fate.push(cause.code, cause.place);
  }
  return fate;
}

/** Sets the checksum of every block that looks like a header, so that damage behind the checksum is reached. */
function withChecksums(tar: Buffer): Buffer {
  for (let at = 0; at + 512 <= tar.length; at += 512) {
    const block = tar.subarray(at, at + 512);
    if (block[0] === 0 || block[148] === 0) continue;
    block.fill(' ', 148, 156);
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
  }
  return tar;
}

const damaged = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
    length: fc.nat(4096),
    keepsChecksums: fc.boolean(),
  })
  .map(({ seed, edits, length, keepsChecksums }) => {
    const tar = Buffer.from(seed);
    for (const [at, value] of edits) tar[at % tar.length] = value;
    return (keepsChecksums ? tar : withChecksums(tar)).subarray(0, Math.max(600, tar.length - (length % 700)));
  });

test('a damaged archive ends in entries, faults or an AppError, the same however it is cut', () => {
  fc.assert(
    fc.property(damaged, fc.constantFrom(1, 100, 512, 1000), (tar, size) => {
      expect(fateOf(tar, size)).toEqual(fateOf(tar, tar.length));
    }),
    { numRuns: 3000 },
  );
});

test('no path that comes out leaves the root', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '...', '..a', '\\', 'ő');
  const path = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(path, path, fc.boolean(), (name, link, isPax) => {
      const member = { name: isPax ? 'x' : name, type: '1', link: isPax ? 'x' : link };
      const tar = isPax ? rawTar(pax({ path: name, linkpath: link }), member) : rawTar(member);
      const named = (one: unknown): one is TarEntry => typeof one === 'object' && one !== null && 'path' in one;
      const entries = fateOf(tar, 512).filter(named);
      expect(entries).not.toEqual([]);
      for (const entry of entries) {
        for (const one of [entry.path, entry.linkTarget ?? 'none']) {
          expect(one.split('/').some((part) => part === '..' || part === '.')).toBe(false);
          expect(one).not.toMatch(/^\/|\/$|\/\//);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('random bytes never come out of our writer as anything else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }), async (contents) => {
      const chunks: Uint8Array[] = [];
      const members = contents.map((content, index) => ({ path: `file-${index}`, content }));
      for await (const chunk of writeTar(members)) chunks.push(chunk);
      const found: Buffer[] = [];
      const reader = new TarReader({
        onUnsafe: 'refuse',
        onEntry() {
          const parts: Buffer[] = [];
          return {
            write: (chunk) => void parts.push(Buffer.from(chunk)),
            end: () => void found.push(Buffer.concat(parts)),
          };
        },
      });
      for (const chunk of chunks) reader.write(chunk);
      reader.end();
      expect(found).toEqual(contents.map((content) => Buffer.from(content)));
    }),
    { numRuns: 200 },
  );
});
