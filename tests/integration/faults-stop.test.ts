import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeNeeding } from '@stella-ops/testkit';
import { startServerProcess } from '@stella-ops/testkit/product';
import { afterAll, describe, expect, test } from 'vitest';
import { openWriter, type Writer } from './faults-client.ts';

/** Whole servers are started here, which a machine with other work takes long for. */
const STARTS_MS = 300_000;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stella-stop-'));
  folders.push(folder);
  return folder;
}

const component = (name: string): string => JSON.stringify({ name, repository: 'registry.example/shop/part' });

/** A request whose body has only begun. */
async function begin(url: string, { token }: Writer, body: string): Promise<ClientRequest> {
  const sent = request(`${url}/api/v1/components`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  // The server has it in hand when it asks for the rest.
  const taken = new Promise((resolve) => sent.once('continue', resolve));
  sent.flushHeaders();
  await taken;
  sent.write(body.slice(0, 10));
  return sent;
}

const answerTo = (sent: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject));

describe('SIGTERM', () => {
  test(
    'lets a request under way come to its end, ends streams, takes no new one, and the process ends with 0',
    async () => {
      const dataDir = newFolder();
      const server = await startServerProcess({ dataDir, settings: { 'server.drainDeadlineMs': '120000' } });
      const writer = await openWriter(server);
      const body = component('late');
      const sent = await begin(server.url, writer, body);
      const stream = await fetch(`${server.url}/api/v1/events`, {
        headers: { authorization: `Bearer ${writer.token}` },
      });
      expect(stream.status).toBe(200);
      const streamEnded = stream.text();
      const ended = server.end('SIGTERM');
      await expect
        .poll(
          () =>
            fetch(`${server.url}/health/liveness`).then(
              ({ status }) => status,
              () => 'closed',
            ),
          { timeout: 60_000 },
        )
        .toBe('closed');
      const answer = answerTo(sent);
      sent.end(body.slice(10));
      expect((await answer).statusCode).toBe(201);
      await streamEnded;
      expect(await ended).toMatchObject({ exit: 0, signal: null });
      const again = await startServerProcess({ dataDir });
      expect(await (await openWriter(again)).stored()).toEqual(['late']);
      await again.end();
    },
    STARTS_MS,
  );

  test(
    'waits no longer than its deadline for a request that does not end',
    async () => {
      let lastedMs = Infinity;
      // Without its setting it would wait for twenty seconds, each time.
      for (let tries = 0; tries < 3 && lastedMs >= 15_000; tries++) {
        const settings = { 'server.drainDeadlineMs': '1500' };
        const server = await startServerProcess({ dataDir: newFolder(), settings });
        const sent = await begin(server.url, await openWriter(server), component('never'));
        sent.on('error', () => undefined);
        const startedMs = performance.now();
        expect(await server.end('SIGTERM')).toMatchObject({ exit: 0, signal: null });
        lastedMs = performance.now() - startedMs;
      }
      expect(lastedMs).toBeGreaterThan(1000);
      expect(lastedMs).toBeLessThan(15_000);
    },
    STARTS_MS,
  );
});

describeNeeding(['strace'], 'the embedded server under strace', () => {
  test(
    'syncs at least once for each commit before it is acknowledged',
    async () => {
      const folder = newFolder();
      const log = join(folder, 'strace.log');
      // -D: the server is the process that is started, and the tracer stands beside it.
      const prefix = [
        'strace',
        '-D',
        '-f',
        '-q',
        '-ttt',
        '-e',
        'trace=fsync,fdatasync',
        '-e',
        'signal=none',
        '-o',
        log,
      ];
      const server = await startServerProcess({ dataDir: join(folder, 'data'), prefix });
      const writer = await openWriter(server);
      const count = 100;
      // What a start leaves to do is done in the first of these spans, and the middle one of them counts.
      const quiet: number[] = [Date.now()];
      for (let n = 0; n < 5; n++) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        quiet.push(Date.now());
      }
      const fromMs = Date.now();
      const acknowledgedMs: number[] = [];
      for (let n = 0; n < count; n++) {
        expect(await writer.create(`part-${n}`)).not.toHaveProperty('error');
        acknowledgedMs.push(Date.now());
      }
      expect(await server.end()).toMatchObject({ exit: 0 });
      const syncsMs = [
        ...readFileSync(log, 'utf8').matchAll(/^\d+ +(\d+\.\d+) (?:<\.\.\. )?f(?:data)?sync.*= 0$/gm),
      ].map(([, seconds]) => Number(seconds) * 1000);
      const between = (start: number, end: number): number => syncsMs.filter((at) => at >= start && at <= end).length;
      const late = acknowledgedMs.filter((at, index) => between(fromMs, at + 1) < index + 1);
      expect(late).toEqual([]);
      // What the server does by itself is not what was counted, however long all of it took.
      const endMs = acknowledgedMs.at(-1) ?? 0;
      const rates = quiet.slice(1).map((end, at) => between(quiet[at] ?? end, end) / (end - (quiet[at] ?? end)));
      const byItself = (rates.toSorted((a, b) => a - b)[2] ?? 0) * (endMs - fromMs);
      expect(between(fromMs, endMs + 1) - byItself).toBeGreaterThan(count / 2);
    },
    STARTS_MS,
  );
});
