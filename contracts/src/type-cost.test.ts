import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** A program of some routes with the handler and client types of each in use. */
function programOf(routes: number): string {
  const one = (n: number) => `
    r${n}: defineRoute({
      id: 'cost.r${n}', method: 'POST', path: '/r${n}/{id}', summary: '', scopes: ['release.read'],
      params: z.strictObject({ id: z.string() }),
      query: z.strictObject({ limit: z.int().default(5), name: z.string().optional() }),
      body: z.strictObject({ name${n}: z.string(), nested: z.strictObject({ a: z.array(z.string()), n: z.number() }) }),
      responses: { 200: z.object({ id: z.string(), v${n}: z.number() }), 202: z.object({ job: z.string() }) },
      errors: {},
    }),`;
  const use = (n: number) => `
    const h${n}: (input: Input<(typeof routes)['r${n}']>) => Reply<(typeof routes)['r${n}']> = (input) => ({ status: 200, body: { id: input.params.id, v${n}: input.query.limit + input.body.name${n}.length } });
    void h${n};
    void client.r${n}({ params: { id: 'a' }, body: { name${n}: '', nested: { a: [], n: 1 } } }).then((reply) => reply.status === 200 ? reply.body.v${n} : reply.body.job.length);`;
  const all = Array.from({ length: routes }, (_, n) => n);
  return `import * as z from ${JSON.stringify(join(root, 'node_modules/zod/index.js'))};
    import { createClient, defineRoute, type Input, type Reply, type Transport } from ${JSON.stringify(join(root, 'contracts/src/index.ts'))};
    const routes = {${all.map(one).join('')}};
    declare const transport: Transport;
    const client = createClient(routes, transport);
    ${all.map(use).join('')}`;
}

function instantiationsOf(routes: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'type-cost-'));
  try {
    writeFileSync(join(folder, 'program.mts'), programOf(routes));
    const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['program.mts'], exclude: [] }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout: report, status } = spawnSync(process.execPath, [tsc, '-p', folder, '--extendedDiagnostics'], {
      encoding: 'utf8',
    });
    expect(status, report).toBe(0);
    return Number(/Instantiations:\s+(\d+)/.exec(report)?.[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Two naive typings of the same layer cost 12,500 and 22,500 instantiations a route, and over a gigabyte.
test(
  'checking a route with its handler and call costs a bounded number of type instantiations',
  { timeout: 120_000 },
  () => {
    const few = instantiationsOf(20);
    const many = instantiationsOf(120);
    const perRoute = (many - few) / 100;
    expect(perRoute).toBeGreaterThan(100);
    expect(perRoute).toBeLessThan(3_000);
  },
);
