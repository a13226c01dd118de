/** `--set section.key=value`, as a table; a setting without `=` is told as an empty one, which its schema refuses. */
export function flagsOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((text) => {
      const at = text.indexOf('=');
      return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
