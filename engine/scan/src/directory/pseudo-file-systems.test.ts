import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OpenFile } from './open-file.ts';
import { isPseudoFileSystem } from './pseudo-file-systems.ts';
import { walkDirectory } from './walk-directory.ts';

test('files on a disk or in memory are files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-pseudo-'));
  expect(isPseudoFileSystem(folder)).toBe(false);
  rmSync(folder, { recursive: true });
});

test('what the kernel makes up below the root is left out', async () => {
  // Systems without such a thing have nothing to leave out.
  const others = existsSync('/proc/self') ? readdirSync('/').filter((name) => name !== 'proc') : readdirSync('/');
  const seen: string[] = [];
  await walkDirectory(
    '/',
    new OpenFile(),
    {
      wants: (_, path, start, end) => {
        seen.push(Buffer.from(path.subarray(start, end)).toString());
        return false;
      },
      onEntry: () => undefined,
    },
    { exclude: new Set(others), onEntry: () => undefined },
  );
  expect(seen.filter((path) => path !== 'proc')).toEqual([]);
});
