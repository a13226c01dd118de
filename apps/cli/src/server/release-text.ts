import type { Release } from '@stella-ops/contracts/releases';
import { columns, printable, table } from '../render/table.ts';

/** A release as people read it: which digests it is. */
export function releaseText(release: Release): string {
  const head = columns([
    ['release', `${release.name}@${release.version} (${release.calendarVersion}, ${release.mode})`],
    ['digest', release.digest],
    ['by', printable(`${release.createdBy.name} at ${release.createdAt}`)],
    ['id', release.id],
    ...(release.notes === '' ? [] : [['notes', printable(release.notes)]]),
  ]);
  const rows = release.components.flatMap(({ component, requested, platforms }) =>
    platforms.map(({ platform, manifestDigest }) => [component, requested, platform ?? '', manifestDigest]),
  );
  return `${head.join('\n')}\n\n${table(['COMPONENT', 'ASKED FOR', 'PLATFORM', 'DIGEST'], rows)}`;
}
