import { expect, test } from 'vitest';
import { scanImage } from '../../scan-image.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { file, symlink, type TinyEntry } from '../../testing/tiny-tar.ts';
import { parseDebianVersion, parseOsRelease } from './parse-os-release.ts';

test('quoting as a shell has it', () => {
  const text = `# comment\nNAME='It is'\nID="debian"\nVERSION_ID='12'\nPRETTY_NAME="A \\"B\\" \\$C \\\\ D"\nID_LIKE="rhel  fedora"\nVERSION_CODENAME=x\nbad line\n`;
  expect(parseOsRelease(text)).toEqual({
    id: 'debian',
    versionId: '12',
    codename: 'x',
    prettyName: 'A "B" $C \\ D',
    idLike: ['rhel', 'fedora'],
  });
});

test.each(['', 'NAME=x', 'ID=', 'ID=""', 'id=debian', 'ID=a\0b'])('%j names no distribution', (text) => {
  expect(parseOsRelease(text)).toBeUndefined();
});

test.each([
  ['12.5\n', { id: 'debian', versionId: '12' }],
  ['trixie/sid\n', { id: 'debian', codename: 'trixie' }],
  ['', undefined],
  ['Kali?', undefined],
])('debian_version %j', (text, expected) => expect(parseDebianVersion(text)).toEqual(expected));

const distro = async (...entries: TinyEntry[]) => {
  const { inventory } = await scanImage(tinyImage([entries]));
  return [inventory.distro?.id, inventory.gaps.map(({ code }) => code)];
};

test('the file in /etc is believed first, a link in its place is followed', async () => {
  const [a, b] = [file('etc/os-release', 'ID=a'), file('usr/lib/os-release', 'ID=b')];
  expect(await distro(a, b)).toEqual(['a', []]);
  expect(await distro(symlink('etc/os-release', '../usr/lib/os-release'), b)).toEqual(['b', []]);
  expect(await distro(b)).toEqual(['b', []]);
  expect(await distro(file('etc/debian_version', '11.2'), file('etc/os-release', 'NAME=x'))).toEqual(['debian', []]);
});

test('lsb-release serves where there is no os-release', async () => {
  const lsb = file('etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n');
  expect(await distro(lsb, file('etc/debian_version', 'squeeze/sid'))).toEqual(['ubuntu', []]);
  expect(await distro(file('etc/lsb-release', 'DISTRIB_ID=Ubuntu'))).toEqual([undefined, ['OS_UNKNOWN']]);
});

test('an image of no known system has a gap', async () => {
  expect(await distro()).toEqual([undefined, ['OS_UNKNOWN']]);
});
