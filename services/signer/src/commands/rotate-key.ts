import { MAX_SIGNING_KEYS, SIGNER_EVENTS, type SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import type { Handler } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { counted } from '../domain/count-failures.ts';
import { shownKey } from '../domain/shown-key.ts';
import { fail } from '../errors.ts';
import { countKeys, insertActiveKey, isKeyKnown, retireKey } from '../store/signing-keys.ts';
import type { SignParts } from './sign.ts';

/** The old key ends and the new one begins in one transaction: at no time has a tenant two active keys, or none. */
export function rotateKey(host: ServiceHost, { keys, count }: SignParts): Handler<typeof SIGNER_ROUTES.rotateKey> {
  return async ({ body: { retire } }, context) => {
    const { tenantId } = context.caller;
    const isKnown = await host.database.withTenant(tenantId, (tx) => isKeyKnown(tx, tenantId, retire), {
      isReadOnly: true,
    });
    if (!isKnown) throw fail('NOT_FOUND', `there is no key ${retire}`);
    const next = await counted(count, async () => {
      // The master key that seals the new one must be the one that opens the present one: another would lock out the tenant.
      await keys.activeKey(tenantId);
      return keys.newKey(tenantId);
    });
    const changing = host.change(context, async (tx, change) => {
      const retired = await retireKey(tx, tenantId, retire, change.at);
      if (retired === undefined) throw fail('KEY_NOT_ACTIVE', `the key ${retire} was retired already`);
      if ((await countKeys(tx, tenantId)) >= BigInt(MAX_SIGNING_KEYS)) {
        throw fail('KEY_LIMIT', `the tenant has had ${MAX_SIGNING_KEYS} keys`);
      }
      const active = await insertActiveKey(tx, next, retired.retired_at ?? change.at);
      if (active === undefined) throw new Error('a key is active that was not there when the other one ended');
      change.audit(
        { type: 'signing-key', id: active.id },
        { keyHint: active.hint, algorithm: active.algorithm, retired: retired.hint },
      );
      await change.publish(SIGNER_EVENTS.keyRotated, { active: active.hint, retired: retired.hint });
      return { status: 200 as const, body: { active: shownKey(active), retired: shownKey(retired) } };
    });
    const reply = await changing.finally(() => keys.forgetActive(tenantId));
    count.rotations(1, {});
    return reply;
  };
}
