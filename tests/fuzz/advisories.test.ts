import {
  type AdvisoryIndex,
  bytesAsSource,
  matchInventory,
  openIndex,
  readOsv,
  writeIndex,
} from '@stella-ops/engine-advisories';
import type { Inventory } from '@stella-ops/engine-inventory';
import { AppError, canonicalJson } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const RECORDS = Array.from({ length: 120 }, (_, i) => ({
  id: `OWN-${i}`,
  modified: '2026-01-02T03:04:05Z',
  aliases: [`CVE-2026-${i % 90}`],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: i % 4 === 0 ? 'crates.io' : 'PyPI', name: `package-${i % 30}` },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: `${i % 3}` }, { fixed: `4.${i}` }] }],
      versions: i % 5 === 0 ? ['9.9', '9.8'] : [],
    },
  ],
}));

const SUBJECT: Inventory = {
  format: 'stella.inventory/v1',
  subject: { kind: 'directory', name: 'own' },
  layers: [],
  components: Array.from({ length: 40 }, (_, i) => ({
    ref: `own-${i}`,
    kind: 'library' as const,
    type: i % 4 === 0 ? 'cargo' : 'pypi',
    name: `package-${i}`,
    version: i % 7 === 0 ? '9.9' : `3.${i}`,
    locations: [],
    evidence: { analyzer: 'own', grade: 'exact' as const },
  })),
  relations: [],
  gaps: [],
  analyzers: {},
};

async function ownIndex(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  try {
    const out = join(folder, 'own.idx');
    async function* source() {
      for (const record of RECORDS) yield { raw: Buffer.from(JSON.stringify(record)), file: 'own' };
    }
    await writeIndex(source(), { out });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything that an index can be asked. */
function answers(index: AdvisoryIndex): string {
  const raws = RECORDS.map(({ id }) => {
    const record = index.record(id);
    return record === undefined ? null : index.raw(record).toString('utf8');
  });
  return canonicalJson({ info: index.info, findings: matchInventory(SUBJECT, index), raws });
}

/** The answers, or the code of the error; anything but an AppError goes through and fails the test. */
function outcome(bytes: Buffer): string {
  try {
    return answers(openIndex(bytesAsSource(bytes)));
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

test('an index file with any one bit changed answers as before, or says that it is damaged', async () => {
  const bytes = await ownIndex();
  const expected = outcome(bytes);
  expect(expected).toContain('"vulnerability":"CVE-2026-');
  const counts = { damaged: 0, same: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
      const got = outcome(changed);
      if (got === expected) counts.same++;
      else counts.damaged++;
      expect([expected, 'INDEX_DAMAGED', 'INDEX_FOREIGN', 'INDEX_NEWER']).toContain(got);
    }),
    { numRuns: 3_000 },
  );
  console.log(`bit flips: ${counts.damaged} noticed, ${counts.same} without effect on any answer`);
  expect(counts.damaged).toBeGreaterThan(counts.same);
});

test('an index file cut short or with other bytes in it never crashes its reader', async () => {
  const bytes = await ownIndex();
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.uint8Array({ maxLength: 64 }), fc.boolean(), (at, junk, isCut) => {
      const rest = isCut ? Buffer.alloc(0) : bytes.subarray(at + junk.length);
      const changed = Buffer.concat([bytes.subarray(0, at), junk, rest]);
      const got = outcome(changed);
      if (!changed.equals(bytes)) expect(got.startsWith('INDEX_') || got === outcome(bytes)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('whatever a record says, reading it ends in a record or in violations', () => {
  const members = fc.record(
    {
      id: fc.oneof(fc.string(), fc.jsonValue()),
      modified: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), fc.jsonValue()),
      aliases: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      severity: fc.jsonValue(),
      affected: fc.oneof(
        fc.array(
          fc.record(
            {
              package: fc.oneof(fc.record({ ecosystem: fc.string(), name: fc.string() }), fc.jsonValue()),
              ranges: fc.oneof(
                fc.array(
                  fc.record({
                    type: fc.constantFrom('SEMVER', 'GIT', 'X'),
                    events: fc.array(
                      fc.dictionary(fc.constantFrom('introduced', 'fixed', 'limit', '__proto__'), fc.string()),
                    ),
                  }),
                ),
                fc.jsonValue(),
              ),
              versions: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
            },
            { requiredKeys: [] },
          ),
        ),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(members, (record) => {
      const read = readOsv(Buffer.from(JSON.stringify(record)), 'own');
      if (!read.ok) expect(read.violations.length).toBeGreaterThan(0);
    }),
    { numRuns: 5_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readOsv(bytes, 'own');
    }),
    { numRuns: 2_000 },
  );
});
