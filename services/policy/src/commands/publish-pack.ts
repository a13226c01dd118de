import type { ByteStream } from '@stella-ops/contracts';
import { POLICY_EVENTS, type PolicyPack } from '@stella-ops/contracts/policy';
import type { RequestContext } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import type { PolicyParts } from '../parts.ts';
import { activate, findPack, findPackVersion, insertPack } from '../store/packs.ts';
import { countRevision } from '../store/state.ts';

/**
 * Publishes a version and makes it the active one of its name. The same bytes again are the same version: it is active
 * afterwards too.
 */
export async function publishPack(parts: PolicyParts, context: RequestContext, upload: ByteStream) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload.content) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const { name, version, digest, rules } = await parts.judge.readPack(bytes);
  const { tenantId } = context.caller;
  await parts.host.objects.tenant(tenantId, 'policies').put(bytes);

  return parts.host.change(context, async (tx, change) => {
    await countRevision(tx, tenantId);
    const taken = await findPackVersion(tx, tenantId, name, version);
    if (taken !== undefined && taken.digest !== digest) {
      throw fail('PACK_VERSION_TAKEN', `version ${version} of "${name}" is published with other content`, {
        details: { published: taken.digest, sent: digest },
      });
    }
    const known = await findPack(tx, tenantId, digest);
    const pack: PolicyPack = {
      digest,
      name,
      version,
      rules,
      isActive: true,
      publishedBy: known?.publishedBy ?? context.caller.name,
      publishedAt: known?.publishedAt ?? change.at,
    };
    if (known === undefined) await insertPack(tx, tenantId, { ...pack, isActive: false });
    if (known?.isActive !== true) {
      await activate(tx, tenantId, pack);
      await change.publish(POLICY_EVENTS.packActivated, { name, version, digest });
    }
    change.audit({ type: 'policy-pack', id: digest }, { name, version, isNew: known === undefined });
    return { status: known === undefined ? (201 as const) : (200 as const), body: pack };
  });
}
