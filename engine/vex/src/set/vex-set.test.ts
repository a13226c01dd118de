import { canonicalBytes } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { readOpenVex } from '../openvex/read-openvex.ts';
import { digestWith, makeDocument, makeFinding, makeFindings, openVex } from '../testing/make.ts';
import { buildVexSet, readVexSet, vexSetBytes } from './vex-set.ts';

const about = (vulnerability: unknown) => makeDocument([{ vulnerability, products: ['pkg:npm/a'] }]);
const findings = makeFindings([makeFinding()]);

test('only documents that name a vulnerability of the findings are kept, in any of its names', () => {
  const byId = about({ name: 'CVE-2024-0001' });
  const byAlias = about('ghsa-AAAA-bbbb-cccc');
  const byTheirAlias = about({ name: 'SNYK-1', aliases: ['PYSEC-2024-1'] });
  const other = about({ name: 'CVE-2024-0002', aliases: ['GHSA-zzzz'] });
  const set = buildVexSet([other, byId, byAlias, byTheirAlias], findings);
  const wanted = [byId, byAlias, byTheirAlias].map(({ digest, raw }) => ({ digest, raw }));
  expect(set.documents).toEqual(wanted.sort((a, b) => (a.digest < b.digest ? -1 : 1)));
});

test('order and repetition of the documents do not change the set', () => {
  const [a, b] = [about('CVE-2024-0001'), about({ name: 'CVE-2024-0001' })];
  expect(vexSetBytes(buildVexSet([a, b, a], findings))).toEqual(vexSetBytes(buildVexSet([b, a], findings)));
});

test('a set is read back to the documents it was made of', () => {
  const documents = [about('CVE-2024-0001'), about({ name: 'CVE-2024-0001' })];
  const read = readVexSet(vexSetBytes(buildVexSet(documents, findings)), 'vex.json');
  expect(new Set(read)).toEqual(new Set(documents));
});

test('a document with a byte order mark is kept with it', () => {
  const reading = readOpenVex(Buffer.concat([Buffer.from('\ufeff'), openVex([{ products: ['pkg:npm/a'] }])]), 'x');
  if (!reading.ok) throw new Error('unreadable');
  const set = buildVexSet([reading.document], findings);
  expect(set.documents[0]?.raw.startsWith('\ufeff')).toBe(true);
  expect(readVexSet(vexSetBytes(set), 'vex.json')).toEqual([reading.document]);
});

test.each([
  ['VEX_DIGEST_MISMATCH', { digest: digestWith('0') }],
  ['VEX_DIGEST_MISMATCH', { raw: '{}' }],
  [
    'VEX_DOCUMENT_INVALID',
    { raw: '{}', digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' },
  ],
  ['SHAPE_INVALID', { raw: 7 }],
  ['SHAPE_INVALID', { note: '' }],
])('a changed set is refused: %s', (code, change) => {
  const { digest, raw } = about('CVE-2024-0001');
  const set = { format: 'stella.vex/v1', documents: [{ digest, raw, ...change }] };
  expect(() => readVexSet(canonicalBytes(set), 'vex.json')).toThrow(expect.objectContaining({ code }));
});

test('a set that is not in canonical form is refused', () => {
  const text = JSON.stringify({ format: 'stella.vex/v1', documents: [] });
  expect(() => readVexSet(Buffer.from(text), 'vex.json')).toThrow(
    expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }),
  );
});
