import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import type { Deps } from '../deps.ts';
import type { DecisionFact, PolicyFact } from '../domain/facts.ts';
import { type PromotionDecision, putDecision } from '../store/decisions.ts';
import { ask, unavailable } from './ask.ts';

/** Reasons kept with a promotion; all of them are in the decision. */
const MAX_REASONS = 10;

/** Codes by which policy says that it cannot decide until somebody does something. */
const REFUSALS: ReadonlySet<string> = new Set(['POLICY_MISSING', 'SNAPSHOT_MISSING', 'IMAGE_UNKNOWN']);

export interface PolicyQuestion {
  readonly tenantId: string;
  readonly promotionId: string;
  /** Number of this evaluation. */
  readonly evaluation: number;
  /** Decisions of earlier evaluations than this one count no more. */
  readonly staleAt: number;
  readonly environment: string;
  /** Name of the pack that judges there; null: the default. */
  readonly policy: string | null;
  readonly component: string;
  readonly image: PolicyFact['image'];
  /** The decision that the promotion stands on so far. */
  readonly known: PromotionDecision | undefined;
}

/**
 * What policy says of an image. A decision is asked for only when there is none that still counts, and is kept at once:
 * its evidence may be sealed before this evaluation ends.
 */
export async function askPolicy(deps: Deps, question: PolicyQuestion, signal: AbortSignal): Promise<PolicyFact> {
  const { tenantId, promotionId, evaluation, staleAt, environment, policy, component, image, known } = question;
  const about = { component, image };
  if (known !== undefined && known.evaluation >= staleAt && known.policy === policy) {
    return { ...about, answer: known.fact };
  }
  const client = deps.host.client(POLICY_ROUTES, { tenantId, service: 'releases', scopes: ['policy.decide'] });
  const decided = await ask(signal, async () => {
    const body = {
      imageDigest: image.digest,
      environment,
      purpose: 'promotion' as const,
      ...(policy === null ? {} : { policy }),
    };
    // An attempt that died after asking gets the same decision.
    const idempotencyKey = `releases/${promotionId}/${evaluation}/${image.digest}`;
    return (await client.decide({ body }, { signal, idempotencyKey })).body;
  });
  if (!decided.ok) {
    const { code, message, hint } = decided;
    const isRefusal = REFUSALS.has(code);
    return { ...about, answer: isRefusal ? { kind: 'refused', code, message, hint } : unavailable('policy', decided) };
  }
  const fact = decisionFact(decided.value);
  await deps.host.database.withTenant(tenantId, (tx) =>
    putDecision(tx, tenantId, promotionId, {
      imageDigest: image.digest,
      evaluation,
      policy,
      findingsDigest: decided.value.findingsDigest,
      advisorySnapshot: decided.value.advisorySnapshot,
      fact,
      packetId: null,
    }),
  );
  return { ...about, answer: fact };
}

function decisionFact({ id, outcome, policy, reasons, evaluatedAt }: Decision): DecisionFact {
  const action = outcome === 'allow' ? 'warn' : outcome;
  const deciding = reasons.filter((reason) => reason.action === action);
  return {
    kind: 'decided',
    decisionId: id,
    outcome,
    policy,
    reasons: deciding.slice(0, MAX_REASONS),
    moreReasons: Math.max(0, deciding.length - MAX_REASONS),
    evaluatedAt,
  };
}
