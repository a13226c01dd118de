import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Environment } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useApi, useWhyNot } from '../../../api/index.ts';
import { Button, DigestChip, EmptyState, ErrorState, KeyValue, Section, Skeleton, TimeAgo } from '../../../ui/index.ts';
import { TemplateDialog } from '../dialogs/template-dialog.tsx';

/** How releases become containers or scripts here. */
export function EnvironmentTemplate({ environment }: { readonly environment: Environment }) {
  const query = useApi(DEPLOYMENTS_ROUTES.getTemplate, { params: { environmentId: environment.id } });
  const whyNot = useWhyNot()('environment.write');
  const [isOpen, setOpen] = useState(false);
  const template = query.data?.body.template;
  return (
    <Section
      title="Template"
      sentence="How a release becomes containers here. Images are named component:NAME and filled in by digest."
      actions={
        whyNot === undefined && template !== undefined && template !== null ? (
          <Button onPress={() => setOpen(true)}>Replace…</Button>
        ) : undefined
      }
    >
      {template !== undefined && template !== null ? (
        <KeyValue
          rows={[
            ['Kind', template.kind === 'compose' ? 'Compose file' : 'Script'],
            ['Services', template.services.length === 0 ? '–' : template.services.join(', ')],
            ['Strategy', strategyText(template.strategy, template.batchSize)],
            ['Digest', <DigestChip digest={template.digest} what="digest of the template" />],
            [
              'Changed',
              <>
                <TimeAgo at={template.updatedAt} /> by {template.updatedBy.name}
              </>,
            ],
          ]}
        />
      ) : template === null ? (
        <EmptyState
          title="No template"
          icon="deploy"
          command={`stella env template ${environment.name} compose.yaml`}
          action={
            <Button disabledReason={whyNot} onPress={() => setOpen(true)}>
              Give it a template…
            </Button>
          }
        >
          Without one nothing can be deployed here.
        </EmptyState>
      ) : query.error !== null ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton />
      )}
      <TemplateDialog environment={environment} isOpen={isOpen} onClose={() => setOpen(false)} />
    </Section>
  );
}

function strategyText(strategy: 'all_at_once' | 'rolling', batchSize: number): string {
  if (strategy === 'all_at_once') return 'All targets at once';
  return batchSize === 1 ? 'Rolling, one target at a time' : `Rolling, ${batchSize} targets at a time`;
}
