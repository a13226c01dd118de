import { expect, test } from 'vitest';
import { scanImage } from '../../scan-image.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { directory, file, symlink, type TinyEntry, whiteout } from '../../testing/tiny-tar.ts';

const gaps = async (...layers: TinyEntry[][]) =>
  (await scanImage(tinyImage(layers))).inventory.gaps.filter(({ code }) => code !== 'OS_UNKNOWN');

test.each([
  ['apk', [file('lib/apk/db/installed')], 'lib/apk/db/installed'],
  ['apk', [symlink('lib', 'usr/lib'), file('usr/lib/apk/db/installed')], 'usr/lib/apk/db/installed'],
  ['rpm', [file('var/lib/rpm/rpmdb.sqlite')], 'var/lib/rpm/rpmdb.sqlite'],
  ['rpm', [symlink('var/lib/rpm', '../../x/y/z'), file('x/y/z/Packages')], 'x/y/z/Packages'],
  ['portage', [directory('var/db/pkg')], 'var/db/pkg'],
])('a database of %s is a gap, not silence', async (kind, layer, path) => {
  expect(await gaps(layer)).toMatchObject([
    { code: 'PACKAGE_DATABASE_UNSUPPORTED', path, detail: expect.stringContaining(kind) as unknown },
  ]);
});

test('one that a higher layer deleted is none', async () => {
  expect(await gaps([file('lib/apk/db/installed')], [whiteout('lib/apk')])).toEqual([]);
});

test('files of other ecosystems are counted by kind; links and directories are no files', async () => {
  const found = await gaps(
    [file('b.jar'), file('a.jar'), symlink('c.jar', 'a.jar'), directory('d.jar'), file('x.gemspec')],
    [whiteout('b.jar')],
  );
  expect(found.map(({ path, detail }) => [path, detail])).toEqual([
    ['a.jar', '1 file not read yet: Java archives; this is the first one'],
    ['x.gemspec', '1 file not read yet: Ruby gem specifications; this is the first one'],
  ]);
});

test('lock files of an image are none of its packages', async () => {
  expect(await gaps([file('srv/yarn.lock')])).toEqual([]);
});
