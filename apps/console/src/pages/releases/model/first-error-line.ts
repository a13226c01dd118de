/** Words by which tools say that something went wrong, at the beginning of a word. */
const ERROR = /\b(?:error|fatal|panic|failed|denied|cannot|refused)/i;
/** Lines that only speak of errors. */
const HARMLESS = /\b(?:0 errors|no errors?)\b/i;
/** Lines that agents write: the command whose output follows. */
const COMMAND = /^\$ /;

/** Index of the first line of an output that tells of an error; undefined: there is none. */
export function firstErrorLine(lines: readonly string[]): number | undefined {
  const at = lines.findIndex((line) => ERROR.test(line) && !HARMLESS.test(line) && !COMMAND.test(line));
  return at === -1 ? undefined : at;
}
