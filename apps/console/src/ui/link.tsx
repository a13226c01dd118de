import { Link } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, useContext } from 'react';
import { InGrid } from './hint.tsx';

interface AppLinkProps {
  /** Path, with query where there is one: `/promotions?state=pending_gate`. */
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  readonly 'aria-label'?: string;
}

/** A link within the console. */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const isInGrid = useContext(InGrid);
  const [pathname = '/', query] = to.split('?');
  const target = {
    to: pathname,
    search: query === undefined ? {} : Object.fromEntries(new URLSearchParams(query)),
  } as unknown as ComponentProps<typeof Link>;
  return <Link {...target} {...rest} {...(isInGrid ? { tabIndex: -1 } : {})} />;
}
