/** A member of a test layer; nothing about it needs to make sense. */
export interface TinyEntry {
  readonly path: string;
  /** Type flag of the tar header: `0` file, `1` hard link, `2` symbolic link, `3` device, `5` directory. */
  readonly flag: string;
  readonly link?: string;
  readonly body?: Uint8Array;
}

export const file = (path: string, body: string | Uint8Array = ''): TinyEntry => ({
  path,
  flag: '0',
  body: Buffer.from(body),
});
export const directory = (path: string): TinyEntry => ({ path: `${path}/`, flag: '5' });
export const symlink = (path: string, link: string): TinyEntry => ({ path, flag: '2', link });
export const hardlink = (path: string, link: string): TinyEntry => ({ path, flag: '1', link });
export const device = (path: string): TinyEntry => ({ path, flag: '3' });
export const whiteout = (path: string): TinyEntry => file(path.replace(/([^/]+)$/, '.wh.$1'));
export const opaque = (path: string): TinyEntry => file(path === '' ? '.wh..wh..opq' : `${path}/.wh..wh..opq`);

/** A Python distribution as a flat file: the smallest thing that a scan finds anywhere. */
export const egg = (path: string, name = 'x', version = '1'): TinyEntry =>
  file(`${path}.egg-info`, `Metadata-Version: 1.0\nName: ${name}\nVersion: ${version}\n`);

export const npmPackage = (folder: string, name: string, more: Readonly<Record<string, unknown>> = {}): TinyEntry =>
  file(`${folder}/node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', ...more }));

/** A ustar archive of the entries in the given order. */
export function tinyTar(entries: readonly TinyEntry[]): Buffer {
  return Buffer.concat([...entries.map(member), Buffer.alloc(1024)]);
}

function member({ path, flag, link = '', body = Buffer.alloc(0) }: TinyEntry): Buffer {
  const header = Buffer.alloc(512);
  const name = Buffer.from(path);
  const cut = name.length <= 100 ? -1 : name.lastIndexOf('/', name.length - 2);
  header.set(name.subarray(cut + 1), 0);
  header.set(name.subarray(0, Math.max(cut, 0)), 345);
  header.write('0000755\0', 100);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(flag, 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
