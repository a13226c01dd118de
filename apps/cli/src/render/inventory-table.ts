import type { Gap, Inventory } from '@stella-ops/engine-inventory';
import type { ScanResult } from '@stella-ops/engine-scan';
import { columns, printable, shortDigest, table } from './table.ts';

/** Components as a table, then what they add up to, then the gaps: what is not known must be seen last. */
export function inventoryTable(inventory: Inventory, stats: ScanResult['stats'] | undefined): string {
  const rows = inventory.components.map((one) => [
    one.name,
    one.version ?? '',
    one.type,
    shortDigest(one.locations[0]?.layer),
    one.locations[0]?.path ?? '',
  ]);
  return `${table(['NAME', 'VERSION', 'TYPE', 'LAYER', 'PATH'], rows)}\n${inventorySummary(inventory, stats)}`;
}

export function inventorySummary(inventory: Inventory, stats?: ScanResult['stats']): string {
  const { subject, distro } = inventory;
  const counts = new Map<string, number>();
  for (const { type } of inventory.components) counts.set(type, (counts.get(type) ?? 0) + 1);
  const perType = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => `${count} ${type}`);
  const facts: [string, string][] = [
    ['subject', subject.name],
    ...(subject.digest === undefined ? [] : [['digest', subject.digest] as [string, string]]),
    ...(subject.platform === undefined
      ? []
      : [
          [
            'platform',
            [subject.platform.os, subject.platform.architecture, subject.platform.variant].filter(Boolean).join('/'),
          ] as [string, string],
        ]),
    [
      'system',
      distro === undefined ? 'not recognised' : (distro.prettyName ?? `${distro.id} ${distro.versionId ?? ''}`),
    ],
    ['packages', `${inventory.components.length}${perType.length === 0 ? '' : ` (${perType.join(', ')})`}`],
    ...(stats === undefined
      ? []
      : [['layers', `${stats.layersRead} read, ${stats.layersCached} known`] as [string, string]]),
  ];
  return `${[...columns(facts.map(([name, value]) => [name, printable(value)])), ...gapLines(inventory.gaps)].join('\n')}\n`;
}

/** What could not be read, never left out: an inventory with gaps must not pass for a complete one. */
export function gapLines(gaps: readonly Gap[]): string[] {
  const lines = gaps.map((gap) => {
    const where = gap.path === undefined ? '' : `  (${printable(gap.path)})`;
    return `  ${gap.code}  ${printable(gap.detail)}${where}`;
  });
  return [`gaps      ${gaps.length}`, ...lines];
}
