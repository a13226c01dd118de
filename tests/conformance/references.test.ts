import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { API_ERRORS, SCOPES } from '@stella-ops/contracts';
import { EVENTS, ROUTES_BY_SERVICE, SERVICE_ERRORS } from '@stella-ops/contracts/catalogue';
import { HTTP_METRICS, type MetricCatalogue } from '@stella-ops/platform/runtime';
import { exceptionDiagram } from '../../services/policy/src/service.ts';
import { promotionDiagram } from '../../services/releases/src/domain/promotion-states.ts';
import { PROCESS_CONFIG } from '../../apps/server/src/config.ts';
import { SERVICES } from '../../apps/server/src/services.ts';
import { IMPOSED_RULE } from '../../tools/check/documents.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'reference');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
/** Cells of all table rows, without the code type. */
const rowsOf = (name: string): string[][] =>
  read(name)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
const firstCells = (name: string): Set<string | undefined> => new Set(rowsOf(name).map(([first]) => first));
const missing = (wanted: readonly string[], present: ReadonlySet<string | undefined>): string[] =>
  wanted.filter((one) => !present.has(one));

const routes = Object.values(ROUTES_BY_SERVICE).flatMap((ofService) => Object.values(ofService));

describe('references', () => {
  test('every page begins with its title and the imposed rule', () => {
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(8);
    for (const name of pages) {
      const lines = read(name).split('\n');
      expect([name, lines[0]?.startsWith('# '), lines[2]]).toEqual([name, true, IMPOSED_RULE]);
    }
  });

  test('every route is in the API reference, with its scopes, summary and errors', () => {
    const rows = new Map(rowsOf('api.md').map((row) => [`${row[0]} ${row[1]}`, row]));
    for (const { method, path, scopes, summary, errors } of routes) {
      const [, , who, what, codes] = rows.get(`${method} ${path}`) ?? [];
      expect(who).toBe(typeof scopes === 'string' ? scopes : scopes.join(', '));
      expect(what?.startsWith(summary)).toBe(true);
      expect(codes).toBe(Object.keys(errors).join(', ') || '–');
    }
  });

  test('what people can do is on the page of command line and console, and where, once each', () => {
    const { agents: _agents, system: _system, ...ofPeople } = ROUTES_BY_SERVICE;
    const summaries = Object.values(ofPeople).flatMap((ofService) =>
      Object.values(ofService).map(({ summary }) => summary),
    );
    const rows = rowsOf('parity.md').filter(([what = '']) => what !== 'what' && !what.startsWith('-'));
    expect(rows.map(([what = '']) => what).sort()).toEqual(summaries.map((one) => one.replaceAll('`', '')).sort());
    const where = new Map(rows.map(([what, commands, shown]) => [what, [commands, shown]]));
    expect(where.get('Create a user')).toEqual(['stella user create', 'yes']);
    expect(
      where.get('Sign a payload in the DSSE pre-authentication encoding with the active key of the tenant'),
    ).toEqual(['–', '–']);
  });

  test('every route is in the OpenAPI document, whose references lead somewhere', () => {
    const document = JSON.parse(read('openapi.json')) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`),
    );
    expect(ids.sort()).toEqual(routes.map(({ method, path, id }) => `${method} ${path} ${id}`).sort());
    const references = [...read('openapi.json').matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, pointer = '']) => pointer);
    expect(references.length).toBeGreaterThan(100);
    for (const pointer of new Set(references)) {
      const target = pointer.split('/').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
      expect([pointer, typeof target]).toEqual([pointer, 'object']);
    }
  });

  test('every event is in the event reference, with all members of its data', () => {
    const sections = new Map(
      read('events.md')
        .split('\n## ')
        .map((text) => [text.split('\n', 1)[0], text]),
    );
    for (const { type, summary, scope, data } of EVENTS) {
      const section = sections.get(type) ?? '';
      const { properties = {} } = z.toJSONSchema(data) as { properties?: Record<string, unknown> };
      const wanted = [summary, `\`${scope}\``, ...Object.keys(properties).map((name) => `| \`${name}\` `)];
      expect([type, wanted.filter((text) => !section.includes(text))]).toEqual([type, []]);
    }
  });

  test('every scope is in the scope reference, with its sentence and the routes that ask for it', () => {
    const rows = new Map(rowsOf('scopes.md').map((row) => [row[0], row]));
    for (const [scope, sentence] of Object.entries(SCOPES)) {
      const [, what, asking] = rows.get(scope) ?? [];
      const wanted = routes.filter(
        ({ scopes }) => typeof scopes !== 'string' && (scopes as readonly string[]).includes(scope),
      );
      expect([scope, what, asking]).toEqual([scope, sentence, wanted.map(({ id }) => id).join(', ')]);
    }
  });

  test('every error of the API and the services is in the error reference', () => {
    const local = { ...API_ERRORS, ...SERVICE_ERRORS };
    expect(missing(Object.keys(local), firstCells('errors.md'))).toEqual([]);
  });

  test('every service of the repository runs in the server', () => {
    const folders = readdirSync(join(root, 'services'));
    expect(SERVICES.map(({ id }) => id).sort()).toEqual(folders.sort());
  });

  test('every setting is in the configuration reference, with a sentence', () => {
    const sections = { ...PROCESS_CONFIG, ...Object.fromEntries(SERVICES.map(({ id, config }) => [id, config])) };
    const settings = Object.entries(sections).flatMap(([name, { schema }]) =>
      settingsOf(z.toJSONSchema(schema, { io: 'input' }), name),
    );
    expect(settings.length).toBeGreaterThan(30);
    const sentences = new Map(rowsOf('config.md').map((row) => [row[0], row[4]]));
    expect(settings.filter((setting) => (sentences.get(setting) ?? '') === '')).toEqual([]);
  });

  test('every metric and every job is in its reference, with a sentence', () => {
    const catalogues: readonly MetricCatalogue[] = [HTTP_METRICS, ...SERVICES.map((service) => service.metrics ?? {})];
    const metrics = catalogues.flatMap((catalogue) => Object.values(catalogue));
    const help = new Map(rowsOf('metrics.md').map((row) => [row[0], row[3]]));
    expect(metrics.filter(({ name, help: sentence }) => help.get(name) !== sentence).map(({ name }) => name)).toEqual(
      [],
    );
    const jobs = SERVICES.flatMap((service) => service.jobs);
    const summaries = new Map(rowsOf('jobs.md').map((row) => [row[0], row[1]]));
    expect(jobs.filter(({ name, summary }) => summary === '' || summaries.get(name) !== summary)).toEqual([]);
  });

  test('the life of exceptions and promotions is drawn as their tables have it', () => {
    const text = read('state-machines.md');
    expect(text).toContain(exceptionDiagram().trimEnd());
    expect(text).toContain(promotionDiagram().trimEnd());
  });
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
}

function settingsOf(schema: unknown, path: string): string[] {
  const { properties } = schema as Node;
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, member]) => settingsOf(member, `${path}.${name}`));
}
