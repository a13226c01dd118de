import { runServer } from '@stella-ops/app-server';
import type { Database } from '@stella-ops/platform/database';
import type { FromServer, Point, ToServer } from './messages.ts';

// The body of a server process that kills itself with SIGKILL at a commit that its parent names.
const [dataDir = '', port = '0'] = process.argv.slice(2);
const send = (message: FromServer): void => void process.send?.(message);
const seen = new Map<string, number>();
let armed: Point | undefined;

process.on('message', (message: ToServer) => {
  if (message.kind === 'arm') armed = message.point;
  else send({ kind: 'sites', counts: Object.fromEntries(seen) });
});

/** Where in the product a transaction comes from: the first frame of a service or building block. */
function site(): string {
  const frames = (new Error('site').stack ?? '').split('\n');
  const frame = frames.find(
    (line) => /\/(?:services|platform)\//.test(line) && !/\/platform\/src\/(?:database|service)\//.test(line),
  );
  return (
    /((?:services|platform)\/[^:)]+):(\d+)/
      .exec(frame ?? '')
      ?.slice(1, 3)
      .join(':') ?? 'elsewhere'
  );
}

function pass(where: string, phase: Point['phase']): void {
  if (armed?.site === where && armed.phase === phase) process.kill(process.pid, 'SIGKILL');
}

/** Counts and, at the armed one, dies: once before the commit and once after it, before anybody is told. */
function killable(database: Database): Database {
  const around = async <T>(where: string, run: (before: () => void) => Promise<T>): Promise<T> => {
    seen.set(where, (seen.get(where) ?? 0) + 1);
    const result = await run(() => pass(where, 'before'));
    pass(where, 'after');
    return result;
  };
  return {
    ...database,
    withTenant: (tenantId, work, options) => {
      if (options?.isReadOnly === true) return database.withTenant(tenantId, work, options);
      const where = site();
      return around(where, (before) =>
        database.withTenant(
          tenantId,
          async (tx: Parameters<typeof work>[0]) => {
            const result = await work(tx);
            before();
            return result;
          },
          options,
        ),
      );
    },
    withRelay: (work, options) => {
      const where = site();
      return around(where, (before) =>
        database.withRelay(async (tx: Parameters<typeof work>[0]) => {
          const result = await work(tx);
          before();
          return result;
        }, options),
      );
    },
    runStatement: (role, text, values) => {
      const verb = /\b(insert|update|delete|with)\b/i.exec(text)?.[1]?.toLowerCase();
      if (verb === undefined) return database.runStatement(role, text, values);
      return around(`jobs:${verb}`, (before) => {
        before();
        return database.runStatement(role, text, values);
      });
    },
  };
}

const server = await runServer(
  {},
  {
    'server.dataDir': dataDir,
    'server.isDemo': 'true',
    'http.port': port,
    'http.apiPort': '0',
    'http.agentPort': '0',
    'http.burst': '1000000',
    'http.perSecond': '1000000',
    'log.level': 'error',
  },
  ['all'],
  killable,
);
send({ kind: 'ready', url: server.url });
process.on('disconnect', () => process.exit(0));
