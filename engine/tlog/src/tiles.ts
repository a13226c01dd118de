// C2SP tlog-tiles: how a log is laid out for readers that cache.

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;

/** Levels of the tree in one tile. */
export const TILE_HEIGHT = 8;

/** One tile by its place. Level `entries` holds the entries themselves. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 it is a partial tile. */
  readonly width: number;
}

/** The entry limit of the format: its length is written in two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

const GROUP = 1000;
// Seven groups are more than 2^53 entries need.
const TILE = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,6}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

/** `tile/0/x001/x234/067` or `tile/entries/000.p/5`, below the prefix of the log. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % GROUP).padStart(3, '0')];
  for (let rest = Math.floor(index / GROUP); rest > 0; rest = Math.floor(rest / GROUP)) {
    groups.unshift(`x${String(rest % GROUP).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Reads what {@link tilePath} writes; undefined for any other spelling, so that a tile has one address. */
export function parseTilePath(path: string): Tile | undefined {
  const [, level = '', groups = '', partial] = TILE.exec(path) ?? [];
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (groups === '' || !Number.isSafeInteger((index + 1) * TILE_WIDTH) || width < 1) return undefined;
  const tile: Tile = { level: level === 'entries' ? level : Number(level), index, width };
  return tilePath(tile) === path ? tile : undefined;
}

/**
 * A bundle of entries: each with its length in two bytes, big endian, before it.
 *
 * @param entries each at most {@link MAX_ENTRY_BYTES}
 */
export function entryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(entry.length);
      return [size, entry];
    }),
  );
}

/** The entries of a bundle; undefined when its lengths do not fit. */
export function readEntryBundle(bytes: Uint8Array): Buffer[] | undefined {
  const bundle = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    if (at + 2 > bundle.length) return undefined;
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return undefined;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
