import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type BatchLimits, type RecordBatch, recordBatches } from './record-batches.ts';

const WIDE: BatchLimits = { records: 100, bytes: 1e9, rows: 1e9 };

const record = (id: string, packages = 1, text = '') => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  text,
  affected: Array.from({ length: packages }, (_, n) => ({ package: { ecosystem: 'npm', name: `p${n}` } })),
});

async function batchesOf(records: readonly unknown[], limits: BatchLimits): Promise<RecordBatch[]> {
  const folder = mkdtempSync(join(tmpdir(), 'batches-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'records.jsonl');
  writeFileSync(path, records.map((one) => JSON.stringify(one)).join('\n'));
  const batches: RecordBatch[] = [];
  for await (const batch of recordBatches(path, limits)) batches.push(batch);
  return batches;
}

const idsOf = (batches: readonly RecordBatch[]) =>
  batches.map(({ records }) => records.map(({ advisoryId }) => advisoryId));

test('a batch ends with the record that reaches its count, its bytes or its rows', async () => {
  const three = [record('A'), record('B'), record('C')];
  expect(idsOf(await batchesOf(three, WIDE))).toEqual([['A', 'B', 'C']]);
  expect(idsOf(await batchesOf(three, { ...WIDE, records: 2 }))).toEqual([['A', 'B'], ['C']]);
  const large = [record('A', 1, 'x'.repeat(500)), record('B'), record('C')];
  expect(idsOf(await batchesOf(large, { ...WIDE, bytes: 500 }))).toEqual([['A'], ['B', 'C']]);
  const wide = [record('A'), record('B', 40), record('C')];
  expect(idsOf(await batchesOf(wide, { ...WIDE, rows: 40 }))).toEqual([['A', 'B'], ['C']]);
});

test('each record lies where its draft says, and twice in a batch it lies once', async () => {
  const [batch] = await batchesOf([record('A'), record('B', 2), record('A')], WIDE);
  expect(batch?.repeated).toBe(1);
  const texts = batch?.records.map(({ offset, length }) =>
    Buffer.from(batch.bytes.subarray(offset, offset + length)).toString(),
  );
  expect(texts).toEqual([record('A'), record('B', 2)].map((one) => JSON.stringify(one)));
  expect(batch?.bytes.length).toBe(texts?.join('').length);
});

test('a flood of broken or repeated records makes batches too, so that nothing grows without end', async () => {
  const broken = await batchesOf(
    Array.from({ length: 250 }, () => ({ id: 1 })),
    WIDE,
  );
  expect(broken.map((one) => one.broken.length)).toEqual([100, 100, 50]);
  const repeated = await batchesOf(
    Array.from({ length: 250 }, () => record('A')),
    WIDE,
  );
  expect(repeated.map((one) => one.records.length + one.repeated)).toEqual([100, 100, 50]);
});
