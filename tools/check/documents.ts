/** The line that every page of the documentation starts with, after its title. */
export const IMPOSED_RULE =
  '> **Imposed rule:** Work of this type or tasks of this type on this component must also be applied everywhere else it should be applied.';

/** Pages that do not start with a title and the imposed rule, and links to files that are not there. */
export function documentFaults(
  pages: readonly { readonly path: string; readonly text: string }[],
  exists: (path: string) => boolean,
): string[] {
  const faults: string[] = [];
  for (const { path, text } of pages) {
    const [title = '', , rule] = text.split('\n');
    if (!title.startsWith('# ')) faults.push(`${path}: the first line is no title`);
    if (path.startsWith('docs/') && rule !== IMPOSED_RULE)
      faults.push(`${path}: the imposed rule is not the line after the title`);
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
      if (!exists(resolved)) faults.push(`${path}: the link to ${target} leads nowhere`);
    }
  }
  return faults;
}
