import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a path of an image lies below a root, as a process confined to that root would find it: symbolic links are
 * followed within, and what climbs out ends at the root. The last part is not followed.
 *
 * @param path relative, in normal form
 * @returns undefined when links go round in circles or a part on the way is no folder
 */
export function pathInRoot(root: string, path: string): string | undefined {
  const left = path.split('/');
  const done: string[] = [];
  let links = 0;
  while (left.length > 0) {
    const part = left.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    if (left.length === 0) break;
    const found = lstatSync(join(root, ...done), { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) continue;
    if (!found.isSymbolicLink() || ++links > 40) return undefined;
    const target = readlinkSync(join(root, ...done));
    done.pop();
    if (target.startsWith('/')) done.length = 0;
    left.unshift(...target.split('/'));
  }
  return join(root, ...done);
}
