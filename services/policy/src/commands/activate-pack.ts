import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import type { RequestContext } from '@stella-ops/platform/http';
import type { PolicyParts } from '../parts.ts';
import { packNotFound } from '../queries/packs.ts';
import { activate, findPack } from '../store/packs.ts';
import { countRevision } from '../store/state.ts';

/** Makes a published version the active one of its name again. */
export function activatePack({ host }: PolicyParts, context: RequestContext, digest: string) {
  const { tenantId } = context.caller;
  return host.change(context, async (tx, change) => {
    await countRevision(tx, tenantId);
    const pack = await findPack(tx, tenantId, digest);
    if (pack === undefined) throw packNotFound(digest);
    const { name, version } = pack;
    if (!pack.isActive) {
      await activate(tx, tenantId, pack);
      await change.publish(POLICY_EVENTS.packActivated, { name, version, digest });
    }
    change.audit({ type: 'policy-pack', id: digest }, { name, version });
    return { status: 200 as const, body: { ...pack, isActive: true } };
  });
}
