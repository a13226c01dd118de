import { Readable } from 'node:stream';
import { digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { verified } from './verified.ts';

const RIGHT = Buffer.from('0123456789');
const descriptor = { mediaType: 'x/y', digest: digestOf(RIGHT), size: RIGHT.length };

async function passed(chunks: readonly Buffer[]): Promise<{ size: number; code: string | undefined }> {
  let size = 0;
  try {
    for await (const chunk of verified(Readable.from(chunks), descriptor, 'blob')) size += chunk.length;
    return { size, code: undefined };
  } catch (error) {
    return { size, code: (error as { code?: string }).code };
  }
}

test('the right bytes pass in any cut', async () => {
  for (const cut of [0, 1, 5, 10]) {
    expect(await passed([RIGHT.subarray(0, cut), RIGHT.subarray(cut)])).toEqual({ size: 10, code: undefined });
  }
});

test.each([
  ['other bytes', 'x123456789', 'OCI_DIGEST_MISMATCH'],
  ['too few', '012345678', 'OCI_SIZE_MISMATCH'],
  ['too many', '0123456789x', 'OCI_SIZE_MISMATCH'],
])('of %s the last chunk never leaves', async (_, text, code) => {
  const bytes = Buffer.from(text);
  const found = await passed([bytes.subarray(0, 4), bytes.subarray(4)]);
  expect(found).toEqual({ size: text.length > 10 ? 0 : 4, code });
  expect((await passed([bytes])).size).toBe(0);
});
