import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { containerClient } from './container-client.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine on a socket of its own that answers pings and hands everything else to `handle`. */
async function engine(handle: Handler) {
  const folder = mkdtempSync(join(tmpdir(), 'stella-docker-'));
  const seen: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/_ping') return void response.setHeader('api-version', '1.41').end('OK');
    seen.push(`${request.method} ${request.url}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine.sock'), resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { docker: containerClient({ host: `unix://${join(folder, 'engine.sock')}`, idleTimeoutMs: 2000 }), seen };
}

const answer = (status: number, body?: unknown): Handler => {
  return (_, response) =>
    body === undefined
      ? response.writeHead(status).end()
      : response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const said = (message: string) => ({ message });

describe('what was so already is an answer', () => {
  test.each([
    [204, 'started'],
    [304, 'already'],
  ])('a start answered with %i', async (status, outcome) => {
    const { docker, seen } = await engine(answer(status));
    expect(await docker.startContainer('abc')).toBe(outcome);
    expect(seen).toEqual(['POST /v1.41/containers/abc/start']);
  });

  test.each([
    [204, 'stopped'],
    [304, 'already'],
    [404, 'gone'],
  ])('a stop answered with %i', async (status, outcome) => {
    const { docker, seen } = await engine(answer(status));
    expect(await docker.stopContainer('abc', 1500)).toBe(outcome);
    expect(seen).toEqual(['POST /v1.41/containers/abc/stop?t=2']);
  });

  test.each([
    [204, undefined, 'removed'],
    [404, said('No such container'), 'gone'],
    [409, said('removal of container abc is already in progress'), 'removed'],
  ])('a removal answered with %i', async (status, body, outcome) => {
    const { docker } = await engine(answer(status, body));
    expect(await docker.removeContainer('abc')).toBe(outcome);
  });

  test.each([
    ['network', 204, undefined, 'removed'],
    ['network', 404, said('no such network'), 'gone'],
    ['network', 403, said('error while removing network: network x id y has active endpoints'), 'in-use'],
    ['volume', 204, undefined, 'removed'],
    ['volume', 404, said('no such volume'), 'gone'],
    ['volume', 409, said('remove x: volume is in use - [abc]'), 'in-use'],
  ])('the removal of a %s answered with %i', async (kind, status, body, outcome) => {
    const { docker, seen } = await engine(answer(status, body));
    expect(await (kind === 'network' ? docker.removeNetwork('x') : docker.removeVolume('x'))).toBe(outcome);
    expect(seen).toEqual([`DELETE /v1.41/${kind}s/x`]);
  });

  test('networks and volumes are found by their labels, and none is no error', async () => {
    const row = { Name: 'shop_data', Labels: { 'stella.project': 'shop' } };
    const found = { name: 'shop_data', labels: { 'stella.project': 'shop' } };
    const networks = await engine(answer(200, [row, { Name: 'bridge', Labels: null }]));
    expect(await networks.docker.listNetworks(['a=b'])).toEqual([found, { name: 'bridge', labels: {} }]);
    expect(networks.seen).toEqual([`GET /v1.41/networks?filters=${encodeURIComponent('{"label":["a=b"]}')}`]);
    const volumes = await engine(answer(200, { Volumes: [row] }));
    expect(await volumes.docker.listVolumes(['a=b'])).toEqual([found]);
    expect(await (await engine(answer(200, { Volumes: null }))).docker.listVolumes([])).toEqual([]);
  });

  test('a name that is taken, and a container that is not there', async () => {
    const { docker } = await engine(answer(409, said('Conflict')));
    expect(await docker.createContainer('web', {})).toEqual({ outcome: 'name-taken' });
    expect(await docker.renameContainer('abc', 'web')).toBe('name-taken');
    const { docker: empty } = await engine(answer(404, said('no such container')));
    expect(await empty.inspectContainer('abc')).toBeUndefined();
    expect(await empty.inspectNetwork('net')).toBeUndefined();
    await expect(empty.startContainer('abc')).rejects.toMatchObject({ code: 'DOCKER_NO_SUCH_CONTAINER' });
    await expect(empty.createContainer('web', {})).rejects.toMatchObject({ code: 'DOCKER_NO_SUCH_IMAGE' });
  });

  test('a port that is taken is told as that', async () => {
    const message =
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated';
    const { docker } = await engine(answer(500, said(message)));
    await expect(docker.startContainer('abc')).rejects.toMatchObject({ code: 'DOCKER_PORT_TAKEN' });
    const { docker: other } = await engine(answer(500, said('something else')));
    await expect(other.startContainer('abc')).rejects.toMatchObject({ code: 'DOCKER_FAILED' });
  });

  test('the body of a creation arrives, and its id comes back', async () => {
    let body: unknown;
    const { docker } = await engine((request, response) => {
      void readJson(request).then((value) => {
        body = value;
        response.writeHead(201).end('{"Id":"abc","Warnings":[]}');
      });
    });
    expect(await docker.createContainer('web', { Image: DIGEST, Labels: { ä: 'ö' } })).toEqual({
      outcome: 'created',
      id: 'abc',
    });
    expect(body).toEqual({ Image: DIGEST, Labels: { ä: 'ö' } });
  });

  test.each(['../x', 'a/b', 'a?b', '', 'a b', '-a'])('the name %j is never sent', async (name) => {
    const { docker, seen } = await engine(answer(204));
    await expect(docker.startContainer(name)).rejects.toMatchObject({ code: 'DOCKER_REFERENCE_INVALID' });
    expect(seen).toEqual([]);
  });
});

describe('a pull', () => {
  const lines =
    (...rows: unknown[]): Handler =>
    (_, response) => {
      response.writeHead(200);
      for (const row of rows) response.write(`${JSON.stringify(row)}\r\n`);
      response.end();
    };
  const pull = async (handle: Handler, options = {}) => {
    const { docker, seen } = await engine(handle);
    await docker.pullImage('registry.example/shop/web', DIGEST, options);
    return seen;
  };

  test('asks by digest, with the login of the registry, and tells progress', async () => {
    let login: string | undefined;
    const told: unknown[] = [];
    const progress = (id: string, current: number) => ({
      status: 'Downloading',
      id,
      progressDetail: { current, total: 10 },
    });
    const seen = await pull(
      (request, response) => {
        login = String(request.headers['x-registry-auth']);
        lines(
          progress('a', 5),
          { status: 'Extracting', id: 'a', progressDetail: { current: 9, total: 10 } },
          progress('b', 10),
        )(request, response);
      },
      { login: { username: 'me', password: 'p~ä?' }, onProgress: (one: unknown) => told.push(one) },
    );
    expect(seen).toEqual([
      `POST /v1.41/images/create?fromImage=registry.example%2Fshop%2Fweb&tag=sha256%3A${'a'.repeat(64)}`,
    ]);
    expect(JSON.parse(Buffer.from(login ?? '', 'base64url').toString('utf8'))).toEqual({
      username: 'me',
      password: 'p~ä?',
      serveraddress: 'registry.example',
    });
    expect(told).toEqual([
      { currentBytes: 5, totalBytes: 10 },
      { currentBytes: 15, totalBytes: 20 },
    ]);
  });

  test.each([
    ['manifest for x@sha256:… not found: manifest unknown', 'DOCKER_PULL_NOT_FOUND'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'DOCKER_PLATFORM_MISSING'],
    ['Get https://x/v2/: dial tcp 127.0.0.1:1: connect: connection refused', 'DOCKER_REGISTRY_UNREACHABLE'],
    ['unauthorized: authentication required', 'DOCKER_PULL_DENIED'],
    ['unexpected EOF', 'DOCKER_PULL_FAILED'],
  ])('that fails with %j in the middle or at once is %s', async (message, code) => {
    const inside = lines({ status: 'Pulling' }, { errorDetail: { message }, error: message });
    await expect(pull(inside)).rejects.toMatchObject({ code });
    await expect(pull(answer(500, said(message)))).rejects.toMatchObject({ code });
  });

  test('that the engine breaks off, or that is no JSON, is an error', async () => {
    const torn: Handler = (_, response) => {
      response.write('{"status":"Pulling"}\n', () => response.destroy());
    };
    await expect(pull(torn)).rejects.toMatchObject({ code: 'DOCKER_TORN' });
    await expect(pull((_, response) => response.end('<html>'))).rejects.toMatchObject({
      code: 'DOCKER_ANSWER_INVALID',
    });
  });

  test('ends when its caller does not want it any more', async () => {
    const stop = new AbortController();
    const handle: Handler = (_, response) => {
      response.write('{"status":"Pulling"}\n', () => stop.abort());
    };
    await expect(pull(handle, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what an engine tells', () => {
  test('a container that never ran, with a check that takes the defaults', async () => {
    const { docker } = await engine(
      answer(200, {
        Id: 'abc',
        Name: '/web',
        Image: DIGEST,
        RestartCount: 0,
        State: { Status: 'created', ExitCode: 0, Error: '', StartedAt: '0001-01-01T00:00:00Z' },
        Config: { Labels: null, Healthcheck: { Test: ['CMD', 'x'], Interval: 2_000_000_000 } },
      }),
    );
    expect(await docker.inspectContainer('abc')).toEqual({
      id: 'abc',
      name: 'web',
      imageId: DIGEST,
      labels: {},
      state: 'created',
      health: 'none',
      exitCode: 0,
      error: '',
      startedAt: null,
      restartCount: 0,
      healthcheck: { intervalMs: 2000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 },
    });
  });

  test('rows of a list, with health from their words', async () => {
    const row = (Status: string) => ({
      Id: 'a',
      Names: ['/web'],
      ImageID: DIGEST,
      State: 'running',
      Status,
      Labels: { a: 'b' },
    });
    const { docker, seen } = await engine(
      answer(200, [row('Up 2 minutes (healthy)'), row('Up 1 second (health: starting)'), row('Up 2 days')]),
    );
    const rows = await docker.listContainers(['a=b']);
    expect(rows.map((one) => one.health)).toEqual(['healthy', 'starting', 'none']);
    expect(decodeURIComponent(seen[0] ?? '')).toBe('GET /v1.41/containers/json?all=1&filters={"label":["a=b"]}');
  });

  test('logs without frames and control characters', async () => {
    const frame = (text: string) => {
      const head = Buffer.alloc(8);
      head[0] = 1;
      head.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    const { docker } = await engine((_, response) =>
      response.end(Buffer.concat([frame('one\n'), frame('t\u001b[31mwo ä\n')])),
    );
    expect(await docker.containerLogs('abc', 10)).toBe('one\nt[31mwo ä\n');
    const { docker: terminal } = await engine((_, response) => response.end('plain\n'));
    expect(await terminal.containerLogs('abc', 10)).toBe('plain\n');
  });

  test('events as they come, cut anywhere, and with a time to go on from', async () => {
    const event = (Action: string, timeNano: number) =>
      `${JSON.stringify({ Type: 'container', Action, Actor: { ID: 'abc', Attributes: { name: 'web' } }, time: 1700000000, timeNano })}\n`;
    const text =
      event('create', 1_700_000_000_123_456_800) + '{"other":1}\n' + event('start', 1_700_000_000_500_000_000);
    const { docker, seen } = await engine((_, response) => {
      response.write(text.slice(0, 50));
      setTimeout(() => response.end(text.slice(50)), 20);
    });
    const actions: string[] = [];
    for await (const one of docker.events({ actions: ['create', 'start'], since: '5' }))
      actions.push(`${one.action} ${one.time}`);
    expect(actions[0]).toMatch(/^create 1700000000\.1234\d{5}$/);
    expect(actions[1]).toBe('start 1700000000.500000000');
    expect(decodeURIComponent(seen[0] ?? '')).toBe('GET /v1.41/events?filters={"event":["create","start"]}&since=5');
  });
});
