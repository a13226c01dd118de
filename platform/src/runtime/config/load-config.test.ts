import { AppError, sortedUnique } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineConfig, secret } from './define-config.ts';
import { type ConfigSources, loadConfig } from './load-config.ts';
import { configReference } from './reference.ts';

const sections = {
  http: defineConfig({
    summary: 'The API port.',
    schema: z.strictObject({
      port: z.int().min(0).max(65535).default(8081).describe('TCP port'),
      host: z.string().default('127.0.0.1'),
      isQuiet: z.boolean().default(false),
      allowedHosts: z.array(z.string()).default([]),
      limits: z.strictObject({ maxBodyBytes: z.int().default(1024) }).default({ maxBodyBytes: 1024 }),
    }),
  }),
  taskPacks: defineConfig({ summary: 'Packs.', schema: z.strictObject({ password: secret(z.string()).optional() }) }),
};

const load = (sources: Partial<ConfigSources> = {}) =>
  loadConfig(sections, { files: [], env: {}, flags: {}, readFile: () => '', ...sources });
const yaml = (text: string) => ({ files: [{ path: 'a.yaml', text }] });
const faultsOf = (sources: Partial<ConfigSources>): string[] => {
  try {
    load(sources);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).message.split('\n').slice(1);
  }
};

describe('precedence', () => {
  test('without any source everything has its default', () => {
    expect(load().http).toEqual({
      port: 8081,
      host: '127.0.0.1',
      isQuiet: false,
      allowedHosts: [],
      limits: { maxBodyBytes: 1024 },
    });
  });

  test('defaults < file < environment < flags, setting by setting', () => {
    const { http } = load({
      ...yaml('http:\n  port: 1\n  host: file\n  isQuiet: true\n  limits:\n    maxBodyBytes: 5\n'),
      env: { STELLA_HTTP__PORT: '2', STELLA_HTTP__HOST: 'env', STELLA_HTTP__LIMITS__MAX_BODY_BYTES: '6' },
      flags: { 'http.port': '3' },
    });
    expect(http).toMatchObject({ port: 3, host: 'env', isQuiet: true, limits: { maxBodyBytes: 6 } });
  });

  test('a later file replaces what it names and keeps the rest', () => {
    const files = [
      { path: '1.yaml', text: 'http: { port: 1, host: a, limits: { maxBodyBytes: 7 } }' },
      { path: '2.yaml', text: 'http: { port: 2, limits: {} }' },
    ];
    expect(load({ files }).http).toMatchObject({ port: 2, host: 'a', limits: { maxBodyBytes: 7 } });
  });

  test('a variable ending in _FILE names a file; its last line break is no part of the value', () => {
    const env = { STELLA_TASK_PACKS__PASSWORD_FILE: '/run/secrets/p' };
    expect(load({ env, readFile: (path) => `of ${path}\n` }).taskPacks.password).toBe('of /run/secrets/p');
  });

  test('a list in the environment is separated by commas', () => {
    expect(load({ env: { STELLA_HTTP__ALLOWED_HOSTS: 'a, b' } }).http.allowedHosts).toEqual(['a', 'b']);
  });

  test('variables without a section belong to programs', () => {
    expect(faultsOf({ env: { STELLA_CONFIG: 'x', STELLA_DATA_DIR: 'y', PATH: 'z', HTTP__PORT: '1' } })).toEqual([]);
  });
});

describe('faults', () => {
  test('all of them are reported at once, each with its place', () => {
    const faults = faultsOf({
      ...yaml('http:\n  port: eighty\n  hots: x\nhtpp: {}\n'),
      env: { STELLA_HTTP__IS_QUIET: 'yes', STELLA_HTTP__NOTHING: '1', STELLA_TASK_PACKS__PASSWORD_FILE: '/nowhere' },
      flags: { 'http.limits.maxBodyBytes': '1.5', 'http.none': '1' },
      readFile: () => {
        throw new Error('ENOENT');
      },
    });
    expect(sortedUnique(faults.map((line) => line.split(': ')[0] ?? ''))).toEqual([
      '--http.limits.maxBodyBytes /http/limits/maxBodyBytes',
      '--http.none',
      'STELLA_HTTP__IS_QUIET /http/isQuiet',
      'STELLA_HTTP__NOTHING',
      'STELLA_TASK_PACKS__PASSWORD_FILE',
      'a.yaml:2:9 /http/port',
      'a.yaml:3:9 /http/hots',
      'a.yaml:4:7 /htpp',
    ]);
  });

  test('values are never shown', () => {
    const env = { STELLA_HTTP__PORT: 'hunter2' };
    expect(faultsOf({ ...yaml('taskPacks:\n  password: [hunter2]\n'), env }).join()).not.toContain('hunter2');
  });

  test('a secret cannot be an argument', () => {
    expect(faultsOf({ flags: { 'taskPacks.password': 'x' } })).toEqual([
      '--taskPacks.password: a secret cannot be an argument; use STELLA_TASK_PACKS__PASSWORD_FILE',
    ]);
  });

  test.each([
    ['a name twice', 'http:\n  port: 1\n  port: 2\n', 'a.yaml:3:3'],
    ['broken YAML', 'http: [\n', 'a.yaml:2:1'],
    ['an alias', 'http:\n  host: &a x\n  allowedHosts: [*a]\n', 'a.yaml:3:18'],
    ['a tag', 'http:\n  host: !!binary aGk=\n', 'a.yaml:2:'],
    ['a scalar for a section', 'http: 5\n', 'a.yaml:1:7'],
  ])('%s is a fault with line and column', (_name, text, place) => {
    expect(faultsOf(yaml(text))[0]).toContain(place);
  });

  test('names of Object.prototype are unknown names', () => {
    const faults = faultsOf({ ...yaml('__proto__: { a: 1 }\nhttp: { __proto__: { port: 5 }, constructor: 1 }\n') });
    expect(faults).toHaveLength(2);
    expect(load().http.port).toBe(8081);
  });

  test('numbers have one spelling', () => {
    for (const text of ['', '0x10', '1e3', ' 1', 'NaN']) {
      expect(faultsOf({ env: { STELLA_HTTP__PORT: text } }), text).toHaveLength(1);
    }
  });
});

test('the reference names every setting, its variable and default, and secrets by file', () => {
  const page = configReference(sections);
  expect(page).toContain('| `http.port` | `STELLA_HTTP__PORT` | integer | `8081` | TCP port |');
  expect(page).toContain(
    '| `http.limits.maxBodyBytes` | `STELLA_HTTP__LIMITS__MAX_BODY_BYTES` | integer | `1024` |  |',
  );
  expect(page).toContain('| `taskPacks.password` | `STELLA_TASK_PACKS__PASSWORD_FILE` | secret |  |  |');
});
