import { bundleBytes, readBundle } from '@stella-ops/engine-envelope';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { auditPackage, chunksOf, contentOf, exportOf, newAuditor, trailOf } from '../testing/audit.ts';
import { repacked, spansOf, unpacked, without } from '../testing/tar-edits.ts';
import { AuditChain } from './audit-chain.ts';
import { AUDIT_ENTRIES, AUDIT_SEAL, auditStatement, packAudit } from './audit-export.ts';
import { LineReader, MAX_LINE_BYTES } from './line-reader.ts';
import { type AuditVerification, verifyAudit } from './verify-audit.ts';

const auditor = newAuditor();
const trail = trailOf(40);
const PART = [9, 30] as const;
const part = trail.slice(...PART);
const whole = await auditPackage(auditor, part);
/** The signature over the part as it was; whoever changes entries cannot make another. */
const honest = auditor.attest(auditStatement(exportOf(part)));

const verify = (bytes: Uint8Array, trust = auditor.trust): Promise<AuditVerification> =>
  verifyAudit(chunksOf(bytes), { trust });
const details = ({ faults }: AuditVerification): readonly string[] => faults.map(({ detail }) => detail);
const edited = (line: string, edit: (entry: Record<string, unknown>) => object): string => {
  const entry = JSON.parse(line) as Record<string, unknown>;
  return canonicalJson({ ...entry, ...edit(entry) });
};

test('a part of the trail verifies with trust alone, and says what it is', async () => {
  const { range, status, faults, exportedBy, exportedAt } = await verify(whole);
  expect({ status, faults }).toEqual({ status: 'verified', faults: [] });
  expect(range).toEqual(exportOf(part).range);
  expect(range).toMatchObject({ first: 10, last: 30, entries: 21 });
  expect({ exportedAt, exportedBy }).toEqual({
    exportedAt: '2026-02-01T00:00:00.000Z',
    exportedBy: { id: 'u-2', name: 'Sam' },
  });
});

test('without trust, and with that of somebody else, it is unverifiable and not invalid', async () => {
  expect(await verifyAudit(chunksOf(whole))).toMatchObject({ status: 'unverifiable', faults: [] });
  expect(await verify(whole, newAuditor().trust)).toMatchObject({ status: 'unverifiable', faults: [] });
});

// Whoever changes entries can write archive, manifest and checksums anew, but not the signature.
test.each<[string, (lines: string[]) => string[], string]>([
  ['removed from the middle', (lines) => lines.toSpliced(5, 1), 'the entry 15 is missing: the entry 16 stands'],
  ['removed from the beginning', (lines) => lines.slice(1), 'first was signed as 10, the entries say 11'],
  ['removed from the end', (lines) => lines.slice(0, -1), 'last was signed as 30, the entries say 29'],
  ['appended from the trail', (lines) => [...lines, trail[30] ?? ''], 'last was signed as 30, the entries say 31'],
  [
    'appended with a number of its own',
    (lines) => [...lines, edited(lines.at(-1) ?? '', () => ({ sequence: 99 }))],
    'the entry 31 is missing: the entry 99 stands',
  ],
  ['put in front', (lines) => [trail[8] ?? '', ...lines], 'first was signed as 10, the entries say 9'],
  ['told twice', (lines) => lines.toSpliced(5, 0, lines[5] ?? ''), 'the entry 15 stands where the entry 16 should be'],
  [
    'swapped with its neighbour',
    (lines) => lines.with(5, lines[6] ?? '').with(6, lines[5] ?? ''),
    'the entry 15 is missing: the entry 16 stands',
  ],
  [
    'changed in the middle',
    (lines) =>
      lines.with(
        5,
        edited(lines[5] ?? '', () => ({ outcome: 'refused' })),
      ),
    'the entry 16 does not follow the entry 15',
  ],
  [
    'changed at the end',
    (lines) => [...lines.slice(0, -1), edited(lines.at(-1) ?? '', () => ({ outcome: 'refused' }))],
    'after was signed as sha256:',
  ],
  [
    'moved to another tenant',
    (lines) => [...lines.slice(0, -1), edited(lines.at(-1) ?? '', () => ({ tenantId: 'somebody else' }))],
    'the entry 30 is of another tenant',
  ],
  ['that is no JSON', (lines) => lines.with(3, '{'), 'the entry 13 cannot be read'],
  ['written in another form', (lines) => lines.with(3, ` ${lines[3]}`), 'the entry 13 cannot be read'],
  ['blank', (lines) => lines.toSpliced(3, 0, ''), 'the entry 13 cannot be read'],
])('an entry that was %s is found, and named', async (_, edit, sentence) => {
  const result = await verify(await auditPackage(auditor, edit([...part]), honest));
  expect(result.status).toBe('invalid');
  expect(details(result).join('\n')).toContain(sentence);
});

