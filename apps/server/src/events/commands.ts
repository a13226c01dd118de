import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordAudits } from '@stella-ops/platform/audit';
import type { Database } from '@stella-ops/platform/database';
import {
  type DecidedEvent,
  type ParkedEvent,
  parkedEvents,
  type ParkedFilter,
  retryParked,
  skipParked,
} from '@stella-ops/platform/events';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import { fail as dataFault } from '../backup/errors.ts';
import { installationOf, withDatabase } from '../backup/installation.ts';
import { assertFinished } from '../backup/unfinished.ts';
import { databaseFolder } from '../first-settings.ts';
import { flagsOf } from '../flags.ts';
import { fail } from './errors.ts';

export const EVENTS_HELP = `Usage: stella-server events list [--consumer NAME] [--tenant ID] [--event ID]
       stella-server events retry (--all | [--consumer NAME] [--tenant ID] [--event ID])
       stella-server events skip --consumer NAME --event ID --reason TEXT

Events that a service could not take up. With the embedded database the server is stopped for it; on PostgreSQL it goes on.
`;

type Environment = Readonly<Record<string, string | undefined>>;
type Say = (line: string) => void;

const OPTIONS = {
  set: { type: 'string', multiple: true, default: [] as string[] },
  consumer: { type: 'string' },
  tenant: { type: 'string' },
  event: { type: 'string' },
  all: { type: 'boolean', default: false },
  reason: { type: 'string' },
} as const;

/** More are not listed at once: who has so many looks at what they have in common. */
const MOST_LISTED = 200;
const LONGEST_REASON = 1000;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `stella-server events …`: what an administrator does about parked events.
 *
 * @throws AppError `EVENTS_*`, `DATA_*`, `DATABASE_*`
 */
export async function eventsCommand(args: readonly string[], env: Environment, say: Say): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [verb = '', ...more] = positionals;
  if (more.length > 0) throw fail('EVENTS_USAGE', `"${more[0] ?? ''}" is one word too many`);
  const filter = {
    consumer: values.consumer,
    tenantId: idOf('tenant', values.tenant),
    eventId: idOf('event', values.event),
  };
  const inside = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
    onInstallation(env, flagsOf(values.set), work);
  switch (verb) {
    case 'list':
      return inside((database) => list(database, filter, say));
    case 'retry': {
      const isNarrow = Object.values(filter).some((value) => value !== undefined);
      if (isNarrow === values.all) throw fail('EVENTS_USAGE', 'retry takes --all, or what is to be tried again');
      return inside((database) => retry(database, filter, say));
    }
    case 'skip': {
      const { consumer, eventId } = filter;
      const reason = values.reason?.trim() ?? '';
      if (consumer === undefined || eventId === undefined || reason === '')
        throw fail('EVENTS_USAGE', 'skip takes --consumer, --event and --reason');
      if (reason.length > LONGEST_REASON) throw fail('EVENTS_USAGE', `the reason is over ${LONGEST_REASON} characters`);
      return inside((database) => skip(database, { consumer, eventId, reason }, say));
    }
    default:
      throw fail('EVENTS_USAGE', verb === '' ? 'list, retry or skip?' : `there is no "events ${verb.slice(0, 40)}"`);
  }
}

function idOf(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !ID.test(text)) throw fail('EVENTS_USAGE', `--${option} is not an id`);
  return text;
}

async function onInstallation<T>(
  env: Environment,
  flags: Readonly<Record<string, string>>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const installation = installationOf(env, flags);
  const { dataDir, databaseUrl } = installation;
  assertFinished(dataDir);
  // An embedded database would be made where there is none.
  if (databaseUrl === undefined && !existsSync(join(databaseFolder(dataDir), 'ready')))
    throw dataFault('DATA_MISSING', `${dataDir} holds no installation`);
  try {
    return await withDatabase(installation, work);
  } catch (error) {
    if (!isTableMissing(error)) throw error;
    throw fail('EVENTS_NOT_MIGRATED', 'the database is of an older release, or of none', { cause: error });
  }
}

/** undefined_table, invalid_schema_name. */
const isTableMissing = (error: unknown): boolean =>
  ['42P01', '3F000'].includes((error as { code?: string }).code ?? '');

async function list(database: Database, filter: ParkedFilter, say: Say): Promise<void> {
  const events = await parkedEvents(database, filter, MOST_LISTED + 1);
  if (events.length === 0) say('No event has failed.');
  for (const line of events.slice(0, MOST_LISTED).flatMap(describe)) say(line);
  if (events.length > MOST_LISTED) say(`There are more than ${MOST_LISTED}: name a --consumer or a --tenant.`);
}

function describe(event: ParkedEvent): readonly string[] {
  const { consumer, tenantId, eventId, type, occurredAt, state, attempts, errorCode, errorMessage, failedAt, behind } =
    event;
  return [
    `${state}  ${consumer}  event ${eventId}  tenant ${tenantId}`,
    `  event     ${type} of ${occurredAt}`,
    ...(errorCode === null
      ? []
      : [`  failed    ${attempts} times, last ${failedAt ?? '?'}: ${errorCode}: ${errorMessage ?? ''}`]),
    ...(behind === 0n ? [] : [`  behind    ${behind} later events of this tenant`]),
  ];
}

async function retry(database: Database, filter: ParkedFilter, say: Say): Promise<void> {
  const tenants = new Set<string>();
  for (const { tenantId, state } of await parkedEvents(database, filter, Number.MAX_SAFE_INTEGER)) {
    if (state === 'parked') tenants.add(tenantId);
  }
  let count = 0;
  for (const tenantId of tenants) {
    const retried = await database.withTenant(tenantId, async (tx) => {
      const events = await retryParked(tx, filter);
      await audit(tx, tenantId, 'server.retry-event', events, {});
      return events;
    });
    for (const { consumer, eventId } of retried) say(`Tried again: ${consumer}  event ${eventId}  tenant ${tenantId}`);
    count += retried.length;
  }
  if (count === 0) throw fail('EVENTS_NONE_PARKED', 'no parked event is like that');
}

async function skip(
  database: Database,
  { consumer, eventId, reason }: { consumer: string; eventId: string; reason: string },
  say: Say,
): Promise<void> {
  const [found] = await parkedEvents(database, { consumer, eventId }, 1);
  const none = () => fail('EVENTS_NONE_PARKED', `${consumer} has not set aside the event ${eventId}`);
  if (found === undefined) throw none();
  await database.withTenant(found.tenantId, async (tx) => {
    const skipped = await skipParked(tx, { consumer, eventId });
    if (skipped === undefined) throw none();
    await audit(tx, found.tenantId, 'server.skip-event', [skipped], { reason });
  });
  say(`Skipped for ever: ${consumer}  event ${eventId}  tenant ${found.tenantId}`);
}

/** Whoever may run this has the database: the trail says by which account of the machine it was. */
async function audit(
  tx: Parameters<typeof retryParked>[0],
  tenantId: string,
  action: string,
  events: readonly DecidedEvent[],
  more: Readonly<Record<string, string>>,
): Promise<void> {
  if (events.length === 0) return;
  const operator = accountName();
  const facts = events.map(({ consumer, eventId, type, attempts, errorCode }) => ({
    id: systemIds.uuid(),
    tenantId,
    at: systemClock.now(),
    actor: { kind: 'service' as const, id: 'stella-server', name: 'stella-server' },
    action,
    target: { type: 'event', id: eventId },
    outcome: 'done' as const,
    details: { consumer, type, attempts, errorCode, operator, ...more },
  }));
  await recordAudits(tx, tenantId, facts);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry, as containers have.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
