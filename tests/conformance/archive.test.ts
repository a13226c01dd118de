import { decompress, type TarEntry, TarReader, writeTar } from '@stella-ops/engine-archive';
import { corpusBytes, corpusPath, corpusTar, describeNeeding } from '@stella-ops/testkit';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Read {
  readonly entries: TarEntry[];
  readonly files: Map<string, Buffer>;
}

/** Everything in a tar, pushed in chunks that cut headers; the last member of a path wins. */
function readAll(tar: Buffer, chunkBytes = 65_537): Read {
  const read: Read = { entries: [], files: new Map() };
  const reader = new TarReader({
    onUnsafe: 'refuse',
    onEntry(entry) {
      read.entries.push(entry);
      if (entry.type !== 'file') return undefined;
      const chunks: Buffer[] = [];
      return {
        write: (chunk) => void chunks.push(Buffer.from(chunk)),
        end: () => void read.files.set(entry.path, Buffer.concat(chunks)),
      };
    },
  });
  for (let at = 0; at < tar.length; at += chunkBytes) reader.write(tar.subarray(at, at + chunkBytes));
  reader.end();
  return read;
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describeNeeding(['corpus'], 'archives of the corpus', () => {
  const names = (): string[] =>
    readdirSync(corpusPath('.'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tar.zst'));

  test('hold the same files for us as for a plain reader', () => {
    let count = 0;
    for (const name of names()) {
      const expected = corpusTar(name);
      const { files } = readAll(corpusBytes(name));
      expect([...files.keys()].sort(), name).toEqual([...expected.keys()].sort());
      for (const [path, bytes] of expected) expect(files.get(path)?.equals(bytes), `${name} ${path}`).toBe(true);
      count += expected.size;
    }
    expect(count).toBeGreaterThan(5000);
  });

  test('come back from our writer', async () => {
    for (const name of names().slice(0, 20)) {
      const { files } = readAll(corpusBytes(name));
      const tar = await collect(writeTar([...files].map(([path, content]) => ({ path, content }))));
      const again = readAll(tar).files;
      expect([...again.keys()], name).toEqual([...files.keys()]);
      for (const [path, bytes] of files) expect(again.get(path)?.equals(bytes), `${name} ${path}`).toBe(true);
    }
  });

  test('decompress to the same bytes, cut anywhere', async () => {
    for (const name of names()) {
      const packed = readFileSync(corpusPath(name));
      if (packed.length > 500_000) continue;
      for (const size of [997, 1 << 20]) {
        const plain = await collect(decompress(cut(packed, size), 'sniff'));
        expect(plain.equals(corpusBytes(name)), `${name} by ${size}`).toBe(true);
      }
    }
  });
});

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'stella-archive-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeNeeding(['python'], 'tars of and for Python', () => {
  const python = (script: string, ...args: string[]) =>
    execFileSync('python3', ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });

  const LIST = `
import json, sys, tarfile
kinds = {tarfile.REGTYPE: 'file', tarfile.DIRTYPE: 'directory', tarfile.SYMTYPE: 'symlink', tarfile.LNKTYPE: 'hardlink', tarfile.FIFOTYPE: 'fifo', tarfile.CHRTYPE: 'character-device'}
with tarfile.open(sys.argv[1]) as tar:
  print(json.dumps([[m.name, kinds[m.type], m.size if m.isreg() else 0, m.mode, int(m.mtime), m.linkname] for m in tar]))`;

  const WRITE = `
import io, sys, tarfile
formats = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}
with tarfile.open(sys.argv[1], 'w', format=formats[sys.argv[2]]) as tar:
  def add(name, type=tarfile.REGTYPE, data=b'', link='', mtime=1700000000, mode=0o640):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.mtime, info.mode = type, len(data), link, mtime, mode
    tar.addfile(info, io.BytesIO(data))
  add('d', tarfile.DIRTYPE, mode=0o755)
  add('d/file', data=b'x' * 5000)
  add('d/empty')
  add('q/' * 60 + 'name', data=b'long')
  add('fifo', tarfile.FIFOTYPE)
  add('null', tarfile.CHRTYPE)
  add('soft', tarfile.SYMTYPE, link='d/file')
  add('hard', tarfile.LNKTYPE, link='d/file')
  add('setuid', data=b'#!', mode=0o4755)
  if sys.argv[2] != 'ustar':
    add('n' * 180, data=b'very long')
    add('soft2', tarfile.SYMTYPE, link='t/' * 90 + 'end')
    add('\\u0151/\\u20ac', data=b'utf-8')
  if sys.argv[2] == 'pax':
    add('fraction', mtime=1700000000.75)
    add('old', mtime=-5)`;

  const listed = (entries: readonly TarEntry[]) =>
    entries.map(({ path, type, size, mode, mtime, linkTarget = '' }) => [path, type, size, mode, mtime, linkTarget]);

  test.each(['ustar', 'gnu', 'pax'])('%s is read as Python reads it', (format) => {
    const path = join(folder, `${format}.tar`);
    python(WRITE, path, format);
    const expected: unknown = JSON.parse(python(LIST, path));
    for (const size of [512, 700, 1 << 20]) {
      expect(listed(readAll(readFileSync(path), size).entries)).toEqual(expected);
    }
  });

  test('what we write is read by Python as by us', async () => {
    const path = join(folder, 'ours.tar');
    const content = Buffer.from('content');
    const tar = await collect(
      writeTar([
        { path: 'd', type: 'directory' },
        { path: 'n'.repeat(180), content },
        { path: `${'p'.repeat(100)}/${'n'.repeat(100)}`, content, mode: 0o755 },
        { path: 'ő/€', content },
        { path: 'soft', type: 'symlink', linkTarget: 't/'.repeat(90) },
        { path: 'hard', type: 'hardlink', linkTarget: 'ő/€' },
      ]),
    );
    writeFileSync(path, tar);
    expect(JSON.parse(python(LIST, path))).toEqual(listed(readAll(tar).entries));
  });
});

describeNeeding(['zstd'], 'frames of the zstd program', () => {
  test.each([
    [['-19', '--long=27']],
    [['--rsyncable', '-1']],
    [['--no-check', '-3']],
    [['-T2', '-B1KiB', '-5']],
    [['--no-content-size', '-3']],
  ])('%s', async (options) => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (Math.imul(i >> 3, 2654435761) >>> 13) & 0x7f));
    const packed = execFileSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 1 << 26 });
    const twice = Buffer.concat([packed, packed]);
    for (const size of [100, 1 << 20]) {
      const plain = await collect(decompress(cut(twice, size), 'zstd'));
      expect(plain.equals(Buffer.concat([bytes, bytes]))).toBe(true);
    }
  });
});
