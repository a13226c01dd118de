/**
 * A text as one word of a POSIX shell. What people copy holds names that strangers chose: nothing in them may end the
 * word or start another command.
 */
export function commandWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command of the options that are given: `command('stella findings list', { status: 'open' })`. */
export function command(start: string, options: Readonly<Record<string, string | undefined>> = {}): string {
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`--${name} ${commandWord(value)}`],
  );
  return [start, ...words].join(' ');
}
