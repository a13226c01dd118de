import { paddingOf } from '../tar-block.ts';
import { TarReader } from '../tar-reader.ts';

/** A part of an archive as half-open byte range. */
export interface Region {
  readonly path: string;
  readonly part: 'header' | 'content' | 'padding' | 'end';
  readonly start: number;
  readonly end: number;
}

/** All bytes of a whole tar, as regions in order. */
export function regionsOf(tar: Buffer): Region[] {
  const regions: Region[] = [];
  let at = 0;
  const add = (path: string, part: Region['part'], end: number) => {
    if (end > at) regions.push({ path, part, start: at, end });
    at = end;
  };
  const reader = new TarReader({
    onUnsafe: 'refuse',
    onEntry({ path, size, payloadOffset }) {
      add(path, 'header', payloadOffset);
      add(path, 'content', payloadOffset + size);
      add(path, 'padding', payloadOffset + size + paddingOf(size));
    },
  });
  reader.write(tar);
  reader.end();
  add('(archive)', 'end', tar.length);
  return regions;
}
