import { defineRoute, empty } from '@stella-ops/contracts';
import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { handle } from '../http/endpoint.ts';
import { systemClock, systemIds, systemRandomness } from './clock.ts';
import { defineConfig } from './config/define-config.ts';
import { createLogger } from './log/logger.ts';
import { runServices } from './run-services.ts';
import { defineService } from './service.ts';
import { onTermination } from './termination.ts';

const route = (id: string) =>
  defineRoute({
    id: `${id}.ping`,
    method: 'GET',
    path: `/${id}`,
    summary: '',
    scopes: 'public',
    responses: { 204: empty },
    errors: {},
  });

interface Faults {
  readonly failsToStart?: boolean;
  readonly failsToStop?: boolean;
  readonly hangs?: boolean;
  readonly forgetsRoute?: boolean;
}

function serviceOf(id: string, said: string[], faults: Faults = {}) {
  const ping = route(id);
  return defineService({
    id,
    config: defineConfig({ summary: '', schema: z.strictObject({ size: z.int().default(1) }) }),
    routes: { ping },
    jobs: [],
    events: [],
    capabilities: { [id]: true, merge: id === 'a' },
    async start({
      config,
      host,
      logger,
    }: {
      config: { size: number };
      host: { prefix: string };
      logger: { info(text: 'Up'): void };
    }) {
      await Promise.resolve();
      if (faults.failsToStart === true) throw new Error('no start');
      said.push(`${host.prefix} start ${id} ${config.size}`);
      logger.info('Up');
      return {
        endpoints:
          faults.forgetsRoute === true ? [] : [handle(ping, () => Promise.resolve({ status: 204, body: undefined }))],
        stop: async () => {
          if (faults.hangs === true) await new Promise(() => undefined);
          if (faults.failsToStop === true) throw new Error('no stop');
          said.push(`stop ${id}`);
        },
      };
    },
  });
}

const lines: string[] = [];
const options = {
  config: { a: { size: 1 }, b: { size: 2 }, c: { size: 3 } },
  host: { prefix: 'h' },
  logger: createLogger({
    level: 'debug',
    release: '1',
    secrets: new Set(),
    destination: { write: (line) => lines.push(line) },
    now: () => '',
  }),
  clock: systemClock,
  ids: systemIds,
  randomness: systemRandomness,
};

describe('services of a process', () => {
  test('start in order with their own settings and logger, stop in reverse order', async () => {
    const said: string[] = [];
    const running = await runServices([serviceOf('a', said), serviceOf('b', said)], ['all'], options);
    expect(running.ids).toEqual(['a', 'b']);
    expect(running.endpoints.map(({ route }) => route.id)).toEqual(['a.ping', 'b.ping']);
    expect(running.capabilities).toEqual({ a: true, b: true, merge: true });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ service: 'b', msg: 'Up' });
    await running.stop(1000);
    expect(said).toEqual(['h start a 1', 'h start b 2', 'stop b', 'stop a']);
  });

  test('roles choose, the list orders', async () => {
    const said: string[] = [];
    const services = ['a', 'b', 'c'].map((id) => serviceOf(id, said));
    expect((await runServices(services, ['c', 'a'], options)).ids).toEqual(['a', 'c']);
  });

  test.each([[['d']], [[]], [['all', 'd']]])('roles %j are refused with the names there are', async (roles) => {
    await expect(runServices([serviceOf('a', [])], roles, options)).rejects.toMatchObject({
      code: 'ROLE_UNKNOWN',
      hint: 'Roles are all, a.',
    });
  });

  test('when one does not start, those before it are stopped again', async () => {
    const said: string[] = [];
    const services = [serviceOf('a', said), serviceOf('b', said, { failsToStart: true }), serviceOf('c', said)];
    await expect(runServices(services, ['all'], options)).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
      cause: { message: 'no start' },
    });
    expect(said).toEqual(['h start a 1', 'stop a']);
  });

  test('a declared route without handler is found at the start, not by its first caller', async () => {
    const said: string[] = [];
    const run = runServices([serviceOf('a', said, { forgetsRoute: true })], ['all'], options);
    await expect(run).rejects.toMatchObject({ cause: { message: expect.stringContaining('a.ping') as string } });
    expect(said).toEqual(['h start a 1', 'stop a']);
  });

  test('one that does not stop, or hangs, does not keep the others from stopping', async () => {
    const said: string[] = [];
    const services = [serviceOf('a', said), serviceOf('b', said, { failsToStop: true })];
    await expect((await runServices(services, ['all'], options)).stop(1000)).rejects.toThrow(AggregateError);
    expect(said.at(-1)).toBe('stop a');
    const hung = await runServices([serviceOf('a', said, { hangs: true })], ['all'], options);
    await expect(hung.stop(10)).rejects.toThrow(AggregateError);
  });
});

test('the first signal stops, the second forces, and handlers can be taken away', () => {
  const process = new EventEmitter();
  const said: string[] = [];
  const off = onTermination(
    process,
    (signal) => said.push(`stop ${signal}`),
    () => said.push('force'),
  );
  process.emit('SIGTERM');
  process.emit('SIGINT');
  off();
  process.emit('SIGTERM');
  expect(said).toEqual(['stop SIGTERM', 'force']);
});
