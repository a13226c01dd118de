import '../../common/layout.css';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { useEffect, useState } from 'react';
import { useApi, useCan } from '../../../api/index.ts';
import { Severity } from '../../common/severity.tsx';

const SETTLED_MS = 250;

/** What is open in one image, worst first. Asked for once the row has stood still: scrolling past asks nothing. */
export function OpenFindings({ imageDigest }: { readonly imageDigest: string }) {
  const can = useCan();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, []);
  const summary = useApi(
    FINDINGS_ROUTES.summarize,
    { query: { imageDigest } },
    { isEnabled: isSettled && can('findings.read') },
  ).data?.body;
  if (summary === undefined) return null;
  const worst = (['critical', 'high', 'medium', 'low', 'unknown', 'none'] as const).find(
    (level) => summary.open[level] > 0,
  );
  if (worst === undefined) return <span className="quiet">{summary.images === 0 ? 'Not judged yet' : 'None'}</span>;
  const total = Object.values(summary.open).reduce((sum, count) => sum + count, 0);
  return (
    <span className="row">
      {summary.open[worst]} <Severity level={worst} />
      {total > summary.open[worst] ? <span className="small">of {total}</span> : null}
    </span>
  );
}
