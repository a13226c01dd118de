import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { usePages } from '../../api/index.ts';
import { DataGrid } from '../../ui/grid/index.ts';
import { DigestChip, EmptyState, Page, useUrlQuery } from '../../ui/index.ts';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, FixedFilter, useChoice } from '../common/filters.tsx';
import { choices, OUTCOMES } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { isSlug } from '../common/slug.ts';
import { DECISION_COLUMNS } from './parts/decision-columns.tsx';

export function Component() {
  const outcome = useChoice('outcome', ['allow', 'deny', 'pending'] as const);
  const { environment = '', imageDigest = '' } = useUrlQuery();
  const hasImage = /^sha256:[0-9a-f]{64}$/.test(imageDigest);
  const hasEnvironment = isSlug(environment);
  const pages = usePages(POLICY_ROUTES.listDecisions, {
    query: {
      ...(outcome === undefined ? {} : { outcome }),
      ...(hasEnvironment ? { environment } : {}),
      ...(hasImage ? { imageDigest } : {}),
    },
  });
  const last = pages.items[0];
  return (
    <Page
      title="Decisions"
      sentence={
        pages.isPending
          ? ' '
          : last === undefined
            ? 'Nothing was decided yet.'
            : 'Every verdict of the policies, newest first; each can be sealed and replayed to the byte.'
      }
      command={command('stella decision list', {
        outcome,
        environment: hasEnvironment ? environment : undefined,
        image: hasImage ? imageDigest : undefined,
      })}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="decisions"
        label="Decisions"
        columns={DECISION_COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/decisions/${id}`}
        filters={
          <>
            <ChoiceFilter name="outcome" label="Outcome" options={choices(OUTCOMES)} />
            {hasImage ? (
              <FixedFilter name="imageDigest" label="Image">
                <DigestChip digest={imageDigest} href={`/images/${imageDigest}`} isPlain />
              </FixedFilter>
            ) : null}
          </>
        }
        empty={
          outcome === undefined && !hasEnvironment && !hasImage ? (
            <EmptyState title="Nothing was decided yet" icon="policy" command="stella policy publish FILE">
              Images are judged by themselves once there are a policy, an advisory snapshot and an image.
            </EmptyState>
          ) : (
            <NoMatch what="decisions" />
          )
        }
      />
    </Page>
  );
}
