import { fail } from './errors.ts';
import { BLOCK_BYTES, FIELD, headerSum, paddingOf } from './tar-block.ts';

/** What a header of ours says. Everything else is fixed: no owner, no names, no devices. */
export interface TarHeader {
  /** Relative, in normal form, without a trailing slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Payload bytes; 0 for everything but files. */
  readonly size: number;
  readonly linkTarget?: string;
  /** Default 0644, directories 0755. */
  readonly mode?: number;
  /** Seconds since 1970, default 0. */
  readonly mtime?: number;
}

const FLAGS = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;
const PAX_FLAG = 'x';
const PAX_NAME = 'PaxHeader';
/** Largest number of eleven octal digits. */
const MAX_OCTAL = 8 ** 11 - 1;
const MAX_PATH_BYTES = 4096;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The one header for a member: ustar (POSIX.1-2017), preceded by a PAX header only for what ustar cannot say: a path or
 * link target that is not printable ASCII or does not fit, a size of 8 GiB or more, a time outside ustar's range. Equal
 * members have equal bytes, so an archive can be checked by encoding it again.
 *
 * @returns a multiple of 512 bytes
 * @throws AppError `TAR_MEMBER_INVALID` for a path that is not in normal form, and for sizes and times that are not integers
 */
export function encodeTarHeader(header: TarHeader): Buffer {
  assertHeader(header);
  const { size, mtime = 0, linkTarget = '' } = header;
  const name = header.type === 'directory' ? `${header.path}/` : header.path;
  const split = splitName(name);
  const records: [string, string][] = [];
  if (split === undefined) records.push(['path', name]);
  if (!ASCII.test(linkTarget) || linkTarget.length > 100) records.push(['linkpath', linkTarget]);
  if (size > MAX_OCTAL) records.push(['size', String(size)]);
  if (mtime < 0 || mtime > MAX_OCTAL) records.push(['mtime', String(mtime)]);

  const mode = header.mode ?? (header.type === 'directory' ? 0o755 : 0o644);
  const main = ustarBlock(split ?? { prefix: '', name }, FLAGS[header.type], mode, size, mtime, linkTarget);
  if (records.length === 0) return main;
  const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(''));
  const pax = ustarBlock({ prefix: '', name: PAX_NAME }, PAX_FLAG, 0o644, body.length, 0, '');
  return Buffer.concat([pax, body, Buffer.alloc(paddingOf(body.length)), main]);
}

function assertHeader({ path, size, mtime = 0 }: TarHeader): void {
  const problem = !isNormalPath(path)
    ? 'is not a relative path in normal form'
    : !Number.isSafeInteger(size) || size < 0
      ? `has the size ${size}`
      : !Number.isSafeInteger(mtime)
        ? `has the time ${mtime}`
        : undefined;
  if (problem !== undefined)
    throw fail('TAR_MEMBER_INVALID', `member ${JSON.stringify(path.slice(0, 200))} ${problem}`);
}

/** True for a relative path without empty, `.` and `..` parts, NUL and lone surrogates, of at most 4096 bytes. */
export function isNormalPath(path: string): boolean {
  if (path.includes('\0') || !path.isWellFormed() || Buffer.byteLength(path) > MAX_PATH_BYTES) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The rule of ustar: the whole name in 100 bytes, or cut at the last slash that leaves at most 155 before and 100 behind. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (!ASCII.test(name)) return undefined;
  if (name.length <= 100) return { prefix: '', name };
  const slash = name.lastIndexOf('/', Math.min(155, name.length - 2));
  return slash > 0 && name.length - slash - 1 <= 100
    ? { prefix: name.slice(0, slash), name: name.slice(slash + 1) }
    : undefined;
}

function ustarBlock(
  { prefix, name }: { prefix: string; name: string },
  flag: string,
  mode: number,
  size: number,
  mtime: number,
  linkTarget: string,
): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  Buffer.from(name).copy(block, FIELD.name, 0, FIELD.nameEnd - FIELD.name);
  writeOctal(block, mode, FIELD.mode, FIELD.modeEnd);
  writeOctal(block, 0, FIELD.uid, FIELD.uidEnd);
  writeOctal(block, 0, FIELD.gid, FIELD.gidEnd);
  // What does not fit stands in the PAX header.
  writeOctal(block, size > MAX_OCTAL ? 0 : size, FIELD.size, FIELD.sizeEnd);
  writeOctal(block, mtime < 0 || mtime > MAX_OCTAL ? 0 : mtime, FIELD.mtime, FIELD.mtimeEnd);
  block.write(flag, FIELD.type);
  Buffer.from(linkTarget).copy(block, FIELD.link, 0, FIELD.linkEnd - FIELD.link);
  block.write('ustar\x0000', FIELD.magic, 'latin1');
  block.write(prefix, FIELD.prefix);
  block.fill(' ', FIELD.checksum, FIELD.checksumEnd);
  const words = new Int32Array(block.buffer, block.byteOffset, BLOCK_BYTES / 4);
  block.write(`${headerSum(block, words).toString(8).padStart(6, '0')}\0 `, FIELD.checksum);
  return block;
}

function writeOctal(block: Buffer, value: number, start: number, end: number): void {
  block.write(value.toString(8).padStart(end - start - 1, '0'), start);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes + 1;
  while (restBytes + String(length).length !== length) length++;
  return `${length}${rest}`;
}
