import { digestOf } from '@stella-ops/engine-kernel';
import { parseInventory } from '@stella-ops/engine-inventory';
import { afterAll, expect, test } from 'vitest';
import { createDocuments } from './documents.ts';

const documents = createDocuments();
afterAll(() => documents.close());

const largeDocument = (count: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: Array.from({ length: count }, (_, n) => ({
        type: 'library',
        name: `part-${n}`,
        version: '1.0.0',
        purl: `pkg:npm/part-${n}@1.0.0`,
      })),
    }),
  );
const inputOf = (document: Uint8Array) => ({ document, name: 'x', imageDigest: digestOf('x'), platform: undefined });

test('a large document is read beside the loop, and gives what it gives at once', async () => {
  const document = largeDocument(20_000);
  let turns = 0;
  const turning = setInterval(() => turns++, 5);
  const apart = await documents.run('readSbom', inputOf(document), document.length);
  clearInterval(turning);
  const here = await documents.run('readSbom', inputOf(document), 0);
  expect(Buffer.from(apart.inventory).equals(Buffer.from(here.inventory))).toBe(true);
  expect({ ...apart, inventory: 0 }).toEqual({ ...here, inventory: 0 });
  expect(parseInventory(apart.inventory, 'x').components).toHaveLength(20_000);
  // Read at once, there would be none.
  expect(turns).toBeGreaterThan(5);
});

test('what a thread refuses keeps its code and its place', async () => {
  const text = `${' '.repeat(200_000)}\n{"bomFormat": }`;
  const refused = documents.run('readSbom', inputOf(Buffer.from(text)), text.length);
  await expect(refused).rejects.toMatchObject({ code: 'SBOM_INVALID', status: 422, place: { line: 2, column: 15 } });
});

test('more documents than threads all get their turn', async () => {
  const document = largeDocument(10);
  const all = await Promise.all(
    Array.from({ length: 5 }, () => documents.run('readSbom', inputOf(document), 1_000_000)),
  );
  expect(all.map(({ components }) => components)).toEqual([10, 10, 10, 10, 10]);
});
