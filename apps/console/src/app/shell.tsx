import './shell.css';
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { session } from '../api/session.ts';
import { useObservable } from '../api/observable.ts';
import { Skeleton } from '../ui/feedback.tsx';
import { Navigation } from './navigation.tsx';
import { overlay } from './overlay.ts';
import { useShortcuts } from './shortcuts.ts';
import { TopBar } from './top-bar.tsx';

// What most visits never open is loaded when it is.
const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })));
const ShortcutHelp = lazy(() => import('./shortcut-help.tsx').then(({ ShortcutHelp }) => ({ default: ShortcutHelp })));
const SessionEnded = lazy(() => import('./session-ended.tsx').then(({ SessionEnded }) => ({ default: SessionEnded })));

/** Everything around a page. */
export function Shell() {
  const { pathname } = useLocation();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const shown = useObservable(overlay);
  const isEnded = useObservable(session.state) === 'ended';
  const before = useRef(pathname);
  useShortcuts();

  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    setMenuOpen(false);
  }, [pathname]);

  return (
    <div className={isMenuOpen ? 'shell menu-open' : 'shell'}>
      <a
        href="#main"
        className="skip-link"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to content
      </a>
      <TopBar isMenuOpen={isMenuOpen} onMenu={() => setMenuOpen(!isMenuOpen)} />
      <div className="shell-navigation" id="navigation">
        <Navigation />
      </div>
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<PagePlaceholder />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>
        {/* What lies over the page may be here later than the end of the session, and must not lie over that. */}
        {shown === 'palette' && !isEnded ? <Palette /> : null}
        {shown === 'help' && !isEnded ? <ShortcutHelp /> : null}
        {isEnded ? <SessionEnded /> : null}
      </Suspense>
    </div>
  );
}

function PagePlaceholder() {
  return (
    <div className="page">
      <Skeleton lines={6} label="Loading the page" />
    </div>
  );
}
