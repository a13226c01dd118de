import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { tinykeys } from 'tinykeys';
import { overlay } from './overlay.ts';
import { preferences } from './preferences.ts';
import { PAGES } from './routes.ts';

/** Shortcuts beside those of the pages, for the help. None of them approves or deploys anything. */
export const COMMON_SHORTCUTS: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: 'Ctrl K', does: 'Search and commands' },
  { keys: '/', does: 'Search and commands' },
  { keys: '?', does: 'This help' },
  { keys: 'Esc', does: 'Close what is open' },
  { keys: '↑ ↓ ← →', does: 'Move in a table' },
  { keys: 'j  k', does: 'Next and previous row' },
  { keys: 'Enter', does: 'Open the row' },
  { keys: '.', does: 'Actions of the row' },
];

export const PAGE_SHORTCUTS = PAGES.flatMap(({ nav, title, path }) =>
  nav?.keys === undefined ? [] : [{ keys: nav.keys, does: title, path }],
);

export function useShortcuts(): void {
  const router = useRouter();
  useEffect(() => {
    /** Letters typed into a field are text, and a dialog has the keyboard for itself, also before it is here. */
    const single = (run: () => void) => (event: KeyboardEvent) => {
      if (!preferences.value.hasShortcuts || isTyping(event) || isCovered() || overlay.value !== undefined) return;
      event.preventDefault();
      run();
    };
    const pages = PAGE_SHORTCUTS.map(({ keys, path }) => [keys, single(() => void router.navigate({ to: path }))]);
    return tinykeys(window, {
      '$mod+k': (event) => {
        event.preventDefault();
        if (overlay.value !== undefined || !isCovered()) {
          overlay.set(overlay.value === 'palette' ? undefined : 'palette');
        }
      },
      '/': single(() => overlay.set('palette')),
      'Shift+?': single(() => overlay.set('help')),
      '?': single(() => overlay.set('help')),
      ...(Object.fromEntries(pages) as Record<string, (event: KeyboardEvent) => void>),
    });
  }, [router]);
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role="textbox"], [role="menu"] *, [role="listbox"] *'))
  );
}

const isCovered = (): boolean => document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
