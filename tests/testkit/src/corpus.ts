import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/** Path of a file of the public corpus. Use inside {@link describeNeeding} with `corpus`. */
export function corpusPath(name: string): string {
  return join(process.env['STELLA_CORPUS_DIR'] ?? '', name);
}

/** Uncompressed bytes of a corpus file (`.zst` is undone). */
export function corpusBytes(name: string): Buffer {
  const bytes = readFileSync(corpusPath(name));
  return name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
}

/** One record a line. */
export function corpusJsonLines<T = unknown>(name: string): T[] {
  return corpusLines(name).map((line) => JSON.parse(line) as T);
}

export function corpusLines(name: string): string[] {
  return corpusBytes(name)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Members of a corpus tar by path. A plain reader, on purpose not the product's own: an oracle must not share its faults. */
export function corpusTar(name: string): Map<string, Buffer> {
  const tar = corpusBytes(name);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const text = (start: number, length: number) =>
      tar
        .subarray(at + start, at + start + length)
        .toString('utf8')
        .replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const body = tar.subarray(at + 512, at + 512 + size);
    const type = text(156, 1);
    const prefix = text(257, 5) === 'ustar' && text(345, 155) !== '' ? `${text(345, 155)}/` : '';
    if (type === 'L') longName = body.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString('utf8'))?.[1] ?? longName;
    else {
      if (type === '0' || type === '') files.set(longName ?? prefix + text(0, 100), body);
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
