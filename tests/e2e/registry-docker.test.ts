import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { writeTar } from '@stella-ops/engine-archive';
import { dockerClient } from '@stella-ops/engine-docker';
import { digestOf } from '@stella-ops/engine-kernel';
import { copyImage, openImage, parseDestination, parseSource, writeLayoutArchive } from '@stella-ops/engine-oci';
import { describeNeeding } from '@stella-ops/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);

describeNeeding(['docker'], 'docker engine', () => {
  const tag = `stella-e2e-engine-${process.pid}/app:v1`;
  const host = process.env['DOCKER_HOST'];
  const docker = dockerClient(host === undefined ? {} : { host });
  let folder = '';
  let tempDir = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-engine-'));
    tempDir = join(folder, 'spool');
    mkdirSync(tempDir);
    const layer = await buffer(writeTar([{ path: 'etc/motd', content: Buffer.from('made for a test\n') }]));
    writeFileSync(join(folder, 'root.tar'), layer);
    await run('docker', ['import', join(folder, 'root.tar'), tag]);
  });
  afterAll(async () => {
    await run('docker', ['rmi', '-f', tag]).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  test('the engine is asked for its version, its images and one of them', async () => {
    const { apiVersion } = await docker.ping();
    expect(apiVersion).toMatch(/^1\.\d+$/);
    expect((await docker.version()).apiVersion).toMatch(/^1\.\d+$/);
    const image = await docker.inspectImage(tag);
    expect(image).toMatchObject({ tags: [tag], os: 'linux' });
    expect((await docker.listImages()).find((one) => one.id === image.id)?.tags).toContain(tag);
    await expect(docker.inspectImage('stella-e2e-engine/none')).rejects.toMatchObject({
      code: 'DOCKER_NO_SUCH_IMAGE',
    });
  });

  test('an image out of the engine is known by its id, and its layer has the bytes that went in', async () => {
    const image = await openImage(await parseSource(`docker:${tag}`), { tempDir, docker });
    expect(image.configDigest).toBe((await docker.inspectImage(tag)).id);
    const [only] = image.layers;
    expect(image.layers).toHaveLength(1);
    const stored = await buffer(only?.open() ?? Readable.from([]));
    expect(digestOf(stored)).toBe(only?.diffId);
    expect(stored.includes('made for a test\n')).toBe(true);
    await image.close();
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('what "docker save" writes opens as the same image', async () => {
    const path = join(folder, 'saved.tar');
    await run('docker', ['save', '-o', path, tag]);
    const image = await openImage(await parseSource(`docker-archive:${path}:${tag}`), { tempDir });
    expect(image.configDigest).toBe((await docker.inspectImage(tag)).id);
    rmSync(path);
  });

  test('"docker load" takes our archive of the image back under its name', async () => {
    const { id } = await docker.inspectImage(tag);
    const layout = join(folder, 'layout');
    const archive = join(folder, 'archive.tar');
    await copyImage(await parseSource(`docker:${tag}`), parseDestination(`oci-dir:${layout}:v1`), {
      tempDir,
      docker,
    });
    await pipeline(writeLayoutArchive(layout), createWriteStream(archive));
    await run('docker', ['rmi', '-f', tag]);
    await run('docker', ['load', '-i', archive]);
    expect((await docker.inspectImage(tag)).id).toBe(id);
    rmSync(layout, { recursive: true });
    rmSync(archive);
  });

  test('an image that the engine does not have is not found, and nothing is left behind', async () => {
    const source = await parseSource('docker:stella-e2e-engine/none:v1');
    await expect(openImage(source, { tempDir, docker })).rejects.toMatchObject({
      code: 'DOCKER_NO_SUCH_IMAGE',
      exit: 4,
    });
    expect(readdirSync(tempDir)).toEqual([]);
  });
});
