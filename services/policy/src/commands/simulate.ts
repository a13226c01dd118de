import { actorOf } from '@stella-ops/contracts';
import type { Decision } from '@stella-ops/contracts/policy';
import type { RequestContext } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import { decisionView } from '../evidence/decision-view.ts';
import { gather } from '../evidence/gather.ts';
import { judgeEvidence } from '../evidence/judge-evidence.ts';
import { knownImage } from '../evidence/known-image.ts';
import type { PolicyParts } from '../parts.ts';

export interface SimulateBody {
  readonly imageDigest: string;
  readonly policy?: string | undefined;
  readonly environment?: string | undefined;
  readonly source?: string | undefined;
}

/** Judges an image as a decision would be, by a published pack or one that is only tried. Leaves no trace. */
export async function simulateDecision(
  parts: PolicyParts,
  context: RequestContext,
  { imageDigest, policy, environment, source: text }: SimulateBody,
): Promise<Decision> {
  if (policy !== undefined && text !== undefined) {
    throw fail('REQUEST_INVALID', 'name a pack or send one, not both', {
      details: { violations: [{ pointer: '/source', message: 'stands beside policy' }] },
    });
  }
  const { tenantId } = context.caller;
  const onBehalfOf = actorOf(context.caller);
  const source = text === undefined ? undefined : Buffer.from(text);
  if (source !== undefined) await parts.judge.readPack(source);
  const image = await knownImage(parts, tenantId, imageDigest, onBehalfOf);
  const evidence = await gather(parts, { tenantId, image, policy, onBehalfOf, bringsPack: source !== undefined });
  const judged = await judgeEvidence(parts, {
    tenantId,
    evidence,
    environment,
    evaluatedAt: parts.clock.now(),
    wantsDocuments: false,
    ...(source === undefined ? {} : { source }),
  });
  return decisionView(evidence, judged, { purpose: 'request', environment });
}
