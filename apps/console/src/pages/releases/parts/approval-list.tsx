import './approval-list.css';
import type { Approval } from '@stella-ops/contracts/releases';
import { DigestChip, StateBadge, type StateLook, TimeAgo } from '../../../ui/index.ts';

/** Who decided, why, and for exactly what. An approval that no longer counts says so. */
export function ApprovalList({ approvals }: { readonly approvals: readonly Approval[] }) {
  if (approvals.length === 0) return <p className="quiet">Nobody has decided yet.</p>;
  return (
    <ul className="approval-list">
      {approvals.map((approval) => (
        <li key={`${approval.person.id} ${approval.decidedAt}`}>
          <div className="approval-head">
            <StateBadge {...lookOf(approval)} />
            <strong>{approval.person.name}</strong>
            <TimeAgo at={approval.decidedAt} />
          </div>
          <p>{approval.reason}</p>
          <p className="approval-bound">
            for release <DigestChip digest={approval.releaseDigest} what="digest of the release" />
            {approval.policyDigest === null ? null : (
              <>
                {' '}
                and policy <DigestChip digest={approval.policyDigest} what="digest of the policy" />
              </>
            )}
          </p>
          {approval.isValid ? null : (
            <p className="approval-void">Void: {approval.voided?.sentence ?? VOID} It does not count again.</p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Of those voided before their reason was kept. */
const VOID = 'The digests or the policy are others now, or a gate became blocked.';

function lookOf({ verdict, isValid }: Approval): StateLook {
  if (verdict === 'rejected') return { tone: 'failed', word: 'Rejected' };
  return isValid ? { tone: 'good', word: 'Approved' } : { tone: 'stale', word: 'No longer counts', icon: 'none' };
}
