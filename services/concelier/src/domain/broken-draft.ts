import { formatPlace } from '@stella-ops/engine-kernel';
import type { BrokenRecord } from '@stella-ops/engine-advisories';

/** A record that cannot be read, as it is told to whoever sent it. */
export interface BrokenDraft {
  /** Line, member of the archive and JSON pointer, as far as there are any. */
  readonly place: string;
  readonly code: 'RECORD_INVALID';
  readonly message: string;
}

const MAX_CHARS = 300;

/** @param path the file that was read: where it lies on the server is nobody's business */
export function brokenDraft({ file, line, violations }: BrokenRecord, path: string): BrokenDraft {
  const [first] = violations;
  const member = memberOf(file, path);
  const place = formatPlace({
    ...(member === '' ? {} : { file: member }),
    ...(line === undefined ? {} : { line }),
    pointer: first?.pointer ?? '',
  });
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return {
    place: place.slice(0, MAX_CHARS),
    code: 'RECORD_INVALID',
    message: `${first?.message ?? 'not an OSV record'}${more}`.slice(0, MAX_CHARS),
  };
}

function memberOf(file: string, path: string): string {
  return file.startsWith(path) ? file.slice(path.length).replace(/^\//, '') : file;
}
