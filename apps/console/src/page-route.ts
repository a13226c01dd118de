import type { Scope } from '@stella-ops/contracts';
import type { ComponentType } from 'react';
import type { IconName } from './ui/icon.tsx';

export const NAV_GROUPS = ['Releases', 'Security', 'Evidence', 'Operations', 'Settings'] as const;
export type NavGroup = (typeof NAV_GROUPS)[number];

/** One page of the console, as data. Navigation, palette, titles and the check of scopes are made from it. */
export interface PageRoute {
  /** `/promotions/$promotionId`: read the parameter with `useParams({ strict: false })`. */
  readonly path: string;
  /** Name in navigation and palette; in the tab until the page says more. */
  readonly title: string;
  /** The page's module exports `Component`; it is loaded when somebody goes there. */
  readonly load: () => Promise<{ readonly Component: ComponentType }>;
  /** Without it the page says what is missing and who can give it. */
  readonly scope?: Scope;
  /** A place in the navigation; pages of one thing have none. */
  readonly nav?: {
    readonly group: NavGroup;
    readonly icon: IconName;
    /** Shortcut: `g p`. */
    readonly keys?: string;
  };
}
