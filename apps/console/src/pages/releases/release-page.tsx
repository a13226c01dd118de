import './releases.css';
import { type Promotion, type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useApi, useWhyNot } from '../../api/index.ts';
import { AppLink, Button, DigestChip, KeyValue, Loaded, Page } from '../../ui/index.ts';
import { Section, TimeAgo } from '../../ui/index.ts';
import { RequestPromotionDialog } from './dialogs/request-promotion-dialog.tsx';
import { nextEnvironment } from './model/next-environment.ts';
import { isOpen as isWaiting } from './model/promotion-over.ts';
import { releaseWhere } from './model/release-where.ts';
import { PromotionTable } from './parts/promotion-table.tsx';
import { DigestTable } from './parts/release-digests.tsx';
import { ReleaseMode } from './parts/release-mode.tsx';
import { ReleaseRisk } from './parts/risk-section.tsx';
import { useEnvironments } from './parts/use-environments.ts';
import { useParam } from '../common/use-param.ts';

/** One release: exactly which digests it is, and how far it came. */
export function Component() {
  const releaseId = useParam('releaseId');
  const query = useApi(RELEASES_ROUTES.getRelease, { params: { releaseId } });
  const promotions = useApi(RELEASES_ROUTES.listPromotions, { query: { releaseId, limit: 100 } });
  const { query: places, environments } = useEnvironments();
  const release = query.data?.body;
  const known = promotions.data?.body.items;
  const name = release === undefined ? 'Release' : `${release.name} ${release.version}`;
  return (
    <Page
      title={name}
      above={<AppLink to="/releases">Releases</AppLink>}
      badge={release === undefined ? undefined : <ReleaseMode mode={release.mode} />}
      sentence={known === undefined || places.data === undefined ? undefined : releaseWhere(environments, known)}
      actions={
        release === undefined ? undefined : (
          <Actions
            release={release}
            promotions={known ?? []}
            next={known === undefined ? undefined : nextEnvironment(environments, known)?.name}
          />
        )
      }
      command={release === undefined ? undefined : `stella release show ${release.name}@${release.version}`}
      asOfMs={query.data?.asOfMs}
    >
      <Loaded query={query} lines={8}>
        {({ body }) => (
          <>
            <Facts release={body} />
            <ReleaseRisk release={body} />
            <Section title="Digests" sentence="Resolved once, when the release was made. Approvals bind to them.">
              <DigestTable release={body} isWide />
            </Section>
          </>
        )}
      </Loaded>
      <Section title="Promotions">
        <Loaded query={promotions}>
          {({ body }) => (
            <PromotionTable
              label={`Promotions of ${name}`}
              promotions={body.items}
              calledBy="environment"
              empty="It was not promoted yet."
            />
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

function Actions(props: {
  readonly release: Release;
  readonly promotions: readonly Promotion[];
  readonly next: string | undefined;
}) {
  const { release, promotions, next } = props;
  const whyNot = useWhyNot()('promotion.write');
  const [isOpen, setOpen] = useState(false);
  const waiting = promotions.find(isWaiting);
  return (
    <>
      {waiting === undefined ? null : (
        <AppLink to={`/promotions/${waiting.id}`} className="button primary">
          Open promotion to {waiting.environment}
        </AppLink>
      )}
      <Button
        kind={waiting === undefined ? 'primary' : 'plain'}
        icon="promotion"
        disabledReason={whyNot}
        onPress={() => setOpen(true)}
      >
        {next === undefined ? 'Request promotion…' : `Request promotion to ${next}…`}
      </Button>
      <RequestPromotionDialog isOpen={isOpen} onClose={() => setOpen(false)} release={release} />
    </>
  );
}

function Facts({ release }: { readonly release: Release }) {
  return (
    <Section title="Facts">
      <KeyValue
        rows={[
          ['Digest of the release', <DigestChip digest={release.digest} what="digest of the release" />],
          ['Calendar version', release.calendarVersion],
          ['Created', <TimeAgo at={release.createdAt} />],
          ['By', release.createdBy.name],
          release.notes === '' ? undefined : ['Notes', <span className="release-notes">{release.notes}</span>],
        ]}
      />
    </Section>
  );
}
