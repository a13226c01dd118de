import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PageRoute } from '../page-route.ts';
import { AppLink } from '../ui/link.tsx';
import { EmptyState, ErrorState } from '../ui/feedback.tsx';
import { Page } from '../ui/page.tsx';
import { PageFrame } from './page-frame.tsx';
import { PAGES } from './routes.ts';
import { Shell } from './shell.tsx';

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const pageRoutes = PAGES.map((page) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path: page.path,
    component: pageComponent(page),
    errorComponent: ({ error, reset }) => (
      <ErrorState error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    ),
  }),
);

/** Texts only, written as people read them: `?state=pending_gate&environment=prod`. */
export const router = createRouter({
  routeTree: rootRoute.addChildren(pageRoutes),
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const members = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(members as [string, string][]).toString();
    return text === '' ? '' : `?${text}`;
  },
  defaultPreload: 'intent',
  scrollRestoration: true,
});

function pageComponent(page: PageRoute) {
  const Content = lazyRouteComponent(page.load as () => Promise<{ Component: () => ReactNode }>, 'Component');
  const Framed = () => (
    <PageFrame page={page}>
      <Content />
    </PageFrame>
  );
  // The router loads the module before it shows the page.
  return Object.assign(Framed, { preload: () => Content.preload?.() });
}

function NotFound() {
  return (
    <Page title="Not found" sentence="There is no page at this address.">
      <EmptyState title="Nothing is here" icon="question" action={<AppLink to="/">Go to the pipeline board</AppLink>} />
    </Page>
  );
}
