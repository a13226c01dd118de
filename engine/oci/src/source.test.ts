import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatSource, parseDestination, parseSource } from './source.ts';
import { tempFolder } from './testing/sample-image.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function sources() {
  const root = tempFolder();
  const layout = join(root, 'layout');
  const folder = join(root, 'root fs');
  const archive = join(root, 'a:b.tar');
  mkdirSync(layout);
  mkdirSync(folder);
  writeFileSync(join(layout, 'oci-layout'), '{}');
  writeFileSync(archive, '');
  return { root, layout, folder, archive };
}

describe('source', () => {
  test('a folder is a layout or a file system by what is in it', async () => {
    const { layout, folder } = sources();
    expect(await parseSource(layout)).toEqual({ kind: 'oci-dir', path: layout, selector: {} });
    expect(await parseSource(`${layout}:v1`)).toEqual({ kind: 'oci-dir', path: layout, selector: { tag: 'v1' } });
    expect(await parseSource(folder)).toEqual({ kind: 'dir', path: folder });
    expect(await parseSource(`dir:${layout}`)).toEqual({ kind: 'dir', path: layout });
  });

  test('a file is an archive, also with colons in its name', async () => {
    const { archive } = sources();
    expect(await parseSource(archive)).toEqual({ kind: 'archive', path: archive, selector: {} });
    expect(await parseSource(`${archive}:team/app:v1`)).toMatchObject({ selector: { tag: 'team/app:v1' } });
    expect(await parseSource(`docker-archive:${archive}@${DIGEST}`)).toEqual({
      kind: 'docker-archive',
      path: archive,
      selector: { digest: DIGEST },
    });
    expect(await parseSource(`oci-archive:${archive}:v1@${DIGEST}`)).toMatchObject({
      selector: { tag: 'v1', digest: DIGEST },
    });
  });

  test('anything else is a reference; an engine only when asked', async () => {
    expect(await parseSource('debian:12')).toMatchObject({
      kind: 'registry',
      reference: { repository: 'library/debian', tag: '12' },
    });
    expect(await parseSource('registry:host.example/app')).toMatchObject({ kind: 'registry' });
    expect(await parseSource('docker:debian:12')).toEqual({ kind: 'docker', name: 'debian:12' });
  });

  test.each(['./missing', '/missing/layout', 'image.tar', 'image.tar.zst', '', '~/x'])(
    'the mistyped path %j never becomes a request to a registry',
    async (text) => {
      await expect(parseSource(text)).rejects.toMatchObject({ code: 'OCI_SOURCE_NOT_FOUND' });
    },
  );

  test('what is neither path nor reference is refused with what was tried, without a password', async () => {
    await expect(parseSource('Not An Image')).rejects.toMatchObject({
      code: 'OCI_SOURCE_INVALID',
      message: expect.stringMatching(/as a path: .*as a reference: /) as string,
    });
    const error: unknown = await parseSource('user:hunter2@host.example/app').catch((cause: unknown) => cause);
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });

  test('a word that does not fit what is there is refused', async () => {
    const { layout, archive } = sources();
    await expect(parseSource(`oci-archive:${layout}`)).rejects.toMatchObject({ code: 'OCI_SOURCE_INVALID' });
    await expect(parseSource(`oci-dir:${archive}`)).rejects.toMatchObject({ code: 'OCI_SOURCE_INVALID' });
    await expect(parseSource(`dir:${archive}`)).rejects.toMatchObject({ code: 'OCI_SOURCE_INVALID' });
    await expect(parseSource('oci-dir:/missing')).rejects.toMatchObject({ code: 'OCI_SOURCE_NOT_FOUND' });
    await expect(parseSource('docker:')).rejects.toMatchObject({ code: 'OCI_SOURCE_INVALID' });
  });

  test('a source is written as it can be read again', async () => {
    const { layout, archive } = sources();
    for (const text of [`oci-dir:${layout}:v1`, `docker-archive:${archive}@${DIGEST}`, archive, 'docker:app:1']) {
      expect(formatSource(await parseSource(text))).toBe(text);
    }
    expect(formatSource(await parseSource('debian'))).toBe('docker.io/library/debian:latest');
  });
});

describe('destination', () => {
  test.each([
    ['oci-dir:/x/y', { kind: 'oci-dir', path: '/x/y' }],
    ['oci-dir:/x/y:v1', { kind: 'oci-dir', path: '/x/y', tag: 'v1' }],
    ['oci-dir:/x:1/y', { kind: 'oci-dir', path: '/x:1/y' }],
  ])('%s', (text, read) => {
    expect(parseDestination(text)).toEqual(read);
  });

  test.each(['/x/y', 'debian', 'oci-dir:', 'docker:x'])('%j is refused', (text) => {
    expect(() => parseDestination(text)).toThrow(expect.objectContaining({ code: 'OCI_SOURCE_INVALID' }));
  });
});
