import { join } from 'node:path';
import { toCycloneDx } from '@stella-ops/engine-inventory';
import { scanDirectory } from '@stella-ops/engine-scan';
import { VERSION } from '../../apps/cli/src/version.ts';

const root = join(import.meta.dirname, '..', '..');

/** sbom.cdx.json: what `npm ci` installs, found by our own scanner. The platform decides which builds of tools those are. */
export async function ownSbom(): Promise<string> {
  const { inventory } = await scanDirectory(root, {
    name: 'stella-ops',
    exclude: ['.git', '.stella', 'dist', 'coverage'],
  });
  return JSON.stringify(toCycloneDx(inventory, { toolVersion: VERSION }), null, 2);
}

export const isSbomPlatform = (): boolean => process.platform === 'linux' && process.arch === 'x64';
