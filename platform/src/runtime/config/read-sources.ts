import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareText } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { ConfigSources } from './load-config.ts';

const DEFAULT_FOLDER = '/etc/stella';

/**
 * Reads what {@link loadConfig} takes: `STELLA_CONFIG` (a file or a folder; it must exist), else `/etc/stella/*.yaml` in
 * order of their names.
 *
 * @throws AppError `CONFIG_UNREADABLE`
 */
export function readConfigSources(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>>,
): ConfigSources {
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const files = configFiles(env['STELLA_CONFIG']).map((path) => {
    try {
      return { path, text: readFile(path) };
    } catch (cause) {
      throw fail('CONFIG_UNREADABLE', `${path} cannot be read`, { cause, place: { file: path } });
    }
  });
  return { files, env, flags, readFile };
}

function configFiles(named: string | undefined): string[] {
  const folder = named ?? DEFAULT_FOLDER;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined && named === undefined) return [];
  if (found?.isDirectory() !== true) return [folder];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort(compareText)
    .map((name) => join(folder, name));
}
