import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { digestOf } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { later } from '../domain/next-look.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { findAgentByName } from '../store/agents.ts';
import { insertEnrolment } from '../store/enrolments.ts';
import type { Tx } from '../store/tx.ts';

const VALID_MS = 3_600_000;
const TOKEN_BYTES = 32;

/** Makes a token by which one agent may enrol. Only its digest is kept: of 256 random bits nobody guesses any. */
export async function createEnrolment(
  { host, ids, authority, config, randomness }: Deps,
  { body }: Input<typeof DEPLOYMENTS_ROUTES.createEnrolment>,
  context: RequestContext,
) {
  const authorityFingerprint = await authority.fingerprint();
  const token = `stella-enrol-${randomness.bytes(TOKEN_BYTES).toString('base64url')}`;
  return host.change(context, async (tx: Tx, change) => {
    if ((await findAgentByName(tx, body.name)) !== undefined) {
      throw fail('TARGET_NAME_TAKEN', `there is an agent "${body.name}"; revoke it first when it is to be replaced`);
    }
    const id = ids.uuid();
    const expiresAt = later(change.at, VALID_MS);
    const createdBy = personOf(context.caller);
    await insertEnrolment(tx, change.tenantId, {
      id,
      name: body.name,
      tokenDigest: digestOf(token),
      createdBy,
      expiresAt,
    });
    change.audit({ type: 'enrolment', id }, { name: body.name, expiresAt });
    return {
      status: 201 as const,
      body: { token, expiresAt, authorityFingerprint, address: config.agentAddress },
    };
  });
}
