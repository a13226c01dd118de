import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Dialog } from 'react-aria-components/Dialog';
import { Input } from 'react-aria-components/Input';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { SearchField } from 'react-aria-components/SearchField';
import { useCan } from '../api/me.ts';
import { session } from '../api/session.ts';
import '../ui/dialog.css';
import '../ui/form.css';
import { useApi } from '../api/use-api.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { overlay } from './overlay.ts';
import { changePreferences } from './preferences.ts';
import { PAGES } from './routes.ts';

interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  /** What it is, at the right. */
  readonly more: string;
  run(): void;
}

/** Ctrl K: pages, things by name, and what can be done, by typing a part of the word. */
export function Palette() {
  const { contains } = useFilter({ sensitivity: 'base' });
  const commands = useCommands();
  const close = (): void => overlay.set(undefined);
  return (
    <ModalOverlay className="scrim palette" isOpen onOpenChange={(open) => !open && close()} isDismissable>
      <Modal className="modal">
        <Dialog className="dialog" aria-label="Search and commands">
          <Autocomplete filter={contains}>
            <SearchField className="palette-input" aria-label="Search and commands" autoFocus>
              <Icon name="search" />
              <Input placeholder="Page, release, environment, component, command" />
            </SearchField>
            <Menu
              className="menu"
              aria-label="Matches"
              items={commands}
              renderEmptyState={() => <p className="palette-empty">Nothing matches.</p>}
            >
              {(command) => (
                <MenuItem
                  className="menu-item"
                  textValue={`${command.label} ${command.more}`}
                  onAction={() => {
                    close();
                    command.run();
                  }}
                >
                  <Icon name={command.icon} />
                  <span>{command.label}</span>
                  <span className="palette-more">{command.more}</span>
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useCommands(): readonly Command[] {
  const router = useRouter();
  const can = useCan();
  const query = { limit: 200 };
  const releases = useApi(RELEASES_ROUTES.listReleases, { query }, { isEnabled: can('release.read') });
  const components = useApi(RELEASES_ROUTES.listComponents, { query }, { isEnabled: can('component.read') });
  const environments = useApi(RELEASES_ROUTES.listEnvironments, { query }, { isEnabled: can('environment.read') });
  return useMemo(() => {
    const go = (path: string) => () => void router.navigate({ to: path });
    const isPage = (path: string): boolean => PAGES.some((page) => page.path === path);
    const things = (
      items: readonly { readonly id: string; readonly label: string }[] | undefined,
      folder: string,
      icon: IconName,
      more: string,
    ): Command[] =>
      // Only what has a page to go to.
      PAGES.some(({ path }) => path.startsWith(`${folder}/$`))
        ? (items ?? []).map(({ id, label }) => ({ id, label, icon, more, run: go(`${folder}/${id}`) }))
        : [];
    const pages = PAGES.filter(
      ({ nav, scope, path }) => nav !== undefined && isPage(path) && (scope === undefined || can(scope)),
    );
    return [
      ...pages.map(({ path, title, nav }) => ({
        id: `page ${path}`,
        label: title,
        icon: nav?.icon ?? ('circle' as const),
        more: nav?.keys ?? nav?.group ?? '',
        run: go(path),
      })),
      ...things(
        releases.data?.body.items.map(({ id, name, version }) => ({ id, label: `${name} ${version}` })),
        '/releases',
        'release',
        'Release',
      ),
      ...things(
        components.data?.body.items.map(({ id, name }) => ({ id, label: name })),
        '/components',
        'box',
        'Component',
      ),
      ...things(
        environments.data?.body.items.map(({ id, name }) => ({ id, label: name })),
        '/environments',
        'environment',
        'Environment',
      ),
      ...ACTIONS,
    ];
  }, [router, can, releases.data, components.data, environments.data]);
}

const ACTIONS: readonly Command[] = [
  {
    id: 'light',
    label: 'Light theme',
    icon: 'sun',
    more: 'Appearance',
    run: () => changePreferences({ theme: 'light' }),
  },
  {
    id: 'dark',
    label: 'Dark theme',
    icon: 'moon',
    more: 'Appearance',
    run: () => changePreferences({ theme: 'dark' }),
  },
  {
    id: 'contrast',
    label: 'High contrast',
    icon: 'circle',
    more: 'Appearance',
    run: () => changePreferences({ contrast: 'high' }),
  },
  { id: 'help', label: 'Keyboard shortcuts', icon: 'question', more: '?', run: () => overlay.set('help') },
  { id: 'sign-out', label: 'Sign out', icon: 'external', more: 'Account', run: () => void session.signOut() },
];
