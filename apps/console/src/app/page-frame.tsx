import { SCOPES } from '@stella-ops/contracts';
import { useMatch } from '@tanstack/react-router';
import { type ReactNode, useLayoutEffect } from 'react';
import { useMe } from '../api/me.ts';
import type { PageRoute } from '../page-route.ts';
import { EmptyState } from '../ui/feedback.tsx';
import { Page } from '../ui/page.tsx';

/** Path of the page that is shown. */
let shown: string | undefined;

/** Shows a page to those who may see it; to others, what they lack. */
export function PageFrame({ page, children }: { readonly page: PageRoute; readonly children: ReactNode }) {
  const { pathname } = useMatch({ strict: false });
  useLayoutEffect(() => {
    if (shown !== undefined && shown !== pathname) focusTitle();
    shown = pathname;
  }, [pathname]);
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

const FOCUS_TRIES = 20;

/** After going to another page its title has the focus, so that it is read and Tab goes on from there. */
function focusTitle(tries = FOCUS_TRIES): void {
  const title = document.getElementById('page-title');
  if (title !== null) title.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusTitle(tries - 1));
}
