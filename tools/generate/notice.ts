import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedPackages } from '../check/licenses.ts';

const root = join(import.meta.dirname, '..', '..');

/** NOTICE.md: what ships with the product, under which licence, and by whom. */
export function noticeFile(): string {
  const rows = installedPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'), () => undefined)
    .filter((one) => !one.isDevelopment && !isRuntime(one.name))
    .map((one) => `| ${one.name} | ${one.version} | ${one.license} | ${authorOf(one.name)} |`);
  return [
    '# Notice',
    '',
    'Stella Ops. Copyright (c) 2026 Stella Ops. Licensed under the Business Source License 1.1 (`LICENSE`).',
    '',
    'This file is generated from the lockfile (`npm run generate`). These packages ship with the product:',
    '',
    '| package | version | licence | by |',
    '|---|---|---|---|',
    ...rows,
    '',
    'Node.js (MIT and the licences named in its own LICENSE file) runs the product and is installed as `node-<platform>`.',
    '',
    'Test data of third parties is never part of this repository. Tests read it from a folder that `STELLA_CORPUS_DIR` names; the licence of each source lies beside it there.',
    '',
  ].join('\n');
}

const isRuntime = (name: string): boolean => /^node-(linux|win|darwin)-/.test(name);

function authorOf(name: string): string {
  const file = join(root, 'node_modules', name, 'package.json');
  if (!existsSync(file)) return '';
  const { author } = JSON.parse(readFileSync(file, 'utf8')) as { author?: string | { name?: string } };
  const text = typeof author === 'string' ? author : (author?.name ?? '');
  return text.replace(/\s*[<(].*$/, '').replaceAll('|', ' ');
}