test('entries that were chained anew behind a change are not those that were signed', async () => {
  const forged = trailOf(40, { tenantId: '0199a1b2-0000-7000-8000-00000000000b' }).slice(...PART);
  const result = await verify(await auditPackage(auditor, forged, honest));
  expect(result).toMatchObject({ status: 'invalid' });
  expect(details(result).join('\n')).toContain('tenant was signed as');
});

test('a statement about other entries does not stand under the signature of the one that was signed', async () => {
  const forged = trailOf(40, { person: 'Ruth' }).slice(...PART);
  const seal = readBundle(honest);
  if (!seal.ok || seal.value.content.kind !== 'envelope') throw new Error('no envelope');
  const payload = auditStatement(exportOf(forged));
  const content = { kind: 'envelope', envelope: { ...seal.value.content.envelope, payload } } as const;
  const result = await verify(await auditPackage(auditor, forged, bundleBytes({ ...seal.value, content })));
  expect(result).toMatchObject({ status: 'invalid', faults: [{ file: AUDIT_SEAL, check: 'signature' }] });
});

test('a package whose entries are not those that its manifest names is invalid', async () => {
  const tar = unpacked(whole);
  const span = spansOf(tar).find(({ path }) => path === AUDIT_ENTRIES);
  const at = tar.indexOf('naïve', span?.start);
  tar[at] = 'N'.charCodeAt(0);
  const result = await verify(repacked(tar));
  expect(result.status).toBe('invalid');
  expect(result.faults.map(({ check }) => check)).toEqual(expect.arrayContaining(['digest', 'chain']));
});

test('without its signature, cut off, or with another statement it is invalid', async () => {
  expect(await verify(without(whole, AUDIT_SEAL))).toMatchObject({ status: 'invalid' });
  expect(await verify(whole.subarray(0, whole.length / 2))).toMatchObject({ status: 'invalid' });
  expect(await verify(Buffer.from('nothing of the kind'))).toMatchObject({ status: 'invalid' });
  const renamed = exportOf(part);
  const other = auditor.attest(auditStatement({ ...renamed, exportedAt: '2026-02-02T00:00:00.000Z' }));
  expect(await verify(await auditPackage(auditor, part, other))).toMatchObject({ status: 'invalid' });
});

test('what is packed must be what was signed', async () => {
  const { entriesDigest, ...more } = exportOf(part);
  const source = packAudit({ entriesDigest, ...more }, honest, () => chunksOf(contentOf(part.toReversed())));
  const read = async (): Promise<void> => {
    for await (const _ of source);
  };
  await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'BUNDLE_SOURCE_CHANGED' }));
});

test('a chain begins at its start or with the hash of an entry', () => {
  const chain = new AuditChain();
  const bent = edited(trail[0] ?? '', () => ({ previous: `sha256:${'1'.repeat(64)}` }));
  expect(chain.accept(Buffer.from(bent))).toBe('the entry 1 names an entry before it');
  expect(chain.accept(Buffer.from(trail[0] ?? ''))).toBe('the entry 1 names an entry before it');
});

test('lines come whole however they are cut, and what is no line is said', () => {
  for (const size of [1, 2, 7, 1000]) {
    const lines: string[] = [];
    const reader = new LineReader((line) => lines.push(line.toString()));
    const bytes = Buffer.from('one\n\ntwo and more\nthree\n');
    for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
    expect(lines).toEqual(['one', '', 'two and more', 'three']);
    expect(reader.end()).toBeUndefined();
  }
  const open = new LineReader(() => undefined);
  open.write(Buffer.from('one\ntwo'));
  expect(open.end()).toBe('the last line does not end');
  let count = 0;
  const long = new LineReader(() => count++);
  for (let i = 0; i < 3; i++) long.write(Buffer.alloc(MAX_LINE_BYTES / 2 + 1, 'x'));
  long.write(Buffer.from('\nmore\n'));
  expect({ count, end: long.end() }).toEqual({ count: 0, end: `a line is longer than ${MAX_LINE_BYTES} bytes` });
});
