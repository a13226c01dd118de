import { type FileHandle, open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from './context.ts';
import { fail } from './errors.ts';

const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

/**
 * Bytes of a file argument; `-` is standard input.
 *
 * @throws AppError `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function readInput(
  path: string,
  context: Pick<Context, 'cwd' | 'stdin'>,
  maxBytes = DEFAULT_MAX_BYTES,
): Promise<Buffer> {
  if (path === '-') return readStdin(context, maxBytes);
  const { file, size } = await openFile(path, context);
  try {
    if (size > maxBytes) throw tooLarge(path, maxBytes);
    return await readFile(file);
  } finally {
    await file.close();
  }
}

/**
 * The same for files of any size, in chunks.
 *
 * @throws AppError `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function* openInput(
  path: string,
  context: Pick<Context, 'cwd' | 'stdin'>,
): AsyncGenerator<Uint8Array, void> {
  if (path === '-') {
    yield* context.stdin;
    return;
  }
  const { file } = await openFile(path, context);
  yield* file.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
}

async function openFile(
  path: string,
  context: Pick<Context, 'cwd'>,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const place = { file: path };
  try {
    const file = await open(resolve(context.cwd, path), 'r');
    const stat = await file.stat();
    if (stat.isFile()) return { file, size: stat.size };
    await file.close();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw fail('FILE_NOT_FOUND', `${path} does not exist`, { place, cause });
    if (code === 'EACCES' || code === 'EPERM')
      throw fail('FILE_UNREADABLE', `${path} cannot be read: permission denied`, { place, cause });
    throw cause;
  }
  throw fail('FILE_UNREADABLE', `${path} is not a regular file`, { place });
}

async function readStdin(context: Pick<Context, 'stdin'>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.stdin) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge('-', maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (path: string, maxBytes: number) =>
  fail('FILE_UNREADABLE', `${path} is larger than ${maxBytes} bytes`, {
    place: { file: path },
    hint: 'Give a smaller file.',
  });

/** Lines of standard input that are not blank, with their numbers. */
export async function readLines(
  context: Pick<Context, 'stdin'>,
): Promise<{ readonly number: number; readonly text: string }[]> {
  const text = (await readStdin(context, DEFAULT_MAX_BYTES)).toString('utf8');
  return text
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line.replace(/\r$/, '') }))
    .filter((line) => line.text.trim() !== '');
}
