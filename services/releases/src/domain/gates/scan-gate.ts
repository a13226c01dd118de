import type { Gate } from '@stella-ops/contracts/releases';
import type { ScanFact } from '../facts.ts';
import { count, gateOf, minute, trimmed, unavailableGate } from './gate.ts';

/** At least one image of each component has an inventory; what has none is named, since it is not judged. */
export function scanGate(at: string, { component, scanned, unscanned, missing }: ScanFact): Gate {
  const imageDigest = scanned[0]?.digest ?? unscanned[0]?.manifestDigest ?? null;
  const about = { name: 'scan', component, imageDigest } as const;
  if (missing?.kind === 'unavailable') return unavailableGate(at, about, missing);
  if (scanned.length > 0) {
    const names = scanned.map(({ platform, components, gaps, scannedAt }) => {
      const where = platform === null ? '' : `${platform}: `;
      const holes = gaps === 0 ? '' : `, ${count(gaps, 'gap')}`;
      return `${where}${count(components, 'package')}${holes}, scanned ${minute(scannedAt)}`;
    });
    const left = unscanned.length === 0 ? '' : ` Not judged, because not scanned: ${platformsOf(unscanned)}.`;
    return gateOf(at, {
      ...about,
      state: 'passed',
      sentence: `${component} has an inventory (${names.join('; ')}).${left}`,
      evidence: scanned.map(({ digest }) => ({ kind: 'image', id: digest })),
    });
  }
  if (missing?.kind === 'failed') {
    return gateOf(at, {
      ...about,
      state: 'blocked',
      sentence: `${component} could not be scanned: ${trimmed(missing.message)}.`,
      fix: `${trimmed(missing.hint)}. Then have the gates looked at again: that scans it once more.`,
      unblockedBy: 'anybody who may scan images (scanner.scan) or ask for promotions (promotion.write)',
      reasons: [
        {
          code: missing.code,
          sentence: trimmed(missing.message),
          fix: trimmed(missing.hint),
          vulnerability: null,
          component,
        },
      ],
    });
  }
  return gateOf(at, {
    ...about,
    state: 'waiting',
    sentence: `${component} is being scanned; this gate goes on by itself when that is done.`,
  });
}

function platformsOf(platforms: ScanFact['unscanned']): string {
  return platforms.map(({ platform, manifestDigest }) => platform ?? manifestDigest.slice(0, 19)).join(', ');
}
