import { Platform } from '@stella-ops/contracts/scanner';
import { formatPlatform } from '@stella-ops/engine-oci';

/** A platform as the API writes it. An image config may hold any text there; what is no platform becomes null. */
export function platformText(platform: Parameters<typeof formatPlatform>[0] | undefined): string | null {
  const parsed = Platform.safeParse(platform === undefined ? undefined : formatPlatform(platform));
  return parsed.success ? parsed.data : null;
}
