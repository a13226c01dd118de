/** How much of a file is needed to tell its kind. */
export const SNIFF_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * The ending that says to `readAdvisorySources` what a file is, by its first bytes. JSON whose first line is a whole
 * object is one record a line: a single record on a single line reads the same either way.
 *
 * @param head the first {@link SNIFF_BYTES} of the file, or all of it
 * @param isLines the sender says that there is one record a line
 */
export function sourceEnding(head: Buffer, isLines: boolean): '.json' | '.jsonl' | '.jsonl.gz' | '.jsonl.zst' | '.zip' {
  if (head.length >= 4 && head.readUInt32BE(0) === 0x504b0304) return '.zip';
  // An archive without members.
  if (head.length >= 4 && head.readUInt32BE(0) === 0x504b0506) return '.zip';
  if (head.length >= 4 && head.readUInt32BE(0) === 0x28b52ffd) return '.jsonl.zst';
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return '.jsonl.gz';
  return isLines || isObject(firstLine(head)) ? '.jsonl' : '.json';
}

function firstLine(head: Buffer): string {
  let start = 0;
  while (start < head.length && (head[start] === NEWLINE || head[start] === 0x0d)) start++;
  const end = head.indexOf(NEWLINE, start);
  return end === -1 ? '' : head.toString('utf8', start, end);
}

function isObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
