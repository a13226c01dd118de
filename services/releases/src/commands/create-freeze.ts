import type { Input } from '@stella-ops/contracts';
import { RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { parseTimestamp } from '@stella-ops/engine-kernel';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { environmentView } from '../environment-view.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { findEnvironment, freezesOf, insertFreeze, lockEnvironment, touchEnvironment } from '../store/environments.ts';
import type { Tx } from '../store/tx.ts';

/** Freezes of one environment that have not ended. */
const MAX_FREEZES = 200;

export async function createFreeze(
  { host, ids }: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.createFreeze>,
  context: RequestContext,
) {
  const { environmentId } = params;
  const wanted = body.startsAt === undefined ? undefined : timeOf('startsAt', body.startsAt);
  const endsAt = timeOf('endsAt', body.endsAt);
  return host.change(context, async (tx: Tx, change) => {
    await lockEnvironment(tx, environmentId);
    const row = await findEnvironment(tx, environmentId);
    if (row === undefined) throw fail('NOT_FOUND', 'there is no such environment');
    const startsAt = wanted ?? change.at;
    if (wanted !== undefined && endsAt <= wanted) {
      throw fail('FREEZE_INVALID', `the freeze would end at ${endsAt}, before it starts`);
    }
    if (endsAt <= change.at) throw fail('FREEZE_INVALID', `the freeze would have ended already, at ${endsAt}`);
    if ((await freezesOf(tx, [environmentId], change.at)).length >= MAX_FREEZES) {
      throw fail('FREEZE_INVALID', `an environment has at most ${MAX_FREEZES} freezes ahead of it`);
    }
    const createdBy = personOf(context.caller);
    const freeze = { id: ids.uuid(), environmentId, startsAt, endsAt, reason: body.reason, createdBy };
    await insertFreeze(tx, change.tenantId, freeze);
    await touchEnvironment(tx, environmentId, change.at);
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId, name: row.name });
    change.audit({ type: 'environment', id: environmentId }, { freezeId: freeze.id, startsAt, endsAt });
    const next = { ...row, version: row.version + 1, updatedAt: change.at };
    return {
      status: 201 as const,
      body: await environmentView(tx, next, change.at),
      headers: { etag: etagOfVersion(next.version) },
    };
  });
}

/** The form of a time was checked; whether the calendar has that day was not. */
function timeOf(member: string, text: string): string {
  try {
    return parseTimestamp(text);
  } catch (cause) {
    throw fail('FREEZE_INVALID', `${member} is no time of the calendar: ${text}`, { cause });
  }
}
