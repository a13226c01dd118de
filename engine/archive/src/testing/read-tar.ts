import { TarReader } from '../tar-reader.ts';
import type { TarEntry, TarFault, TarReaderOptions } from '../types.ts';

export interface ReadTar {
  readonly entries: TarEntry[];
  /** Content of files by position in `entries`. */
  readonly contents: string[];
  readonly faults: TarFault[];
}

/** Reads a whole tar in chunks of `chunkBytes`, wanting everything. */
export function readTar(tar: Buffer, options: Partial<TarReaderOptions> = {}, chunkBytes = tar.length): ReadTar {
  const read: ReadTar = { entries: [], contents: [], faults: [] };
  const reader = new TarReader({
    onUnsafe: (fault) => read.faults.push(fault),
    onEntry(entry) {
      const index = read.entries.push(entry) - 1;
      read.contents.push('');
      return {
        write: (chunk) => void (read.contents[index] += Buffer.from(chunk).toString()),
        end: () => void (read.contents[index] += '$'),
      };
    },
    ...options,
  });
  for (let at = 0; at < tar.length; at += chunkBytes) reader.write(tar.subarray(at, at + chunkBytes));
  reader.end();
  return read;
}
