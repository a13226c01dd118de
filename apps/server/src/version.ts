import type { BuildInfo } from '@stella-ops/platform/runtime';
import manifest from '../package.json' with { type: 'json' };

/** Which release this is. Image builds write commit and date into the environment. */
export const BUILD: BuildInfo = {
  service: 'stella-server',
  version: manifest.version,
  channel: process.env['STELLA_CHANNEL'] ?? 'edge',
  gitCommit: process.env['STELLA_GIT_COMMIT'] ?? 'unknown',
  buildDate: process.env['STELLA_BUILD_DATE'] ?? 'unknown',
};
