import { mergeTrust, readTrust, type TrustMaterial } from '@stella-ops/engine-envelope';
import type { Context } from './context.ts';
import { readInput } from './input.ts';

/** Options of every command that verifies. */
export const TRUST_OPTIONS = {
  'trusted-root': {
    type: 'list',
    value: 'FILE',
    summary: 'trusted root: ours, or a Sigstore trusted root (logs only)',
  },
  key: { type: 'list', value: 'FILE', summary: 'public key to trust (PEM)' },
} as const;

/** The option of commands that verify what the log of a server says: no key of a signer has a say in that. */
export const LOG_TRUST_OPTIONS = {
  'trusted-root': { type: 'list', value: 'FILE', summary: 'trusted root that you have from "stella trust get"' },
} as const;

/** Only what the caller names is trusted; nothing is taken from the thing that is verified. */
export async function readTrustFiles(
  options: { readonly 'trusted-root': readonly string[]; readonly key?: readonly string[] },
  context: Context,
): Promise<TrustMaterial | undefined> {
  const files = [...options['trusted-root'], ...(options.key ?? [])];
  if (files.length === 0) return undefined;
  const materials: TrustMaterial[] = [];
  for (const file of files) materials.push(readTrust(await readInput(file, context, 1 << 24), file));
  return mergeTrust(...materials);
}
