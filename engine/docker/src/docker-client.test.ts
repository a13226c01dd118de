import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { dockerClient } from './docker-client.ts';

const ID = `sha256:${'a'.repeat(64)}`;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine on a socket of its own that answers pings and hands everything else to `handle`. */
async function engine(handle: Handler, apiVersion = '1.41') {
  const folder = mkdtempSync(join(tmpdir(), 'stella-docker-'));
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (request.url === '/_ping') response.setHeader('api-version', apiVersion).end('OK');
    else handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine.sock'), resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { host: `unix://${join(folder, 'engine.sock')}`, paths };
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('docker client', () => {
  test('speaks the version of an older engine, and asks for it once', async () => {
    const { host, paths } = await engine((_, response) => json(response, 200, []));
    const docker = dockerClient({ host });
    expect(await docker.ping()).toEqual({ apiVersion: '1.41' });
    expect(await docker.listImages()).toEqual([]);
    await docker.listImages();
    expect(paths).toEqual(['/_ping', '/v1.41/images/json', '/v1.41/images/json']);
  });

  test('speaks its own newest version to a newer engine', async () => {
    const { host } = await engine(() => {}, '1.99');
    expect(await dockerClient({ host }).ping()).toEqual({ apiVersion: '1.47' });
  });

  test.each([
    ['1.23', 'DOCKER_API_TOO_OLD'],
    ['2', 'DOCKER_ANSWER_INVALID'],
  ])('refuses an engine that offers API %s', async (offered, code) => {
    const { host } = await engine(() => {}, offered);
    await expect(dockerClient({ host }).ping()).rejects.toMatchObject({ code });
  });

  test('reads an image row whose lists are null', async () => {
    const row = { Id: ID, RepoTags: null, RepoDigests: null, Size: 7, Labels: null };
    const { host } = await engine((_, response) => json(response, 200, [row]));
    expect(await dockerClient({ host }).listImages()).toEqual([{ id: ID, tags: [], repoDigests: [], sizeBytes: 7 }]);
  });

  test('reads an inspected image', async () => {
    const { host, paths } = await engine((_, response) =>
      json(response, 200, { Id: ID, RepoTags: ['a/b:1'], Os: 'linux', Architecture: 'arm64', Variant: 'v8', Size: 9 }),
    );
    expect(await dockerClient({ host }).inspectImage('a/b:1')).toEqual({
      id: ID,
      tags: ['a/b:1'],
      repoDigests: [],
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      sizeBytes: 9,
    });
    expect(paths[1]).toBe('/v1.41/images/a/b:1/json');
  });

  test('names the missing member of an answer that is no image', async () => {
    const { host } = await engine((_, response) => json(response, 200, { Id: ID }));
    await expect(dockerClient({ host }).inspectImage('a')).rejects.toMatchObject({ code: 'SHAPE_INVALID' });
  });

  test('streams a saved image', async () => {
    const { host } = await engine((_, response) => {
      response.write('one,');
      response.end('two');
    });
    expect(await text(dockerClient({ host }).saveImage('a:1'))).toBe('one,two');
  });

  test('a save that the engine breaks off is an error, not a short archive', async () => {
    const { host } = await engine((_, response) => {
      response.write('one,', () => response.destroy());
    });
    await expect(text(dockerClient({ host }).saveImage('a:1'))).rejects.toMatchObject({
      code: 'DOCKER_TORN',
      retryable: true,
    });
  });

  test('an unknown image is named in the words of the engine, without control characters', async () => {
    const { host } = await engine((_, response) => json(response, 404, { message: 'No such\u001b[31m image: x' }));
    await expect(text(dockerClient({ host }).saveImage('x'))).rejects.toMatchObject({
      code: 'DOCKER_NO_SUCH_IMAGE',
      message: 'No such [31m image: x',
      exit: 4,
    });
  });

  test('a silent engine is given up after the idle timeout', async () => {
    const { host } = await engine(() => {});
    await expect(dockerClient({ host, idleTimeoutMs: 50 }).listImages()).rejects.toMatchObject({
      code: 'DOCKER_TIMEOUT',
    });
  });

  test('a socket that is not there reads as an engine that is not running', async () => {
    await expect(dockerClient({ host: 'unix:///nonexistent/docker.sock' }).ping()).rejects.toMatchObject({
      code: 'DOCKER_NOT_RUNNING',
      place: { file: 'unix:///nonexistent/docker.sock' },
    });
  });

  test.each(['../../containers/json', 'a?b', 'a#b', '/etc', 'a//b', 'a/../b', '', 'a b', 'ä'])(
    'a name that could change the path is never sent: %s',
    async (name) => {
      const { host, paths } = await engine((_, response) => json(response, 200, {}));
      await expect(dockerClient({ host }).inspectImage(name)).rejects.toMatchObject({
        code: 'DOCKER_REFERENCE_INVALID',
      });
      expect(paths.filter((path) => path !== '/_ping')).toEqual([]);
    },
  );
});
