import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { loadInventory } from './load-inventory.ts';
import { testContext } from './testing/test-context.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stella-load-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const context = testContext({ cwd });
const options = { useCache: false, verifyDiffIds: false };

test.each([
  ['notes', 'SOURCE_UNKNOWN', Buffer.from('these are notes\n')],
  ['a picture in text', 'SOURCE_UNKNOWN', Buffer.from('P3 1 1 255 0 0 0\n')],
  ['an SBOM in XML', 'SBOM_FORMAT_UNSUPPORTED', Buffer.from('\ufeff<?xml version="1.0"?><bom/>')],
  ['an SBOM in SPDX tag-value', 'SBOM_FORMAT_UNSUPPORTED', Buffer.from('SPDXVersion: SPDX-2.3\n')],
  ['JSON that is no SBOM', 'SBOM_FORMAT_UNSUPPORTED', Buffer.from('\n{}')],
])('%s: the error names the SBOM formats that are read', async (_, code, bytes) => {
  writeFileSync(join(cwd, 'file'), bytes);
  await expect(loadInventory('file', context, options)).rejects.toMatchObject({
    code,
    exit: 2,
    hint: expect.stringContaining('SPDX JSON (2.2 or 2.3)'),
    place: { file: 'file' },
  });
});

test.each([
  ['an archive', Buffer.alloc(1024)],
  ['a compressed archive', gzipSync(Buffer.alloc(1024))],
])('%s is opened as an image, and never taken for text', async (_, bytes) => {
  writeFileSync(join(cwd, 'file'), bytes);
  await expect(loadInventory(join(cwd, 'file'), context, options)).rejects.toMatchObject({
    code: expect.not.stringMatching(/^(SOURCE_UNKNOWN|SBOM_)/),
  });
});
