import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { names, page, table } from './page.ts';

const app = join(import.meta.dirname, '..', '..', 'apps', 'console', 'src', 'app');

/** What this page takes of a page of the console; the modules see a browser, so their types stay over there. */
interface ConsolePage {
  readonly path: string;
  readonly title: string;
  readonly scope?: string;
  readonly nav?: { readonly group: string; readonly keys?: string };
}

interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

/** docs/reference/console.md: every page with its address, permission and shortcut, and the keys that work everywhere. */
export async function consoleReference(): Promise<string> {
  const { PAGES } = (await load('routes.ts')) as { PAGES: readonly ConsolePage[] };
  const { COMMON_SHORTCUTS } = (await load('shortcuts.ts')) as { COMMON_SHORTCUTS: readonly Shortcut[] };
  const groups = [...new Set(PAGES.flatMap(({ nav }) => (nav === undefined ? [] : [nav.group])))];
  return page(
    'Console',
    'the lists of pages and shortcuts in `apps/console`',
    'The console is served on port 8080. Its pages in the navigation stand below in its groups; the page of one thing, such as a promotion, follows the list that it is opened from. Filters, sorting, tabs and drawers are part of the address, so a link shows what you see. Whoever lacks the permission reads what is missing and who can give it. Where the command line says the same, the page has the command to copy.',
    ...groups.map(
      (group) => `## ${group}\n\n${table(['page', 'address', 'keys', 'permission'], rowsOf(PAGES, group))}`,
    ),
    `## Keys everywhere\n\n${table(
      ['keys', 'do'],
      COMMON_SHORTCUTS.map(({ keys, does }) => [`\`${keys}\``, does]),
    )}`,
    'Two letters are pressed one after the other. No shortcut approves or deploys anything. Single letters can be switched off in the help (`?`); `Ctrl K` always works.',
  );
}

const load = (name: string): Promise<unknown> => import(pathToFileURL(join(app, name)).href);

/** Pages of a group; the page of one thing stands behind its list, whose address its own begins with. */
function rowsOf(pages: readonly ConsolePage[], group: string): string[][] {
  let current = '';
  return pages.flatMap((one) => {
    current = one.nav?.group ?? current;
    if (current !== group) return [];
    const keys = one.nav?.keys === undefined ? '–' : `\`${one.nav.keys}\``;
    return [[one.title, `\`${one.path}\``, keys, names(one.scope === undefined ? [] : [one.scope])]];
  });
}
