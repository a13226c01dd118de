import { parentOf } from '../../paths/path-text.ts';

const STORE = '/node_modules/';

/**
 * Whether the path is the manifest of an installed package: `node_modules/<name>/package.json`, scoped or not, nested
 * directly in other installed packages. A `node_modules` deeper inside a package's own files belongs to its tests or
 * bundles and is nothing that a package manager installed. Stores in hidden directories (`.pnpm`) are passed through.
 */
export function isInstalledManifest(path: string): boolean {
  const parts = path.split('/');
  let at = parts.indexOf('node_modules');
  while (at !== -1) {
    let name = parts[++at] ?? '';
    if (name.startsWith('.')) {
      at = parts.indexOf('node_modules', at);
      continue;
    }
    if (name.startsWith('@')) name = parts[++at] ?? '';
    if (name === '' || name === 'package.json') return false;
    const next = parts[++at];
    if (next === 'package.json') return at === parts.length - 1;
    if (next !== 'node_modules') return false;
  }
  return false;
}

/**
 * Directories in which Node looks for a dependency of the package in `directory`, nearest first: `node_modules` of the
 * directory itself and of each parent that is not a `node_modules` (Node.js modules, "Loading from node_modules folders").
 */
export function* lookupDirectories(directory: string): Generator<string> {
  for (let at = directory; at !== ''; at = parentOf(at)) {
    if (!`/${at}/`.endsWith(STORE)) yield `${at}/node_modules`;
  }
  yield 'node_modules';
}
