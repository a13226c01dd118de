import { fromChunks } from './chunks.ts';
import { fail } from './errors.ts';
import { BLOCK_BYTES, paddingOf } from './tar-block.ts';
import { encodeTarHeader } from './tar-header.ts';

interface MemberBase {
  /** Relative, in normal form; directories without a trailing slash. */
  readonly path: string;
  /** Default 0644, directories 0755. */
  readonly mode?: number;
}

export type TarMember =
  | (MemberBase & { readonly type?: 'file'; readonly content: Uint8Array })
  | (MemberBase & { readonly type?: 'file'; readonly content: AsyncIterable<Uint8Array>; readonly size: number })
  | (MemberBase & { readonly type: 'directory' })
  | (MemberBase & { readonly type: 'symlink' | 'hardlink'; readonly linkTarget: string });

export interface TarWriteOptions {
  /** Of every member, seconds since 1970. Default 0. */
  readonly mtime?: number;
}

/** Small members leave as one chunk: header, content and padding together. */
const JOIN_BYTES = 64 * 1024;

/** Two zero blocks and nothing else. */
export const TAR_END_BYTES = 2 * BLOCK_BYTES;

/**
 * Writes a deterministic tar: members in the order given, owner 0:0 without names, one time for all, headers as
 * {@link encodeTarHeader} makes them, exactly two zero blocks at the end. Equal members give equal bytes.
 *
 * @throws AppError `TAR_MEMBER_INVALID` for a path that is not in normal form, and for streams that are longer or
 *   shorter than declared
 */
export async function* writeTar(
  members: Iterable<TarMember> | AsyncIterable<TarMember>,
  options: TarWriteOptions = {},
): AsyncGenerator<Uint8Array> {
  for await (const member of members) yield* writeMember(member, options.mtime ?? 0);
  yield Buffer.alloc(TAR_END_BYTES);
}

async function* writeMember(member: TarMember, mtime: number): AsyncGenerator<Uint8Array> {
  const { path, mode } = member;
  const base = { path, mtime, ...(mode !== undefined && { mode }) };
  if (!('content' in member)) {
    yield encodeTarHeader({ ...member, ...base, size: 0 });
    return;
  }
  const { content } = member;
  if (content instanceof Uint8Array) {
    const header = encodeTarHeader({ ...base, type: 'file', size: content.length });
    const padding = Buffer.alloc(paddingOf(content.length));
    const parts = [header, content, padding];
    if (content.length <= JOIN_BYTES) yield Buffer.concat(parts);
    else yield* parts.filter((part) => part.length > 0);
    return;
  }
  const { size } = member as { size: number };
  yield encodeTarHeader({ ...base, type: 'file', size });
  let written = 0;
  for await (const chunk of fromChunks(content)) {
    written += chunk.length;
    if (written > size) break;
    yield chunk;
  }
  if (written !== size) {
    const found = written > size ? 'more' : String(written);
    throw fail('TAR_MEMBER_INVALID', `member ${JSON.stringify(path)} has ${found} bytes where ${size} were declared`);
  }
  const padding = paddingOf(size);
  if (padding > 0) yield Buffer.alloc(padding);
}
