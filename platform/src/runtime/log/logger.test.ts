import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { secret } from '../config/define-config.ts';
import { withContext } from '../context.ts';
import { createLogger } from './logger.ts';
import { secretNames } from './redact.ts';

const schema = z.strictObject({ nested: z.array(z.strictObject({ poeKey: secret(z.string()) })) });

function capturing(level: 'debug' | 'warn' = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    level,
    release: '1.2.3',
    secrets: secretNames([schema]),
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    now: () => '2026-01-02T03:04:05.678Z',
  });
  return { logger, lines };
}

test('a line has level, time, release, message, fields, and the context of the work', () => {
  const { logger, lines } = capturing();
  withContext({ tenantId: 't1', requestId: 'r1' }, () =>
    withContext({ actorId: 'a1' }, () => logger.child({ service: 'x' }).info('Release created', { count: 2 })),
  );
  expect(lines).toEqual([
    {
      level: 'info',
      time: '2026-01-02T03:04:05.678Z',
      release: '1.2.3',
      service: 'x',
      tenantId: 't1',
      requestId: 'r1',
      actorId: 'a1',
      count: 2,
      msg: 'Release created',
    },
  ]);
});

test('the context stays with its work across awaits and beside other work', async () => {
  const { logger, lines } = capturing();
  const work = (tenantId: string) =>
    withContext({ tenantId }, async () => {
      await Promise.resolve();
      logger.info('Worked');
    });
  await Promise.all([work('a'), work('b')]);
  expect(lines.map(({ tenantId }) => tenantId)).toEqual(['a', 'b']);
});

test('a field cannot speak in another tenant’s name', () => {
  const { logger, lines } = capturing();
  withContext({ tenantId: 'mine' }, () => logger.info('Worked', { tenantId: 'theirs' }));
  expect(lines[0]?.['tenantId']).toBe('mine');
});

test('a message is written in the source: a composed one does not type-check', () => {
  const { logger } = capturing();
  const literal = logger.info<'Release created'>;
  const composed = logger.info<`Release ${string} created`>;
  const unknown = logger.info<string>;
  expectTypeOf(literal).parameter(0).toEqualTypeOf<'Release created'>();
  expectTypeOf(composed).parameter(0).toBeNever();
  expectTypeOf(unknown).parameter(0).toBeNever();
});

test('secrets marked in a schema, and those that always are, are left out at any depth and in any spelling', () => {
  const { logger, lines } = capturing();
  logger.info('Told', {
    a: [{ nested: { poeKey: 'hunter2', poe_key: 'hunter2' } }],
    headers: { Authorization: 'hunter2', 'Set-Cookie': 'hunter2' },
    url: 'postgres://stella:hunter2@host/db',
    note: 'sent Bearer hunter2 to it',
  });
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  expect(lines[0]?.['url']).toBe('postgres://[secret]@host/db');
});

test('an error keeps its code, stack and cause, and loses the secrets in them', () => {
  const { logger, lines } = capturing();
  const row = { status: 500, exit: EXIT.unexpected, hint: '' };
  const cause = new Error('connect to postgres://u:hunter2@h failed');
  logger.error('Failed', {
    error: new AppError('DATABASE_DOWN', row, 'no database', { cause, details: { password: 'hunter2' } }),
  });
  expect(lines[0]?.['error']).toMatchObject({
    code: 'DATABASE_DOWN',
    message: 'no database',
    cause: { name: 'Error' },
  });
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('a field without end, in depth or width, does not stop the log', () => {
  const { logger, lines } = capturing();
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  logger.info('Told', { ring, wide: Array.from({ length: 10_000 }, () => 1), big: 5n });
  expect(JSON.stringify(lines[0]).length).toBeLessThan(2000);
});

test('lines below the level are not written', () => {
  const { logger, lines } = capturing('warn');
  logger.info('Quiet');
  logger.warn('Loud');
  expect(lines.map(({ msg }) => msg)).toEqual(['Loud']);
});
