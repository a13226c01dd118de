import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { useState } from 'react';
import { useApi, useWhyNot } from '../../api/index.ts';
import { AppLink, Button, ErrorState, Page, Skeleton, StateBadge } from '../../ui/index.ts';
import { FINDING_STATES } from '../common/looks.ts';
import { Severity } from '../common/severity.tsx';
import { useParam } from '../common/use-param.ts';
import { RequestExceptionDialog } from './dialogs/request-exception-dialog.tsx';
import { findingSentence, FindingView } from './parts/finding-view.tsx';

export function Component() {
  const findingId = useParam('findingId');
  const query = useApi(FINDINGS_ROUTES.getFinding, { params: { findingId } });
  const whyNot = useWhyNot();
  const [isAsking, setAsking] = useState(false);
  const finding = query.data?.body;
  return (
    <Page
      title={finding?.vulnerability ?? 'Finding'}
      above={<AppLink to="/findings">Findings</AppLink>}
      badge={
        finding === undefined ? undefined : (
          <>
            <Severity level={finding.severity} score={finding.score} />
            <StateBadge {...FINDING_STATES[finding.status]} />
          </>
        )
      }
      sentence={finding === undefined ? undefined : findingSentence(finding)}
      actions={
        finding === undefined ? undefined : (
          <Button
            kind="primary"
            icon="exception"
            onPress={() => setAsking(true)}
            disabledReason={
              whyNot('exception.write') ??
              (finding.status === 'open' || finding.status === 'not_evaluated'
                ? undefined
                : 'It does not count, so no exception is needed.')
            }
          >
            Request exception…
          </Button>
        )
      }
      command={`stella findings show ${findingId}`}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {finding === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {finding === undefined ? null : (
        <>
          <FindingView finding={finding} />
          <RequestExceptionDialog isOpen={isAsking} onClose={() => setAsking(false)} subject={finding} />
        </>
      )}
    </Page>
  );
}
