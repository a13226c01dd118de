import { SCOPES } from '@stella-ops/contracts';
import type { ReactNode } from 'react';
import { useMe } from '../api/me.ts';
import type { PageRoute } from '../page-route.ts';
import { EmptyState } from '../ui/feedback.tsx';
import { Page } from '../ui/page.tsx';

/** Shows a page to those who may see it; to others, what they lack. */
export function PageFrame({ page, children }: { readonly page: PageRoute; readonly children: ReactNode }) {
  const me = useMe();
  if (me === undefined || page.scope === undefined || me.scopes.includes(page.scope)) return children;
  return (
    <Page title={page.title} sentence="Your roles do not cover this page.">
      <EmptyState title={`Needs the permission “${page.scope}”`} icon="lock">
        {SCOPES[page.scope]}. An administrator can give you a role that has it.
      </EmptyState>
    </Page>
  );
}
