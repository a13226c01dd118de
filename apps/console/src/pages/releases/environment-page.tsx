import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Environment, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { nowMs, useApi, useWhyNot } from '../../api/index.ts';
import { AppLink, Button, Columns, KeyValue, Loaded, Page, Section, TimeAgo } from '../../ui/index.ts';
import { EnvironmentDialog } from './dialogs/environment-dialog.tsx';
import { FreezeDialog } from './dialogs/freeze-dialog.tsx';
import { RequestPromotionDialog } from './dialogs/request-promotion-dialog.tsx';
import { RollBackDialog } from './dialogs/roll-back-dialog.tsx';
import { freezeOf } from './model/freeze-state.ts';
import { EnvironmentBadge } from './parts/environment-badge.tsx';
import { EnvironmentHistory } from './parts/environment-history.tsx';
import { EnvironmentTargets } from './parts/environment-targets.tsx';
import { EnvironmentTemplate } from './parts/environment-template.tsx';
import { FreezeList } from './parts/freeze-list.tsx';
import { ReleaseDigests } from './parts/release-digests.tsx';
import { useParam } from '../common/use-param.ts';

/** One environment: what is there, what it asks for, when it is closed, and where it runs. */
export function Component() {
  const environmentId = useParam('environmentId');
  const query = useApi(RELEASES_ROUTES.getEnvironment, { params: { environmentId } });
  const environment = query.data?.body;
  return (
    <Page
      title={environment?.name ?? 'Environment'}
      above={<AppLink to="/environments">Environments</AppLink>}
      badge={environment === undefined ? undefined : <EnvironmentBadge environment={environment} />}
      sentence={environment === undefined ? undefined : sentenceOf(environment)}
      actions={environment === undefined ? undefined : <Actions environment={environment} etag={query.data?.etag} />}
      command={`stella env show ${environment?.name ?? environmentId}`}
      asOfMs={query.data?.asOfMs}
    >
      <Loaded query={query} lines={8}>
        {({ body }) => <Content environment={body} />}
      </Loaded>
    </Page>
  );
}

function sentenceOf(environment: Environment): string {
  const frozen = freezeOf(environment, nowMs());
  if (frozen?.isActive === true) return `Frozen until ${utc(frozen.freeze.endsAt)}: ${frozen.freeze.reason}`;
  const { current } = environment;
  const here = current === null ? 'Nothing is here yet.' : `${current.release} is here.`;
  if (frozen !== undefined) return `${here} Frozen from ${utc(frozen.freeze.startsAt)}: ${frozen.freeze.reason}`;
  return here;
}

const utc = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

function Actions({ environment, etag }: { readonly environment: Environment; readonly etag: string | undefined }) {
  const whyNot = useWhyNot();
  const [open, setOpen] = useState<'promote' | 'freeze' | 'edit' | 'roll-back' | null>(null);
  const close = (): void => setOpen(null);
  const cannotWrite = whyNot('environment.write');
  return (
    <>
      <Button
        kind="primary"
        icon="promotion"
        disabledReason={whyNot('promotion.write')}
        onPress={() => setOpen('promote')}
      >
        Request promotion…
      </Button>
      {whyNot('promotion.write') === undefined ? (
        <Button icon="undo" onPress={() => setOpen('roll-back')}>
          Roll back…
        </Button>
      ) : null}
      {cannotWrite === undefined ? (
        <>
          <Button icon="freeze" onPress={() => setOpen('freeze')}>
            Freeze…
          </Button>
          <Button icon="settings" onPress={() => setOpen('edit')}>
            Edit…
          </Button>
        </>
      ) : null}
      <RequestPromotionDialog isOpen={open === 'promote'} onClose={close} environment={environment.name} />
      <RollBackDialog environment={environment} isOpen={open === 'roll-back'} onClose={close} />
      <FreezeDialog environment={environment} isOpen={open === 'freeze'} onClose={close} />
      <EnvironmentDialog isOpen={open === 'edit'} onClose={close} environment={environment} etag={etag} />
    </>
  );
}

function Content({ environment }: { readonly environment: Environment }) {
  const { current, requiredApprovals, isSeparationOfDuties, policy } = environment;
  const targets = useApi(DEPLOYMENTS_ROUTES.listTargets, { query: { environment: environment.name, limit: 200 } });
  return (
    <>
      <Columns>
        <Section title="What it asks for">
          <KeyValue
            rows={[
              ['Place in the order', environment.order],
              ['Approvals', requiredApprovals === 0 ? 'None' : requiredApprovals],
              [
                'Own requests',
                isSeparationOfDuties ? 'Another person must approve' : 'May be approved by whoever asked',
              ],
              ['Policy', policy === null ? 'The active default' : <AppLink to={`/policies`}>{policy}</AppLink>],
            ]}
          />
        </Section>
        <Section title="Freezes" sentence="While a freeze lasts, nothing is promoted here.">
          <FreezeList environment={environment} />
        </Section>
      </Columns>
      <Section
        title="What is here"
        sentence={
          current === null ? undefined : (
            <>
              <AppLink to={`/releases/${current.releaseId}`}>{current.release}</AppLink> since{' '}
              <TimeAgo at={current.since} />, by{' '}
              <AppLink to={`/promotions/${current.promotionId}`}>its promotion</AppLink>
            </>
          )
        }
      >
        {current === null ? (
          <p className="quiet">Nothing was approved for {environment.name} yet.</p>
        ) : (
          <ReleaseDigests releaseId={current.releaseId} />
        )}
      </Section>
      <EnvironmentTargets environment={environment.name} query={targets} />
      <EnvironmentTemplate environment={environment} />
      <EnvironmentHistory environment={environment.name} />
    </>
  );
}
