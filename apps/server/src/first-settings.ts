import { join, resolve } from 'node:path';
import { type ConfigOf, type ConfigSources, loadConfig, readConfigSources } from '@stella-ops/platform/runtime';
import { PROCESS_CONFIG } from './config.ts';
import { SERVICES } from './services.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings as they were told, before those that follow from others. */
export interface FirstSettings {
  readonly sections: typeof PROCESS_CONFIG;
  readonly sources: ConfigSources;
  readonly first: ConfigOf<typeof PROCESS_CONFIG>;
  /** Absolute. */
  readonly dataDir: string;
}

/** @throws AppError `CONFIG_INVALID` */
export function firstSettings(env: Environment, flags: Readonly<Record<string, string>>): FirstSettings {
  const sections = { ...PROCESS_CONFIG, ...Object.fromEntries(SERVICES.map(({ id, config }) => [id, config])) };
  const told = env['STELLA_DATA_DIR'] === undefined ? flags : { 'server.dataDir': env['STELLA_DATA_DIR'], ...flags };
  const sources = readConfigSources(env, told);
  const first = loadConfig(sections, sources);
  return { sections, sources, first, dataDir: resolve(first.server.dataDir) };
}

export const databaseFolder = (dataDir: string): string => join(dataDir, 'database');

export const masterKeyFileOf = (dataDir: string, env: Environment): string =>
  env['STELLA_MASTER_KEY_FILE'] ?? join(dataDir, 'secrets', 'master-key');
